//! What the program says where it has nothing of Linux's own: in `doctor`, and of what it cannot hold.

use serde_json::Value;

use std::process::{Command, Stdio};

use crate::project::{Project, Run, wait_until};

const PIPE: &str = "task one() -> Int {\n  sh:\n    echo 1 > \"$out\"\n}\n\npipeline main() -> Int {\n  one()\n}\n";

/// What `doctor` found of the host, by what it is about: verdict, text, help.
fn found(project: &Project, about: &str) -> [String; 3] {
    let output = project.stdout(&["doctor", "--format", "json"]);
    let all: Value = serde_json::from_str(&output).unwrap();
    let finding = all["findings"].as_array().unwrap().iter().find(|finding| finding["about"] == about).unwrap();
    ["verdict", "text", "help"].map(|key| finding[key].as_str().unwrap_or_default().to_owned())
}

#[test]
fn doctor_says_what_the_host_gives() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    assert_eq!(
        found(&project, "sandbox"),
        [
            "note",
            "steps run in off; the host gives off, the project asks for off",
            "this system has nothing that steps can be confined with"
        ]
    );
    assert_eq!(
        found(&project, "a step is held"),
        [
            "note",
            "by its process group and session, and by a look at all processes now and then",
            "a process that leaves them within a moment is found only where the system shows its environment"
        ]
    );
}

#[test]
fn what_cannot_be_held_is_not_begun() {
    let text = PIPE.replace("() -> Int {\n  sh:", "() -> Int {\n  network: false\n  sh:");
    let project = Project::new(&[("main.pipe", &text)]);
    let output = project.standpipe(&["run", "main.pipe"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let message = "`one` has `network: false`, and this system keeps no step from the network (E0660)";
    assert!(said.contains(message), "{said}");
    assert!(!project.path(".standpipe/runs").exists());
}

/// An attempt that nobody takes over ends while its step runs anew, as the same attempt of the same step. What ends all that
/// the one has started looks for it by a mark, which the other must not have.
#[test]
fn what_is_left_of_a_session_takes_nothing_of_the_next_with_it() {
    const WAITS: &str = "echo begun >> begun\n    while [ ! -e go ]; do sleep 0.02; done\n    echo 1";
    let project = Project::new(&[("main.pipe", &PIPE.replace("echo 1", WAITS))]);
    let mut run = project.start(&["main.pipe"]);
    run.until(|event| event["event"] == "step_started");
    wait_until("it began", || project.path("begun").exists());
    run.signal("KILL");
    assert_eq!(run.code(), None);
    let left = project.keepers();
    project.edit("main.pipe", "echo 1", "echo 2");
    let mut command = project.command(&["runs", "resume", "--format", "json"]);
    let resumed = command.stdout(Stdio::piped()).spawn().unwrap();
    wait_until("it began anew", || project.read("begun") == "begun\nbegun\n");
    assert!(Command::new("kill").arg("-TERM").args(&left).status().unwrap().success());
    wait_until("what was left is over", || !project.keepers().iter().any(|keeper| left.contains(keeper)));
    project.write("go", "");
    assert_eq!(Run::of(&resumed.wait_with_output().unwrap()).succeeded().outputs(), 2);
}
