//! Messages about characters, strings, numbers and margins.

use crate::Span;
use crate::diag::{Code, Diagnostic, Edit};
use crate::parse::number::{SIZES, TIMES};

/// Characters that mean nothing. `rest` is the text of the line after them.
pub(in crate::parse) fn bad_character(span: Span, text: &str, rest: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::BAD_CHARACTER, span, format!("`{}` means nothing here", super::shown(text)));
    let first = text.chars().next().unwrap_or(' ');
    match text {
        ";" => diagnostic.help("the end of the line ends a step").fix("remove it", span, ""),
        "&" | "&&" => diagnostic.help("both of two is `a and b`").fix("write `and`", span, "and"),
        "!" => diagnostic.help("the opposite is `not a`").fix("write `not`", span, "not "),
        "%" => diagnostic.help("a percentage touches its number, `20%`; there is no `%` operator"),
        "'" => {
            let diagnostic = diagnostic.help("strings stand in double quotes");
            match rest.find('\'').filter(|end| !rest.get(..*end).unwrap_or("").contains(['"', '\\', '$'])) {
                Some(end) => {
                    let close = Span {
                        start: span.end + crate::lex::small(end),
                        end: span.end + crate::lex::small(end) + 1,
                        ..span
                    };
                    let edit = |span| Edit { span, text: "\"".to_owned() };
                    diagnostic.fix_all("use double quotes", vec![edit(span), edit(close)])
                }
                None => diagnostic,
            }
        }
        _ if matches!(first, '“' | '”' | '„' | '«' | '»') => {
            diagnostic.help("strings stand in straight quotes, `\"`")
        }
        _ if first.is_alphanumeric() => diagnostic.help("names are made of the letters a to z, digits and `_`"),
        _ if first.is_whitespace() => diagnostic.help("use plain spaces").fix("put a plain space", span, " "),
        _ => diagnostic.help("take it away, or put it in a string"),
    }
}

/// `text` is the string with its opening quote.
pub(in crate::parse) fn unterminated(span: Span, text: &str) -> Diagnostic {
    if let Some(at) = text.rfind("${").filter(|at| !text.get(*at..).unwrap_or("").contains('}')) {
        let start = span.start + crate::lex::small(at);
        let diagnostic = not_closed_interpolation(Span { start, end: start + 2, ..span });
        let quote = Span { start: span.end - 1, end: span.end - 1, ..span };
        return if text.ends_with('"') { diagnostic.fix("add `}`", quote, "}") } else { diagnostic };
    }
    Diagnostic::new(Code::UNTERMINATED_STRING, span, "this string has no closing `\"` on its line")
        .help("close it with `\"`; a line break inside is written `\\n`")
        .fix("add `\"`", span.after(), "\"")
}

pub(in crate::parse) fn not_closed_interpolation(span: Span) -> Diagnostic {
    Diagnostic::new(Code::UNTERMINATED_STRING, span, "this `${` has no closing `}` in its string")
        .help("close it with `}`, or write `\\${` for the characters themselves")
}

pub(in crate::parse) fn bad_escape(span: Span, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::BAD_ESCAPE, span, format!("`{text}` is no escape"))
        .help("escapes are `\\n` `\\t` `\\\"` `\\\\` `\\$` and `\\u{1F600}`; a backslash itself is `\\\\`");
    if text.starts_with("\\u") {
        return diagnostic;
    }
    diagnostic.fix("write the backslash itself", span, format!("\\{text}"))
}

pub(in crate::parse) fn empty_interpolation(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, "`${}` holds no expression")
        .help("put a name or an expression between the braces")
}

/// How other tools write our units.
const SPELLINGS: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("msec", "ms"),
    ("millis", "ms"),
    ("k", "KB"),
    ("g", "GB"),
    ("t", "TB"),
    ("ki", "KiB"),
    ("mi", "MiB"),
    ("gi", "GiB"),
    ("ti", "TiB"),
    ("bytes", "B"),
];

/// The unit that somebody means who writes `text`.
pub(super) fn unit_meant(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let units = || SIZES.iter().chain(TIMES).map(|(unit, _)| *unit);
    units()
        .find(|unit| *unit == text)
        .or_else(|| units().find(|unit| unit.eq_ignore_ascii_case(text)))
        .or_else(|| SPELLINGS.iter().find(|(spelling, _)| *spelling == lower).map(|(_, unit)| *unit))
}

pub(in crate::parse) fn unknown_unit(span: Span, text: &str, digits: usize) -> Diagnostic {
    let unit = text.get(digits..).unwrap_or("");
    let at = Span { start: span.start + crate::lex::small(digits), ..span };
    let diagnostic = Diagnostic::new(Code::UNKNOWN_UNIT, at, format!("`{unit}` is no unit"));
    if let Some(meant) = unit_meant(unit) {
        return diagnostic.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), at, meant);
    }
    if unit.eq_ignore_ascii_case("e") {
        return diagnostic.help("an exponent has digits: `1e-3`");
    }
    if unit.starts_with('_') || unit.len() > 4 {
        return diagnostic.help("a name starts with a letter, a number ends before a letter");
    }
    diagnostic.help("units are `ms s m h d`, `B KB MB GB TB`, `KiB MiB GiB TiB` and `%`")
}

pub(in crate::parse) fn too_large(span: Span, text: &str) -> Diagnostic {
    let shown: String = text.chars().take(40).collect();
    Diagnostic::new(Code::NUMBER_TOO_LARGE, span, format!("`{shown}` is too large"))
        .help(format!("an Int, and a Duration in nanoseconds, is at most {}", i64::MAX))
}

/// `edits` write the margins with spaces alone; the first of them is the first line that disagrees.
pub(in crate::parse) fn mixed_margin(edits: Vec<Edit>, body: Span) -> Diagnostic {
    let span = edits.first().map_or(body, |edit| edit.span);
    Diagnostic::new(Code::MIXED_MARGIN, span, "tabs and spaces are mixed at the left of this body")
        .help("indent all its lines with spaces")
        .fix_all("use spaces", edits)
}
