//! Where a string ends: quotes inside `${ … }` belong to the strings inside. Knows nothing of what escapes mean.

use super::token::Scanner;

/// Takes the rest of a string whose opening quote was read; false when it has no end on its line.
pub(super) fn scan(lexer: &mut Scanner<'_>) -> bool {
    let rest = lexer.remainder();
    let (length, closed) = end(rest);
    let text = rest.get(..length).unwrap_or("");
    // Brackets and commas at the end of the line most likely stood after the quote that is missing.
    let length = if closed { length } else { text.trim_end_matches([')', ']', '}', '{', ',', ' ', '\t']).len() };
    lexer.bump(length);
    closed
}

enum Inside {
    Text,
    /// `${`, with so many braces open inside it.
    Code(usize),
}

/// How long the rest of a string is, and whether it is closed. `text` starts after the opening quote.
fn end(text: &str) -> (usize, bool) {
    let (length, open) = walk(text, Inside::Text);
    (length, !open)
}

/// How long the rest of `${ … }` is, its brace included; `None` when it is not closed. `text` starts after `${`.
pub(crate) fn interpolation_end(text: &str) -> Option<usize> {
    let (length, open) = walk(text, Inside::Code(0));
    (!open).then_some(length)
}

/// Reads up to the end of what is open at the start, or of the line; and says whether it is still open.
fn walk(text: &str, start: Inside) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut open = vec![start];
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        if byte == b'\n' || (byte == b'\r' && next == Some(b'\n')) {
            return (at, true);
        }
        at += 1;
        match (open.last_mut(), byte) {
            (Some(Inside::Text), b'\\')
                if next.is_some_and(|next| next.is_ascii() && next != b'\n' && next != b'\r') =>
            {
                at += 1;
            }
            (Some(Inside::Text), b'$') if next == Some(b'{') => {
                at += 1;
                open.push(Inside::Code(0));
            }
            (Some(Inside::Text), b'"') | (Some(Inside::Code(0)), b'}') => {
                open.pop();
            }
            (Some(Inside::Code(_)), b'"') => open.push(Inside::Text),
            (Some(Inside::Code(braces)), b'{') => *braces += 1,
            (Some(Inside::Code(braces)), b'}') => *braces -= 1,
            _ => {}
        }
        if open.is_empty() {
            return (at, false);
        }
    }
    (at, true)
}
