//! Inputs of a call, as the worker reads them: JSON by shape, files by their place in a list. Knows nothing of results.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde::Serialize;
use smol_str::SmolStr;
use standpipe_plan::{Shape, Value};

use crate::codes;
use crate::event::Failure;

/// Inputs ready to be sent.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// A JSON list, one item an input.
    pub(super) json: Vec<u8>,
    /// Where the files lie that `json` names by their place here.
    pub(super) files: Vec<String>,
    /// The values of those files, for inputs that come back unchanged.
    pub(super) values: Vec<Value>,
    /// What random numbers of the call start from: the same for the same inputs, different for others.
    pub(super) seed: u64,
}

impl Inputs {
    /// Encodes `inputs` of the task `task`.
    ///
    /// # Errors
    /// When a value does not have its shape, or a file's place is not known.
    pub(super) fn new(task: &str, inputs: &[(SmolStr, Value, Shape)]) -> Result<Self, Failure> {
        let mut made = Self::default();
        made.json.push(b'[');
        for (index, (name, value, shape)) in inputs.iter().enumerate() {
            if index > 0 {
                made.json.push(b',');
            }
            made.encode(value, shape).map_err(|reason| {
                Failure::new(codes::WRONG_INPUT, format!("input `{name}` of `{task}` cannot be given to it: {reason}"))
            })?;
        }
        made.json.push(b']');
        made.seed = made.seeded(task);
        Ok(made)
    }

    fn encode(&mut self, value: &Value, shape: &Shape) -> Result<(), String> {
        match (shape, value) {
            (Shape::Optional(_) | Shape::Nothing, Value::None) => self.json.extend_from_slice(b"null"),
            (Shape::Optional(inner), value) => return self.encode(value, inner),
            (Shape::Bool, Value::Bool(value)) => self.write(value),
            (Shape::Int(_), Value::Int(number)) => self.write(number),
            (Shape::Float(_), Value::Float(number)) if number.is_finite() => self.write(number),
            (Shape::Float(_), Value::Float(number)) => self.write(&number.to_string()),
            #[expect(clippy::cast_precision_loss, reason = "an Int widens to a Float, exactly so")]
            (Shape::Float(_), Value::Int(number)) => self.write(&(*number as f64)),
            (Shape::String | Shape::OneOf(_) | Shape::Date | Shape::Time, Value::String(text))
            | (Shape::Date, Value::Date(text))
            | (Shape::Time, Value::Time(text)) => self.write(text),
            (Shape::Duration, Value::Duration(nanos)) => self.write(nanos),
            (Shape::Size, Value::Size(bytes)) => self.write(bytes),
            (Shape::Json, Value::Json(json)) => self.write(json),
            (Shape::List(_), Value::Range { start, end }) => {
                self.write(&BTreeMap::from([("start", *start), ("end", *end)]));
            }
            (Shape::List(item), Value::List(values)) => {
                return self.list(values.iter().map(|value| (value, &**item)));
            }
            (Shape::Map(item), Value::Map(entries)) => {
                self.json.push(b'{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.json.push(b',');
                    }
                    self.write(key);
                    self.json.push(b':');
                    self.encode(value, item)?;
                }
                self.json.push(b'}');
            }
            (Shape::Record(fields), Value::Record(_) | Value::Map(_)) => {
                let mut parts = Vec::with_capacity(fields.len());
                for field in fields {
                    let part = value.field(&field.name).ok_or_else(|| format!("it has no field `{}`", field.name))?;
                    parts.push((part, &field.shape));
                }
                return self.list(parts.iter().map(|(value, shape)| (value, *shape)));
            }
            (Shape::File(_) | Shape::Dir, Value::Path(path)) => self.file(path, value),
            (
                Shape::File(_) | Shape::Dir | Shape::Table(_) | Shape::Artifact { .. } | Shape::Tensor { .. },
                Value::Blob(blob),
            ) => {
                let path = blob.path.clone().ok_or("its content is not on this machine")?;
                self.file(&path, value);
            }
            (shape, value) => return Err(shape.check(value).err().map_or_else(String::new, |why| why.to_string())),
        }
        Ok(())
    }

    fn list<'v>(&mut self, parts: impl Iterator<Item = (&'v Value, &'v Shape)>) -> Result<(), String> {
        self.json.push(b'[');
        for (index, (value, shape)) in parts.enumerate() {
            if index > 0 {
                self.json.push(b',');
            }
            self.encode(value, shape)?;
        }
        self.json.push(b']');
        Ok(())
    }

    fn write(&mut self, part: &(impl Serialize + ?Sized)) {
        // Writing to memory cannot fail, and neither can these types.
        let _ = serde_json::to_writer(&mut self.json, part);
    }

    fn file(&mut self, path: &str, value: &Value) {
        let _ = write!(self.json, "{}", self.files.len());
        self.files.push(path.to_owned());
        self.values.push(value.clone());
    }

    /// A digest of the task's name and its inputs: of files by content, where that is known.
    fn seeded(&self, task: &str) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(task.as_bytes()).update(&[0]).update(&self.json);
        for value in &self.values {
            match value {
                Value::Blob(blob) => hasher.update(&blob.digest.0),
                other => hasher.update(other.text().as_bytes()),
            };
        }
        hasher.finalize().as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use standpipe_plan::{Blob, BlobKind, Digest, Field};

    use super::*;

    #[test]
    fn values_by_shape() {
        let field = |name: &str, shape| Field { name: name.into(), shape };
        let record =
            Shape::Record(vec![field("b", Shape::Float(None)), field("a", Shape::Optional(Shape::Bool.into()))]);
        let value = Value::record(vec![
            ("a".into(), Value::None),
            ("more".into(), Value::Int(3)),
            ("b".into(), Value::Float(f64::INFINITY)),
        ]);
        let blob = Blob {
            kind: BlobKind::Table,
            digest: Digest::of(b""),
            bytes: 0,
            format: "arrow".into(),
            rows: Some(3),
            path: Some("/store/t".into()),
        };
        let inputs = Inputs::new(
            "fit",
            &[
                ("r".into(), value, record),
                ("xs".into(), Value::Range { start: 0, end: 9 }, Shape::List(Shape::Int(None).into())),
                ("t".into(), Value::Blob(Arc::new(blob)), Shape::Table(None)),
            ],
        )
        .expect("they fit");
        assert_eq!(String::from_utf8_lossy(&inputs.json), r#"[["inf",null],{"end":9,"start":0},0]"#);
        assert_eq!(inputs.files, ["/store/t"]);
    }

    #[test]
    fn a_value_of_another_shape_is_a_failure() {
        let failure = Inputs::new("fit", &[("n".into(), Value::string("x"), Shape::Int(None))]).expect_err("no Int");
        insta::assert_snapshot!(failure.message, @r#"input `n` of `fit` cannot be given to it: expected Int, found the String "x""#);
    }
}
