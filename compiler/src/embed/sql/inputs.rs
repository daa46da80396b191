//! From a task's inputs to what its query may refer to.

use smol_str::SmolStr;
use standpipe_sql::{Column, Field, Inputs, Parameter, Rest, Table, Type as SqlType};
use standpipe_syntax::Span;
use standpipe_syntax::ast::DeclKind;
use standpipe_syntax::diag::Diagnostic;

use super::errors;
use crate::check::{Checked, Signature};
use crate::env::attribute;
use crate::resolve::DeclId;
use crate::types::Type;

/// The inputs of a task, and what is wrong with those that no query can read.
pub(super) fn of(checked: &Checked, task: DeclId) -> (Inputs, Vec<Diagnostic>) {
    let (mut inputs, mut refused) = (Inputs::default(), Vec::new());
    let DeclKind::Task(declared) = &checked.resolved.decl(task).kind else { return (inputs, refused) };
    let Some(signature) = checked.signatures.get(&task) else { return (inputs, refused) };
    // Without an environment of its own a query runs in the one whose functions are known.
    inputs.engine_known = attribute(&declared.attrs, "env").is_none();
    for (param, known) in declared.params.iter().zip(&signature.params) {
        let (name, span) = (known.name.clone(), param.name.span);
        match &known.ty {
            Type::Table(row) => inputs.tables.push(table(name, span, row.as_deref(), signature)),
            ty if is_value(ty) => inputs.parameters.push(Parameter {
                name,
                ty: sql(ty).0,
                file: matches!(ty, Type::File(_)),
                declared: Some(span),
            }),
            // What is wrong with its type has been said.
            ty if *ty == Type::Error || ty.holds_secret() => {
                inputs.parameters.push(Parameter { name, ty: SqlType::Unknown, file: false, declared: Some(span) })
            }
            ty => {
                refused.push(errors::no_input(span, &name, ty));
                // What the query says of it is not wrong besides.
                let rest = Rest { unknown: true, open: Vec::new() };
                inputs.tables.push(Table { name, columns: Vec::new(), rest, declared: Some(span) });
            }
        }
    }
    (inputs, refused)
}

fn table(name: SmolStr, span: Span, row: Option<&Type>, signature: &Signature) -> Table {
    let (fields, rest) = match row {
        Some(Type::Record(fields)) => (Some(fields), Rest::default()),
        Some(Type::Param { index, name, .. }) => {
            let bound = signature.bounds.get(*index as usize).and_then(Option::as_ref);
            let fields = match bound {
                Some(Type::Record(fields)) => Some(fields),
                _ => None,
            };
            (fields, Rest { unknown: false, open: vec![name.clone()] })
        }
        _ => (None, Rest { unknown: true, open: Vec::new() }),
    };
    let column = |field: &crate::types::Field| {
        let (ty, optional) = sql(&field.ty);
        Column { name: field.name.clone(), ty, optional, declared: field.span }
    };
    let columns = fields.map(|fields| fields.iter().map(column).collect()).unwrap_or_default();
    Table { name, columns, rest, declared: Some(span) }
}

/// Whether a query can have it as `$name`.
fn is_value(ty: &Type) -> bool {
    match ty {
        Type::Bool
        | Type::Int(_)
        | Type::Float(_)
        | Type::String
        | Type::OneOf(_)
        | Type::Duration
        | Type::Size
        | Type::Date
        | Type::Time
        | Type::Json
        | Type::File(_) => true,
        Type::List(inner) | Type::Map(inner) | Type::Optional(inner) => is_value(inner),
        Type::Record(fields) => fields.iter().all(|field| is_value(&field.ty)),
        _ => false,
    }
}

/// The engine's type for one of the language, and whether it may be none.
pub(super) fn sql(ty: &Type) -> (SqlType, bool) {
    let plain = match ty {
        Type::Optional(inner) => return (sql(inner).0, true),
        Type::Bool => SqlType::Bool,
        Type::Int(_) | Type::Size => SqlType::Int,
        Type::Float(_) => SqlType::Float,
        Type::String | Type::OneOf(_) | Type::File(_) => SqlType::Text,
        Type::Duration => SqlType::Interval,
        Type::Date => SqlType::Date,
        Type::Time => SqlType::Timestamp,
        Type::List(item) => SqlType::List(Box::new(sql(item).0)),
        Type::Record(fields) => {
            let field = |field: &crate::types::Field| Field { name: field.name.clone(), ty: sql(&field.ty).0 };
            SqlType::Struct(fields.iter().map(field).collect())
        }
        _ => SqlType::Unknown,
    };
    (plain, false)
}
