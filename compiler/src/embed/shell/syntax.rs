//! What is said of a script that is not valid shell, and where.

use super::facts::{Place, SyntaxError};
use super::lex::{Kind, Token};

/// Why a script is read no further.
#[derive(Debug)]
pub(super) enum Stop {
    /// It nests too deeply.
    Deep,
    Error(SyntaxError),
}

fn error(place: Place, message: impl Into<String>, help: Option<String>) -> Stop {
    Stop::Error(SyntaxError { place, message: message.into(), help })
}

/// `opening` stands at `start`, and what it begins has no end.
pub(super) fn unclosed(start: usize, opening: &str, closing: &str) -> Stop {
    error(
        start..start + opening.len(),
        format!("`{opening}` is never closed"),
        Some(format!("close it with `{closing}`")),
    )
}

/// A here document whose mark, without quotes, is `mark`; it is announced at `place`.
pub(super) fn endless(place: Place, mark: &str) -> Stop {
    let bare = mark.trim_end();
    let place = place.start..place.end - (mark.len() - bare.len());
    error(place, "this here document has no end", Some(format!("end it with a line that has only `{bare}`")))
}

/// A word or an operator that cannot stand where it does.
pub(super) fn unexpected(token: &Token<'_>) -> Stop {
    let written = token.text;
    let shown = if written == "\n" { "the end of the line".to_owned() } else { format!("`{written}`") };
    let help = match written {
        "fi" | "then" | "elif" | "else" => Some("an `if` is `if command; then … fi`"),
        "done" | "do" => Some("a loop is `for name in words; do … done`"),
        "}" => Some("before `}` there has to be a `;` or a new line"),
        ")" => Some("no `(` is open here"),
        "(" => Some("quote it when it is meant as text"),
        ";;" | "esac" => Some("a `case` is `case word in pattern) … ;; esac`"),
        _ => None,
    };
    error(token.place(), format!("{shown} cannot stand here"), help.map(str::to_owned))
}

/// What `opened` begins has no end; `end` would be it. `tokens` are those before the place at which it is missed.
pub(super) fn unended(opened: &Token<'_>, end: &str, tokens: &[Token<'_>]) -> Stop {
    let argument = |token: &Token<'_>| token.kind == Kind::Word && token.text == "}" && token.at > opened.at;
    let help = match end == "}" && tokens.iter().any(argument) {
        true => "before `}` there has to be a `;` or a new line".to_owned(),
        false => format!("end it with `{end}`"),
    };
    error(opened.place(), format!("`{}` is never ended", opened.text), Some(help))
}

/// The script `text` ends where more has to follow.
pub(super) fn unfinished(text: &str) -> Stop {
    let end = text.trim_end().len();
    let start = text[..end].rfind('\n').map_or(0, |end| end + 1);
    error(start..end, "the command is not finished", None)
}
