//! The program killed in the middle, and several of it at once.

use std::time::Duration;

use crate::project::{Project, Run};

/// `slow` waits until a file `go` is there.
const PIPE: &str = r#"
task fast(x: Int) -> Int {
  sh:
    echo $((x + 1)) > "$out"
}

task slow(x: Int) -> Int {
  sh:
    while [ ! -e go ]; do sleep 0.02; done
    echo $((x * 10)) > "$out"
}

pipeline main(x: Int = 1) -> Int {
  slow(fast(x))
}
"#;

#[test]
fn finished_steps_outlive_a_kill() {
    let project = Project::new(&[("wait.pipe", PIPE)]);
    let mut run = project.start(&["wait.pipe"]);
    run.until(|event| event["event"] == "step_started" && event["step"] == "main.slow");
    run.signal("KILL");
    assert_eq!(run.code(), None);
    project.write("go", "");
    let again = project.run(&["wait.pipe"]).succeeded();
    assert_eq!(again.steps_that("cached"), ["main.fast"]);
    assert_eq!(again.steps_that("succeeded"), ["main.slow"]);
    assert_eq!(again.outputs(), &serde_json::json!(20));
    // The killed run is in the history, and not as one that still goes on.
    let runs: serde_json::Value = serde_json::from_str(&project.stdout(&["runs", "--format", "json"])).unwrap();
    assert_eq!(runs["runs"].as_array().map(Vec::len), Some(2), "{runs}");
    assert_ne!(runs["runs"][1]["status"], "succeeded", "{runs}");
}

#[test]
fn two_runs_at_once_share_one_project() {
    let project = Project::new(&[("wait.pipe", PIPE)]);
    let children: Vec<_> = (1..=4)
        .map(|x| {
            let x = (x % 2).to_string();
            let mut command = project.command(&["run", "--format", "json", "wait.pipe", "--x", &x]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    project.write("go", "");
    let runs: Vec<Run> = children.into_iter().map(|child| Run::of(&child.wait_with_output().unwrap())).collect();
    let outputs: Vec<_> = runs.into_iter().map(|run| run.succeeded().outputs().clone()).collect();
    assert_eq!(outputs, [20, 10, 20, 10]);
    let runs: serde_json::Value = serde_json::from_str(&project.stdout(&["runs", "--format", "json"])).unwrap();
    assert_eq!(runs["runs"].as_array().map(Vec::len), Some(4), "{runs}");
}
