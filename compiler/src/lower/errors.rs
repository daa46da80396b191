//! What only shows when a program becomes a graph: one constructor a mistake.

use standpipe_plan::EvalError;
use standpipe_syntax::Span;
use standpipe_syntax::diag::{Code, Diagnostic};

/// `rule` says what holds for every sensible value: `is more than 0`.
pub(super) fn bad_setting(span: Span, what: &str, rule: &str) -> Diagnostic {
    Diagnostic::new(Code::BAD_SETTING, span, format!("{what} {rule}, and this is not"))
        .help("change it, or leave it out for the default")
}

/// `span` is the outermost call.
pub(super) fn too_large(span: Span, nodes: bool) -> Diagnostic {
    let message = if nodes {
        "this makes more than 100,000 steps once all pipelines are put in"
    } else {
        "pipelines call each other in too long a chain"
    };
    let help = if nodes {
        "call the same pipeline for many inputs with `for`"
    } else {
        "at most 64 may stand inside one another: let some of them give their results to the next"
    };
    Diagnostic::new(Code::TOO_LARGE, span, message).help(help)
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TOO_LARGE, span, "this stands inside too many others once all pipelines are put in")
        .help("at most 40 `if` and `for` may nest: let a pipeline give its result to the next")
}

pub(super) fn always_fails(span: Span, why: &EvalError) -> Diagnostic {
    Diagnostic::new(Code::ALWAYS_FAILS, span, format!("this never has a value: {why}"))
        .help("every run would fail here: change one of its parts")
}
