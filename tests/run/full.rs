//! A disk that fills up, wherever that happens: the cause is named, nothing half is on record, and when there is room again
//! the same command goes on with what was finished.

use std::process::{Command, Output};

use serde_json::Value;

use crate::project::{Project, Run};

const PIPE: &str = r#"
task first() -> File {
  sh:
    head -c 100000 /dev/zero | tr '\0' a > "$out"
}

task second(file: File) -> File {
  sh:
    cat "$file" "$file" "$file" > "$out"
}

pipeline main() -> File {
  second(first())
}
"#;

/// Runs the project with its state in a memory of `size` bytes, and then again in the same with as much as it needs. `None`
/// where nobody may make one here.
fn run(project: &Project, size: u32) -> Option<(Output, Output, Output)> {
    let script = format!(
        "mount -t tmpfs -o size={size}k none state || exit 99\n\
         \"$0\" run main.pipe --format json > first.json 2> first.err; echo $? > first.code\n\
         mount -o remount,size=100m none state || exit 99\n\
         \"$0\" run main.pipe --format json > second.json 2> second.err; echo $? > second.code\n\
         \"$0\" doctor --format json > doctor.json; \"$0\" cache verify > verify.txt; echo $? > verify.code\n"
    );
    std::fs::create_dir_all(project.path("state")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["-Urm", "bash", "-c", &script, env!("CARGO_BIN_EXE_standpipe")]).current_dir(project.root());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("STANDPIPE_")) {
        command.env_remove(name);
    }
    let done = command.env("STANDPIPE_HOME", project.path("state")).output().ok()?;
    if done.status.code() != Some(0) {
        return None;
    }
    let output = |name: &str| {
        let code: i32 = project.read(&format!("{name}.code")).trim().parse().unwrap();
        Output {
            status: std::os::unix::process::ExitStatusExt::from_raw(code << 8),
            stdout: std::fs::read(project.path(&format!("{name}.json"))).unwrap_or_default(),
            stderr: std::fs::read(project.path(&format!("{name}.err"))).unwrap_or_default(),
        }
    };
    Some((output("first"), output("second"), output("verify")))
}

#[test]
#[expect(clippy::print_stdout, reason = "what could not be tried is said")]
fn a_disk_that_is_full_loses_nothing() {
    let (mut full, mut whole) = (0, 0);
    // From a database that cannot be made to a result that cannot be kept.
    for size in [8, 40, 80, 120, 160, 200, 260, 320, 400, 600, 1000, 4000] {
        let project = Project::new(&[("main.pipe", PIPE)]);
        let Some((first, second, verify)) = run(&project, size) else {
            println!("no file system of memory may be mounted here: a full disk was not tried");
            return;
        };
        let said = String::from_utf8_lossy(&first.stdout).into_owned() + &String::from_utf8_lossy(&first.stderr);
        let finished: Vec<Value> = said
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|event: &Value| event["event"] == "step_finished" && event["status"] == "succeeded")
            .collect();
        if first.status.code() == Some(0) {
            whole += 1;
        } else {
            full += 1;
            let named = ["E0627", "disk is full", "No space left", "storage"].iter().any(|word| said.contains(word));
            assert!(named, "{size} KiB: the cause is not named: {said}");
        }
        let second = Run::of(&second).succeeded();
        // What was said to be finished is not run again.
        for event in &finished {
            let step = event["step"].as_str().unwrap();
            assert_eq!(second.steps()[step], "cached", "{size} KiB: {step} ran again");
        }
        assert_eq!(verify.status.code(), Some(0), "{size} KiB: {}", project.read("verify.txt"));
        let doctor: Value = serde_json::from_str(&project.read("doctor.json")).unwrap();
        let wrong = doctor["findings"].as_array().unwrap().iter().filter(|finding| finding["verdict"] == "wrong");
        let about: Vec<&str> = wrong.map(|finding| finding["about"].as_str().unwrap()).collect();
        assert!(about.iter().all(|about| *about == "access" || *about == "free space"), "{size} KiB: {doctor:#}");
    }
    assert!(full >= 3 && whole >= 1, "{full} were full, {whole} were not");
}
