//! What people are told.

use std::fmt::Write as _;
use std::process::Command;

use standpipe_compiler::Analysis;

use crate::support::case::{expected, found, root};
use crate::support::{Case, snapshot};

pub(crate) fn report(case: &Case) {
    let analysis = case.analyse();
    let expected = expected(&analysis.sources());
    assert_eq!(found(&analysis), expected, "{}: found (left) is not what is marked (right)", case.path());
    if !expected.is_empty() {
        let text = format!("{}\n----------\n{}{}", case.text.trim_end(), shown(case), repairs(&analysis));
        snapshot(case, "report", &text);
    }
}

/// What the command line shows, 80 columns wide and without colour.
fn shown(case: &Case) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_standpipe"))
        .args(["check", "--root", ".", "--color", "never", &case.path()])
        .current_dir(root())
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// What an editor would offer.
fn repairs(analysis: &Analysis) -> String {
    let mut text = String::new();
    for fix in analysis.diagnostics.iter().flat_map(|diagnostic| &diagnostic.fixes) {
        _ = writeln!(text, "repair: {}", fix.title);
    }
    text
}
