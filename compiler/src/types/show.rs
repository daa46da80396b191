//! Types as people write them.

use std::fmt;

use super::{Bound, Extents, Fields, Format, Type};

/// More fields than this are counted, not listed: a message names what differs elsewhere.
const MOST_FIELDS: usize = 4;

/// And more members of a union than this.
const MOST_MEMBERS: usize = 8;

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error | Self::Var(_) => f.write_str("_"),
            Self::Nothing => f.write_str("nothing"),
            Self::None => f.write_str("none"),
            Self::Bool => f.write_str("Bool"),
            Self::Int(None) => f.write_str("Int"),
            Self::Int(Some(bound)) => write!(f, "Int in {bound}"),
            Self::Float(None) => f.write_str("Float"),
            Self::Float(Some(bound)) => write!(f, "Float in {}", float_bound(bound)),
            Self::String => f.write_str("String"),
            Self::OneOf(members) => {
                let mut shown: Vec<_> = members.iter().take(MOST_MEMBERS).map(|member| format!("{member:?}")).collect();
                if members.len() > MOST_MEMBERS {
                    shown.push(format!("… {} more", members.len() - MOST_MEMBERS));
                }
                f.write_str(&shown.join(" | "))
            }
            Self::Duration => f.write_str("Duration"),
            Self::Size => f.write_str("Size"),
            Self::Date => f.write_str("Date"),
            Self::Time => f.write_str("Time"),
            Self::Json => f.write_str("Json"),
            Self::File(None) => f.write_str("File"),
            Self::File(Some(Format { name, row: None })) => write!(f, "File[{name}]"),
            Self::File(Some(Format { name, row: Some(row) })) => write!(f, "File[{name}, {row}]"),
            Self::Dir => f.write_str("Dir"),
            Self::Table(None) => f.write_str("Table"),
            Self::Table(Some(row)) => write!(f, "Table[{row}]"),
            Self::List(item) => write!(f, "List[{item}]"),
            Self::Map(item) => write!(f, "Map[{item}]"),
            Self::Optional(inner) => write!(f, "{inner}?"),
            Self::Record(fields) => match fields.name() {
                Some(name) => f.write_str(name),
                None => record(f, fields),
            },
            Self::Artifact { name, args, .. } if args.is_empty() => f.write_str(name),
            Self::Artifact { name, args, .. } => {
                let args: Vec<_> = args.iter().map(ToString::to_string).collect();
                write!(f, "{name}[{}]", args.join(", "))
            }
            Self::Param { name, .. } => f.write_str(name),
            Self::Secret => f.write_str("Secret[String]"),
            Self::Tensor { of, sizes } => {
                let sizes: Vec<_> = sizes.iter().map(|size| format!(", {size}")).collect();
                write!(f, "Tensor[{of}{}]", sizes.concat())
            }
            Self::Extent(Extents::Known(size)) => write!(f, "{size}"),
            Self::Extent(Extents::Unknown(name)) => f.write_str(name),
        }
    }
}

/// Bounds with a point in them, as they are written.
pub(crate) fn float_bound(bound: &Bound) -> String {
    let end = |end: Option<f64>| end.map_or_else(String::new, |number| format!("{number:?}"));
    format!("{}{}{}", end(bound.low), if bound.inclusive { "..=" } else { ".." }, end(bound.high))
}

fn record(f: &mut fmt::Formatter<'_>, fields: &Fields) -> fmt::Result {
    if fields.is_empty() {
        return f.write_str("{}");
    }
    let shown = fields.iter().take(MOST_FIELDS).map(|field| match &field.ty {
        Type::Record(inner) if inner.name().is_none() && inner.extent.is_large() => format!("{}: {{ … }}", field.name),
        ty => format!("{}: {ty}", field.name),
    });
    let mut shown: Vec<_> = shown.collect();
    if fields.len() > MOST_FIELDS {
        shown.push(format!("… {} more", fields.len() - MOST_FIELDS));
    }
    write!(f, "{{ {} }}", shown.join(", "))
}
