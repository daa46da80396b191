//! Any text is read, formatted and shown without a panic; and what formatting made stays as it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use standpipe_syntax::{FileId, Source, format, parse, tokens_text, tree_text};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let source = Source::new(FileId(0), "fuzz.pipe", text);
    let parsed = parse(&source);
    for diagnostic in &parsed.diagnostics {
        let fixes = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in std::iter::once(diagnostic.span).chain(fixes) {
            let range = span.start as usize..span.end as usize;
            assert!(source.text.get(range).is_some(), "a message points outside of the text: {diagnostic:?}");
        }
    }
    let _ = tokens_text(&source);
    let formatted = format(&source).text;
    if parsed.diagnostics.is_empty() {
        let after = Source::new(FileId(0), "fuzz.pipe", &formatted);
        assert!(parse(&after).diagnostics.is_empty(), "formatting broke it:\n{formatted}");
        assert_eq!(tree_text(&source), tree_text(&after), "formatting changed the tree");
        assert_eq!(format(&after).text, formatted, "formatting again changed it");
    }
});
