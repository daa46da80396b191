//! What happens when it runs, through the binary, twice: stable facts only, no times and no names of runs.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use crate::support::case::root;
use crate::support::{Case, snapshot};

pub(crate) fn run(case: &Case) {
    let project = tempfile::tempdir().unwrap();
    copy(&root().join(&case.area), project.path());
    let mut text = format!("{}\n----------\n", case.text.trim_end());
    for time in ["first", "again"] {
        let output = Command::new(env!("CARGO_BIN_EXE_standpipe"))
            .args(["run", &format!("{}.pipe", case.name), "--format", "json", "--root", "."])
            .current_dir(project.path())
            .output()
            .unwrap();
        _ = writeln!(text, "{time}: exit {}", output.status.code().unwrap_or(-1));
        let events = String::from_utf8(output.stdout).unwrap();
        text.push_str(&facts(&events));
        if output.status.code() == Some(2) {
            text.push_str(&String::from_utf8_lossy(&output.stderr));
        }
    }
    snapshot(case, "run", &text.replace(&project.path().display().to_string(), "[project]"));
}

/// How each step ended, by name; then how the run did.
fn facts(events: &str) -> String {
    let events: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut steps = Vec::new();
    let mut end = String::new();
    for event in &events {
        let word = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        match event["event"].as_str().unwrap() {
            "step_finished" => steps.push(format!("{}: {}{}", word("step"), word("status"), failure(&event["error"]))),
            "step_retrying" => steps.push(format!("{}: attempt {} failed", word("step"), event["attempt"])),
            "run_finished" => {
                end = format!("{}: {} {}\n", word("status"), event["steps"], without_hashes(&event["outputs"]));
            }
            _ => {}
        }
    }
    steps.sort();
    steps.push(end);
    steps.join("\n")
}

fn failure(error: &Value) -> String {
    if error.is_null() {
        return String::new();
    }
    let part = |key: &str| error[key].as_str().map(|text| format!("\n    {key}: {text}")).unwrap_or_default();
    format!("\n    {} {}{}\n    line: {}", error["code"], error["message"], part("help"), error["line"])
}

/// Files and tables by what they are, not by where they lie.
fn without_hashes(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("hash") => fields["type"].clone(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), without_hashes(value))).collect(),
        Value::Array(items) => items.iter().map(without_hashes).collect(),
        other => other.clone(),
    }
}

/// The area's files, so that nothing is written beside the cases.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, copy_to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copy_to);
        } else if path.extension() != Some("snap".as_ref()) {
            std::fs::copy(path, copy_to).unwrap();
        }
    }
}
