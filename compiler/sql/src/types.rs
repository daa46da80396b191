//! Types of the engine, as far as they matter here: families of them, not widths.

use smol_str::SmolStr;

/// A type. `Unknown` goes with everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Unknown,
    /// Of `NULL` before it meets anything else.
    Null,
    Bool,
    /// Of any width.
    Int,
    /// With that many digits after the point, where known.
    Decimal(Option<i64>),
    Float,
    Text,
    Date,
    /// With a time zone or without.
    Timestamp,
    Interval,
    List(Box<Type>),
    Struct(Vec<Field>),
    /// One that tables here cannot have, by its name.
    Other(&'static str),
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: SmolStr,
    pub ty: Type,
}

impl Type {
    /// The type of a value that is of one or the other: of branches, of items, of rows of several queries.
    pub(crate) fn joined(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Null, other) | (other, Self::Null) => other,
            (Self::Int, Self::Decimal(scale)) | (Self::Decimal(scale), Self::Int) => Self::Decimal(scale),
            (Self::Decimal(Some(a)), Self::Decimal(Some(b))) => Self::Decimal(Some(a.max(b))),
            (Self::Decimal(_), Self::Decimal(_)) => Self::Decimal(None),
            (Self::Float, Self::Int | Self::Decimal(_)) | (Self::Int | Self::Decimal(_), Self::Float) => Self::Float,
            (Self::Date, Self::Timestamp) | (Self::Timestamp, Self::Date) => Self::Timestamp,
            (Self::List(a), Self::List(b)) => Self::List(Box::new(a.joined(*b))),
            _ => Self::Unknown,
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Decimal(_) | Self::Float)
    }

    /// The items of a list.
    pub(crate) fn item(&self) -> Self {
        match self {
            Self::List(item) => Self::clone(item),
            _ => Self::Unknown,
        }
    }

    /// The field of a struct, in any case.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Struct(fields) => {
                fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| &field.ty)
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Null => f.write_str("none"),
            Self::Bool => f.write_str("Bool"),
            Self::Int => f.write_str("Int"),
            Self::Decimal(_) => f.write_str("DECIMAL"),
            Self::Float => f.write_str("Float"),
            Self::Text => f.write_str("String"),
            Self::Date => f.write_str("Date"),
            Self::Timestamp => f.write_str("Time"),
            Self::Interval => f.write_str("Duration"),
            Self::List(item) => write!(f, "List[{item}]"),
            Self::Struct(fields) => {
                f.write_str("{ ")?;
                for (index, field) in fields.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{}: {}", field.name, field.ty)?;
                }
                f.write_str(" }")
            }
            Self::Other(name) => f.write_str(name),
        }
    }
}
