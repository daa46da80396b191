//! The columns of a query against the declared result.

use smol_str::SmolStr;
use standpipe_sql::{ResultColumn, Rows, Type as SqlType};
use standpipe_syntax::Span;
use standpipe_syntax::diag::Diagnostic;

use super::super::Body;
use super::super::text::Text;
use super::errors;
use crate::check::Signature;
use crate::types::{Field, Type};
use standpipe_syntax::nearest::nearest;

/// What does not fit; only what is certain.
pub(super) fn check(rows: &Rows, signature: &Signature, body: Body<'_>, text: Text<'_>) -> Vec<Diagnostic> {
    let declared = body.task.result.as_ref().map(|result| result.span);
    match &signature.result {
        Type::Table(Some(row)) => match &**row {
            Type::Record(fields) => columns(rows, fields, declared, body, text),
            Type::Param { name, .. } => {
                let given = rows.rest.unknown || rows.rest.open.contains(name);
                if given { Vec::new() } else { vec![errors::not_the_rows(body.attr.name.span, name, declared)] }
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn columns(rows: &Rows, fields: &[Field], result: Option<Span>, body: Body<'_>, text: Text<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let is = |column: &ResultColumn, field: &Field| {
        column.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(&field.name))
    };
    let mut missing: Vec<&Field> =
        fields.iter().filter(|field| !rows.columns.iter().any(|column| is(column, field))).collect();
    if rows.rest.unknown {
        missing.clear();
    }
    let mut extra: Vec<&ResultColumn> =
        rows.columns.iter().filter(|column| !column.starred && !fields.iter().any(|field| is(column, field))).collect();
    // The one that is meant, under another name.
    extra.retain(|column| {
        let Some(name) = &column.name else { return true };
        let close = nearest(name, missing.iter().map(|field| field.name.as_str()));
        let Some(index) = close.first().and_then(|close| missing.iter().position(|field| field.name == *close)) else {
            return true;
        };
        let field = missing.remove(index);
        let repair = if column.aliased { field.name.to_string() } else { format!("{name} AS {}", field.name) };
        found.push(errors::misspelt(text.span(&column.place), name, &field.name, field.span, repair));
        false
    });
    if let ([field], [column]) = (missing.as_slice(), extra.as_slice())
        && column.name.is_none()
    {
        let rest = text.text().get(column.place.end..).unwrap_or_default().trim_start();
        let ends = rest.is_empty() || rest.starts_with([',', ';', ')', '-']) || rest.to_lowercase().starts_with("from");
        found.push(errors::nameless(text.span(&column.place), &field.name, field.span, ends));
        (missing, extra) = (Vec::new(), Vec::new());
    }
    if missing.is_empty() {
        for column in extra {
            found.push(errors::extra(text.span(&column.place), column.name.as_deref(), result));
        }
    } else {
        let names: Vec<&str> = missing.iter().map(|field| field.name.as_str()).collect();
        let spans: Vec<Span> = missing.iter().filter_map(|field| field.span).collect();
        found.push(errors::missing(body.attr.name.span, &names, &spans));
    }
    for field in fields {
        let Some(column) = rows.columns.iter().find(|column| is(column, field)) else { continue };
        let (span, name) = (text.span(&column.place), SmolStr::clone(&field.name));
        if !fits(&column.ty, &field.ty) {
            found.push(errors::wrong_type(span, &name, &column.ty, &field.ty, field.span));
        } else if column.optional && !matches!(field.ty, Type::Optional(_) | Type::Json | Type::Error) {
            found.push(errors::may_be_none(span, &name, &field.ty, field.span));
        }
    }
    found
}

/// Whether values of the engine's type can be of the declared one; what is not known can.
fn fits(found: &SqlType, wanted: &Type) -> bool {
    match (found, wanted) {
        (_, Type::Optional(inner)) => fits(found, inner),
        (SqlType::Unknown | SqlType::Null, _) | (_, Type::Json | Type::Error) => true,
        (_, Type::Bool) => *found == SqlType::Bool,
        (_, Type::Int(_) | Type::Size) => matches!(found, SqlType::Int | SqlType::Decimal(None | Some(0))),
        (_, Type::Float(_)) => matches!(found, SqlType::Int | SqlType::Decimal(_) | SqlType::Float),
        (_, Type::String | Type::OneOf(_)) => *found == SqlType::Text,
        (_, Type::Duration) => *found == SqlType::Interval,
        (_, Type::Date) => matches!(found, SqlType::Date | SqlType::Timestamp),
        (_, Type::Time) => *found == SqlType::Timestamp,
        (SqlType::List(found), Type::List(wanted)) => fits(found, wanted),
        (SqlType::Struct(found), Type::Record(wanted)) => wanted.iter().all(|field| {
            found
                .iter()
                .find(|own| own.name.eq_ignore_ascii_case(&field.name))
                .is_some_and(|own| fits(&own.ty, &field.ty))
        }),
        (_, Type::List(_) | Type::Record(_)) => false,
        _ => true,
    }
}
