//! Shapes: what a value must look like where it crosses a boundary. They carry no names in scope and no inference.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Blob, BlobKind, Value};

/// The runtime face of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Only `none`: the result of an effect that returns nothing.
    Nothing,
    Bool,
    Int(Option<Bound>),
    Float(Option<Bound>),
    String,
    /// One of these strings.
    OneOf(Vec<SmolStr>),
    Duration,
    Size,
    Date,
    Time,
    Json,
    /// A file; of that format when given.
    File(Option<SmolStr>),
    Dir,
    /// A table; its columns when known. Further columns are allowed.
    Table(Option<Vec<Field>>),
    List(Box<Shape>),
    Map(Box<Shape>),
    Optional(Box<Shape>),
    /// A record with at least these fields.
    Record(Vec<Field>),
    /// A nominal artifact: `label` is the type as written, `Model[Customer]`.
    Artifact {
        label: SmolStr,
        codec: SmolStr,
    },
    /// A String that nobody may see.
    Secret,
    /// An array in a `.npy` file: what its numbers are, and how many of them in each direction.
    Tensor {
        of: SmolStr,
        sizes: Vec<Length>,
    },
}

/// One size of a tensor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    Known(u64),
    /// The same wherever this name stands in one call.
    Named(SmolStr),
}

/// A field of a record or a column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub name: SmolStr,
    pub shape: Shape,
}

/// The bounds of a number: `low..high` or, `inclusive`, `low..=high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub inclusive: bool,
}

impl Bound {
    /// Whether `number` lies within.
    #[must_use]
    pub fn holds(&self, number: f64) -> bool {
        self.low.is_none_or(|low| number >= low)
            && self.high.is_none_or(|high| if self.inclusive { number <= high } else { number < high })
    }
}

/// Why a value does not have a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where inside the value, `.parts[3].age`; empty for the value itself.
    pub place: String,
    pub expected: String,
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place.trim_start_matches('.'))?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(low) = self.low {
            write!(f, "{low}")?;
        }
        f.write_str(if self.inclusive { "..=" } else { ".." })?;
        match self.high {
            Some(high) => write!(f, "{high}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Bool => f.write_str("Bool"),
            Self::Int(None) => f.write_str("Int"),
            Self::Int(Some(bound)) => write!(f, "Int in {bound}"),
            Self::Float(None) => f.write_str("Float"),
            Self::Float(Some(bound)) => write!(f, "Float in {bound}"),
            Self::String => f.write_str("String"),
            Self::OneOf(members) => {
                let members: Vec<_> = members.iter().map(|member| format!("{member:?}")).collect();
                f.write_str(&members.join(" | "))
            }
            Self::Duration => f.write_str("Duration"),
            Self::Size => f.write_str("Size"),
            Self::Date => f.write_str("Date"),
            Self::Time => f.write_str("Time"),
            Self::Json => f.write_str("Json"),
            Self::File(None) => f.write_str("File"),
            Self::File(Some(format)) => write!(f, "File[{format}]"),
            Self::Dir => f.write_str("Dir"),
            Self::Table(None) => f.write_str("Table"),
            Self::Table(Some(fields)) => {
                f.write_str("Table[")?;
                write_fields(f, fields)?;
                f.write_str("]")
            }
            Self::List(item) => write!(f, "List[{item}]"),
            Self::Map(item) => write!(f, "Map[{item}]"),
            Self::Optional(inner) => write!(f, "{inner}?"),
            Self::Record(fields) => write_fields(f, fields),
            Self::Artifact { label, .. } => f.write_str(label),
            Self::Secret => f.write_str("Secret[String]"),
            Self::Tensor { of, sizes } => {
                write!(f, "Tensor[{of}")?;
                for size in sizes {
                    match size {
                        Length::Known(size) => write!(f, ", {size}")?,
                        Length::Named(name) => write!(f, ", {name}")?,
                    }
                }
                f.write_str("]")
            }
        }
    }
}

fn write_fields(f: &mut fmt::Formatter<'_>, fields: &[Field]) -> fmt::Result {
    if fields.is_empty() {
        return f.write_str("{}");
    }
    f.write_str("{ ")?;
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{}: {}", field.name, field.shape)?;
    }
    f.write_str(" }")
}

