//! What can be wrong with a data file: one constructor a mistake.

use smol_str::SmolStr;
use standpipe_syntax::Span;
use standpipe_syntax::diag::{Code, Diagnostic};

use super::cell::Wrong;
use super::{Kind, Misfit, Problem, What};
use crate::types::Field;
use standpipe_syntax::nearest::{listed, nearest};

/// Columns that are named in a message.
const SHOWN: usize = 8;

pub(super) fn unreadable(span: Span, path: &str, format: &str, problem: &Problem) -> Diagnostic {
    let why = match problem {
        Problem::Read(error) => error.to_string(),
        Problem::Content(why) => (*why).to_owned(),
    };
    Diagnostic::new(Code::DATA_FILE, span, format!("`{path}` cannot be read as `{format}`: {why}"))
        .help("name a file that has rows, or say what format it is")
}

pub(super) fn lacks_columns(span: Span, path: &str, columns: &[SmolStr], absent: &[&Field]) -> Diagnostic {
    let names: Vec<&str> = absent.iter().map(|field| field.name.as_str()).collect();
    let what = if names.len() == 1 { "column" } else { "columns" };
    let message = format!("`{path}` has no {what} {}", listed(&names).replace(" or ", " and "));
    let mut diagnostic = Diagnostic::new(Code::LACKS_COLUMN, span, message);
    for place in absent.iter().filter_map(|field| field.span).take(4) {
        diagnostic = diagnostic.also(place, "declared here");
    }
    let has = columns.iter().map(SmolStr::as_str);
    if let [only] = columns
        && let Some(divider) = [';', '\t', '|'].into_iter().find(|divider| only.contains(*divider))
    {
        let divider = if divider == '\t' { "tabs".to_owned() } else { format!("`{divider}`") };
        return diagnostic.help(format!("its first line is divided by {divider}, and in a CSV file commas divide"));
    }
    let near: Vec<&str> = match names.as_slice() {
        [name] => nearest(name, has.clone().filter(|column| !names.contains(column))),
        _ => Vec::new(),
    };
    if near.is_empty() {
        let mut shown: Vec<String> = has.take(SHOWN).map(|column| format!("`{column}`")).collect();
        if columns.len() > SHOWN {
            shown.push(format!("{} more", columns.len() - SHOWN));
        }
        diagnostic.help(format!("its columns are {}", shown.join(", ")))
    } else {
        diagnostic.help(format!("did you mean {}?", listed(&near)))
    }
}

pub(super) fn misfit(span: Span, path: &str, misfit: &Misfit<'_>) -> Diagnostic {
    let Misfit { field, what } = misfit;
    let (name, ty) = (&field.name, &field.ty);
    let (message, help) = match what {
        What::Cell(line, _, Wrong::Missing) => (
            format!("column `{name}` of `{path}` has no value in line {line}, and `{ty}` is declared"),
            format!("declare it `{ty}?` when it may be missing"),
        ),
        What::Cell(line, text, Wrong::Type) => (
            format!("column `{name}` of `{path}` has {} in line {line}, which is no `{ty}`", short(text)),
            "declare what is in the file, and convert it in the task that reads it".to_owned(),
        ),
        What::Cell(line, text, Wrong::Bounds) => (
            format!("column `{name}` of `{path}` has {} in line {line}, outside `{ty}`", short(text)),
            "mend the file, or widen the bounds".to_owned(),
        ),
        What::Cell(line, text, Wrong::Member(members)) => {
            let near = nearest(text, members.iter().map(SmolStr::as_str));
            let help = match near.as_slice() {
                [] => "add it to the strings that are allowed, or mend the file".to_owned(),
                near => format!("did you mean {}?", listed(near)),
            };
            (format!("column `{name}` of `{path}` has {} in line {line}, none of `{ty}`", short(text)), help)
        }
        What::Kind(kind) => (
            format!("column `{name}` of `{path}` holds {}, and `{ty}` is declared", kind_name(*kind)),
            "declare what is in the file, and convert it in the task that reads it".to_owned(),
        ),
    };
    let diagnostic = Diagnostic::new(Code::CELL, span, message).help(help);
    match field.span {
        Some(place) => diagnostic.also(place, "declared here"),
        None => diagnostic,
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "truth values",
        Kind::Int => "whole numbers",
        Kind::Float => "numbers with a point",
        Kind::String => "text",
        Kind::Date => "days",
        Kind::Time => "times",
        Kind::Nested => "lists or records",
    }
}

/// A cell as it is shown: its start, when it is long.
fn short(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() == text.len() { format!("{text:?}") } else { format!("{start:?}…") }
}
