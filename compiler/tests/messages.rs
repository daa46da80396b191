//! What people are told: a mistake, the report on it, and the proof that each repair repairs.

use std::fmt::Write as _;

use standpipe_compiler::{Analysis, MemoryWorld, analyse};
use standpipe_syntax::diag::Fix;

/// Files that the mistakes below are surrounded by.
fn world(text: &str) -> MemoryWorld {
    MemoryWorld::new()
        .with("data/customers.csv", "id\n1\n")
        .with("data/orders.csv", "\u{feff}id,day,customer,amount,plan,paid\n1,2020-01-02,\"Ann, B.\",3.5,free,true\n2,3.1.2020,\"of\ntwo lines\",-1,Pro,\n")
        .with("data/semicolons.csv", "id;a\n1;2\n")
        .with("data/orders.parquet", include_bytes!("mistakes/orders.parquet").as_slice())
        .with("metrics.pipe", "pipeline score(n: Int) -> Float {\n  n / 2\n}\n")
        .with("a.pipe", text)
}

fn found(text: &str) -> Analysis {
    analyse(&world(text), "a.pipe")
}

/// The text with `fix` applied.
fn mended(text: &str, fix: &Fix) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

/// Every diagnostic with its places and repairs. A repair has to leave fewer diagnostics than there were.
fn report(text: &str) -> String {
    let analysis = found(text);
    let sources = analysis.sources();
    let place = |span: standpipe_syntax::Span| {
        let source = &sources[span.file.0 as usize];
        let at = source.place(span.start);
        format!("{}:{} `{}`", at.line, at.column, source.slice(span).replace('\n', "\\n"))
    };
    let mut out = String::new();
    for diagnostic in &analysis.diagnostics {
        let _ = writeln!(out, "{} {}: {}", diagnostic.code, place(diagnostic.span), diagnostic.message);
        if !diagnostic.label.is_empty() {
            let _ = writeln!(out, "    here: {}", diagnostic.label);
        }
        for label in &diagnostic.labels {
            let _ = writeln!(out, "    {}: {}", place(label.span), label.text);
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(out, "    help: {help}");
        }
        for fix in &diagnostic.fixes {
            let edits: Vec<_> =
                fix.edits.iter().map(|edit| format!("{} -> {:?}", place(edit.span), edit.text)).collect();
            let _ = writeln!(out, "    fix: {}: {}", fix.title, edits.join(", "));
            let after = found(&mended(text, fix));
            let left: Vec<_> = after.diagnostics.iter().map(|left| (left.code, &left.message)).collect();
            assert!(left.len() < analysis.diagnostics.len(), "after `{}` there is {left:?} in\n{text}", fix.title);
        }
    }
    out
}

/// Reports on the examples of one file, which are divided by lines of `----`.
fn reports(examples: &str) -> String {
    let examples = examples.split("----\n").map(|example| example.trim_start_matches('\n'));
    examples.map(|example| format!("{example}>>>>\n{}", report(example))).collect::<Vec<_>>().join("----\n")
}

macro_rules! mistakes {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(reports(include_str!(concat!("mistakes/", stringify!($name), ".txt"))));
        })*
    };
}

mistakes! { names types calls tables control attributes constants headers python shell }
