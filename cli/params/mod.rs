//! A pipeline's parameters as flags, variables and files. Knows nothing of what the pipeline does.

mod file;
mod paths;
mod yaml;

pub(crate) use paths::near;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, ValueHint};
use smol_str::SmolStr;
use standpipe_plan::{Mismatch, Shape, Value};

use crate::problem::{Problem, nearest};
use crate::project::Project;

/// One parameter, of a source file's pipeline or of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: SmolStr,
    /// Markdown.
    pub(crate) doc: String,
    /// As people should read it.
    pub(crate) ty: String,
    pub(crate) shape: Shape,
    pub(crate) default: Option<Value>,
}

/// The heading under which `--help` lists them.
const HEADING: &str = "Parameters";

/// `--params`.
pub(crate) fn file_arg() -> Arg {
    Arg::new("params")
        .long("params")
        .value_name("FILE")
        .help("Take parameters from a JSON, TOML or YAML file")
        .value_parser(clap::value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .env("STANDPIPE_PARAMS")
        .hide_env_values(true)
}

/// `command` with a flag for each of `parameters`.
pub(crate) fn define(command: Command, parameters: &[Parameter]) -> Command {
    let taken: Vec<String> = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
    let args = parameters.iter().map(|parameter| flag(parameter, &taken));
    args.collect::<Vec<_>>().into_iter().fold(command, Command::arg)
}

/// The flag of a parameter: its name with dashes, or `param-` before it where one of our own options has that name.
fn flag_name(name: &str, taken: &[String]) -> String {
    let dashed = name.replace('_', "-");
    let ours = ["root", "color", "quiet", "verbose", "help", "version"];
    if taken.contains(&dashed) || ours.contains(&dashed.as_str()) { format!("param-{dashed}") } else { dashed }
}

fn flag(parameter: &Parameter, taken: &[String]) -> Arg {
    let long = flag_name(&parameter.name, taken);
    let mut help =
        parameter.doc.lines().map(str::trim).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let mut add = |text: String| {
        if !help.is_empty() {
            help.push(' ');
        }
        help.push_str(&text);
    };
    add(format!("[{}]", parameter.ty));
    match &parameter.default {
        Some(default) => add(format!("[default: {default}]")),
        None if matches!(parameter.shape, Shape::Optional(_)) => add("[default: none]".into()),
        None => add("[required]".into()),
    }
    let arg = Arg::new(id(&parameter.name))
        .long(long.clone())
        .value_name(kind(&parameter.shape))
        .help(help)
        .help_heading(HEADING)
        .allow_negative_numbers(true)
        .value_hint(match parameter.shape {
            Shape::File(_) => ValueHint::FilePath,
            Shape::Dir => ValueHint::DirPath,
            _ => ValueHint::Other,
        });
    let arg = if long.contains('-') { arg.alias(long.replace('-', "_")) } else { arg };
    match parameter.shape {
        Shape::Bool => arg.num_args(0..=1).default_missing_value("true"),
        _ => arg.num_args(1),
    }
}

/// The name under which clap keeps a parameter.
fn id(name: &str) -> String {
    format!("param:{name}")
}

/// The outermost word of a shape.
fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Nothing => "none",
        Shape::Bool => "Bool",
        Shape::Int(_) => "Int",
        Shape::Float(_) => "Float",
        Shape::String => "String",
        Shape::OneOf(_) => "Choice",
        Shape::Duration => "Duration",
        Shape::Size => "Size",
        Shape::Date => "Date",
        Shape::Time => "Time",
        Shape::File(_) => "File",
        Shape::Dir => "Dir",
        Shape::Optional(inner) => kind(inner),
        Shape::Json | Shape::List(_) | Shape::Map(_) | Shape::Record(_) => "Json",
        Shape::Table(_) => "Table",
        Shape::Artifact { .. } => "Artifact",
        Shape::Secret => "Name",
        Shape::Tensor { .. } => "Tensor",
    }
}

