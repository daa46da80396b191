//! The messages of reading. Wording is ours, never the parser generator's.

use std::ops::Range;

use super::token::Start;
use crate::Span;
use crate::ast::Name;
use crate::diag::{Code, Diagnostic};
use crate::tree::Tokens;

pub(super) fn bad_character(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::BAD_CHARACTER, span, format!("`{}` means nothing here", text.escape_debug()))
        .help("take it away")
        .fix("remove it", span, "")
}

pub(super) fn unterminated(span: Span) -> Diagnostic {
    Diagnostic::new(Code::UNTERMINATED_STRING, span, "this string has no closing `\"` on its line")
        .help("add a `\"`, or write a line break as `\\n`")
}

pub(super) fn bad_escape(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::BAD_ESCAPE, span, format!("`{}` is no escape", text.escape_debug()))
        .help("escapes are `\\n`, `\\t`, `\\\"`, `\\\\`, `\\$` and `\\u{1F600}`; a backslash itself is `\\\\`")
}

pub(super) fn empty_interpolation(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, "`${}` holds no expression")
        .help("put a name or an expression between the braces")
}

pub(super) fn unknown_unit(span: Span, text: &str, digits: usize) -> Diagnostic {
    let unit = text.get(digits..).unwrap_or("");
    Diagnostic::new(Code::UNKNOWN_UNIT, span, format!("`{unit}` is no unit"))
        .help("units are `ms s m h d`, `B KB MB GB TB`, `KiB MiB GiB TiB` and `%`")
}

pub(super) fn too_large(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::NUMBER_TOO_LARGE, span, format!("`{text}` is too large"))
        .help(format!("an Int is at most {}", i64::MAX))
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TOO_DEEP, span, "this stands inside too many others")
        .help("give parts of it names on lines of their own")
}

pub(super) fn value_in_plain_string(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, "this string cannot hold a value").help("write plain text")
}

pub(super) fn module_path(span: Span, first: &Name, rest: &[&str]) -> Diagnostic {
    let path = std::iter::once(first.text.as_str()).chain(rest.iter().copied()).collect::<Vec<_>>().join("/");
    Diagnostic::new(Code::MODULE_PATH, span, format!("`{path}` is no module"))
        .help("a module is `std/…`, or a file in quotes: `\"./metrics.pipe\"`")
}

pub(super) fn not_supported(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::NOT_SUPPORTED, span, format!("`{word}` is not supported yet"))
        .help("it is reserved for a later version")
}

pub(super) fn not_a_declaration(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::NOT_A_DECLARATION, span, format!("`{word}` starts no declaration"))
        .help(format!("declarations are {}; what they hold is indented", crate::tree::DECLARATIONS.join(", ")))
}

pub(super) fn no_body(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, format!("expected `{{` and the {word}'s body")).help("add `{ … }`")
}

pub(super) fn syntax(
    tokens: &Tokens<'_>,
    start: Start,
    range: &Range<usize>,
    span: Span,
    expected: &[String],
) -> Diagnostic {
    let _ = (start, range);
    Diagnostic::new(Code::SYNTAX, span, format!("unexpected `{}`; {}", tokens.source.slice(span), expected.join(" ")))
}
