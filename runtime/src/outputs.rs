//! A run's result as people and scripts get it: content by its path in the store.

use serde_json::{Value as Json, json};
use standpipe_plan::{Blob, Shape, Value};

use crate::cache::relocated;
use crate::store::Store;

/// The value with every blob where it lies: in the store, or where the user keeps it.
pub(crate) fn located(value: &Value, store: &Store) -> Value {
    let place = |blob: &Blob| {
        let path = match &blob.path {
            Some(path) => path.clone(),
            None => store.path(blob).to_string_lossy().into(),
        };
        Some(Blob { path: Some(path), ..blob.clone() })
    };
    relocated(value, &mut { place }).unwrap_or(Value::None)
}

/// A located value as JSON; `shape` says what its content is.
pub(crate) fn json(value: &Value, shape: &Shape) -> Json {
    match (value, shape) {
        (value, Shape::Optional(inner)) => json(value, inner),
        (Value::Blob(blob), shape) => {
            json!({ "path": blob.path, "hash": blob.digest.to_hex(), "type": shape.to_string() })
        }
        (Value::List(items), Shape::List(item)) => items.iter().map(|value| json(value, item)).collect(),
        (Value::Map(entries), Shape::Map(item)) => {
            let entries = entries.iter().map(|(key, value)| (key.to_string(), json(value, item)));
            entries.collect::<serde_json::Map<_, _>>().into()
        }
        (Value::Record(fields), Shape::Record(declared)) => {
            let shape = |name: &str| declared.iter().find(|field| field.name == name).map(|field| &field.shape);
            let fields = fields.iter().map(|(name, value)| {
                (name.to_string(), shape(name).map_or_else(|| value.to_json(), |shape| json(value, shape)))
            });
            fields.collect::<serde_json::Map<_, _>>().into()
        }
        (value, _) => value.to_json(),
    }
}
