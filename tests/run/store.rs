//! What is kept of results, as the next run meets it: damaged, contradicted, made of what has changed meanwhile.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::project::{Project, Run};

const PIPE: &str = r#"
task upper(text: File) -> File[txt] {
  sh:
    tr a-z A-Z < "$text" > "$out"
}

task count(text: File) -> Int {
  sh:
    wc -w < "$text" > "$out"
}

pipeline main(text: File = "words.txt") -> { file: File, words: Int } {
  file = upper(text)
  { file: file, words: count(file) }
}
"#;

fn project() -> Project {
    Project::new(&[("main.pipe", PIPE), ("words.txt", "ada grace alan\n")])
}

fn stored(run: &Run) -> PathBuf {
    PathBuf::from(run.outputs()["file"]["path"].as_str().unwrap())
}

#[test]
fn a_damaged_result_is_made_again_and_said_so() {
    let project = project();
    let first = project.run(&["main.pipe"]).succeeded();
    let file = stored(&first);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&file, "ADA GRACE ALAM\n").unwrap();
    let second = project.run(&["main.pipe"]).succeeded();
    assert_eq!(second.steps_that("succeeded"), ["main.upper"]);
    assert_eq!(second.steps_that("cached"), ["main.count"]);
    let lost: Vec<&Value> = second.all("result_lost").collect();
    assert_eq!(lost.len(), 1);
    assert_eq!((&lost[0]["step"], &lost[0]["why"]), (&"main.upper".into(), &"its content has changed".into()));
    assert_eq!(fs::read_to_string(stored(&second)).unwrap(), "ADA GRACE ALAN\n");
    assert_eq!(fs::read_dir(project.path(".standpipe/store/damaged")).unwrap().count(), 1);
    assert_eq!(project.run(&["main.pipe"]).succeeded().steps_that("cached").len(), 2);
}

#[test]
fn a_result_that_is_gone_is_made_again() {
    let project = project();
    let first = project.run(&["main.pipe"]).succeeded();
    fs::remove_file(stored(&first)).unwrap();
    let second = project.run(&["main.pipe"]).succeeded();
    assert_eq!(second.steps_that("succeeded"), ["main.upper"]);
    assert_eq!(second.all("result_lost").next().unwrap()["why"], "it is gone");
}

#[test]
fn a_second_output_for_the_same_inputs_is_told_and_not_kept() {
    let project = Project::new(&[(
        "main.pipe",
        "task roll() -> String {\n  python:\n    import os\n    return os.urandom(8).hex()\n}\n\n\
         pipeline main() -> String {\n  roll()\n}\n",
    )]);
    let first = project.run(&["main.pipe"]).succeeded();
    assert_eq!(first.all("nondeterministic").count(), 0);
    let second = project.run(&["main.pipe", "--no-cache"]).succeeded();
    assert_ne!(first.outputs(), second.outputs());
    let told = second.all("nondeterministic").next().unwrap();
    assert_eq!(told["step"], "main.roll");
    assert_ne!(told["kept"], told["given"]);
    let third = project.run(&["main.pipe"]).succeeded();
    assert_eq!((third.steps_that("cached").len(), third.outputs()), (1, first.outputs()));
}

#[test]
fn a_result_made_of_what_changed_meanwhile_is_not_kept() {
    let project = Project::new(&[
        (
            "main.pipe",
            "task count(text: File) -> Int {\n  sh:\n    wc -w < \"$text\" > \"$out\"\n    echo more >> \"$text\"\n}\n\n\
             pipeline main(text: File = \"words.txt\") -> Int {\n  count(text)\n}\n",
        ),
        ("words.txt", "ada grace alan\n"),
    ]);
    assert_eq!(project.run(&["main.pipe"]).succeeded().outputs(), 3);
    // The content of the first run, which it was not kept for.
    project.write("words.txt", "ada grace alan\n");
    let again = project.run(&["main.pipe"]).succeeded();
    assert_eq!((again.steps_that("succeeded").len(), again.outputs()), (1, &Value::from(3)));
}

/// Whatever the shell that it is started from says of new files.
#[test]
fn nobody_else_may_read_what_is_kept() {
    for mask in ["000", "022", "077"] {
        let project = Project::new(&[
            (
                "main.pipe",
                "artifact Model: pickle\n\ntask fit(x: Int) -> Model {\n  python:\n    print(\"fits\")\n    return x\n}\n\n\
                 task list(model: Model) -> Dir {\n  sh:\n    mkdir -p \"$out/inner\"\n    echo 1 > \"$out/inner/file\"\n}\n\n\
                 task upper(text: File) -> File {\n  sh:\n    tr a-z A-Z < \"$text\" > \"$out\"\n}\n\n\
                 pipeline main(text: File = \"words.txt\") -> { list: Dir, text: File } {\n  \
                 { list: list(fit(1)), text: upper(text) }\n}\n",
            ),
            ("words.txt", "ada\n"),
        ]);
        let script = format!("umask {mask}; exec \"$0\" run main.pipe --format json");
        let program = env!("CARGO_BIN_EXE_standpipe");
        let output = Command::new("sh").args(["-c", &script, program]).current_dir(project.root()).output().unwrap();
        Run::of(&output).succeeded();
        let state = project.path(".standpipe");
        assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o700, "umask {mask}");
        let mut looked = 0;
        let mut folders = vec![state];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
                assert_eq!(mode & 0o077, 0, "umask {mask}: {} has {mode:o}", entry.path().display());
                looked += 1;
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        assert!(looked > 20, "umask {mask}: only {looked} were looked at");
    }
}
