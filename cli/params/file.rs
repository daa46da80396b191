//! A file of parameters: JSON, TOML or YAML, told apart by its name.

use std::path::Path;

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::Parameter;
use crate::problem::Problem;
use crate::world::read_regular;

/// Largest file of parameters, in bytes.
const MAX: u64 = 64 << 20;

/// The file's values by parameter; dashes in names may stand for underscores.
///
/// # Errors
/// A file that cannot be read, or names a parameter that does not exist.
pub(super) fn read(path: &Path, parameters: &[Parameter]) -> Result<Map<String, Json>, Problem> {
    let shown = path.display();
    let bytes = read_regular(path, MAX).map_err(|why| {
        let problem = Problem::usage(format!("the file of parameters `{shown}` cannot be read: {why}"));
        match super::paths::near(path) {
            Some(near) if !path.exists() => {
                problem.help(format!("did you mean `{}`?", path.with_file_name(near).display()))
            }
            _ => problem,
        }
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::usage(format!("the file of parameters `{shown}` is not UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let parsed = match extension {
        "json" => serde_json::from_str::<Json>(text).map_err(|error| format!("not JSON: {error}")),
        "toml" => toml::from_str::<toml::Table>(text)
            .map(|table| Json::Object(table.into_iter().map(|(key, value)| (key, from_toml(value))).collect()))
            .map_err(|error| format!("not TOML: {}", error.message())),
        "yaml" | "yml" => super::yaml::read(text),
        _ => {
            return Err(Problem::usage(format!("the file of parameters `{shown}` is of no known kind"))
                .help("its name ends in `.json`, `.toml`, `.yaml` or `.yml`"));
        }
    };
    let json = parsed.map_err(|why| Problem::usage(format!("the file of parameters `{shown}` is {why}")))?;
    let entries = match json {
        Json::Object(entries) => entries,
        // An empty YAML file.
        Json::Null => Map::new(),
        _ => {
            return Err(Problem::usage(format!("the file of parameters `{shown}` holds no names"))
                .help("write one value for each parameter, by its name"));
        }
    };
    let mut found = Map::new();
    for (key, value) in entries {
        let name = key.replace('-', "_");
        if !parameters.iter().any(|parameter| parameter.name == name) {
            let known = parameters.iter().map(|parameter| SmolStr::as_str(&parameter.name));
            return Err(Problem::usage(format!(
                "`{shown}` names the parameter `{key}`, which the pipeline does not have"
            ))
            .nearest(&name, known, "its parameters are"));
        }
        found.insert(name, value);
    }
    Ok(found)
}

fn from_toml(value: toml::Value) -> Json {
    match value {
        toml::Value::String(text) => Json::String(text),
        toml::Value::Integer(number) => Json::from(number),
        toml::Value::Float(number) if number.is_finite() => Json::from(number),
        toml::Value::Float(number) => Json::String(number.to_string()),
        toml::Value::Boolean(value) => Json::Bool(value),
        toml::Value::Datetime(time) => Json::String(time.to_string()),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, from_toml(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use standpipe_plan::Shape;

    use super::*;

    #[test]
    fn three_kinds_say_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let parameter = |name: &str| Parameter {
            name: name.into(),
            doc: String::new(),
            ty: String::new(),
            shape: Shape::Json,
            default: None,
        };
        let parameters = [parameter("learning_rate"), parameter("day"), parameter("fit")];
        let told = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            match read(&path, &parameters) {
                Ok(map) => Json::Object(map).to_string(),
                Err(problem) => {
                    problem.message.replace(&folder.path().display().to_string(), "")
                        + " / "
                        + &problem.help.unwrap_or_default()
                }
            }
        };
        let same = r#"{"day":"2013-09-30","fit":{"depth":3},"learning_rate":0.5}"#;
        assert_eq!(told("a.json", same), same);
        assert_eq!(told("a.toml", "learning-rate = 0.5\nday = 2013-09-30\n[fit]\ndepth = 3"), same);
        assert_eq!(told("a.yaml", "learning_rate: 0.5\nday: \"2013-09-30\"\nfit: {depth: 3}"), same);
        assert_eq!(told("b.yaml", ""), "{}");
        assert_eq!(
            told("c.yaml", "day: &d 2013-09-30\nlearning_rate: .inf\nfit: [~, yes, true, 0x10, 1e3, *d]"),
            r#"{"day":"2013-09-30","fit":[null,"yes",true,16,1000.0,"2013-09-30"],"learning_rate":"inf"}"#
        );
        insta::assert_snapshot!(
            [
                told("b.json", "{\"learningrate\": 1}"),
                told("c.json", "[1]"),
                told("d.json", "{"),
                told("e.toml", "x = "),
                told("f.ini", ""),
                told("g.yaml", "day: ["),
                told("h.yaml", "day: 1\nday: 2"),
                told("i.yaml", "day: 1\n---\nday: 2"),
                told("j.yaml", "day: !mine 1"),
                told("k.yaml", "[1]: 2"),
                // Each line means nine of the one before it.
                told("l.yaml", &bomb()),
                told("m.yaml", &"[".repeat(1_000_000)),
            ]
            .join("\n")
        );
    }

    fn bomb() -> String {
        let lines = (1..30).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", ")));
        format!("a0: &a0 x\n{}", lines.collect::<String>())
    }
}
