//! YAML as JSON: what a file of parameters may say in it. Knows nothing of parameters.

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value as Json};

/// The one document in `text`; `null` for an empty one.
///
/// # Errors
/// Text that is not YAML, holds several documents, or says what JSON cannot: the sentence's end, `not YAML: …`.
pub(super) fn read(text: &str) -> Result<Json, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| format!("not YAML: {error}"))?;
    match documents.as_slice() {
        [] => Ok(Json::Null),
        [document] => json(document),
        [_, _, ..] => Err("not one YAML document: it holds several".into()),
    }
}

fn json(yaml: &Yaml<'_>) -> Result<Json, String> {
    match yaml {
        Yaml::Value(scalar) => Ok(match scalar {
            Scalar::Null => Json::Null,
            Scalar::Boolean(value) => Json::Bool(*value),
            Scalar::Integer(number) => Json::from(*number),
            // JSON has no word for what is not finite.
            Scalar::FloatingPoint(number) if number.is_finite() => Json::from(number.into_inner()),
            Scalar::FloatingPoint(number) => Json::String(number.to_string()),
            Scalar::String(text) => Json::String(text.to_string()),
        }),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(entries) => entries
            .iter()
            .map(|(key, value)| Ok((name(key)?, json(value)?)))
            .collect::<Result<Map<_, _>, _>>()
            .map(Json::Object),
        Yaml::Tagged(tag, _) => Err(format!("not plain YAML: the tag `{tag}` means nothing here")),
        Yaml::Representation(text, ..) => Ok(Json::String(text.to_string())),
        Yaml::Alias(_) | Yaml::BadValue => Err("not YAML: a value does not fit its tag".into()),
    }
}

/// A key as the name it is in JSON.
fn name(key: &Yaml<'_>) -> Result<String, String> {
    match json(key)? {
        Json::String(text) => Ok(text),
        key @ (Json::Bool(_) | Json::Number(_)) => Ok(key.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Err("not plain YAML: a name is a text".into()),
    }
}
