//! The one style, for a file, for part of it, and while a line is ended. What cannot be read stays byte for byte.

use std::collections::HashMap;

use standpipe_syntax::ast::Decl;
use standpipe_syntax::walk::path_at;
use standpipe_syntax::{FileId, Source};
use tower_lsp::ls_types::{Position, Range, TextEdit, Uri};

use crate::convert::Lines;
use crate::documents::path_of;
use crate::snapshot::Snapshot;

/// The edits that bring the file into the one style: one for each run of lines that changes.
pub fn format(snapshot: &Snapshot, uri: &Uri) -> Option<Vec<TextEdit>> {
    Some(format_text(&snapshot.text(&path_of(uri)?)?))
}

/// The same of a file that holds `text`.
#[must_use]
pub fn format_text(text: &str) -> Vec<TextEdit> {
    let source = Source::new(FileId(0), "a.pipe", text);
    let formatted = standpipe_syntax::format(&source).text;
    edits(&source.text, &formatted)
}

/// The declarations that `range` touches, as they stand in the formatted file.
pub fn format_range(snapshot: &Snapshot, uri: &Uri, range: Range) -> Option<Vec<TextEdit>> {
    let file = snapshot.file(uri)?;
    let wanted = file.span(range);
    let formatted = standpipe_syntax::format(file.source()).text;
    let after = Source::new(FileId(0), "a.pipe", &formatted);
    let parsed = standpipe_syntax::parse(&after);
    let whole = |decl: &Decl| decl.doc.as_ref().map_or(decl.span, |doc| doc.span).to(decl.span);
    // Formatting moves no declaration past another.
    if parsed.tree.decls.len() != file.tree().decls.len() {
        return Some(Vec::new());
    }
    let pairs = file.tree().decls.iter().zip(&parsed.tree.decls);
    let touched = pairs.filter(|(decl, _)| whole(decl).start <= wanted.end && wanted.start <= decl.span.end);
    let edits = touched.filter_map(|(old, new)| {
        let text = after.slice(whole(new));
        (file.text(whole(old)) != text).then(|| TextEdit::new(file.range(whole(old)), text.to_owned()))
    });
    Some(edits.collect())
}

/// After a closing brace the declaration around it; after a line's end the margin of the new line.
pub fn format_on_type(snapshot: &Snapshot, uri: &Uri, position: Position, typed: &str) -> Option<Vec<TextEdit>> {
    if typed == "}" {
        return format_range(snapshot, uri, Range::new(position, position));
    }
    let file = snapshot.file(uri)?;
    let at = file.offset(position);
    let text = &file.source().text;
    let line_start = file.offset(Position::new(position.line, 0)) as usize;
    // Only an empty new line; a raw body's margin is its own.
    let here = text.get(line_start..)?.lines().next().unwrap_or("");
    let in_body = super::embedded::raw_at(&file, at).is_some();
    if typed != "\n" || !here.trim().is_empty() || in_body {
        return Some(Vec::new());
    }
    let before = text.get(..line_start)?.trim_end_matches(['\r', '\n']).lines().last().unwrap_or("");
    let margin = before.len() - before.trim_start().len();
    let trimmed = before.trim_end();
    let deeper = trimmed.ends_with(['{', '(', '[']) || (trimmed.ends_with(':') && !path_at(file.tree(), at).is_empty());
    let margin = " ".repeat(margin + if deeper { 2 } else { 0 });
    if margin == here {
        return Some(Vec::new());
    }
    let range =
        Range::new(Position::new(position.line, 0), Position::new(position.line, snapshot.encoding.length(here)));
    Some(vec![TextEdit::new(range, margin)])
}

/// Line by line: what is alike at both ends stays, and so do equal lines in between.
fn edits(old: &str, new: &str) -> Vec<TextEdit> {
    if old == new {
        return Vec::new();
    }
    // Lines that end otherwise than with `\n` are not compared one by one.
    if old.contains('\r') {
        let lines = Lines::of(old);
        let end = lines.position(old, u32::try_from(old.len()).unwrap_or(u32::MAX), crate::convert::Encoding::Utf16);
        return vec![TextEdit::new(
            Range::new(Position::new(0, 0), Position::new(end.line, u32::MAX >> 1)),
            new.into(),
        )];
    }
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut numbers = HashMap::default();
    let (old_numbers, new_numbers) = (numbered(&old_lines, &mut numbers), numbered(&new_lines, &mut numbers));
    let mut out = Vec::new();
    let (mut a, mut b) = (0, 0);
    while a < old_lines.len() || b < new_lines.len() {
        if a < old_lines.len() && b < new_lines.len() && old_numbers[a] == new_numbers[b] {
            a += 1;
            b += 1;
            continue;
        }
        // The next place where both go on alike, for two lines or to the end.
        let (next_a, next_b) = meet(&old_numbers[a..], &new_numbers[b..]);
        let place = |line: usize| Position::new(u32::try_from(line).unwrap_or(u32::MAX), 0);
        let range = Range::new(place(a), place(a + next_a));
        out.push(TextEdit::new(range, new_lines[b..b + next_b].concat()));
        a += next_a;
        b += next_b;
    }
    // A last line without an end has no line after it to end at.
    if let Some(last) = out.last_mut()
        && last.range.end.line as usize >= old_lines.len()
        && !old.ends_with('\n')
        && !old_lines.is_empty()
    {
        last.range.end = Position::new(u32::try_from(old_lines.len() - 1).unwrap_or(u32::MAX), u32::MAX >> 1);
    }
    out
}

