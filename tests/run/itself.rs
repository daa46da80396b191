//! The program's own mistakes: a part of it that ends by one leaves nobody waiting, and the run can be gone on with.

use std::process::{Command, Stdio};

use crate::project::{Project, Run, through};

const PIPE: &str = r#"
effect add(n: Int) -> Int {
  sh:
    echo "$n" >> added
    sleep 2
    echo $((n + 1)) > "$out"
}

pipeline main() -> Int {
  add(add(1))
}
"#;

/// What runs the program so that it goes wrong: a thread wakes another by a write that no kernel lets fail; the library that
/// does it panics where it fails. The one that looks after a step sets its timer by the third, long before the step ends.
#[rustfmt::skip]
pub(crate) const GOING_WRONG: &[&str] = &[
    "strace", "-f", "-qq", "-b", "execve", "-o", "/dev/null", "-P", "anon_inode:[eventfd]", "-e", "trace=write",
    "--inject=write:error=EIO:when=3",
];

#[test]
#[expect(clippy::print_stdout, reason = "what could not be tried is said")]
fn a_part_of_the_program_that_goes_wrong_ends_it_and_loses_nothing() {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        println!("there is no strace here: a mistake of the program's own was not tried");
        return;
    }
    let project = Project::new(&[("main.pipe", PIPE)]);
    let said = through(GOING_WRONG, project.command(&["run", "main.pipe"])).output().unwrap();
    let stderr = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(1), "{stderr}");
    let told = "error: Standpipe itself went wrong, and has left the run as it was (E0671)\n  help: `standpipe runs \
                resume` goes on with it; please report what is said above\n";
    assert!(stderr.ends_with(told), "{stderr}");
    let shown: serde_json::Value =
        serde_json::from_str(&project.stdout(&["runs", "show", "--format", "json"])).unwrap();
    assert_eq!(shown["status"], "interrupted", "{shown}");
    // What it was at goes on by itself, and is taken over.
    let resumed = Run::of(&project.standpipe(&["runs", "resume", "--format", "json"])).succeeded();
    assert_eq!(resumed.outputs(), 3);
    assert_eq!(project.read("added"), "1\n2\n");
}
