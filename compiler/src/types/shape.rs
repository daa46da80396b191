//! From a type to the shape that the runtime checks at a boundary.

use smol_str::{SmolStr, format_smolstr};
use standpipe_plan::{Field, Length, Shape};
use standpipe_syntax::ast::DeclKind;

use super::{Extents, Type};
use crate::resolve::Resolved;

/// The shape of `ty`. Type parameters that are still open have an unknown row.
#[must_use]
pub fn shape(ty: &Type, resolved: &Resolved) -> Shape {
    match ty {
        Type::Error | Type::Nothing | Type::None | Type::Param { .. } | Type::Var(_) | Type::Extent(_) => {
            Shape::Nothing
        }
        Type::Secret => Shape::Secret,
        Type::Tensor { of, sizes } => Shape::Tensor {
            of: of.clone(),
            sizes: sizes
                .iter()
                .map(|size| match size {
                    Type::Extent(Extents::Known(size)) => Length::Known(*size),
                    Type::Extent(Extents::Unknown(name)) | Type::Param { name, .. } => Length::Named(name.clone()),
                    _ => Length::Named("_".into()),
                })
                .collect(),
        },
        Type::Bool => Shape::Bool,
        Type::Int(bound) => Shape::Int(*bound),
        Type::Float(bound) => Shape::Float(*bound),
        Type::String => Shape::String,
        Type::OneOf(members) => Shape::OneOf(members.clone()),
        Type::Duration => Shape::Duration,
        Type::Size => Shape::Size,
        Type::Date => Shape::Date,
        Type::Time => Shape::Time,
        Type::Json => Shape::Json,
        Type::File(format) => Shape::File(format.as_ref().map(|format| format.name.clone())),
        Type::Dir => Shape::Dir,
        Type::Table(row) => Shape::Table(match row.as_deref() {
            Some(Type::Record(fields)) => Some(shape_fields(fields, resolved)),
            _ => None,
        }),
        Type::List(item) => Shape::List(Box::new(shape(item, resolved))),
        Type::Map(item) => Shape::Map(Box::new(shape(item, resolved))),
        Type::Optional(inner) => Shape::Optional(Box::new(shape(inner, resolved))),
        Type::Record(fields) => Shape::Record(shape_fields(fields, resolved)),
        Type::Artifact { decl, .. } => {
            let codec = match &resolved.decl(*decl).kind {
                DeclKind::Artifact(artifact) => artifact.codec.text.clone(),
                _ => SmolStr::default(),
            };
            Shape::Artifact { label: format_smolstr!("{ty}"), codec }
        }
    }
}

fn shape_fields(fields: &[super::Field], resolved: &Resolved) -> Vec<Field> {
    fields.iter().map(|field| Field { name: field.name.clone(), shape: shape(&field.ty, resolved) }).collect()
}
