//! Input that no one would write on purpose: a clear message with a code or the usage exit code, no panic, no state
//! left behind.

use std::process::Output;

use crate::project::Project;

const GOOD: &str = "pipeline main() -> Int {\n  1\n}\n";

/// Nothing panicked, nothing was left behind; the exit code.
fn sound(project: &Project, output: &Output) -> i32 {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked") && !stderr.contains("RUST_BACKTRACE"), "{stderr}");
    assert!(!project.path(".standpipe").exists(), "state was left behind");
    output.status.code().unwrap_or_else(|| panic!("ended by a signal: {stderr}"))
}

/// `check`, `run`, `plan` and `fmt --check` of one bad file refuse it; what `check` says.
fn refused(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let project = Project::new(&[]);
    project.write(name, bytes);
    refused_in(&project, name)
}

fn refused_in(project: &Project, name: &str) -> String {
    for args in [&["run", name][..], &["plan", name], &["build", name, "-o", "out.plan"]] {
        let code = sound(project, &project.standpipe(args));
        assert!([1, 2].contains(&code), "{args:?} ended with {code}");
        assert!(!project.path("out.plan").exists(), "{args:?} wrote a plan");
    }
    sound(project, &project.standpipe(&["fmt", "--check", name]));
    let output = project.standpipe(&["check", name]);
    assert!([1, 2].contains(&sound(project, &output)));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    assert!(text.len() < 20_000, "{} bytes are no clear message", text.len());
    text
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| text.contains(part)), "{parts:?} in: {text}");
}

#[test]
fn a_missing_file() {
    let project = Project::new(&[("flights.pipe", GOOD)]);
    says(&refused_in(&project, "flihgts.pipe"), &["flihgts.pipe", "did you mean `flights.pipe`?"]);
}

#[test]
fn a_folder() {
    let project = Project::new(&[("folder.pipe/inside", "")]);
    let output = project.standpipe(&["run", "folder.pipe"]);
    assert_eq!(sound(&project, &output), 2);
}

#[test]
fn a_pipe_that_nobody_writes_to() {
    let project = Project::new(&[]);
    let made = std::process::Command::new("mkfifo").arg(project.path("fifo.pipe")).status().unwrap();
    assert!(made.success());
    says(&refused_in(&project, "fifo.pipe"), &["E00"]);
}

#[test]
fn no_utf8() {
    says(&refused("latin.pipe", b"const name = \"caf\xe9\"\n"), &["E00", "UTF-8"]);
}

#[test]
fn zeros() {
    says(&refused("zeros.pipe", [0; 4096]), &["E0"]);
}

#[test]
fn an_empty_file() {
    let project = Project::new(&[("empty.pipe", "")]);
    assert_eq!(sound(&project, &project.standpipe(&["check", "empty.pipe"])), 0);
    assert_eq!(sound(&project, &project.standpipe(&["run", "empty.pipe"])), 2);
}

#[test]
fn byte_order_marks_and_windows_lines() {
    let text = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    let project = Project::new(&[("bom.pipe", &text)]);
    assert_eq!(sound(&project, &project.standpipe(&["check", "bom.pipe"])), 0);
    assert_eq!(project.run(&["bom.pipe"]).succeeded().outputs(), &serde_json::json!(1));
}

#[test]
fn deep_nesting() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{ a: ", " }"), ("if true { ", " } else { 1 }"), ("-", ""), ("\"${", "}\"")]
    {
        let text = format!("pipeline main() -> Int {{\n  {}1{}\n}}\n", open.repeat(10_000), close.repeat(10_000));
        says(&refused("deep.pipe", text), &["E0"]);
    }
    let types = format!("type Deep = {}Int{}\n", "List[".repeat(10_000), "]".repeat(10_000));
    says(&refused("deep_type.pipe", types), &["E0"]);
}

#[test]
fn long_chains() {
    let sum = format!("pipeline main() -> Int {{\n  {}1\n}}\n", "1 + ".repeat(20_000));
    let project = Project::new(&[("chain.pipe", &sum)]);
    let code = sound(&project, &project.standpipe(&["check", "chain.pipe"]));
    assert!([0, 1].contains(&code));
}

#[test]
fn a_line_of_ten_megabytes() {
    let text = format!("pipeline main() -> Int {{\n  {} +\n}}\n", "x".repeat(10 << 20));
    says(&refused("line.pipe", text), &["E0"]);
}

#[test]
fn a_missing_data_file() {
    let project = Project::new(&[(
        "count.pipe",
        "task count(data: File) -> Int {\n  sh:\n    wc -c < \"$data\" > \"$out\"\n}\n\npipeline main(data: File) -> Int {\n  count(data)\n}\n",
    )]);
    let output = project.standpipe(&["run", "count.pipe", "--data", "nowhere.csv"]);
    assert_eq!(sound(&project, &output), 2);
    says(&String::from_utf8_lossy(&output.stderr), &["nowhere.csv"]);
}

#[test]
fn plans_of_another_version_or_cut_short() {
    let project = Project::new(&[("good.pipe", GOOD)]);
    project.stdout(&["build", "good.pipe", "-o", "good.plan"]);
    let plan = std::fs::read(project.path("good.plan")).unwrap();
    for end in (0..plan.len()).step_by(7) {
        project.write("cut.plan", &plan[..end]);
        assert_eq!(sound(&project, &project.standpipe(&["run", "cut.plan"])), 2, "cut at {end}");
    }
    for at in (0..plan.len()).step_by(5) {
        let mut other = plan.clone();
        other[at] ^= 0x55;
        project.write("other.plan", &other);
        let output =
            project.command(&["run", "other.plan"]).env("STANDPIPE_HOME", project.path("home")).output().unwrap();
        let code = sound(&project, &output);
        assert!([0, 1, 2].contains(&code), "byte {at} changed: {code}");
    }
}

#[test]
fn parameters_that_do_not_fit() {
    let project = Project::new(&[("p.pipe", "pipeline main(n: Int in 1..=5) -> Int {\n  n\n}\n")]);
    for args in [
        &["run", "p.pipe"][..],
        &["run", "p.pipe", "--n", "6"],
        &["run", "p.pipe", "--n", "x"],
        &["run", "p.pipe", "--m", "1"],
    ] {
        assert_eq!(sound(&project, &project.standpipe(args)), 2, "{args:?}");
    }
    assert_eq!(sound(&project, &project.standpipe(&["run", "p.pipe", "other", "--n", "1"])), 2);
}
