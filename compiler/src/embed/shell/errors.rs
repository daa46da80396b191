//! What can be wrong with a shell body: one constructor a mistake.

use standpipe_syntax::Span;
use standpipe_syntax::diag::{Code, Diagnostic};

use standpipe_syntax::nearest::listed;

/// `said` is a clause on what is wrong.
pub(super) fn syntax(span: Span, said: &str, help: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::SHELL_SYNTAX, span, format!("this is not valid shell: {said}"));
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

pub(super) fn unknown_variable(span: Span, name: &str, near: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::SHELL_NAME, span, format!("nothing sets `${name}` here"));
    let shown: Vec<String> = near.iter().map(|name| format!("${name}")).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    match near {
        [] => diagnostic
            .help(format!("set it, make it an input of the task, or write `${{{name}:-}}` if it may be missing")),
        [only] => {
            diagnostic.help(format!("did you mean {}?", listed(&shown))).fix(format!("use `${only}`"), span, *only)
        }
        _ => diagnostic.help(format!("did you mean {}?", listed(&shown))),
    }
}

/// An input of an optional type that is read as if it were always set.
pub(super) fn may_be_unset(span: Span, name: &str, declared: Span, whole: Option<Span>) -> Diagnostic {
    let message = format!("`{name}` may be none, and `${name}` then ends the script");
    let diagnostic = Diagnostic::new(Code::MAY_BE_UNSET, span, message)
        .also(declared, "declared optional here")
        .help(format!("say what stands in its place: `${{{name}:-}}` is empty then"));
    match whole {
        Some(whole) => diagnostic.fix(format!("write `${{{name}:-}}`"), whole, format!("${{{name}:-}}")),
        None => diagnostic,
    }
}

/// A list that is read like a single value.
pub(super) fn first_only(span: Span, name: &str, declared: Span, whole: Option<Span>) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::FIRST_ONLY, span, format!("`${name}` is only the first item of the list `{name}`"))
            .also(declared, "declared as a list here")
            .help(format!("`\"${{{name}[@]}}\"` is every item, `\"${{{name}[0]}}\"` the first"));
    match whole {
        Some(whole) => diagnostic.fix("take every item", whole, format!("${{{name}[@]}}")),
        None => diagnostic,
    }
}

/// `variables` are those to which nothing is written; `result` is where the task says what it gives.
pub(super) fn not_written(span: Span, variables: &[String], result: Option<Span>) -> Diagnostic {
    let shown: Vec<String> = variables.iter().map(|name| format!("${name}")).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let message = format!("this body never writes {}", listed(&shown).replace(" or ", " and "));
    let first = variables.first().map_or("out", String::as_str);
    let diagnostic = Diagnostic::new(Code::NOT_WRITTEN, span, message)
        .help(format!("a result is what stands in its file at the end: `… > \"${first}\"`"));
    match result {
        Some(result) => diagnostic.also(result, "promised here"),
        None => diagnostic,
    }
}
