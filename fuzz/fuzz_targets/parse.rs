//! Any text is read, the same way each time, and every message and repair points into it. A file's declarations stand in
//! order and do not meet.

#![no_main]

use libfuzzer_sys::fuzz_target;
use standpipe_syntax::{FileId, Source, parse, tree_text};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let source = Source::new(FileId(0), "fuzz.pipe", text);
    let parsed = parse(&source);
    for diagnostic in &parsed.diagnostics {
        assert!(!diagnostic.message.is_empty());
        let labels = diagnostic.labels.iter().map(|label| label.span);
        let fixes = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in std::iter::once(diagnostic.span).chain(labels).chain(fixes) {
            let range = span.start as usize..span.end as usize;
            assert!(source.text.get(range).is_some(), "a message points outside of the text: {diagnostic:?}");
        }
    }
    let mut end = 0;
    for decl in &parsed.tree.decls {
        let inside = source.text.get(decl.span.start as usize..decl.span.end as usize).is_some();
        assert!(inside && decl.span.start >= end, "declarations meet, or are none: {:?} after {end}", decl.span);
        end = decl.span.end;
    }
    assert_eq!(tree_text(&source), tree_text(&source), "two readings differ");
    assert_eq!(parse(&source).diagnostics, parsed.diagnostics, "two readings differ");
});
