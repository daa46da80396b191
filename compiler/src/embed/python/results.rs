//! What a Python body gives against what its task promises: missing values, fields, and values of another type, as far
//! as they are written there.

use standpipe_syntax::Span;

use super::super::text::Text;
use super::super::{Body, Embedder, errors};
use super::facts::{self, Dict, Value, ValueKind};
use crate::types::{Bound, Field, Type};
use standpipe_syntax::nearest::nearest;

/// What is promised, and where.
#[derive(Clone, Copy)]
struct Promise<'a> {
    text: Text<'a>,
    dataclasses: &'a [(String, Vec<String>)],
    declared: Option<Span>,
}

impl Embedder<'_> {
    /// A body that surely ends without the value that the task promises, or gives another one.
    pub(super) fn check_result(
        &mut self,
        at: Body<'_>,
        ends: &facts::Body,
        dataclasses: &[(String, Vec<String>)],
        text: Text<'_>,
        place: Span,
    ) {
        let Some(result) = at.signature.map(|signature| &signature.result) else { return };
        let declared = at.task.result.as_ref().map(|ty| ty.span);
        if needs_value(result) && !ends.generator {
            let ty = declared.map_or("a result", |span| at.file.source.slice(span));
            let ty = if ty.len() <= 40 { format!("`{ty}`") } else { "a result".into() };
            if !ends.returns && ends.falls_off {
                self.report(errors::no_return(place, &ty, declared));
            } else if ends.returns {
                for bare in &ends.bare {
                    self.report(errors::bare_return(text.span(bare), &ty, declared));
                }
                if let Some(end) = ends.open_end.as_ref().filter(|_| ends.bare.is_empty()) {
                    self.report(errors::open_end(text.span(end), &ty, declared));
                }
            }
        }
        if *result == Type::Nothing {
            return;
        }
        let promise = Promise { text, dataclasses, declared: declared.filter(|span| span.file == at.id.file) };
        for value in &ends.values {
            self.check_value(value, result, None, promise);
        }
    }

    /// A value that is written out, for what is promised there; `field` is where that is declared.
    fn check_value(&mut self, value: &Value, ty: &Type, field: Option<&Field>, promise: Promise<'_>) {
        match (&value.kind, ty) {
            (ValueKind::None, Type::Optional(_)) => {}
            (_, Type::Optional(inner)) => self.check_value(value, inner, field, promise),
            (ValueKind::Dict(dict), Type::Record(fields)) => self.check_dict(fields, dict, promise),
            (ValueKind::Dict(columns) | ValueKind::Frame(columns), Type::Table(Some(row))) => {
                if let Type::Record(fields) = &**row {
                    self.check_columns(fields, columns, promise);
                }
            }
            (ValueKind::Call(class), Type::Record(fields)) => {
                let known = promise.dataclasses.iter().find(|(name, _)| name == class);
                let Some((_, has)) = known else { return };
                let missing: Vec<&Field> =
                    fields.iter().filter(|field| !has.iter().any(|name| *name == field.name)).collect();
                if !missing.is_empty() {
                    let names: Vec<&str> = missing.iter().map(|field| field.name.as_str()).collect();
                    let spans: Vec<Span> = missing.iter().filter_map(|field| field.span).collect();
                    let span = promise.text.span(&value.place);
                    self.report(errors::class_lacks_fields(span, class, &names, &spans));
                }
            }
            (ValueKind::List(items), Type::List(item)) => {
                for value in items {
                    self.check_value(value, item, field, promise);
                }
            }
            (ValueKind::Dict(dict), Type::Map(item)) => {
                for (_, _, value) in &dict.entries {
                    self.check_value(value, item, field, promise);
                }
            }
            (kind, ty) => {
                if let Some(what) = wrong(kind, ty) {
                    let declared = field.and_then(|field| field.span).or(promise.declared);
                    self.report(errors::wrong_value(promise.text.span(&value.place), &what, ty, declared));
                }
            }
        }
    }

    /// A table that is written out as a dictionary of its columns. Columns that the task does not promise are left out
    /// of what it gives.
    fn check_columns(&mut self, fields: &[Field], columns: &Dict, promise: Promise<'_>) {
        let has = |field: &&Field| columns.entries.iter().any(|(key, _, _)| *key == field.name);
        let missing: Vec<&Field> = fields.iter().filter(|field| needs_value(&field.ty) && !has(field)).collect();
        if columns.open || missing.is_empty() {
            return;
        }
        let names: Vec<&str> = missing.iter().map(|field| field.name.as_str()).collect();
        let spans: Vec<Span> = missing.iter().filter_map(|field| field.span).collect();
        let other = |entry: &&(String, _, _)| !fields.iter().any(|field| entry.0 == field.name);
        let near = match names.as_slice() {
            [name] => columns.entries.iter().filter(other).find(|(key, _, _)| !nearest(key, [*name]).is_empty()),
            _ => None,
        };
        let at = near.map_or(&columns.place, |(_, place, _)| place);
        let near = near.map(|(key, _, _)| key.as_str());
        self.report(errors::missing_columns(promise.text.span(at), &names, near, &spans));
    }

    fn check_dict(&mut self, fields: &[Field], dict: &Dict, promise: Promise<'_>) {
        let text = promise.text;
        let has = |field: &Field| dict.entries.iter().any(|(key, _, _)| *key == field.name);
        let missing: Vec<&Field> = if dict.open {
            Vec::new()
        } else {
            fields.iter().filter(|field| needs_value(&field.ty) && !has(field)).collect()
        };
        let extra = |entry: &&(String, _, _)| !fields.iter().any(|field| entry.0 == field.name);
        let extra: Vec<_> = dict.entries.iter().filter(extra).collect();
        for (key, _, value) in &dict.entries {
            if let Some(field) = fields.iter().find(|field| *key == field.name) {
                self.check_value(value, &field.ty, Some(field), promise);
            }
        }
        if let ([field], [(key, place, _)]) = (missing.as_slice(), extra.as_slice())
            && !nearest(key, [field.name.as_str()]).is_empty()
        {
            let spans: Vec<Span> = field.span.into_iter().collect();
            self.report(errors::misspelt_field(text.span(place), key, &field.name, &spans));
            return;
        }
        if !missing.is_empty() {
            let names: Vec<&str> = missing.iter().map(|field| field.name.as_str()).collect();
            let spans: Vec<Span> = missing.iter().filter_map(|field| field.span).collect();
            self.report(errors::missing_fields(text.span(&dict.place), &names, &spans));
            return;
        }
        for (key, place, _) in extra {
            self.report(errors::extra_field(text.span(place), key, promise.declared));
        }
    }
}

