//! What can be wrong with a body because it is in SQL, and with what its query gives: one constructor a mistake.

use standpipe_sql::Type as SqlType;
use standpipe_syntax::Span;
use standpipe_syntax::diag::{Code, Diagnostic};

use crate::types::Type;
use standpipe_syntax::nearest::listed;

pub(super) fn effect(at: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::SQL_BODY, at, format!("the effect `{name}` changes nothing: a query only reads"))
        .help("make it a `task`, or give it a body in Python or shell")
}

/// `at` is the declared result, `body` the attribute.
pub(super) fn no_table(at: Span, result: &Type, body: Span) -> Diagnostic {
    let message = format!("a body in SQL gives a table, and no `{result}`");
    Diagnostic::new(Code::SQL_BODY, at, message)
        .also(body, "the body")
        .help("declare the rows of the query: `Table[{ name: Type }]`")
}

pub(super) fn no_input(at: Span, name: &str, ty: &Type) -> Diagnostic {
    let found = Diagnostic::new(Code::SQL_INPUT, at, format!("SQL cannot read the input `{name}`: it is `{ty}`"));
    match ty {
        Type::List(inner) if matches!(**inner, Type::Table(_)) => {
            found.help("make it one table first: `stack` of `std/table` does")
        }
        Type::Optional(inner) if matches!(**inner, Type::Table(_)) => {
            found.help("a query has to have its tables: take the `?` away, and choose in the pipeline")
        }
        _ => found.help("a query reads tables and plain values: take what it needs out in a task before"),
    }
}

/// Declared columns that the query does not have.
pub(super) fn missing(at: Span, names: &[&str], declared: &[Span]) -> Diagnostic {
    let named = listed(names).replace(" or ", " and ");
    let what = if names.len() > 1 { "the columns" } else { "the column" };
    let mut found = Diagnostic::new(Code::SQL_RESULT, at, format!("the query does not give {what} {named}"));
    for span in declared.iter().take(3) {
        found = found.also(*span, "promised here");
    }
    found.help("every column of the task's result is needed: `SELECT …, value AS name`")
}

/// A column under another name than the declared one; `insert` has the repair.
pub(super) fn misspelt(at: Span, name: &str, meant: &str, declared: Option<Span>, insert: String) -> Diagnostic {
    let message = format!("the query gives `{name}`, where the task promises `{meant}`");
    also(Diagnostic::new(Code::SQL_RESULT, at, message), declared, "promised here")
        .help(format!("did you mean `{meant}`?"))
        .fix(format!("call it `{meant}`"), at, insert)
}

/// The one column without a name, where one is missing; `ends` tells whether it surely ends where `at` does.
pub(super) fn nameless(at: Span, meant: &str, declared: Option<Span>, ends: bool) -> Diagnostic {
    let end = Span { start: at.end, ..at };
    let found =
        also(Diagnostic::new(Code::SQL_RESULT, at, "this column has no name"), declared, "no column has this name")
            .help(format!("is it `{meant}`? give it the name: `AS {meant}`"));
    if ends { found.fix(format!("call it `{meant}`"), end, format!(" AS {meant}")) } else { found }
}

/// `open` is the row type parameter that the result is of.
pub(super) fn not_the_rows(at: Span, open: &str, declared: Option<Span>) -> Diagnostic {
    also(
        Diagnostic::new(Code::SQL_RESULT, at, format!("the query does not give the rows of `{open}`")),
        declared,
        "promised here",
    )
    .help(format!("give all columns of a table of `{open}`: `SELECT *`"))
}

pub(super) fn wrong_type(at: Span, name: &str, found: &SqlType, wanted: &Type, declared: Option<Span>) -> Diagnostic {
    let message = format!("`{name}` is `{found}`, and the task promises `{wanted}`");
    let cast = match wanted {
        Type::Int(_) | Type::Size => Some("BIGINT"),
        Type::Float(_) => Some("DOUBLE"),
        Type::String | Type::OneOf(_) => Some("VARCHAR"),
        Type::Bool => Some("BOOLEAN"),
        Type::Date => Some("DATE"),
        Type::Time => Some("TIMESTAMPTZ"),
        _ => None,
    };
    let diagnostic = also(Diagnostic::new(Code::SQL_TYPE, at, message), declared, "promised here");
    match cast {
        Some(cast) => diagnostic.help(format!("declare it as `{found}`, or convert it: `CAST(… AS {cast})`")),
        None => diagnostic.help(format!("declare it as `{found}`")),
    }
}

pub(super) fn extra(at: Span, name: Option<&str>, result: Option<Span>) -> Diagnostic {
    let message = match name {
        Some(name) => format!("nobody gets the column `{name}`: the task's result does not have it"),
        None => "nobody gets this column: it has no name, and the task's result does not have it".into(),
    };
    also(Diagnostic::new(Code::EXTRA_COLUMN, at, message), result, "the result").help("leave it out, or declare it")
}

pub(super) fn may_be_none(at: Span, name: &str, wanted: &Type, declared: Option<Span>) -> Diagnostic {
    let message = format!("`{name}` may have no value, and the task promises `{wanted}`");
    also(Diagnostic::new(Code::COLUMN_MAY_BE_NONE, at, message), declared, "promised here").help(format!(
        "leave such rows out with `WHERE {name} IS NOT NULL`, give a value with `coalesce`, or declare `{wanted}?`"
    ))
}

fn also(found: Diagnostic, at: Option<Span>, text: &str) -> Diagnostic {
    match at {
        Some(at) => found.also(at, text),
        None => found,
    }
}
