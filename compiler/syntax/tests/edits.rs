//! What a person does to a file while typing: the tokens and lines of the project's own files deleted, doubled,
//! replaced, cut short or left unfinished. Nothing panics, the declarations that were not touched stay as they were,
//! and the messages stay few.

mod common;

use std::ops::Range;

use common::{project_files, source};
use standpipe_syntax::ast::DeclKind;
use standpipe_syntax::{format, parse};

/// So many edits of each file, spread evenly, when the variable `EDITS` does not say another number.
const SAMPLE: usize = 120;

/// At most so many messages an edit, on average.
const MESSAGES: f64 = 2.0;

struct Edit {
    what: &'static str,
    /// What is edited.
    place: Range<usize>,
    /// What stands there then.
    new: String,
}

fn edits(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut push = |what, place: Range<usize>, new: String| edits.push(Edit { what, place, new });
    for place in tokens(text) {
        let token = &text[place.clone()];
        let line_end = text[place.end..].find('\n').map_or(text.len(), |end| place.end + end);
        push("token deleted", place.clone(), String::new());
        push("token doubled", place.clone(), format!("{token} {token}"));
        push("token replaced", place.clone(), ")".to_owned());
        push("token cut short", place.clone(), token.chars().take(token.chars().count() / 2).collect());
        push("line left unfinished", place.end..line_end, String::new());
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let place = start..start + line.len();
        start = place.end;
        push("line deleted", place.clone(), String::new());
        push("line doubled", place, line.repeat(2));
    }
    edits
}

/// Words, strings and single characters; comments are left alone.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => rest[1..].find(['"', '\n']).map_or(rest.len(), |end| end + 2),
            first if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        if !first.is_whitespace() && first != '#' {
            tokens.push(at..at + length);
        }
        at += length;
    }
    tokens
}

/// Where the declarations stand, and which of them are whole.
fn declarations(text: &str) -> Vec<(Range<usize>, bool)> {
    let parsed = parse(&source(text));
    let range = |decl: &standpipe_syntax::ast::Decl| decl.span.start as usize..decl.span.end as usize;
    parsed.tree.decls.iter().map(|decl| (range(decl), !matches!(decl.kind, DeclKind::Broken(_)))).collect()
}

#[test]
fn an_edit_costs_no_more_than_its_declaration() {
    let sample = std::env::var("EDITS").ok().and_then(|number| number.parse().ok()).unwrap_or(SAMPLE);
    let (mut messages, mut count) = (0, 0);
    let mut worst: Vec<(usize, String)> = Vec::new();
    for (path, text) in project_files() {
        let all = edits(&text);
        let step = all.len().div_ceil(sample);
        let before = declarations(&text);
        for edit in all.into_iter().step_by(step.max(1)) {
            let mut edited = text.clone();
            edited.replace_range(edit.place.clone(), &edit.new);
            let after = declarations(&edited);
            for (range, _) in &before {
                let touched = edit.place.start <= range.end && range.start <= edit.place.end;
                let declaration = &text[range.clone()];
                let survives = after.iter().any(|(range, whole)| *whole && &edited[range.clone()] == declaration);
                let name = declaration.lines().next().unwrap_or("");
                assert!(touched || survives, "{path}: {} at {:?} breaks `{name}`\n{edited}", edit.what, edit.place);
            }
            let found = parse(&source(&edited)).diagnostics.len();
            let _ = format(&source(&edited));
            messages += found;
            count += 1;
            if found > 4 {
                worst.push((found, format!("{path}: {} at {:?}", edit.what, edit.place)));
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let mean = messages as f64 / count as f64;
    worst.sort();
    assert!(count > 300, "only {count} edits");
    assert!(mean <= MESSAGES, "{mean:.2} messages an edit; the worst: {worst:#?}");
    assert!(worst.last().is_none_or(|(found, _)| *found <= 6), "one edit, many messages: {worst:#?}");
}
