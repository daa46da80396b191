//! Values as people and other programs write them: on a command line, in an environment variable, in a JSON file.
//! Knows nothing of files: a path is taken as it stands.

use std::sync::Arc;

use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::shape::{describe, within};
use crate::{Mismatch, Shape, Value};

/// Nanoseconds of each unit a Duration is written with.
const DURATIONS: [(&str, u64); 6] = [
    ("ns", 1),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Bytes of each unit a Size is written with.
const SIZES: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Longest range that is written out in JSON.
const MAX_ITEMS: usize = 1_000_000;

impl Shape {
    /// Reads one value as it is written on a command line: `64`, `0.5`, `20%`, `30s`, `2GiB`, `data/x.csv`, `none`, and
    /// JSON for records, lists and maps.
    ///
    /// # Errors
    /// Says what was expected and what came, bounds included.
    pub fn parse_text(&self, text: &str) -> Result<Value, Mismatch> {
        let value = match self {
            Self::Optional(_) if text == "none" => Some(Value::None),
            Self::Optional(inner) => return inner.parse_text(text),
            Self::Nothing => (text == "none").then_some(Value::None),
            Self::String | Self::OneOf(_) => Some(Value::string(text)),
            Self::Bool => text.parse().ok().map(Value::Bool),
            Self::Int(_) => plain(text).and_then(|digits| digits.parse().ok()).map(Value::Int),
            Self::Float(_) => float(text).map(Value::Float),
            Self::Duration => scaled(text, &DURATIONS).and_then(|nanos| i64::try_from(nanos).ok()).map(Value::Duration),
            Self::Size => scaled(text, &SIZES).map(Value::Size),
            Self::Date => is_date(text).then(|| Value::Date(SmolStr::new(text))),
            Self::Time => is_time(text).then(|| Value::Time(SmolStr::new(text))),
            Self::File(_) | Self::Dir => (!text.is_empty()).then(|| Value::Path(SmolStr::new(text))),
            Self::Json | Self::List(_) | Self::Map(_) | Self::Record(_) => match serde_json::from_str(text) {
                Ok(json) => return self.parse_json(&json),
                Err(_) => {
                    return Err(self.mismatch("", format!("{}, which is not JSON", quoted(text))));
                }
            },
            // It may be the secret itself, which is not to be shown.
            Self::Secret if !is_secret_name(text) => {
                return Err(self.mismatch("", "a text that cannot be a secret's name".into()));
            }
            Self::Secret => Some(Value::Secret(SmolStr::new(text))),
            Self::Table(_) | Self::Artifact { .. } | Self::Tensor { .. } => None,
        };
        let value = value.ok_or_else(|| self.mismatch("", quoted(text)))?;
        self.check(&value)?;
        Ok(value)
    }

    /// Reads a value out of JSON. Durations, sizes, dates, times and paths are strings there, as
    /// [`Shape::parse_text`] reads them; a field that is missing is `none` where the record allows it.
    ///
    /// # Errors
    /// The first place that does not fit; a field that the record does not have is one.
    pub fn parse_json(&self, json: &Json) -> Result<Value, Mismatch> {
        let value = self.read_json(json, &mut String::new())?;
        self.check(&value)?;
        Ok(value)
    }

    fn read_json(&self, json: &Json, place: &mut String) -> Result<Value, Mismatch> {
        let value = match (self, json) {
            (Self::Json, json) => Some(Value::Json(Arc::new(json.clone()))),
            (Self::Optional(_) | Self::Nothing, Json::Null) => Some(Value::None),
            (Self::Optional(inner), json) => return inner.read_json(json, place),
            (Self::Bool, Json::Bool(value)) => Some(Value::Bool(*value)),
            (Self::Int(_), Json::Number(number)) => number.as_i64().map(Value::Int),
            (Self::Float(_), Json::Number(number)) => number.as_f64().map(Value::Float),
            (Self::Float(_), Json::String(text)) => not_finite(text).map(Value::Float),
            (Self::Size, Json::Number(number)) => number.as_u64().map(Value::Size),
            (Self::String | Self::OneOf(_), Json::String(text)) => Some(Value::string(text)),
            (
                Self::Duration | Self::Size | Self::Date | Self::Time | Self::File(_) | Self::Dir | Self::Secret,
                Json::String(text),
            ) => {
                return self.parse_text(text).map_err(|error| Mismatch { place: place.clone(), ..error });
            }
            (Self::List(item), Json::Array(items)) => {
                let read = |(index, json)| within(place, &format!("[{index}]"), |place| item.read_json(json, place));
                return Ok(Value::list(items.iter().enumerate().map(read).collect::<Result<_, _>>()?));
            }
            (Self::Map(item), Json::Object(entries)) => {
                let read = |(key, json): (&std::string::String, _)| {
                    let value = within(place, &format!("[{key:?}]"), |place| item.read_json(json, place))?;
                    Ok((SmolStr::new(key), value))
                };
                return Ok(Value::Map(Arc::new(entries.iter().map(read).collect::<Result<_, _>>()?)));
            }
            (Self::Record(fields), Json::Object(entries)) => {
                if let Some(key) = entries.keys().find(|key| !fields.iter().any(|field| field.name == **key)) {
                    return Err(self.mismatch(place, format!("the field {key:?}, which it does not have")));
                }
                let read = |field: &crate::Field| {
                    let json = entries.get(field.name.as_str());
                    let value = within(place, &format!(".{}", field.name), |place| match (json, &field.shape) {
                        (Some(json), shape) => shape.read_json(json, place),
                        (None, Self::Optional(_)) => Ok(Value::None),
                        (None, shape) => Err(shape.mismatch(place, "no such field".into())),
                    })?;
                    Ok((field.name.clone(), value))
                };
                return Ok(Value::record(fields.iter().map(read).collect::<Result<_, _>>()?));
            }
            _ => None,
        };
        value.ok_or_else(|| self.mismatch(place, kind(json)))
    }

    fn mismatch(&self, place: &str, found: String) -> Mismatch {
        Mismatch { place: place.to_owned(), expected: self.to_string(), found }
    }
}

impl Value {
    /// The value as plain JSON. Durations and sizes are written with their units, `"90s"`; a Float that JSON has no word
    /// for is `"NaN"`, `"inf"` or `"-inf"`; content in the store is `{"hash", "bytes"}`; a range of more than a million is
    /// `{"start", "end"}`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::None => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            Self::Float(value) if value.is_finite() => Json::from(*value),
            Self::Float(value) => Json::String(value.to_string()),
            Self::String(text) | Self::Date(text) | Self::Time(text) | Self::Path(text) => {
                Json::String(text.to_string())
            }
            Self::Duration(_) | Self::Size(_) => Json::String(self.to_string()),
            Self::Json(json) => (**json).clone(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Range { start, end } if self.items().is_some_and(|items| items <= MAX_ITEMS) => {
                (*start..*end).collect()
            }
            Self::Range { start, end } => serde_json::json!({ "start": start, "end": end }),
            Self::Record(fields) => fields.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect(),
            Self::Map(entries) => entries.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect(),
            Self::Secret(name) => serde_json::json!({ "secret": name }),
            Self::Blob(blob) => serde_json::json!({ "hash": blob.digest.to_hex(), "bytes": blob.bytes }),
        }
    }
}

