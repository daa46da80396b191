//! How to run, from the command line, variables, `.env` and `standpipe.toml`, in this order. Knows nothing of plans.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches};
use standpipe_plan::{Shape, Value};
use standpipe_runtime::Options;

use crate::problem::Problem;
use crate::project::{Project, SETTINGS};

/// `--jobs` and `--no-cache`: what makes a difference before a run, too.
pub(crate) fn machine_args() -> [Arg; 2] {
    [
        Arg::new("jobs")
            .short('j')
            .long("jobs")
            .value_name("N")
            .help("Cores to use [default: all of the machine's]")
            .value_parser(clap::value_parser!(u64).range(1..))
            .env("STANDPIPE_JOBS")
            .hide_env_values(true),
        Arg::new("no-cache")
            .long("no-cache")
            .help("Run every step, whatever was computed before")
            .action(ArgAction::SetTrue)
            .env("STANDPIPE_NO_CACHE")
            .hide_env_values(true),
    ]
}

/// `--keep-going`.
pub(crate) fn keep_going_arg() -> Arg {
    Arg::new("keep-going")
        .long("keep-going")
        .help("After a failure, still run what does not need the failed step")
        .action(ArgAction::SetTrue)
        .env("STANDPIPE_KEEP_GOING")
        .hide_env_values(true)
}

/// The runtime's options.
///
/// # Errors
/// A value of `.env` or `standpipe.toml` that makes no sense.
pub(crate) fn options(matches: &ArgMatches, project: &Project, keep_going: bool) -> Result<Options, Problem> {
    let dotenv = |name: &str| project.dotenv(name);
    let flag = |id: &str, name: &str| {
        matches.get_flag(id) || dotenv(name).is_some_and(|value| !matches!(value, "" | "0" | "false" | "no" | "off"))
    };
    let jobs = match (matches.get_one::<u64>("jobs"), dotenv("STANDPIPE_JOBS")) {
        (Some(jobs), _) => usize::try_from(*jobs).ok(),
        (None, Some(text)) => Some(text.parse().map_err(|_| wrong("STANDPIPE_JOBS of `.env`", "a number", text))?),
        (None, None) => project.settings.jobs,
    };
    if jobs == Some(0) {
        return Err(Problem::usage("the number of jobs is 0").help("leave it out to use all of the machine's cores"));
    }
    let memory = match (project.variable("STANDPIPE_MEMORY")?, &project.settings.memory) {
        (Some(text), _) => Some(size("STANDPIPE_MEMORY", &text)?),
        (None, Some(text)) => Some(size(&format!("`memory` of `{SETTINGS}`"), text)?),
        (None, None) => None,
    };
    Ok(Options {
        root: project.root.clone(),
        state: project.state()?,
        jobs,
        memory,
        cache: !flag("no-cache", "STANDPIPE_NO_CACHE"),
        keep_going: keep_going && flag("keep-going", "STANDPIPE_KEEP_GOING"),
        python: python(project)?,
        signals: true,
        secrets: project.secrets()?,
        keeper: Some(PathBuf::from("/proc/self/exe")),
        call: None,
        resume: None,
        only: None,
    })
}

/// The interpreter of tasks without an `env`, where one is named.
///
/// # Errors
/// A variable that is not UTF-8.
pub(crate) fn python(project: &Project) -> Result<Option<PathBuf>, Problem> {
    let python = project.variable("STANDPIPE_PYTHON")?.or_else(|| project.settings.python.clone());
    Ok(python.map(|python| if python.contains('/') { project.root.join(python) } else { PathBuf::from(python) }))
}

fn size(what: &str, text: &str) -> Result<u64, Problem> {
    match Shape::Size.parse_text(text) {
        Ok(Value::Size(bytes)) => Ok(bytes),
        _ => Err(wrong(what, "a size such as `4GiB`", text)),
    }
}

fn wrong(what: &str, wanted: &str, found: &str) -> Problem {
    Problem::usage(format!("{what} wants {wanted}, and is `{found}`"))
}
