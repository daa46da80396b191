//! Results: from what a worker's frame holds to [`Produced`], by shape. The worker has checked them already; what does
//! not fit here is a broken worker.

use serde_json::Value as Json;
use smol_str::SmolStr;
use standpipe_plan::{BlobKind, Shape, Value};

use super::Produced;

/// Reads `json`, which should have the form that `shape` takes in a frame. `files` are the inputs that may come back.
///
/// Returns `None` where it has another form.
pub(super) fn produced(json: Json, shape: &Shape, files: &[Value]) -> Option<Produced> {
    let value = match (shape, json) {
        (Shape::Nothing | Shape::Optional(_), Json::Null) => Value::None,
        (Shape::Optional(inner), json) => return produced(json, inner, files),
        (Shape::Bool, Json::Bool(value)) => Value::Bool(value),
        (Shape::Int(_), Json::Number(number)) => Value::Int(number.as_i64()?),
        (Shape::Float(_), Json::Number(number)) => Value::Float(number.as_f64()?),
        (Shape::Float(_), Json::String(name)) => Value::Float(name.parse().ok()?),
        (Shape::String | Shape::OneOf(_), Json::String(text)) => Value::String(text.into()),
        (Shape::Duration, Json::Number(nanos)) => Value::Duration(nanos.as_i64()?),
        (Shape::Size, Json::Number(bytes)) => Value::Size(bytes.as_u64()?),
        (Shape::Date, Json::String(text)) => Value::Date(text.into()),
        (Shape::Time, Json::String(text)) => Value::Time(text.into()),
        (Shape::Json, json) => Value::Json(json.into()),
        (Shape::List(item), Json::Array(parts)) => return list(parts, item, files),
        (Shape::Map(item), Json::Object(parts)) => return map(parts, item, files),
        (Shape::Record(fields), Json::Array(parts)) if parts.len() == fields.len() => {
            let parts = fields.iter().zip(parts);
            let parts: Option<Vec<(SmolStr, Produced)>> =
                parts.map(|(field, json)| Some((field.name.clone(), produced(json, &field.shape, files)?))).collect();
            return Some(record(parts?));
        }
        (Shape::File(format), Json::Object(file)) => {
            return located(&file, BlobKind::File, format.clone().unwrap_or_default(), files);
        }
        (Shape::Dir, Json::Object(file)) => return located(&file, BlobKind::Dir, SmolStr::default(), files),
        (Shape::Table(_), Json::Object(file)) => return located(&file, BlobKind::Table, "arrow".into(), files),
        (Shape::Artifact { codec, .. }, Json::Object(file)) => {
            return located(&file, BlobKind::Artifact, codec.clone(), files);
        }
        (Shape::Tensor { .. }, Json::Object(file)) => return located(&file, BlobKind::Artifact, "npy".into(), files),
        _ => return None,
    };
    Some(Produced::Value(value))
}

/// A list; one value where no item is a file.
fn list(parts: Vec<Json>, item: &Shape, files: &[Value]) -> Option<Produced> {
    let parts: Vec<Produced> = parts.into_iter().map(|json| produced(json, item, files)).collect::<Option<_>>()?;
    if !parts.iter().all(|part| matches!(part, Produced::Value(_))) {
        return Some(Produced::List(parts));
    }
    let values =
        parts.into_iter().filter_map(|part| if let Produced::Value(value) = part { Some(value) } else { None });
    Some(Produced::Value(Value::list(values.collect())))
}

/// A record; one value where no field is a file.
fn record(parts: Vec<(SmolStr, Produced)>) -> Produced {
    if !parts.iter().all(|(_, part)| matches!(part, Produced::Value(_))) {
        return Produced::Record(parts);
    }
    let values = parts.into_iter().filter_map(|(name, part)| match part {
        Produced::Value(value) => Some((name, value)),
        _ => None,
    });
    Produced::Value(Value::record(values.collect()))
}

/// A map. One that holds files is given as a record of them, its keys the fields: both are read alike.
fn map(parts: serde_json::Map<String, Json>, item: &Shape, files: &[Value]) -> Option<Produced> {
    let parts: Option<Vec<(SmolStr, Produced)>> =
        parts.into_iter().map(|(key, json)| Some((key.into(), produced(json, item, files)?))).collect();
    let mut parts = parts?;
    parts.sort_by(|one, other| one.0.cmp(&other.0));
    Some(match record(parts) {
        Produced::Value(Value::Record(fields)) => {
            Produced::Value(Value::Map(std::sync::Arc::new(fields.iter().cloned().collect())))
        }
        other => other,
    })
}

fn located(file: &serde_json::Map<String, Json>, kind: BlobKind, format: SmolStr, files: &[Value]) -> Option<Produced> {
    if let Some(index) = file.get("same") {
        let index = usize::try_from(index.as_u64()?).ok()?;
        return Some(Produced::Same(files.get(index)?.clone()));
    }
    let rows = file.get("rows").and_then(Json::as_u64);
    Some(Produced::File { path: file.get("path")?.as_str()?.into(), kind, format, rows })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use standpipe_plan::Field;

    use super::*;

    fn json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            "[a-z/]{0,4}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let names = prop_oneof![Just("same".to_owned()), Just("path".to_owned()), Just("rows".to_owned())];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                proptest::collection::btree_map(names, inner, 0..3)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    fn shape() -> impl Strategy<Value = Shape> {
        let leaf = prop_oneof![
            Just(Shape::Nothing),
            Just(Shape::Int(None)),
            Just(Shape::Float(None)),
            Just(Shape::Size),
            Just(Shape::Json),
            Just(Shape::Dir),
            Just(Shape::Table(None)),
        ];
        leaf.prop_recursive(3, 8, 2, |inner| {
            prop_oneof![
                inner.clone().prop_map(|item| Shape::List(item.into())),
                inner.clone().prop_map(|item| Shape::Map(item.into())),
                inner.clone().prop_map(|item| Shape::Optional(item.into())),
                inner.prop_map(|shape| Shape::Record(vec![Field { name: "a".into(), shape }])),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_that_a_worker_sends_is_taken_for_another_shape(json in json(), shape in shape()) {
            let files = [Value::Path("/input".into())];
            if let Some(Produced::Value(value)) = produced(json, &shape, &files) {
                prop_assert!(shape.check(&value).is_ok(), "{value:?} is no {shape}");
            }
        }
    }
}