impl Shape {
    /// Checks `value` against this shape as far as its inline part goes: what a file holds is checked where it is read.
    ///
    /// # Errors
    /// The first place, in order of fields, where they differ.
    pub fn check(&self, value: &Value) -> Result<(), Mismatch> {
        self.check_at(value, &mut String::new())
    }

    fn check_at(&self, value: &Value, place: &mut String) -> Result<(), Mismatch> {
        let fits = match (self, value) {
            (Self::Optional(_) | Self::Nothing, Value::None)
            | (Self::Bool, Value::Bool(_))
            | (Self::String, Value::String(_))
            | (Self::Duration, Value::Duration(_))
            | (Self::Size, Value::Size(_))
            | (Self::Date, Value::Date(_))
            | (Self::Time, Value::Time(_))
            | (Self::Json, Value::Json(_))
            | (Self::Secret, Value::Secret(_))
            | (Self::File(_) | Self::Dir, Value::Path(_)) => true,
            (Self::Optional(inner), value) => return inner.check_at(value, place),
            (Self::Int(bound), Value::Int(number)) => bound.is_none_or(|bound| bound.holds(wide(*number))),
            (Self::Float(bound), Value::Float(number)) => bound.is_none_or(|bound| bound.holds(*number)),
            // An Int widens to a Float, inside lists and records too, where nothing has converted it.
            (Self::Float(bound), Value::Int(number)) => bound.is_none_or(|bound| bound.holds(wide(*number))),
            (Self::OneOf(members), Value::String(text)) => members.contains(text),
            (Self::List(item), Value::List(values)) => {
                return values.iter().enumerate().try_for_each(|(index, value)| {
                    within(place, &format!("[{index}]"), |place| item.check_at(value, place))
                });
            }
            (Self::List(item), Value::Range { start, end }) => match &**item {
                Self::Int(bound) | Self::Float(bound) => {
                    bound.is_none_or(|bound| start >= end || (bound.holds(wide(*start)) && bound.holds(wide(*end - 1))))
                }
                _ => false,
            },
            (Self::Map(item), Value::Map(entries)) => {
                return entries.iter().try_for_each(|(key, value)| {
                    within(place, &format!("[{key:?}]"), |place| item.check_at(value, place))
                });
            }
            (Self::Record(fields), Value::Record(_)) => {
                return fields.iter().try_for_each(|field| {
                    within(place, &format!(".{}", field.name), |place| match value.field(&field.name) {
                        Some(value) => field.shape.check_at(&value, place),
                        None => Err(Mismatch {
                            place: place.clone(),
                            expected: field.shape.to_string(),
                            found: "no such field".into(),
                        }),
                    })
                });
            }
            (shape, Value::Blob(blob)) => shape.takes(blob),
            _ => false,
        };
        if fits {
            return Ok(());
        }
        Err(Mismatch { place: place.clone(), expected: self.to_string(), found: describe(value) })
    }

