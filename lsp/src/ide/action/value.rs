//! A value that may stand where a type is wanted: of what is in scope what fits best, or else the plainest literal.

use standpipe_compiler::types::Type;

use crate::ide::completion::values_at;
use crate::snapshot::File;

/// Text of a value for what is called `name`.
pub(super) fn value_for(file: &File, at: u32, name: &str, ty: &Type) -> String {
    let values = values_at(file, at);
    let fits = |found: &Option<Type>| found.as_ref().is_some_and(|found| found.goes_where(ty));
    let named = values.iter().find(|(known, found)| known == name && fits(found));
    // What is only a number or a text may be any of them.
    let telling = matches!(ty, Type::Table(_) | Type::Artifact { .. } | Type::Record(_) | Type::File(_) | Type::Dir);
    let other = values.iter().rev().find(|(_, found)| telling && fits(found));
    match named.or(other) {
        Some((known, _)) => known.clone(),
        None => literal(name, ty),
    }
}

/// The plainest value of a type; of what only steps make, the name.
pub(super) fn literal(name: &str, ty: &Type) -> String {
    match ty {
        Type::Bool => "false".into(),
        Type::Int(bound) => bound.as_ref().and_then(|bound| bound.low).map_or("0".into(), |low| format!("{low:.0}")),
        Type::Float(bound) => bound.as_ref().and_then(|bound| bound.low).map_or("0.0".into(), |low| format!("{low:?}")),
        Type::String => "\"\"".into(),
        Type::OneOf(members) => members.first().map_or("\"\"".into(), |member| format!("{member:?}")),
        Type::Duration => "1s".into(),
        Type::Size => "1MiB".into(),
        Type::Date => "\"2026-01-01\"".into(),
        Type::Time => "\"2026-01-01T00:00:00Z\"".into(),
        Type::List(_) => "[]".into(),
        Type::Optional(_) | Type::None | Type::Nothing => "none".into(),
        Type::Record(fields) => {
            let fields = fields.iter().map(|field| format!("{}: {}", field.name, literal(&field.name, &field.ty)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Type::Json | Type::Map(_) => "{}".into(),
        Type::Secret => "secret(\"NAME\")".into(),
        Type::Error
        | Type::File(_)
        | Type::Dir
        | Type::Table(_)
        | Type::Artifact { .. }
        | Type::Tensor { .. }
        | Type::Extent(_)
        | Type::Param { .. }
        | Type::Var(_) => name.to_owned(),
    }
}
