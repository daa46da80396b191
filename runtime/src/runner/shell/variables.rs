//! A shell step's inputs as environment variables.

use std::fmt::Write as _;
use std::path::Path;

use smol_str::SmolStr;
use standpipe_plan::{Shape, Value};

use super::LONGEST;
use super::outputs::Work;
use crate::codes;
use crate::event::Failure;

/// Bash before 4.4 (macOS has 3.2) takes an empty array for one that is not set, and ends a body with `set -u` that reads
/// it. So there the body goes without that.
const OLD_AND_EMPTY: &str = "if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then set +u; fi; ";

/// What is set before a body runs.
#[derive(Debug, Default)]
pub(super) struct Variables {
    pub set: Vec<(SmolStr, String)>,
    /// Inputs that are `none`.
    pub unset: Vec<SmolStr>,
    /// Declarations of arrays, on one line; empty when there are none.
    pub prelude: String,
}

/// The variables for these inputs; what is no plain text is written below `work`.
pub(super) fn of(inputs: &[(SmolStr, Value, Shape)], root: &Path, work: &Work) -> Result<Variables, Failure> {
    let mut variables = Variables::default();
    let mut empty = false;
    for (name, value, _) in inputs {
        match value {
            Value::None => variables.unset.push(name.clone()),
            Value::List(_) | Value::Range { .. } => {
                let items = (0..value.items().unwrap_or(0)).filter_map(|index| value.item(index));
                let mut array = String::new();
                for (index, item) in items.enumerate() {
                    let text = text(&format!("{name}-{index}"), &item, root, work)?;
                    let quoted = shlex::try_quote(&text).map_err(|_| has_nul(name))?;
                    let _ = write!(array, "{}{quoted}", if index > 0 { " " } else { "" });
                }
                empty |= array.is_empty();
                let _ = write!(variables.prelude, "declare -a {name}=({array}); ");
                variables.unset.push(name.clone());
            }
            value => {
                let text = text(name, value, root, work)?;
                if text.contains('\0') {
                    return Err(has_nul(name));
                }
                if text.len() > LONGEST {
                    let message = format!("input `{name}` has {} bytes, too many for a variable", text.len());
                    return Err(Failure::new(codes::WRONG_INPUT, message)
                        .with_help("write it to a file in a step before, and take that `File`"));
                }
                variables.set.push((name.clone(), text));
            }
        }
    }
    if empty {
        variables.prelude.push_str(OLD_AND_EMPTY);
    }
    Ok(variables)
}

fn has_nul(name: &str) -> Failure {
    Failure::new(codes::WRONG_INPUT, format!("input `{name}` has a NUL character, which no variable can hold"))
}

/// A value as one word. Durations are seconds and sizes bytes, as the usual commands take them.
fn text(name: &str, value: &Value, root: &Path, work: &Work) -> Result<String, Failure> {
    Ok(match value {
        Value::None => String::new(),
        #[expect(clippy::cast_precision_loss, reason = "a duration of years needs no nanoseconds")]
        Value::Duration(nanos) => (*nanos as f64 / 1e9).to_string(),
        Value::Size(bytes) => bytes.to_string(),
        Value::Blob(blob) => blob.path.as_ref().map(ToString::to_string).unwrap_or_default(),
        Value::Path(path) => root.join(path.as_str()).to_string_lossy().into_owned(),
        Value::Record(_) | Value::Map(_) | Value::Json(_) | Value::List(_) | Value::Range { .. } => {
            let json = json(value, root).to_string();
            work.write(&format!("{name}.json"), json.as_bytes())?.to_string_lossy().into_owned()
        }
        scalar => scalar.text(),
    })
}

/// A record, map or list for programs to read: files are paths.
fn json(value: &Value, root: &Path) -> serde_json::Value {
    match value {
        Value::Blob(blob) => blob.path.as_ref().map(ToString::to_string).into(),
        Value::Path(path) => root.join(path.as_str()).to_string_lossy().into(),
        Value::Record(fields) => fields
            .iter()
            .map(|(name, value)| (name.to_string(), json(value, root)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.to_string(), json(value, root)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::List(items) => items.iter().map(|item| json(item, root)).collect(),
        other => other.to_json(),
    }
}
