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

/// Bytes that are looked at together: almost all of them are plainly fine.
const TOGETHER: usize = 64;

/// Whether a character that begins so may be hidden. Everything else of one byte, and most of what is longer, is not.
fn is_suspect(byte: u8) -> bool {
    matches!(byte, 0..=8 | 11..=31 | 127 | 0xe2 | 0xd8 | 0xef)
}

/// One message for each line that has some.
pub(crate) fn check(source: &Source) -> Vec<Diagnostic> {
    let bytes = source.text.as_bytes();
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut last_line = None;
    // Without a way out in the middle, so that they are compared many at a time.
    let any = |part: &[u8]| part.iter().fold(false, |any, byte| any | is_suspect(*byte));
    for (start, part) in (0..).step_by(TOGETHER).zip(bytes.chunks(TOGETHER)).filter(|(_, part)| any(part)) {
        for (at, byte) in (start..).zip(part).filter(|(_, byte)| is_suspect(**byte)) {
            if *byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            let char = source.text.get(at..).and_then(|text| text.chars().next());
            let Some(char) = char.filter(|char| is_hidden(*char)) else { continue };
            let line = source.line_of(small(at));
            if last_line != Some(line) {
                last_line = Some(line);
                let span = Span { file: source.id, start: small(at), end: small(at + char.len_utf8()) };
                found.push(message(char, span));
            }
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
