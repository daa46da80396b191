//! Every file of `tests/broken` with the messages it gets. One mistake, one message.

use std::fmt::Write as _;
use std::path::Path;

use standpipe_syntax::{FileId, Source, parse};

/// The file's lines, each followed by the messages that start on it.
fn report(text: &str) -> String {
    let source = Source::new(FileId(0), "broken.pipe", text);
    let parsed = parse(&source);
    let mut out = String::new();
    for (number, line) in (1..).zip(source.text.lines()) {
        let _ = writeln!(out, "{line}");
        for diagnostic in &parsed.diagnostics {
            let place = source.place(diagnostic.span.start);
            if place.line != number {
                continue;
            }
            let indent = " ".repeat(place.column as usize - 1);
            let marks = "^".repeat(source.slice(diagnostic.span).chars().count().max(1));
            let _ = writeln!(out, "{indent}{marks} {} {}", diagnostic.code, diagnostic.message);
            for label in &diagnostic.labels {
                let _ = writeln!(out, "{indent}  also line {}: {}", source.place(label.span.start).line, label.text);
            }
            let _ = writeln!(out, "{indent}  help: {}", diagnostic.help.as_deref().unwrap_or("-"));
            for fix in &diagnostic.fixes {
                let fixed = apply(&source.text, fix);
                let line = fixed.lines().nth(number as usize - 1).unwrap_or("").trim().to_owned();
                let _ = writeln!(out, "{indent}  fix: {}: {line}", fix.title);
            }
        }
    }
    out
}

fn apply(text: &str, fix: &standpipe_syntax::diag::Fix) -> String {
    let mut fixed = text.to_owned();
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in edits {
        fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    fixed
}

#[test]
fn broken_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    names.sort();
    for path in names {
        let text = std::fs::read_to_string(&path).expect("text");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        insta::assert_snapshot!(name, report(&text));
    }
}
