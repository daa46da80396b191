//! Any text is formatted: once is enough and no comment is lost; and of a right one what it means stays, the same tokens
//! and the same tree.

#![no_main]

use libfuzzer_sys::fuzz_target;
use standpipe_syntax::{FileId, Source, format, parse, tokens_text, tree_text};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let source = Source::new(FileId(0), "fuzz.pipe", text);
    let formatted = format(&source).text;
    let after = Source::new(FileId(0), "fuzz.pipe", &formatted);
    assert_eq!(format(&after).text, formatted, "formatting again changed it");
    assert_eq!(comments(&source), comments(&after), "a comment was lost or found");
    if parse(&source).diagnostics.is_empty() {
        assert!(parse(&after).diagnostics.is_empty(), "formatting broke it:\n{formatted}");
        assert_eq!(words(&source), words(&after), "formatting changed the tokens");
        assert_eq!(tree_text(&source), tree_text(&after), "formatting changed the tree");
    }
});

/// The comments; inside one statement they may change places.
fn comments(source: &Source) -> Vec<String> {
    let mut found: Vec<String> =
        parse(source).comments.iter().map(|comment| source.slice(comment.span).to_owned()).collect();
    found.sort();
    found
}

/// The tokens without those that only lay things out. What raw bodies hold is compared in the tree, less their margins.
fn words(source: &Source) -> Vec<String> {
    let shown = tokens_text(source);
    let words = shown.lines().filter_map(|line| {
        let (kind, text) = line.split_once(' ')?.1.split_once(' ')?;
        (!matches!(kind, "Newline" | "Comma" | "Raw")).then(|| text.to_owned())
    });
    words.collect()
}
