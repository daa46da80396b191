//! What can be wrong with a body: one constructor a mistake.

use standpipe_syntax::Span;
use standpipe_syntax::diag::{Code, Diagnostic};

use crate::ReadError;
use crate::env::requirement;
use crate::types::Type;
use standpipe_syntax::nearest::listed;

/// Adds a second place when there is one.
fn also(diagnostic: Diagnostic, label: Option<(Span, String)>) -> Diagnostic {
    match label {
        Some((span, text)) => diagnostic.also(span, text),
        None => diagnostic,
    }
}

fn did_you_mean(diagnostic: Diagnostic, near: &[&str]) -> Diagnostic {
    if near.is_empty() { diagnostic } else { diagnostic.help(format!("did you mean {}?", listed(near))) }
}

/// `said` is the parser's own sentence; a misspelt word before it may have been meant to be one of the keywords.
pub(super) fn syntax(span: Span, said: &str, misspelt: Option<(Span, &[&str])>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::PYTHON_SYNTAX, span, format!("this is not valid Python: {said}"));
    let Some((word, keywords)) = misspelt else { return diagnostic };
    let diagnostic = did_you_mean(diagnostic, keywords);
    match keywords {
        [only] => diagnostic.fix(format!("write `{only}`"), word, *only),
        _ => diagnostic,
    }
}

pub(super) fn unreadable(span: Span, name: &str, why: &ReadError, near: &[String]) -> Diagnostic {
    let near: Vec<&str> = near.iter().map(String::as_str).collect();
    let diagnostic = Diagnostic::new(Code::BODY_FILE, span, format!("`{name}` cannot be read: {why}"));
    if near.is_empty() {
        diagnostic.help("the path is relative to the `.pipe` file")
    } else {
        did_you_mean(diagnostic, &near)
    }
}

/// `python:` with a string that does not name a function.
pub(super) fn not_a_reference(span: Span) -> Diagnostic {
    Diagnostic::new(Code::PYTHON_REFERENCE, span, "this does not name a function in a file")
        .help("write it as `\"file.py:function\"`, or give the body itself on indented lines after `python:`")
}

pub(super) fn no_function(span: Span, function: &str, file: &str, near: &[&str]) -> Diagnostic {
    let message = format!("`{file}` has no function `{function}`");
    let diagnostic = did_you_mean(Diagnostic::new(Code::NO_FUNCTION, span, message), near);
    match near {
        [only] => diagnostic.fix(format!("call `{only}`"), span, format!("\"{file}:{only}\"")),
        _ => diagnostic,
    }
}

/// The function takes no input of that name.
pub(super) fn input_not_taken(span: Span, input: &str, function: &str, def: Span, near: &[&str]) -> Diagnostic {
    let message = format!("`{function}` has no parameter `{input}`, which the task gives it");
    let diagnostic = Diagnostic::new(Code::PARAMETERS, span, message).also(def, "the function is defined here");
    if near.is_empty() {
        diagnostic.help(format!("add a parameter `{input}` to the function, or `**kwargs`"))
    } else {
        did_you_mean(diagnostic, near)
    }
}

/// The function wants a parameter that the task does not have.
pub(super) fn parameter_not_given(span: Span, parameter: &str, function: &str, def: Span) -> Diagnostic {
    let message = format!("`{function}` needs `{parameter}`, which the task does not have");
    Diagnostic::new(Code::PARAMETERS, span, message)
        .also(def, "without a default")
        .help(format!("add an input `{parameter}` to the task, or a default to the function's parameter"))
}

/// `result` is where the task says what it returns.
pub(super) fn no_return(span: Span, ty: &str, result: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::NO_RETURN, span, "this body never returns a value")
        .help("end it with `return` and the result");
    also(diagnostic, result.map(|span| (span, format!("the task promises {ty}"))))
}

/// `return` alone, where the task promises a value.
pub(super) fn bare_return(span: Span, ty: &str, result: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::MAY_NOT_RETURN, span, "this `return` gives nothing")
        .help("give the result behind it, or raise an exception");
    also(diagnostic, result.map(|span| (span, format!("the task promises {ty}"))))
}

