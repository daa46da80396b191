//! A text as it would be if what is being written were there: a name where the cursor stands, the brackets closed that are
//! open, a block behind a header without one. What the compiler takes the name for says what could stand there.

use std::ops::Range;

use standpipe_syntax::ast::{ExprKind, TypeKind};
use standpipe_syntax::walk::Node;
use standpipe_syntax::{Class, FileId, Source, classes, parse};

use crate::snapshot::{File, Snapshot};

/// A name that stands for what is not written yet.
pub(super) const UNWRITTEN: &str = "zz_unwritten";

/// The text with a name at byte `at`, when none stands there, and the place in it.
pub(super) fn completed(snapshot: &Snapshot, file: &File, at: u32) -> (Snapshot, u32) {
    completed_from(snapshot, file, word_start(&file.source().text, at), at)
}

/// The text with a name in the place of what stands between `start` and the end of the word at byte `at`.
pub(super) fn completed_from(snapshot: &Snapshot, file: &File, start: u32, at: u32) -> (Snapshot, u32) {
    let text = &file.source().text;
    let end = at as usize + text[at as usize..].find(|c: char| !is_word(c)).unwrap_or(text.len() - at as usize);
    let closed = closed(text, start as usize, end);
    let with = |block: &str| format!("{}{UNWRITTEN}{}{block}{}", closed.before, closed.line, closed.rest);
    let plain = with("");
    // Of what cannot be read otherwise it is tried whether a block is missing.
    let found = [plain.clone(), with(" {}")].into_iter().find(|part| is_read(part));
    let part = found.unwrap_or(plain);
    let new = format!("{}{part}{}", &text[..closed.place.start], &text[closed.place.end..]);
    (snapshot.with_text(&file.path, new).meanings(file), start)
}

/// The declaration around a place, with the brackets closed that are open.
pub(super) struct Closed {
    /// Where it stands.
    pub(super) place: Range<usize>,
    pub(super) before: String,
    /// What follows on the line, and what closes brackets that nothing closes.
    pub(super) line: String,
    pub(super) rest: String,
}

/// The declaration around what stands from byte `start` to `end`, without that.
pub(super) fn closed(text: &str, start: usize, end: usize) -> Closed {
    let place = declaration_around(text, start, end);
    let (before, after) = (&text[place.start..start], &text[end..place.end]);
    let line_end = after.find('\n').unwrap_or(after.len());
    // A block that is there stays where it is.
    let line_end = after[..line_end].find('{').map_or(line_end, |block| after[..block].trim_end().len());
    let missing = missing(before, after);
    Closed {
        place: place.clone(),
        before: before.to_owned(),
        line: format!("{}{}", &after[..line_end], missing.here),
        rest: match missing.last.as_str() {
            "" => after[line_end..].to_owned(),
            last => format!("{}{last}\n\n", after[line_end..].trim_end()),
        },
    }
}

/// What closes brackets that nothing closes.
struct Missing {
    /// At the end of the line.
    here: String,
    /// At the end of all.
    last: String,
}

fn missing(before: &str, after: &str) -> Missing {
    let mut open: Vec<(char, bool)> = Vec::new();
    let mut here = String::new();
    for bracket in brackets(before) {
        match bracket {
            '(' | '[' | '{' => open.push((bracket, true)),
            _ => drop(open.pop()),
        }
    }
    for bracket in brackets(after) {
        if matches!(bracket, '(' | '[' | '{') {
            open.push((bracket, false));
            continue;
        }
        while let Some((top, ours)) = open.pop() {
            if closing(top) == bracket {
                break;
            }
            if ours {
                here.push(closing(top));
            }
        }
    }
    // What is left and opened before everything else holds the declaration, or its statements.
    let blocks = open.iter().take_while(|(bracket, _)| *bracket == '{').count();
    here.extend(open[blocks..].iter().rev().filter(|(_, ours)| *ours).map(|(bracket, _)| closing(*bracket)));
    Missing { here, last: "\n}".repeat(blocks) }
}

fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// The brackets of a piece of text that is none of a string or a comment.
fn brackets(text: &str) -> Vec<char> {
    let source = Source::new(FileId(0), "a.pipe", text);
    let pieces = classes(&source).into_iter().filter(|(_, class)| *class == Class::Other);
    let pieces = pieces.filter_map(|(span, _)| source.slice(span).chars().next());
    pieces.filter(|bracket| "()[]{}".contains(*bracket)).collect()
}

/// Whether the name that stands for what is not written is read as part of something.
fn is_read(text: &str) -> bool {
    let parsed = parse(&Source::new(FileId(0), "a.pipe", text));
    let mut found = false;
    for decl in &parsed.tree.decls {
        Node::Decl(decl).walk(&mut |node| {
            found |= match node {
                Node::Expr(expr) => match &expr.kind {
                    ExprKind::Name(name) | ExprKind::Field { name, .. } => name.text == UNWRITTEN,
                    _ => false,
                },
                Node::Type(ty) => matches!(&ty.kind, TypeKind::Named { name, .. } if name.text == UNWRITTEN),
                Node::Attr(attr) => attr.name.text == UNWRITTEN,
                Node::Param(param) => param.name.text == UNWRITTEN,
                Node::FieldType(field) => field.name.text == UNWRITTEN,
                Node::RecordField(field) => field.name.text == UNWRITTEN,
                Node::Arg(arg) => arg.name.as_ref().is_some_and(|name| name.text == UNWRITTEN),
                Node::Decl(_) | Node::ImportItem(_) | Node::TypeParam(_) | Node::Block(_) | Node::Stmt(_) => false,
            };
        });
    }
    found
}

/// The lines from where a declaration starts at or before byte `from` to where one starts behind byte `to`: no more of a
/// text hangs together.
fn declaration_around(text: &str, from: usize, to: usize) -> Range<usize> {
    let starts = |at: usize| text[at..].starts_with(|first: char| first.is_ascii_lowercase());
    let start = text[..from].rmatch_indices('\n').map(|(at, _)| at + 1).find(|at| starts(*at)).unwrap_or(0);
    let end = text[to..].match_indices('\n').map(|(at, _)| to + at + 1).find(|at| starts(*at));
    start..end.unwrap_or(text.len())
}

pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Where the word starts that byte `at` stands in or after.
pub(super) fn word_start(text: &str, at: u32) -> u32 {
    let before = text.get(..at as usize).unwrap_or("");
    u32::try_from(before.trim_end_matches(is_word).len()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed_at(text: &str) -> String {
        let at = text.find('‸').unwrap();
        let text = text.replace('‸', "");
        let closed = closed(&text, at, at);
        format!("{}‸{}{}", closed.before, closed.line, closed.rest)
    }

    #[test]
    fn brackets_that_are_open_are_closed() {
        assert_eq!(closed_at("pipeline main() {\n  f(‸"), "pipeline main() {\n  f(‸)\n}\n\n");
        assert_eq!(closed_at("pipeline main() {\n  f(‸\n}\n"), "pipeline main() {\n  f(‸)\n}\n");
        assert_eq!(
            closed_at("pipeline main() {\n  for a in f([‸ {\n  }\n}\n"),
            "pipeline main() {\n  for a in f([‸]) {\n  }\n}\n"
        );
        assert_eq!(closed_at("type A = {\n  a: ‸"), "type A = {\n  a: ‸\n}\n\n");
        assert_eq!(
            closed_at("pipeline main() {\n  f({ a: \"(\", b: ‸"),
            "pipeline main() {\n  f({ a: \"(\", b: ‸})\n}\n\n"
        );
        let whole = "pipeline main() {\n  f(‸)\n}\n";
        assert_eq!(closed_at(whole), whole);
    }

    #[test]
    fn a_declaration_ends_where_the_next_starts() {
        let text = "const a = 1\n\ntask f(\n  n: ‸\n\ntype B = Int\n";
        assert_eq!(closed_at(text), "task f(\n  n: ‸)\n\n");
    }
}
