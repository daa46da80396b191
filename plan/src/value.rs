//! Values as they travel between steps: small ones inline, large ones as references to content.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Digest;

/// A value of the language. Cheap to clone: everything that can be large is shared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(#[serde(with = "number")] f64),
    String(SmolStr),
    /// Nanoseconds.
    Duration(i64),
    /// Bytes.
    Size(u64),
    /// A calendar day, `2013-09-30`.
    Date(SmolStr),
    /// An instant in RFC 3339, `2013-09-30T12:00:00Z`.
    Time(SmolStr),
    Json(Arc<serde_json::Value>),
    List(Arc<Vec<Value>>),
    /// The integers from `start` up to, not including, `end`; a list that is never materialised.
    Range {
        start: i64,
        end: i64,
    },
    /// Fields in the order of their declaration.
    Record(Arc<Vec<(SmolStr, Value)>>),
    Map(Arc<std::collections::BTreeMap<SmolStr, Value>>),
    /// A file or folder that the user named and that has not been read yet: relative to the project's root with `/`
    /// between parts, or absolute.
    Path(SmolStr),
    /// Content whose digest is known.
    Blob(Arc<Blob>),
    /// The secret of that name. What it is stands nowhere: who runs the plan looks it up.
    Secret(SmolStr),
}

/// What a [`Blob`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobKind {
    File,
    Dir,
    /// An Arrow IPC file.
    Table,
    Artifact,
}

/// Content with a known digest: in the store, or (`path` given) still where the user keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blob {
    pub kind: BlobKind,
    pub digest: Digest,
    pub bytes: u64,
    /// What the file is: a format (`csv`) or a codec (`joblib`); empty when unknown.
    pub format: SmolStr,
    /// Rows of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Where the user keeps it; absent for what lives in the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<SmolStr>,
}

impl Value {
    /// A string value.
    #[must_use]
    pub fn string(text: &str) -> Self {
        Self::String(SmolStr::new(text))
    }

    /// A list value.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }

    /// A record value, fields in the given order.
    #[must_use]
    pub fn record(fields: Vec<(SmolStr, Value)>) -> Self {
        Self::Record(Arc::new(fields))
    }

    /// The number of items of a list or range.
    #[must_use]
    pub fn items(&self) -> Option<usize> {
        match self {
            Self::List(items) => Some(items.len()),
            Self::Range { start, end } => Some(usize::try_from(i128::from(*end) - i128::from(*start)).unwrap_or(0)),
            _ => None,
        }
    }

    /// Item `index` of a list or range.
    #[must_use]
    pub fn item(&self, index: usize) -> Option<Value> {
        match self {
            Self::List(items) => items.get(index).cloned(),
            Self::Range { start, .. } => {
                (index < self.items()?).then(|| Self::Int(start + i64::try_from(index).unwrap_or(0)))
            }
            _ => None,
        }
    }

    /// The value as text: what interpolation inserts. Strings stand without quotes.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::String(text) => text.to_string(),
            _ => self.to_string(),
        }
    }

    /// A field of a record, an entry of a map, or `rows` of a table.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Value> {
        match self {
            Self::Record(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()),
            Self::Map(entries) => entries.get(name).cloned(),
            Self::Blob(blob) if name == "rows" => blob.rows.and_then(|rows| i64::try_from(rows).ok()).map(Self::Int),
            _ => None,
        }
    }
}

impl std::fmt::Display for Value {
    /// The value as a person would write it in a `.pipe` file, as far as it has such a form.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::String(text) => write!(f, "{text:?}"),
            Self::Duration(nanos) => f.write_str(&duration(*nanos)),
            Self::Size(bytes) => f.write_str(&size(*bytes)),
            Self::Date(text) | Self::Time(text) => f.write_str(text),
            Self::Json(json) => write!(f, "{json}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Range { start, end } => write!(f, "{start}..{end}"),
            Self::Record(fields) => {
                f.write_str("{ ")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str(" }")
            }
            Self::Map(entries) => {
                f.write_str("{ ")?;
                for (index, (name, value)) in entries.iter().enumerate() {
                    write!(f, "{}{name:?}: {value}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str(" }")
            }
            Self::Path(path) => f.write_str(path),
            Self::Secret(name) => write!(f, "secret({name:?})"),
            Self::Blob(blob) => match &blob.path {
                Some(path) => f.write_str(path),
                None => write!(f, "{} {}", blob.format, &blob.digest.to_hex()[..12]),
            },
        }
    }
}

/// Nanoseconds in the largest unit that is exact: `90s`, `2h`, `1500ms`.
fn duration(nanos: i64) -> String {
    const UNITS: [(&str, i64); 5] = [
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ];
    let unit = UNITS.iter().find(|(_, unit)| nanos != 0 && nanos % unit == 0);
    match unit {
        Some((name, unit)) => format!("{}{name}", nanos / unit),
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        None => format!("{}s", nanos as f64 / 1e9),
    }
}

/// Bytes in the largest binary unit that is exact: `2GiB`, `1536MiB`, `7B`.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match UNITS.iter().find(|(_, unit)| bytes != 0 && bytes.is_multiple_of(*unit)) {
        Some((name, unit)) => format!("{}{name}", bytes / unit),
        None => format!("{bytes}B"),
    }
}

/// Floats in JSON: finite ones as numbers, the others by name, because JSON has no word for them.
mod number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Number<'a> {
        Finite(f64),
        Named(std::borrow::Cow<'a, str>),
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if number.is_finite() {
            Number::Finite(*number).serialize(serializer)
        } else {
            Number::Named(number.to_string().into()).serialize(serializer)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match Number::deserialize(deserializer)? {
            Number::Finite(number) => Ok(number),
            Number::Named(name) => name.parse().map_err(|_| D::Error::custom("not a number")),
        }
    }
}