/// The values that were given: on the command line, else by `STANDPIPE_PARAM_…`, else in the `--params` file. What has a
/// default and was not given is left to it.
///
/// # Errors
/// A value that does not fit its parameter, a file that is not there, a parameter that does not exist.
pub(crate) fn given(
    parameters: &[Parameter],
    matches: &ArgMatches,
    project: &Project,
) -> Result<Vec<(SmolStr, Value)>, Problem> {
    let here = std::env::current_dir()?;
    let file = match matches.get_one::<PathBuf>("params") {
        Some(path) => Some((path.parent().unwrap_or(Path::new("")).to_path_buf(), file::read(path, parameters)?)),
        None => None,
    };
    let mut values = Vec::new();
    for parameter in parameters {
        let variable = format!("STANDPIPE_PARAM_{}", parameter.name.to_uppercase());
        let mut written = None;
        let (value, how, base) = if let Some(text) = matches.get_one::<String>(&id(&parameter.name)) {
            written = Some(text.clone());
            (parameter.shape.parse_text(text), format!("`{}`", parameter.name), &here)
        } else if let Some(text) = project.variable(&variable)? {
            let value = parameter.shape.parse_text(&text);
            written = Some(text);
            (value, format!("`{variable}`"), &here)
        } else if let Some((folder, json)) =
            file.as_ref().and_then(|(folder, map)| Some((folder, map.get(parameter.name.as_str())?)))
        {
            (parameter.shape.parse_json(json), format!("`{}` in the file of parameters", parameter.name), folder)
        } else {
            continue;
        };
        let value = value.map_err(|mismatch| unfit(&how, parameter, &mismatch, written.as_deref()))?;
        values.push((parameter.name.clone(), paths::settle(&value, &parameter.shape, base, project, &how)?));
    }
    Ok(values)
}

/// The first parameter that has neither a value in `given` nor a default.
pub(crate) fn missing<'a>(parameters: &'a [Parameter], given: &[(SmolStr, Value)]) -> Option<&'a Parameter> {
    parameters.iter().find(|parameter| {
        parameter.default.is_none()
            && !matches!(parameter.shape, Shape::Optional(_))
            && !given.iter().any(|(name, _)| *name == parameter.name)
    })
}

/// A value that does not fit; of one that came as text, `written` is that.
fn unfit(how: &str, parameter: &Parameter, mismatch: &Mismatch, written: Option<&str>) -> Problem {
    let problem = Problem::usage(format!("the value of {how} does not fit: {mismatch}"));
    let inner = match &parameter.shape {
        Shape::Optional(inner) => inner,
        shape => shape,
    };
    let near = match inner {
        Shape::OneOf(members) => {
            let found = mismatch.found.split('"').nth(1).unwrap_or_default();
            nearest(found, members.iter().map(SmolStr::as_str))
        }
        Shape::Secret => {
            return problem.help("give the secret's name, as that of the variable it is in, and not the secret");
        }
        _ => None,
    };
    let written = written.filter(|text| serde_json::from_str::<serde_json::Value>(text).is_err());
    match (near, written.and_then(|text| as_json(inner, parameter.default.as_ref(), text))) {
        (Some(near), _) => problem.help(format!("did you mean `{near}`?")),
        (None, Some(json)) => problem.help(format!("it is written as JSON: `{json}`")),
        (None, None) => problem,
    }
}