/// Whether `text` can name a secret: a variable of the environment can be called so.
#[must_use]
pub fn is_secret_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// A number's text without its underscores; `None` when one does not stand between digits.
fn plain(text: &str) -> Option<String> {
    let between = |(at, _): (usize, &str)| {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        at > 0 && digit(text.as_bytes().get(at - 1)) && digit(text.as_bytes().get(at + 1))
    };
    text.match_indices('_').all(between).then(|| text.replace('_', ""))
}

fn float(text: &str) -> Option<f64> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let written = number.bytes().all(|byte| byte.is_ascii_digit() || b"+-._eE".contains(&byte));
    plain(number)
        .filter(|_| written)?
        .parse::<f64>()
        .ok()
        .map(|number| number / scale)
        .filter(|number| number.is_finite())
}

fn not_finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| !number.is_finite())
}

/// A number and one of `units` that touches it: exact for whole numbers, rounded for the others.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text.find(|ch: char| !(ch.is_ascii_digit() || ch == '.' || ch == '_'))?;
    let (number, unit) = text.split_at(end);
    let (_, scale) = units.iter().find(|(name, _)| *name == unit)?;
    let number = plain(number)?;
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(*scale);
    }
    #[expect(clippy::cast_precision_loss, reason = "a fraction of a unit is rounded anyway")]
    let product = number.parse::<f64>().ok()? * *scale as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..1.8e19).contains(&product).then(|| product.round() as u64)
}

