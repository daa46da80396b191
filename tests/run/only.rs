//! One step alone, on what earlier runs left for its inputs.

use crate::project::Project;

const PIPE: &str = r#"
task double(x: Int) -> Int {
  sh:
    echo double >> ran
    echo $((x * 2)) > "$out"
}

task picky(x: Int) -> Int {
  sh:
    echo picky >> ran
    test -e good
    echo "$x" > "$out"
}

task last(x: Int) -> Int {
  sh:
    echo last >> ran
    echo $((x + 1)) > "$out"
}

pipeline main(x: Int = 3) -> Int {
  last(picky(double(x)))
}
"#;

#[test]
fn a_failed_step_is_tried_again_by_the_command_that_its_failure_names() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    let output = project.standpipe(&["run", "main.pipe", "--x", "4"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let line = stderr.lines().find_map(|line| line.trim().strip_prefix("only this step again: standpipe ")).unwrap();
    assert!(stderr.contains("its inputs: x = 8"), "{stderr}");
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(project.standpipe(&words).status.code(), Some(1));
    project.write("good", "");
    let output = project.standpipe(&words);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(project.read("ran"), "double\npicky\npicky\npicky\n");
    // What it gave is there for the whole run.
    assert_eq!(project.run(&["main.pipe", "--x", "4"]).succeeded().outputs(), 9);
    assert_eq!(project.read("ran"), "double\npicky\npicky\npicky\nlast\n");
}

#[test]
fn it_runs_although_its_result_is_on_record() {
    let project = Project::new(&[("main.pipe", PIPE), ("good", "")]);
    project.run(&["main.pipe"]).succeeded();
    project.run(&["main.pipe", "--only", "main.picky"]).succeeded();
    assert_eq!(project.read("ran"), "double\npicky\nlast\npicky\n");
}

#[test]
fn without_its_inputs_it_cannot_be_tried() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    for step in ["picky", "nothing"] {
        let output = project.standpipe(&["run", "main.pipe", "--only", step]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("cannot be tried alone") && stderr.contains("E0654"), "{stderr}");
    }
    assert!(!project.path("ran").exists());
}