/// A path on which the body ends without `return`; `span` is its last statement.
pub(super) fn open_end(span: Span, ty: &str, result: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::MAY_NOT_RETURN, span, "the body can end here without returning a value")
        .help("return a result on this path too, or raise an exception");
    also(diagnostic, result.map(|span| (span, format!("the task promises {ty}"))))
}

/// A literal that is no value of the promised type; `what` is how it is written, or what it is.
pub(super) fn wrong_value(span: Span, what: &str, ty: &Type, declared: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::WRONG_VALUE, span, format!("this returns {what}, and `{ty}` is promised"));
    let diagnostic = also(diagnostic, declared.map(|span| (span, "promised here".to_owned())));
    match ty {
        Type::OneOf(members) => {
            let members: Vec<&str> = members.iter().map(|member| member.as_str()).take(8).collect();
            diagnostic.help(format!("it is {}", listed(&members)))
        }
        Type::Date => diagnostic.help("return a `datetime.date`"),
        Type::Time => diagnostic.help("return a `datetime.datetime`"),
        Type::Duration => diagnostic.help("return a `datetime.timedelta`"),
        _ => diagnostic.help("return what is promised, or declare what is returned"),
    }
}

/// `fields` are those of the declared record that the dataclass does not have.
pub(super) fn class_lacks_fields(span: Span, class: &str, fields: &[&str], declared: &[Span]) -> Diagnostic {
    let named = listed(fields).replace(" or ", " and ");
    let mut diagnostic = Diagnostic::new(Code::MISSING_FIELD, span, format!("the returned `{class}` lacks {named}"));
    for span in declared {
        diagnostic = diagnostic.also(*span, "promised here");
    }
    diagnostic.help("every field of the task's result is needed")
}

pub(super) fn unknown_name(span: Span, name: &str, near: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::PYTHON_NAME, span, format!("nothing defines `{name}` here"));
    match near {
        [] => diagnostic.help("import it, assign it, or make it an input of the task"),
        [only] => did_you_mean(diagnostic, near).fix(format!("use `{only}`"), span, *only),
        _ => did_you_mean(diagnostic, near),
    }
}

/// A step of the program that a body calls; `what` it is.
pub(super) fn step(span: Span, name: &str, what: &str) -> Diagnostic {
    let message = format!("`{name}` is {what} of this program, and no function of Python");
    Diagnostic::new(Code::PYTHON_NAME, span, message)
        .help("call it in a pipeline; what it gives can be an input of this body")
}

/// A module that is used and not imported.
pub(super) fn not_imported(span: Span, name: &str, import: &str, at: Option<(Span, &str)>) -> Diagnostic {
    let message = format!("nothing defines `{name}` here");
    let diagnostic = Diagnostic::new(Code::PYTHON_NAME, span, message).help(format!("add `{import}`"));
    match at {
        Some((at, margin)) => diagnostic.fix(format!("add `{import}`"), at, format!("{import}\n{margin}")),
        None => diagnostic,
    }
}

/// `fields` are those of the declared record that the dictionary does not have.
pub(super) fn missing_fields(span: Span, fields: &[&str], declared: &[Span]) -> Diagnostic {
    let named = listed(fields).replace(" or ", " and ");
    let mut diagnostic = Diagnostic::new(Code::MISSING_FIELD, span, format!("the returned dictionary lacks {named}"));
    for span in declared {
        diagnostic = diagnostic.also(*span, "promised here");
    }
    diagnostic.help("every field of the task's result is needed")
}

/// `columns` are those of the declared row that the table does not have; `near` is one that it has, when it looks like
/// the missing one, and `span` is that one's place.
pub(super) fn missing_columns(span: Span, columns: &[&str], near: Option<&str>, declared: &[Span]) -> Diagnostic {
    let named = listed(columns).replace(" or ", " and ");
    let message = match near {
        Some(near) => format!("the returned table has the column `{near}`, where the task promises {named}"),
        None => format!("the returned table lacks {}{named}", if columns.len() == 1 { "the column " } else { "" }),
    };
    let mut diagnostic = Diagnostic::new(Code::MISSING_FIELD, span, message);
    for span in declared {
        diagnostic = diagnostic.also(*span, "promised here");
    }
    match (near, columns) {
        (Some(_), [column]) => diagnostic.help(format!("did you mean `{column}`?")).fix(
            format!("rename it to `{column}`"),
            span,
            format!("\"{column}\""),
        ),
        _ => diagnostic.help("every column of the task's result is needed"),
    }
}