/// Whether `text` is a day that exists, `2013-09-30`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let dashes = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
    };
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else { return false };
    let leap = |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap(year)),
        _ => 0,
    };
    dashes && (1..=days).contains(&day)
}

/// Whether `text` is an instant in RFC 3339, `2013-09-30T12:00:00Z` or `2013-09-30T12:00:00.5+02:00`.
#[must_use]
pub fn is_time(text: &str) -> bool {
    let Some((day, clock)) = text.split_once('T') else { return false };
    let (clock, zone) = match clock.strip_suffix('Z') {
        Some(clock) => (clock, true),
        None => match clock.rfind(['+', '-']) {
            Some(at) => (&clock[..at], below(&clock[at + 1..], &[23, 59])),
            None => (clock, false),
        },
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    is_date(day) && zone && fraction && below(clock, &[23, 59, 59])
}

/// Whether `text` is two-digit numbers between colons, each at most its limit.
fn below(text: &str, limits: &[u8]) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    let fits = |(part, limit): (&&str, &u8)| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|number| number <= *limit)
    };
    parts.len() == limits.len() && parts.iter().zip(limits).all(fits)
}

fn quoted(text: &str) -> String {
    match describe(&Value::string(text)).strip_prefix("the String ") {
        Some(quoted) => quoted.to_owned(),
        None => format!("a text of {} characters", text.chars().count()),
    }
}

/// What a piece of JSON is, in a few words.
fn kind(json: &Json) -> String {
    match json {
        Json::Null => "null".into(),
        Json::Bool(value) => format!("{value}"),
        Json::Number(number) => format!("the number {number}"),
        Json::String(text) => quoted(text),
        Json::Array(items) => format!("an array of {}", items.len()),
        Json::Object(entries) => format!("an object of {}", entries.len()),
    }
}

