//! What checks becomes plans or messages, and the same plans each time: each reads back as it was written, and can be
//! drawn. Of the formatted program they are the same but for the numbers of lines, so that no key of a step changes.

#![no_main]

#[path = "../world.rs"]
mod world;

use libfuzzer_sys::fuzz_target;
use standpipe_compiler::{analyse, compile, view};
use standpipe_plan::{decode, encode};
use standpipe_syntax::{FileId, Source, format};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(plans) = plans(text) else { return };
    assert_eq!(self::plans(text).as_ref(), Some(&plans), "two plans of one program");
    let formatted = format(&Source::new(FileId(0), world::PROGRAM, text)).text;
    let Some(after) = self::plans(&formatted) else { panic!("formatting broke it:\n{formatted}") };
    assert_eq!(plans.len(), after.len(), "formatting changed what there is to run");
    for (before, after) in plans.iter().zip(&after) {
        assert_eq!(before.as_deref().map(unlined), after.as_deref().map(unlined), "formatting changed a plan");
    }
});

/// The plans of all pipelines and tests, as they are written; none of a program that has errors.
fn plans(text: &str) -> Option<Vec<Option<String>>> {
    let world = world::with(text);
    let analysis = analyse(&world, world::PROGRAM);
    if analysis.has_errors() {
        return None;
    }
    let pipelines = analysis.pipelines().into_iter().map(|pipeline| pipeline.decl);
    let all = pipelines.chain(analysis.tests().into_iter().map(|test| test.decl));
    let plan = |decl| {
        let compiled = compile(&world, &analysis, decl);
        let Some(plan) = compiled.plan else {
            assert!(!compiled.diagnostics.is_empty(), "neither a plan nor a reason");
            return None;
        };
        let written = encode(&plan);
        assert_eq!(decode(written.as_bytes()).as_ref(), Ok(&plan), "another plan is read than was written");
        let _ = (view::dot(&plan), view::mermaid(&plan));
        Some(written)
    };
    Some(all.map(plan).collect())
}

/// A written plan without its head, which has its digest, and without the lines that things stand on.
fn unlined(written: &str) -> String {
    let body = written.splitn(3, '\n').last().unwrap_or_default();
    let mut parts = body.split("\"line\":");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "\"line\":" + part.trim_start_matches(|ch: char| ch.is_ascii_digit()))
}
