//! Any text is checked, with the standard library and a file of each kind beside it, the same way each time: every message
//! says something and points into a text, every repair can be made and changes something, and what an editor is told of
//! names points into the program.

#![no_main]

#[path = "../world.rs"]
mod world;

use libfuzzer_sys::fuzz_target;
use standpipe_compiler::{analyse, query};
use standpipe_syntax::diag::{Diagnostic, Fix};
use standpipe_syntax::{FileId, Source, Span};

/// Most repairs of one program that are made and checked again.
const REPAIRS: usize = 3;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let world = world::with(text);
    let analysis = analyse(&world, world::PROGRAM);
    let sources = analysis.sources();
    for diagnostic in &analysis.diagnostics {
        points_into(&sources, diagnostic);
    }
    for found in query::occurrences(&analysis, FileId(0)) {
        assert!(
            found.span.file == FileId(0) && slice(&sources, found.span).is_some(),
            "outside of the text: {found:?}"
        );
    }
    assert_eq!(analyse(&world, world::PROGRAM).diagnostics, analysis.diagnostics, "two checks differ");

    let fixes = analysis.diagnostics.iter().flat_map(|diagnostic| &diagnostic.fixes);
    let mended: Vec<String> = fixes.filter_map(|fix| mended(&sources, fix)).collect();
    for text in mended.iter().take(REPAIRS) {
        let _ = analyse(&world::with(text), world::PROGRAM);
    }
});

fn slice(sources: &[Source], span: Span) -> Option<&str> {
    sources.get(span.file.0 as usize)?.text.get(span.start as usize..span.end as usize)
}

fn points_into(sources: &[Source], diagnostic: &Diagnostic) {
    assert!(!diagnostic.message.is_empty(), "it says nothing: {diagnostic:?}");
    let labels = diagnostic.labels.iter().map(|label| label.span);
    let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
    for span in std::iter::once(diagnostic.span).chain(labels).chain(edits) {
        assert!(slice(sources, span).is_some(), "a message points outside of its text: {diagnostic:?}");
    }
}

/// The program after a repair of it; none when the repair is of another file.
fn mended(sources: &[Source], fix: &Fix) -> Option<String> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.file, edit.span.start, edit.span.end));
    assert!(!edits.is_empty(), "a repair without an edit: {fix:?}");
    for two in edits.windows(2) {
        let apart = two[0].span.file != two[1].span.file || two[0].span.end <= two[1].span.start;
        assert!(apart, "edits of one repair meet: {fix:?}");
    }
    let changes = edits.iter().any(|edit| slice(sources, edit.span) != Some(&edit.text));
    assert!(changes, "a repair that changes nothing: {fix:?}");
    let mut text = sources.first().filter(|_| edits.iter().all(|edit| edit.span.file == FileId(0)))?.text.to_string();
    for edit in edits.into_iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    Some(text)
}
