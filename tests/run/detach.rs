//! Runs that go on by themselves: their name, their state, their logs, their end from outside.

use std::io::Read as _;
use std::process::Stdio;

use crate::project::{Project, marker, processes, wait_until};

fn talker(marker: &str) -> Project {
    let text = format!(
        "task talk() -> Int {{\n  sh:\n    echo first words\n    while [ ! -e go ]; do sleep 0.02; done\n    echo last words\n    echo 7 > \"$out\"\n}}\n\n\
         task wait(n: Int) -> Int {{\n  sh:\n    setsid sleep {marker} &\n    sleep {marker}\n    echo 1 > \"$out\"\n}}\n\n\
         pipeline talk_only() -> Int {{\n  talk()\n}}\n\npipeline both() -> Int {{\n  wait(talk())\n}}\n"
    );
    Project::new(&[("main.pipe", &text)])
}

impl Project {
    fn state(&self) -> String {
        let runs: serde_json::Value = serde_json::from_str(&self.stdout(&["runs", "--format", "json"])).unwrap();
        runs["runs"][0]["status"].as_str().unwrap_or_default().to_owned()
    }
}

#[test]
fn goes_on_by_itself_and_its_logs_can_be_followed() {
    let project = talker(&marker());
    let name = project.stdout(&["run", "--detach", "main.pipe", "talk_only"]);
    assert!(name.trim().contains('-') && name.lines().count() == 1, "{name}");
    assert_eq!(project.state(), "running");
    let mut follower = project.command(&["runs", "logs", "-f", name.trim()]).stdout(Stdio::piped()).spawn().unwrap();
    wait_until("it speaks", || project.stdout(&["runs", "logs"]).contains("first words"));
    project.write("go", "");
    wait_until("it ends", || project.state() == "succeeded");
    let mut said = String::new();
    follower.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(follower.wait().unwrap().success());
    assert_eq!(said, "── main.talk\nfirst words\nlast words\n".replace("main.", "talk_only."));
}

#[test]
fn is_ended_from_outside_with_all_that_it_started() {
    let marker = marker();
    let project = talker(&marker);
    project.write("go", "");
    project.stdout(&["run", "--detach", "main.pipe", "both"]);
    wait_until("two sleep", || processes(&marker) == 2);
    let output = project.standpipe(&["runs", "cancel"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(processes(&marker), 0);
    assert_eq!(project.state(), "cancelled");
    let again = project.standpipe(&["runs", "cancel"]);
    assert_eq!(again.status.code(), Some(1), "it has ended already");
}

#[test]
fn says_why_it_does_not_begin() {
    let project = talker(&marker());
    project.write(".standpipe", "in the way");
    let output = project.standpipe(&["run", "--detach", "main.pipe", "talk_only"]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("E0630"), "{stderr}");
}
