//! Characters that cannot be seen, and so mislead the reader of a program, wherever they stand: in code, in strings, in
//! comments and in raw bodies.

use crate::diag::{Code, Diagnostic};
use crate::lex::small;
use crate::{Source, Span};

/// Changes the direction of the text after it.
fn turns_text(char: char) -> bool {
    matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// Is none of the characters that a text file has.
pub(crate) fn is_hidden(char: char) -> bool {
    turns_text(char) || char == '\u{feff}' || (char.is_ascii_control() && !matches!(char, '\n' | '\t'))
}

/// One message for each line that has some.
pub(crate) fn check(source: &Source) -> Vec<Diagnostic> {
    let bytes = source.text.as_bytes();
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut last_line = None;
    for (at, byte) in bytes.iter().enumerate() {
        // Everything else of one byte, and most of what is longer, is plainly fine.
        let suspect = matches!(byte, 0..=8 | 11..=31 | 127 | 0xe2 | 0xd8 | 0xef);
        if !suspect || (*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            continue;
        }
        let Some(char) = source.text.get(at..).and_then(|text| text.chars().next()).filter(|char| is_hidden(*char))
        else {
            continue;
        };
        let line = source.line_of(small(at));
        if last_line != Some(line) {
            last_line = Some(line);
            let span = Span { file: source.id, start: small(at), end: small(at + char.len_utf8()) };
            found.push(message(char, span));
        }
    }
    found
}

fn message(char: char, span: Span) -> Diagnostic {
    if char == '\r' {
        return Diagnostic::new(Code::HIDDEN_CHARACTER, span, "a carriage return stands here without a line feed")
            .help("lines end with `\\n` or `\\r\\n`")
            .fix("end the line", span, "\n");
    }
    let what = if turns_text(char) { "turns the direction of the text after it" } else { "cannot be seen" };
    Diagnostic::new(
        Code::HIDDEN_CHARACTER,
        span,
        format!("the character U+{:04X} stands here, which {what}", u32::from(char)),
    )
    .help(format!("take it away; in a string it can be written `\\u{{{:X}}}`", u32::from(char)))
    .fix("remove it", span, "")
}