/// Whether `none` is no value of the type.
pub(super) fn needs_value(ty: &Type) -> bool {
    !matches!(ty, Type::Optional(_) | Type::Nothing | Type::None | Type::Json | Type::Error)
}

/// What is written, when it surely is no value of the type: the worker would refuse it.
fn wrong(kind: &ValueKind, ty: &Type) -> Option<String> {
    let what = match kind {
        ValueKind::Call(_) | ValueKind::Frame(_) | ValueKind::Other => return None,
        ValueKind::None => "`None`".to_owned(),
        ValueKind::Bool => "a Bool".to_owned(),
        ValueKind::Int(Some(number)) => number.to_string(),
        ValueKind::Int(None) => "an Int".to_owned(),
        ValueKind::Float(number) => format!("{number:?}"),
        ValueKind::Text(Some(text)) if text.chars().count() <= 40 => format!("{text:?}"),
        ValueKind::Text(_) => "a String".to_owned(),
        ValueKind::Bytes => "bytes".to_owned(),
        ValueKind::List(_) => "a list".to_owned(),
        ValueKind::Set => "a set".to_owned(),
        ValueKind::Dict(_) => "a dictionary".to_owned(),
    };
    let fits = match ty {
        // What these are made of is known to nobody here.
        Type::Error
        | Type::Artifact { .. }
        | Type::Secret
        | Type::Tensor { .. }
        | Type::Extent(_)
        | Type::Param { .. }
        | Type::Var(_) => true,
        Type::Optional(inner) => *kind == ValueKind::None || wrong(kind, inner).is_none(),
        Type::Nothing | Type::None => true,
        Type::Bool => *kind == ValueKind::Bool,
        Type::Int(bound) => match kind {
            ValueKind::Int(number) => number.is_none_or(|number| within(*bound, number)),
            _ => false,
        },
        Type::Float(bound) => match kind {
            ValueKind::Int(number) => number.is_none_or(|number| within(*bound, number)),
            ValueKind::Float(number) => bound.is_none_or(|bound| bound.holds(*number)),
            _ => false,
        },
        Type::String => matches!(kind, ValueKind::Text(_)),
        Type::OneOf(members) => match kind {
            ValueKind::Text(Some(text)) => members.iter().any(|member| member == text),
            ValueKind::Text(None) => true,
            _ => false,
        },
        Type::Size => matches!(kind, ValueKind::Int(number) if number.is_none_or(|number| number >= 0)),
        Type::Duration | Type::Date | Type::Time => false,
        Type::Json => !matches!(kind, ValueKind::Bytes | ValueKind::Set),
        Type::File(_) | Type::Dir => matches!(kind, ValueKind::Text(_)),
        Type::Table(_) => matches!(kind, ValueKind::List(_) | ValueKind::Dict(_)),
        Type::List(_) => matches!(kind, ValueKind::List(_)),
        Type::Map(_) | Type::Record(_) => matches!(kind, ValueKind::Dict(_)),
    };
    (!fits).then_some(what)
}

#[expect(clippy::cast_precision_loss, reason = "bounds are Floats by definition")]
fn within(bound: Option<Bound>, number: i64) -> bool {
    bound.is_none_or(|bound| bound.holds(number as f64))
}
