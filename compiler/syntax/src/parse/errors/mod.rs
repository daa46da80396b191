//! The messages of reading. Wording is ours, never the parser generator's.

mod branches;
mod expected;
mod habits;
mod lexical;
mod numbers;
mod syntax;

pub(super) use expected::Expected;
pub(super) use habits::{decorator, python_function};
pub(super) use lexical::{
    bad_character, bad_escape, empty_interpolation, mixed_margin, not_closed_interpolation, too_large, unknown_unit,
    unterminated,
};
pub(super) use syntax::{Site, body_beside, syntax};

use crate::Span;
use crate::ast::Name;
use crate::diag::{Code, Diagnostic};
use crate::nearest::nearest_word;
use crate::tree::DECLARATIONS;

/// `text` as a message can hold it: short, on one line, nothing in it invisible.
fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    let mut shown: String =
        line.chars().take(32).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if shown.len() < text.len() && shown.chars().count() == 32 {
        shown.push('…');
    }
    shown
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TOO_DEEP, span, "this stands inside too many others").help(format!(
        "at most {} may nest or follow each other in one chain: give parts names of their own",
        super::feed::MAX_DEPTH
    ))
}

pub(super) fn value_in_plain_string(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, "this string cannot hold a value")
        .help("paths and the members of a union are plain text; a `$` is written `\\$`")
}

pub(super) fn module_path(span: Span, first: &Name, rest: &[&str]) -> Diagnostic {
    let path = std::iter::once(first.text.as_str()).chain(rest.iter().copied()).collect::<Vec<_>>().join("/");
    Diagnostic::new(Code::MODULE_PATH, span, format!("`{path}` is no module"))
        .help("a module is `std/…`, or a file in quotes such as `\"./metrics.pipe\"`")
}

pub(super) fn reserved_word(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::RESERVED_WORD, span, format!("`{word}` is a reserved word, not a name"))
        .help("choose another name")
        .fix(format!("call it `{word}_`"), span, format!("{word}_"))
}

pub(super) fn indented_declaration(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::INDENTED_DECLARATION, span, format!("this `{word}` is indented"))
        .help("a declaration starts at the left edge, after the end of the one before it")
}

/// Words that other languages start a declaration with, and ours.
const FOREIGN: &[(&str, &str)] = &[
    ("def", "task"),
    ("fn", "task"),
    ("func", "task"),
    ("function", "task"),
    ("step", "task"),
    ("job", "task"),
    ("process", "task"),
    ("rule", "task"),
    ("struct", "type"),
    ("class", "type"),
    ("record", "type"),
    ("enum", "type"),
    ("schema", "type"),
    ("workflow", "pipeline"),
    ("flow", "pipeline"),
    ("dag", "pipeline"),
    ("let", "const"),
    ("var", "const"),
    ("use", "import"),
    ("from", "import"),
    ("include", "import"),
    ("environment", "env"),
];

/// The keyword that was meant by `word`.
pub(super) fn meant_keyword(word: &str) -> Option<&'static str> {
    let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == word).map(|(_, ours)| *ours);
    foreign.or_else(|| nearest_word(word, DECLARATIONS.iter().copied()))
}

/// Something at the left edge that starts no declaration, and the keyword that may have been meant.
pub(super) fn not_a_declaration(span: Span, word: &str, meant: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::NOT_A_DECLARATION, span, format!("`{}` starts no declaration", shown(word)));
    match meant {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), span, meant),
        _ if word == "//" => diagnostic.help("a comment starts with `#`").fix("make it a comment", span, "#"),
        _ => diagnostic.help(format!(
            "at the left edge stands one of `{}`; what belongs to one is indented",
            DECLARATIONS.join("`, `")
        )),
    }
}

/// Text after the closing brace of a declaration, or below one that has no block.
pub(super) fn leftover(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, format!("`{}` belongs to no declaration", shown(text)))
        .here("the declaration before it has ended")
        .help("take it away, or move it into a declaration")
}

/// A head without a block.
pub(super) fn no_body(span: Span, word: &str) -> Diagnostic {
    let inside = if matches!(word, "pipeline" | "test") { "steps" } else { "attributes" };
    Diagnostic::new(Code::SYNTAX, span, format!("expected `{{` and the {inside} of the {word}"))
        .help(format!("the {inside} stand in braces: `{{ … }}`"))
}

pub(super) fn no_result(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, "expected `->` and the result's type")
        .help("a `task` has a result; what only changes the world is an `effect`")
}

/// `expect` that is not a line of a test; `around` says whether it stands deeper in one.
pub(super) fn expect_outside(span: Span, around: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::EXPECT_OUTSIDE, span, "`expect` does not stand directly in a test");
    diagnostic.help(if around {
        "give the value a name, and expect something of it on a line of the test itself"
    } else {
        "what a program expects of itself stands in a `test \"…\" { … }`"
    })
}

/// `service f() -> Int`.
pub(super) fn service_result(span: Span) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, "a service has no result")
        .help("it stays up and answers requests: `deploy` gives its `Endpoint`")
}

/// `python:` with its lines no deeper than itself.
pub(super) fn body_not_indented(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::SYNTAX, span, format!("expected lines indented deeper than `{word}:`"))
        .help(format!("indent the body, or name a file: `{word}: \"…\"`"))
}

pub(super) fn positional_after_named(span: Span, named: Span) -> Diagnostic {
    Diagnostic::new(Code::ARGUMENT_ORDER, span, "an argument without a name follows one with a name")
        .also(named, "arguments have names from here on")
        .help("give it a name too, or move it to the front")
}

/// A declared name whose first letter has the wrong case; `renamed` fits.
pub(super) fn name_case(name: &Name, upper: bool, renamed: &str, uses: Vec<Span>) -> Diagnostic {
    let rule = if upper { "types and artifacts are `UpperCamel`" } else { "only types and artifacts are `UpperCamel`" };
    let edits = uses.into_iter().map(|span| crate::diag::Edit { span, text: renamed.to_owned() }).collect();
    let case = if upper { "an upper-case" } else { "a lower-case" };
    Diagnostic::new(Code::NAME_CASE, name.span, format!("`{}` should start with {case} letter", name.text))
        .help(rule)
        .fix_all(format!("rename to `{renamed}`"), edits)
}