/// What was probably meant by a text that should be JSON and is not: the items of a list with commas between them. Of
/// others their default shows how they are written.
fn as_json(shape: &Shape, default: Option<&Value>, text: &str) -> Option<String> {
    match shape {
        Shape::List(item) => {
            let items: Result<Vec<Value>, _> = text.split(',').map(|one| item.parse_text(one.trim())).collect();
            items.ok().map(|items| Value::list(items).to_json().to_string())
        }
        Shape::Json | Shape::Map(_) | Shape::Record(_) => default.map(|default| default.to_json().to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use standpipe_plan::Bound;

    use super::*;

    fn parameters() -> Vec<Parameter> {
        let of = |name: &str, shape: Shape, default| Parameter {
            name: name.into(),
            doc: format!("About {name}.\nMore.\n\nNot this."),
            ty: shape.to_string(),
            shape,
            default,
        };
        let trials = Shape::Int(Some(Bound { low: Some(1.0), high: Some(500.0), inclusive: true }));
        vec![
            of("trials", trials, Some(Value::Int(32))),
            of("learning_rate", Shape::Float(None), None),
            of("shuffle", Shape::Bool, Some(Value::Bool(false))),
            of("jobs", Shape::Optional(Box::new(Shape::Int(None))), None),
            of("plan", Shape::OneOf(vec!["free".into(), "pro".into()]), Some(Value::string("pro"))),
            of("raw", Shape::File(None), Some(Value::Path("a.csv".into()))),
            of("key", Shape::Secret, Some(Value::Secret("API_KEY".into()))),
            of("depths", Shape::List(Box::new(Shape::Int(None))), Some(Value::list(Vec::new()))),
        ]
    }

    fn read(args: &[&str]) -> Result<Vec<(SmolStr, Value)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::at(folder.path().into()).unwrap();
        let command = Command::new("run").no_binary_name(true).arg(Arg::new("jobs").long("jobs")).arg(file_arg());
        let matches = define(command, &parameters()).try_get_matches_from(args);
        let matches = matches.map_err(|error| error.to_string().lines().take(3).collect::<Vec<_>>().join("/"))?;
        given(&parameters(), &matches, &project)
            .map_err(|problem| format!("{problem} ({})", problem.help.clone().unwrap_or_default()))
    }

    #[test]
    fn flags_have_dashes_or_underscores() {
        let rate = Ok(vec![("learning_rate".into(), Value::Float(0.5))]);
        assert_eq!(read(&["--learning-rate", "0.5"]), rate);
        assert_eq!(read(&["--learning_rate=0.5"]), rate);
        assert_eq!(read(&["--shuffle"]), Ok(vec![("shuffle".into(), Value::Bool(true))]));
        assert_eq!(read(&["--shuffle", "false"]), Ok(vec![("shuffle".into(), Value::Bool(false))]));
        assert_eq!(read(&["--jobs", "3", "--param-jobs", "-4"]), Ok(vec![("jobs".into(), Value::Int(-4))]));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let told = |args: &[&str]| read(args).unwrap_err();
        assert_eq!(
            told(&["--trials", "501"]),
            "the value of `trials` does not fit: expected Int in 1..=500, found the Int 501 ()"
        );
        assert_eq!(
            told(&["--plan", "pr"]),
            "the value of `plan` does not fit: expected \"free\" | \"pro\", found the String \"pr\" (did you mean `pro`?)"
        );
        assert_eq!(
            told(&["--key", "sk-1234567890"]),
            "the value of `key` does not fit: expected Secret[String], found a text that cannot be a secret's name (give the \
             secret's name, as that of the variable it is in, and not the secret)"
        );
        assert_eq!(
            told(&["--trails", "1"]),
            "error: unexpected argument '--trails' found//  tip: a similar argument exists: '--trials'"
        );
        assert_eq!(
            told(&["--depths", "1, 2"]),
            "the value of `depths` does not fit: expected List[Int], found \"1, 2\", which is not JSON (it is written as JSON: `[1,2]`)"
        );
        assert_eq!(told(&["--raw", "nowhere.csv"]), "`raw` names the file `nowhere.csv`, which is not there ()");
    }

    #[test]
    fn help_says_type_and_default() {
        let help = define(Command::new("run"), &parameters()).term_width(90).render_help().to_string();
        insta::assert_snapshot!(help);
    }

    #[test]
    fn required_ones_are_missed() {
        assert_eq!(missing(&parameters(), &[]).map(|parameter| parameter.name.as_str()), Some("learning_rate"));
        assert!(missing(&parameters(), &[("learning_rate".into(), Value::Float(0.1))]).is_none());
    }
}
