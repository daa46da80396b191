//! Few files that may be open: what has no room for its work says so and leaves nothing, what has room for little does
//! little at a time.

use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};

use crate::project::{Project, Run, through};

const PIPE: &str = r#"
task make(n: Int) -> File {
  cpu: 0.1
  sh:
    echo $((n * 2)) > "$out"
}

task add(all: List[File]) -> Int {
  python:
    return sum(int(part.read_text()) for part in all)
}

pipeline main() -> Int {
  all = for n in 0..24 { make(n) }
  add(all)
}
"#;

/// The program with `args`, where no more than `most` files may be open.
fn with_files(project: &Project, most: &str, args: &[&str], input: &[u8]) -> Output {
    let limited = format!("ulimit -{most}; exec \"$0\" \"$@\"");
    let mut command = through(&["bash", "-c", &limited], project.command(args));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who has no room does not read it.
    _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_run_has_room_or_says_that_it_has_none_and_leaves_nothing() {
    let (mut refused, mut done) = (0, 0);
    for most in [4, 5, 6, 7, 8, 10, 14, 18, 24, 30, 36, 40, 52, 64] {
        let project = Project::new(&[("main.pipe", PIPE)]);
        let output = with_files(&project, &format!("n {most}"), &["run", "main.pipe"], b"");
        let said = said(&output);
        match output.status.code() {
            Some(0) => {
                assert!(said.contains("result = 552"), "{most}: {said}");
                done += 1;
            }
            Some(1) => {
                assert!(said.contains("a run takes 36 open files, and this process may open only"), "{most}: {said}");
                assert!(said.contains("(E0670)\n  help: raise `ulimit -n`"), "{most}: {said}");
                assert_eq!(fs::read_dir(project.root()).unwrap().count(), 1, "{most}: something is left");
                refused += 1;
            }
            other => panic!("{most}: ended with {other:?}: {said}"),
        }
    }
    assert!(refused >= 10 && done >= 3, "{refused} were refused, {done} were done");
}

#[test]
fn a_limit_that_may_be_raised_is_raised() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    let output = with_files(&project, "Sn 12", &["run", "main.pipe", "--format", "json"], b"");
    assert_eq!(Run::of(&output).succeeded().outputs(), 552);
}

#[test]
fn what_reads_the_state_and_what_serves_an_editor_say_so_too() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    project.run(&["main.pipe"]).succeeded();
    for args in [&["runs"][..], &["runs", "show"], &["runs", "resume"], &["cache", "stats"], &["lsp"]] {
        for most in [4, 6, 7, 9] {
            let output = with_files(&project, &format!("n {most}"), args, b"");
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{args:?} with {most}: {said}");
            assert!(said.contains("(E0670)"), "{args:?} with {most}: {said}");
        }
    }
    let asked = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    let asked = format!("Content-Length: {}\r\n\r\n{asked}", asked.len());
    let output = with_files(&project, "n 24", &["lsp"], asked.as_bytes());
    assert!(said(&output).contains("\"capabilities\""), "{}", said(&output));
    for most in [4, 5, 7, 12] {
        let output = with_files(&project, &format!("n {most}"), &["check", "main.pipe"], b"");
        assert_eq!(said(&output), "checked 1 file: no problems\n", "with {most}");
    }
}
