//! How much results may take up, from the command line, variables, `.env` and `standpipe.toml`, in this order. Knows nothing
//! of what is done about it.

use std::time::Duration;

use clap::{Arg, ArgMatches};
use standpipe_plan::{Shape, Value, readable_size};
use standpipe_runtime::upkeep::{Collected, Limits, Upkeep};

use crate::commands::stopped;
use crate::context::{Context, say};
use crate::problem::Problem;
use crate::project::{Project, SETTINGS};
use crate::render::counter::Counter;
use crate::render::plural;

const MAX_SIZE: &str = "STANDPIPE_MAX_SIZE";
const OLDER_THAN: &str = "STANDPIPE_OLDER_THAN";

/// `--max-size` and `--older-than`.
pub(crate) fn args() -> [Arg; 2] {
    [
        Arg::new("max-size")
            .long("max-size")
            .value_name("SIZE")
            .help("Remove what was used least recently until the rest is no larger: 10GiB")
            .env(MAX_SIZE)
            .hide_env_values(true),
        Arg::new("older-than")
            .long("older-than")
            .value_name("DURATION")
            .help("Remove what was not used for so long: 30d")
            .env(OLDER_THAN)
            .hide_env_values(true),
    ]
}

/// The limits of the project, and those that the command line gives instead.
///
/// # Errors
/// One of them is no size, or no duration.
pub(crate) fn limits(matches: Option<&ArgMatches>, project: &Project) -> Result<Limits, Problem> {
    let given = |id: &str| matches.and_then(|matches| matches.get_one::<String>(id)).cloned();
    let settings = project.settings.cache.as_ref();
    let find = |id: &str, variable: &str, setting: Option<&String>| -> Result<Option<(String, String)>, Problem> {
        if let Some(text) = given(id) {
            return Ok(Some((format!("`--{id}`"), text)));
        }
        if let Some(text) = project.variable(variable)? {
            return Ok(Some((variable.to_owned(), text)));
        }
        Ok(setting.map(|text| (format!("`{id}` in `[cache]` of `{SETTINGS}`"), text.clone())))
    };
    let wrong =
        |what: &str, wanted: &str, text: &str| Problem::usage(format!("{what} wants {wanted}, and is `{text}`"));
    let mut limits = Limits::default();
    if let Some((what, text)) = find("max-size", MAX_SIZE, settings.and_then(|cache| cache.max_size.as_ref()))? {
        let Ok(Value::Size(bytes)) = Shape::Size.parse_text(&text) else {
            return Err(wrong(&what, "a size such as `10GiB`", &text));
        };
        limits.max_size = Some(bytes);
    }
    if let Some((what, text)) = find("older-than", OLDER_THAN, settings.and_then(|cache| cache.older_than.as_ref()))? {
        let age = match Shape::Duration.parse_text(&text) {
            Ok(Value::Duration(nanos)) => u64::try_from(nanos).ok(),
            _ => None,
        };
        let age = age.ok_or_else(|| wrong(&what, "a duration such as `30d`", &text))?;
        limits.older_than = Some(Duration::from_nanos(age));
    }
    Ok(limits)
}

/// After a run, brings the store within the project's limits. That this fails does not change how the run went.
pub(crate) fn keep_within(context: &Context, project: &Project) {
    let work = || -> Result<Option<Collected>, Problem> {
        let limits = limits(None, project)?;
        if !limits.any() {
            return Ok(None);
        }
        let Some(mut upkeep) = Upkeep::open(&project.state()?).map_err(|failure| stopped(&failure))? else {
            return Ok(None);
        };
        let counter = Counter::new("making room", context.quiet);
        let collected = upkeep.collect(&limits, false, &mut |done, all| counter.show(done, all));
        collected.map(Some).map_err(|failure| stopped(&failure))
    };
    match work() {
        Ok(Some(collected)) if collected.files > 0 && !context.quiet => {
            say(&format!("made room: {} removed, {} kept", freed(&collected), readable_size(collected.left)))
        }
        Ok(_) => {}
        Err(problem) => say(&format!("no room was made: {problem}")),
    }
}

/// `3 results with 2 files of 1.2 MiB`.
pub(crate) fn freed(collected: &Collected) -> String {
    let files = format!("{} of {}", plural(collected.files, "file"), readable_size(collected.bytes));
    if collected.results == 0 { files } else { format!("{} with {files}", plural(collected.results, "result")) }
}