/// A step's path without the numbers of iterations: `train.models[3].fit` as `train.models[].fit`.
#[must_use]
pub fn place(path: &str) -> String {
    let mut place = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        place.push_str(before);
        place.push_str("[]");
        rest = after.split_once(']').map_or("", |(_, rest)| rest);
    }
    place.push_str(rest);
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bound, Field};

    fn read(shape: &Shape, text: &str) -> String {
        match shape.parse_text(text) {
            Ok(value) => format!("{value:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_place_has_no_numbers() {
        assert_eq!(place("main.all[13].inner[2].fit"), "main.all[].inner[].fit");
        assert_eq!(place("main.fit"), "main.fit");
    }

    #[test]
    fn scalars_are_read_as_they_are_written() {
        let cases: [(Shape, &str, &str); 20] = [
            (Shape::Int(None), "1_000", "Int(1000)"),
            (Shape::Int(None), "-3", "Int(-3)"),
            (Shape::Int(None), "1__0", "expected Int, found \"1__0\""),
            (Shape::Int(None), "6.5", "expected Int, found \"6.5\""),
            (Shape::Float(None), "64", "Float(64.0)"),
            (Shape::Float(None), "20%", "Float(0.2)"),
            (Shape::Float(None), "1e-3", "Float(0.001)"),
            (Shape::Float(None), "nan", "expected Float, found \"nan\""),
            (Shape::Bool, "yes", "expected Bool, found \"yes\""),
            (Shape::Duration, "90s", "Duration(90000000000)"),
            (Shape::Duration, "1.5h", "Duration(5400000000000)"),
            (Shape::Duration, "90", "expected Duration, found \"90\""),
            (Shape::Size, "2GiB", "Size(2147483648)"),
            (Shape::Size, "99999999999TiB", "expected Size, found \"99999999999TiB\""),
            (Shape::Date, "2013-02-29", "expected Date, found \"2013-02-29\""),
            (Shape::Time, "2013-09-30T12:00:00+02:00", "Time(\"2013-09-30T12:00:00+02:00\")"),
            (Shape::File(None), "data/x.csv", "Path(\"data/x.csv\")"),
            (Shape::Optional(Box::new(Shape::Int(None))), "none", "None"),
            (Shape::Secret, "API_KEY", "Secret(\"API_KEY\")"),
            (Shape::Secret, "sk-1234567890", "expected Secret[String], found a text that cannot be a secret's name"),
        ];
        for (shape, text, expected) in cases {
            assert_eq!(read(&shape, text), expected, "{shape} from {text}");
        }
    }

    #[test]
    fn dates_and_times_are_real_ones() {
        assert!(is_date("2012-02-29") && !is_date("2013-02-29") && !is_date("2013-9-3") && !is_date("13-09-30"));
        assert!(is_time("2013-09-30T12:00:00Z") && is_time("2013-09-30T12:00:00.5+02:00"));
        assert!(!is_time("2013-09-30") && !is_time("2013-09-30T25:00:00Z") && !is_time("2013-09-30T12:00:00"));
    }

    #[test]
    fn bounds_and_members_are_checked() {
        let bound = Bound { low: Some(1.0), high: Some(500.0), inclusive: true };
        assert_eq!(read(&Shape::Int(Some(bound)), "501"), "expected Int in 1..=500, found the Int 501");
        let plan = Shape::OneOf(vec!["free".into(), "pro".into()]);
        assert_eq!(read(&plan, "por"), r#"expected "free" | "pro", found the String "por""#);
    }

    #[test]
    fn records_are_json_and_name_the_place_that_does_not_fit() {
        let field = |name: &str, shape| Field { name: name.into(), shape };
        let optional = Shape::Optional(Box::new(Shape::Duration));
        let item = Shape::Record(vec![field("depth", Shape::Int(None)), field("wait", optional)]);
        let shape = Shape::List(Box::new(item));
        assert_eq!(
            read(&shape, r#"[{"wait": "30s", "depth": 3}, {"depth": 4}]"#),
            r#"List([Record([("depth", Int(3)), ("wait", Duration(30000000000))]), Record([("depth", Int(4)), ("wait", None)])])"#
        );
        assert_eq!(read(&shape, r#"[{"depth": "3"}]"#), "[0].depth: expected Int, found \"3\"");
        assert_eq!(read(&shape, r#"[{"depth": 3, "wait": "3"}]"#), "[0].wait: expected Duration, found \"3\"");
        assert_eq!(read(&shape, r#"[{}]"#), "[0].depth: expected Int, found no such field");
        assert_eq!(
            read(&shape, r#"[{"dept": 3}]"#),
            "[0]: expected { depth: Int, wait: Duration? }, found the field \"dept\", which it does not have"
        );
        assert_eq!(
            read(&shape, "[1"),
            "expected List[{ depth: Int, wait: Duration? }], found \"[1\", which is not JSON"
        );
    }

    #[test]
    fn json_goes_out_plain() {
        let value = Value::record(vec![
            ("auc".into(), Value::Float(0.8)),
            ("worst".into(), Value::Float(f64::NAN)),
            ("took".into(), Value::Duration(90_000_000_000)),
            ("of".into(), Value::Range { start: 0, end: 3 }),
        ]);
        let json = r#"{"auc":0.8,"of":[0,1,2],"took":"90s","worst":"NaN"}"#;
        assert_eq!(value.to_json().to_string(), json);
    }
}