    fn takes(&self, blob: &Blob) -> bool {
        match (self, blob.kind) {
            (Self::File(format), BlobKind::File) => {
                format.as_ref().is_none_or(|format| blob.format.is_empty() || *format == blob.format)
            }
            (Self::Dir, BlobKind::Dir) | (Self::Table(_), BlobKind::Table) => true,
            (Self::Artifact { codec, .. }, BlobKind::Artifact) => *codec == blob.format,
            (Self::Tensor { .. }, BlobKind::Artifact) => blob.format == "npy",
            _ => false,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "bounds are Floats by definition")]
fn wide(number: i64) -> f64 {
    number as f64
}

pub(crate) fn within<T>(place: &mut String, part: &str, run: impl FnOnce(&mut String) -> T) -> T {
    let length = place.len();
    place.push_str(part);
    let result = run(place);
    place.truncate(length);
    result
}

/// A value in a few words, for messages: its kind, and its content where that is short.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::None => "none".into(),
        Value::Bool(value) => format!("the Bool {value}"),
        Value::Int(value) => format!("the Int {value}"),
        Value::Float(value) => format!("the Float {value}"),
        Value::String(text) if text.chars().count() <= 40 => format!("the String {text:?}"),
        Value::String(text) => format!("a String of {} characters", text.chars().count()),
        Value::Duration(_) => "a Duration".into(),
        Value::Size(_) => "a Size".into(),
        Value::Date(day) => format!("the Date {day}"),
        Value::Time(time) => format!("the Time {time}"),
        Value::Json(_) => "Json".into(),
        Value::List(items) => format!("a List of {}", items.len()),
        Value::Range { start, end } => format!("the range {start}..{end}"),
        Value::Record(fields) => {
            let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
            format!("a record of {}", if names.is_empty() { "nothing".into() } else { names.join(", ") })
        }
        Value::Map(entries) => format!("a Map of {}", entries.len()),
        Value::Path(path) => format!("the path {path}"),
        Value::Secret(name) => format!("the secret {name}"),
        Value::Blob(blob) => match blob.kind {
            BlobKind::File if blob.format.is_empty() => "a File".into(),
            BlobKind::File => format!("a File[{}]", blob.format),
            BlobKind::Dir => "a Dir".into(),
            BlobKind::Table => "a Table".into(),
            BlobKind::Artifact => format!("an artifact written by {}", blob.format),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(shape: &Shape, value: &Value) -> String {
        shape.check(value).map_or_else(|mismatch| mismatch.to_string(), |()| "fits".into())
    }

    #[test]
    fn a_value_is_checked_to_its_innermost_part() {
        let bound = Bound { low: Some(0.0), high: Some(1.0), inclusive: false };
        let field = |name: &str, shape| Field { name: name.into(), shape };
        let part = Shape::Record(vec![
            field("rate", Shape::Float(Some(bound))),
            field("note", Shape::Optional(Box::new(Shape::String))),
        ]);
        let shape = Shape::Record(vec![field("parts", Shape::List(Box::new(part)))]);
        let value = |rate| {
            let part = Value::record(vec![
                ("rate".into(), rate),
                ("note".into(), Value::None),
                ("more".into(), Value::Int(1)),
            ]);
            Value::record(vec![("parts".into(), Value::list(vec![part]))])
        };
        assert_eq!(said(&shape, &value(Value::Float(0.5))), "fits");
        assert_eq!(said(&shape, &value(Value::Int(0))), "fits");
        assert_eq!(said(&shape, &value(Value::Float(1.0))), "parts[0].rate: expected Float in 0..1, found the Float 1");
        assert_eq!(said(&shape, &value(Value::None)), "parts[0].rate: expected Float in 0..1, found none");
        assert_eq!(
            said(&shape, &Value::Int(1)),
            "expected { parts: List[{ rate: Float in 0..1, note: String? }] }, found the Int 1"
        );
    }

    #[test]
    fn a_range_is_a_list_of_its_numbers() {
        let bound = Bound { low: Some(1.0), high: Some(9.0), inclusive: true };
        let shape = Shape::List(Box::new(Shape::Int(Some(bound))));
        assert_eq!(said(&shape, &Value::Range { start: 1, end: 10 }), "fits");
        assert_eq!(said(&shape, &Value::Range { start: 7, end: 7 }), "fits");
        assert_eq!(
            said(&shape, &Value::Range { start: 1, end: 11 }),
            "expected List[Int in 1..=9], found the range 1..11"
        );
    }

    #[test]
    fn content_is_told_by_its_kind_and_format() {
        let blob = |kind, format: &str| {
            let digest = crate::Digest::of(b"x");
            Value::Blob(std::sync::Arc::new(Blob {
                kind,
                digest,
                bytes: 1,
                format: format.into(),
                rows: None,
                path: None,
            }))
        };
        let model = Shape::Artifact { label: "Model".into(), codec: "joblib".into() };
        assert_eq!(said(&model, &blob(BlobKind::Artifact, "joblib")), "fits");
        assert_eq!(said(&model, &blob(BlobKind::Artifact, "npy")), "expected Model, found an artifact written by npy");
        assert_eq!(said(&Shape::File(Some("csv".into())), &blob(BlobKind::File, "")), "fits");
        assert_eq!(said(&Shape::Dir, &blob(BlobKind::Table, "")), "expected Dir, found a Table");
    }
}