/// A misspelt key: the one missing field under another name.
pub(super) fn misspelt_field(span: Span, key: &str, field: &str, declared: &[Span]) -> Diagnostic {
    let message = format!("the returned dictionary has `{key}`, where the task promises `{field}`");
    let mut diagnostic = Diagnostic::new(Code::MISSING_FIELD, span, message);
    for span in declared {
        diagnostic = diagnostic.also(*span, "promised here");
    }
    diagnostic.help(format!("did you mean `{field}`?")).fix(
        format!("rename it to `{field}`"),
        span,
        format!("\"{field}\""),
    )
}

/// A part of an input that Python reads and that the input does not have.
pub(super) struct Lacks<'a> {
    /// The input.
    pub(super) of: &'a str,
    /// `column` or `field`.
    pub(super) what: &'a str,
    pub(super) key: &'a str,
    /// The key is a string there.
    pub(super) quoted: bool,
    pub(super) near: &'a [&'a str],
    /// All that it has.
    pub(super) names: &'a [&'a str],
}

pub(super) fn no_part(span: Span, lacks: &Lacks<'_>, declared: Option<Span>) -> Diagnostic {
    let Lacks { of, what, key, .. } = lacks;
    let diagnostic = Diagnostic::new(Code::NO_PART, span, format!("`{of}` has no {what} `{key}`"));
    let diagnostic = also(diagnostic, declared.map(|span| (span, "declared here".to_owned())));
    let written = |name: &str| if lacks.quoted { format!("\"{name}\"") } else { name.to_owned() };
    match lacks.near {
        [] => {
            let (shown, more) = lacks.names.split_at(lacks.names.len().min(8));
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            let shown = shown.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            diagnostic.help(format!("it has {shown}{more}; a step is given what is declared and nothing else"))
        }
        [near] => did_you_mean(diagnostic, lacks.near).fix(format!("read `{near}`"), span, written(near)),
        _ => did_you_mean(diagnostic, lacks.near),
    }
}

pub(super) fn extra_field(span: Span, key: &str, result: Option<Span>) -> Diagnostic {
    let message = format!("`{key}` is returned, and the task's result has no such field");
    let diagnostic = Diagnostic::new(Code::EXTRA_FIELD, span, message)
        .help(format!("nothing can use it: add `{key}` to the result, or leave it out"));
    also(diagnostic, result.map(|span| (span, "the result".to_owned())))
}

/// `insert` is where and how the environment's list can be mended.
pub(super) fn missing_package(
    span: Span,
    import: &str,
    package: &str,
    env: (&str, Span),
    insert: Option<(Span, String)>,
) -> Diagnostic {
    let (env, at) = env;
    let message = format!("`import {import}` needs the package `{package}`, which environment `{env}` does not have");
    let diagnostic = Diagnostic::new(Code::MISSING_PACKAGE, span, message)
        .also(at, "the environment of this task")
        .help(format!("add `\"{package}\"` to its `packages`"));
    match insert {
        Some((span, text)) => diagnostic.fix(format!("add `{package}` to `{env}`"), span, text),
        None => diagnostic,
    }
}

/// `written` is a requirement whose name is nearly `package`, which the import at `place` needs.
pub(super) fn misspelt_package(span: Span, written: &str, package: &str, place: Span, import: &str) -> Diagnostic {
    let (name, version) = requirement(written.trim_start());
    Diagnostic::new(Code::MISSING_PACKAGE, span, format!("the package `{name}` is not the one that is imported"))
        .also(place, format!("`import {import}` needs `{package}`"))
        .help(format!("did you mean `{package}`?"))
        .fix(format!("install `{package}`"), span, format!("\"{package}{version}\""))
}

pub(super) fn module_twice(span: Span, name: &str, first: &str, second: &str) -> Diagnostic {
    let message = format!("`{name}` would be both `{first}` and `{second}`");
    Diagnostic::new(Code::MODULE_TWICE, span, message)
        .help("rename one of the files, or put them into packages of different names")
}