/// A number for each line, the same for equal ones: they are compared often.
fn numbered<'l>(lines: &[&'l str], numbers: &mut HashMap<&'l str, usize>) -> Vec<usize> {
    lines
        .iter()
        .map(|line| {
            let next = numbers.len();
            *numbers.entry(line).or_insert(next)
        })
        .collect()
}

/// How many lines of each are skipped until both go on alike.
fn meet(old: &[usize], new: &[usize]) -> (usize, usize) {
    const WINDOW: usize = 64;
    for sum in 1..WINDOW {
        for skip in 0..=sum {
            let (a, b) = (skip, sum - skip);
            if a > old.len() || b > new.len() {
                continue;
            }
            let (rest_a, rest_b) = (&old[a..], &new[b..]);
            let ends = rest_a.is_empty() && rest_b.is_empty();
            let alike = rest_a.len() >= 2 && rest_b.len() >= 2 && rest_a[..2] == rest_b[..2];
            let last = rest_a.len() == 1 && rest_b.len() == 1 && rest_a == rest_b;
            if ends || alike || last {
                return (a, b);
            }
        }
    }
    (old.len(), new.len())
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::Position;

    use crate::ide::testing::Editor;

    const UGLY: &str = "const a:Int=1\n\n\n\npipeline main( )->Int {\n      a\n}\n\ntask broken( -> {\n   x\n}\n\nconst   b : Int = 2\n";

    #[test]
    fn what_cannot_be_read_stays_and_the_rest_is_formatted() {
        let editor = Editor::with(UGLY);
        let edits = super::format(&editor.snapshot, &editor.uri).unwrap();
        assert_eq!(
            editor.after(&edits),
            "const a: Int = 1\n\npipeline main() -> Int {\n  a\n}\n\ntask broken( -> {\n   x\n}\n\nconst b: Int = 2\n"
        );
        assert!(edits.len() > 1, "lines that stay are not replaced");
    }

    #[test]
    fn only_the_declarations_in_the_range_change() {
        let editor = Editor::with(&UGLY.replace("      a", "      ‸a"));
        let edits = super::format_range(&editor.snapshot, &editor.uri, editor.selected()).unwrap();
        let after = editor.after(&edits);
        assert!(
            after.starts_with("const a:Int=1\n") && after.contains("pipeline main() -> Int {\n  a\n}\n"),
            "{after}"
        );
    }

    #[test]
    fn any_text_becomes_what_the_formatter_makes_of_it() {
        for text in ["", "const a:Int=1", "\n\n", "const a: Int = 1\n", "const a:Int=1\r\n\r\n\r\nconst b:Int=2", "x"] {
            let editor = Editor::with(text);
            let edits = super::format(&editor.snapshot, &editor.uri).unwrap();
            let source = standpipe_syntax::Source::new(standpipe_syntax::FileId(0), "a.pipe", text);
            assert_eq!(editor.after(&edits), standpipe_syntax::format(&source).text, "{text:?}");
        }
    }

    #[test]
    fn a_new_line_gets_its_margin() {
        let margin = |text: &str| {
            let editor = Editor::with(text);
            let edits = super::format_on_type(&editor.snapshot, &editor.uri, editor.cursor(), "\n").unwrap();
            edits.first().map(|edit| (edit.range.start, edit.new_text.clone()))
        };
        assert_eq!(margin("pipeline main() -> Int {\n‸\n}\n"), Some((Position::new(1, 0), "  ".into())));
        assert_eq!(margin("pipeline main() -> Int {\n  ‸\n}\n"), None);
        assert_eq!(margin("pipeline main() -> Int {\n  a = 1\n‸\n}\n"), Some((Position::new(2, 0), "  ".into())));
    }
}
