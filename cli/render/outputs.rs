//! A pipeline's result as lines `name = value`. Knows nothing of how it came about.

use serde_json::Value as Json;
use standpipe_plan::Value;

use super::excerpt::visible;

/// A line for each field of a record, one line called `result` for anything else, none for nothing. `outputs` is the same
/// value as JSON, which knows where files lie.
pub(crate) fn text(value: &Value, outputs: &Json) -> String {
    match value {
        Value::None => String::new(),
        Value::Record(fields) => fields
            .iter()
            .map(|(name, value)| {
                format!("{name} = {}\n", one(value, outputs.get(name.as_str()).unwrap_or(&Json::Null)))
            })
            .collect(),
        value => format!("result = {}\n", one(value, outputs)),
    }
}

/// A value as the language writes it, with a path in place of content.
fn one(value: &Value, output: &Json) -> String {
    let text = match value {
        Value::Blob(_) => output.get("path").and_then(Json::as_str).map_or_else(|| value.to_string(), str::to_owned),
        Value::List(items) => {
            let item = |(index, item): (usize, &Value)| one(item, output.get(index).unwrap_or(&Json::Null));
            format!("[{}]", items.iter().enumerate().map(item).collect::<Vec<_>>().join(", "))
        }
        Value::Record(fields) => {
            let field = |(name, value): &(_, Value)| {
                let name: &smol_str::SmolStr = name;
                format!("{name}: {}", one(value, output.get(name.as_str()).unwrap_or(&Json::Null)))
            };
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        value => value.to_string(),
    };
    let mut shown = String::new();
    visible(&text, &mut shown);
    shown
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use standpipe_plan::{Blob, BlobKind, Digest};

    use super::*;

    #[test]
    fn one_line_a_field() {
        let blob = Blob {
            kind: BlobKind::Table,
            digest: Digest::of(b""),
            bytes: 3,
            format: "arrow".into(),
            rows: Some(1),
            path: None,
        };
        let value = Value::record(vec![
            ("auc".into(), Value::Float(0.5)),
            ("name".into(), Value::string("a\n\u{1b}b")),
            ("tables".into(), Value::list(vec![Value::Blob(Arc::new(blob))])),
            ("best".into(), Value::record(vec![("depth".into(), Value::Int(3))])),
        ]);
        let outputs = json!({ "tables": [{ "path": "/store/ab", "hash": "ab", "type": "Table" }] });
        insta::assert_snapshot!(text(&value, &outputs));
        assert_eq!(text(&Value::None, &Json::Null), "");
        assert_eq!(text(&Value::Int(3), &json!(3)), "result = 3\n");
    }
}
