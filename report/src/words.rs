//! Numbers and values as people read them.

use serde_json::Value;

/// So many characters of a value are shown.
const LONG: usize = 60;

/// A number with as many digits as people compare: four.
#[must_use]
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let four: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    let plain = four == 0.0 || (1e-4..1e7).contains(&four.abs());
    if plain { four.to_string() } else { format!("{four:e}") }
}

/// The value of a parameter, not too long.
#[must_use]
pub fn parameter(value: &Value) -> String {
    match value {
        Value::Number(float) if float.is_f64() => float.as_f64().map_or_else(|| float.to_string(), number),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            short(&text(value), LONG)
        }
    }
}

/// The value in full: a text as it is, anything else as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// The first `most` characters of `text`.
pub(crate) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_as_people_write_them() {
        let all = [0.123_456, 1234.56, 12_345_678.9, 0.000_012_3, 0.0, -0.5, f64::NAN].map(number);
        assert_eq!(all, ["0.1235", "1235", "1.235e7", "1.23e-5", "0", "-0.5", "NaN"]);
    }

    #[test]
    fn values_are_short() {
        let all = [json!("relu"), json!(1_234_567), json!(0.123_456), json!({ "a": [1] }), json!("x".repeat(80))];
        let long = format!("{}…", "x".repeat(LONG));
        assert_eq!(all.map(|value| parameter(&value)), ["relu", "1234567", "0.1235", "{\"a\":[1]}", long.as_str()]);
    }
}
