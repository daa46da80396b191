//! How to run, from the command line, variables, `.env` and `standpipe.toml`, in this order. Knows nothing of plans.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches};
use standpipe_compiler::Machine;
use standpipe_plan::{Shape, Value};
use standpipe_runtime::Options;

use crate::confine;
use crate::problem::Problem;
use crate::project::{Profile, Project, SETTINGS};

/// `--profile`.
pub(crate) fn profile_arg() -> Arg {
    Arg::new("profile")
        .long("profile")
        .value_name("NAME")
        .help("The machine that standpipe.toml describes as [profile.NAME]")
        .env("STANDPIPE_PROFILE")
        .hide_env_values(true)
}

/// `--jobs`, `--no-cache`, `--profile` and `--sandbox`: what makes a difference before a run, too.
pub(crate) fn machine_args() -> [Arg; 4] {
    [
        profile_arg(),
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
        confine::arg(),
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
    let profile = project.profile.as_ref().map(|(_, profile)| profile);
    let jobs = match (matches.get_one::<u64>("jobs"), dotenv("STANDPIPE_JOBS")) {
        (Some(jobs), _) => usize::try_from(*jobs).ok(),
        (None, Some(text)) => Some(text.parse().map_err(|_| wrong("STANDPIPE_JOBS of `.env`", "a number", text))?),
        (None, None) => profile.and_then(|profile| profile.cpus).or(project.settings.jobs),
    };
    if jobs == Some(0) {
        return Err(Problem::usage("the number of jobs is 0").help("leave it out to use all of the machine's cores"));
    }
    let workers = profile.and_then(|profile| profile.workers);
    if workers == Some(0) {
        return Err(Problem::usage(format!("`workers` of `{SETTINGS}` is 0")).help("leave it out to run all that fits"));
    }
    let memory = match project.variable("STANDPIPE_MEMORY")? {
        Some(text) => Some(size("STANDPIPE_MEMORY", &text)?),
        None => match profile.map(memory_of).transpose()?.flatten() {
            Some(bytes) => Some(bytes),
            None => own_memory(project)?,
        },
    };
    let max_log = match (project.variable("STANDPIPE_MAX_LOG")?, &project.settings.max_log) {
        (Some(text), _) => Some(size("STANDPIPE_MAX_LOG", &text)?),
        (None, Some(text)) => Some(size(&format!("`max-log` of `{SETTINGS}`"), text)?),
        (None, None) => None,
    };
    Ok(Options {
        root: project.root.clone(),
        state: project.state()?,
        jobs,
        memory,
        gpus: profile.and_then(|profile| profile.gpus),
        workers,
        cache: !flag("no-cache", "STANDPIPE_NO_CACHE"),
        keep_going: keep_going && flag("keep-going", "STANDPIPE_KEEP_GOING"),
        python: python(project)?,
        signals: true,
        max_log,
        secrets: project.secrets()?,
        keeper: Some(keeper()),
        call: None,
        resume: None,
        only: None,
        sandbox: confine::wanted(confine::named(matches).as_deref(), project)?,
    })
}

/// The program that holds steps: this one.
pub(crate) fn keeper() -> PathBuf {
    standpipe_runtime::keeper::own_program()
}

/// The interpreter of tasks without an `env`, where one is named.
///
/// # Errors
/// A variable that is not UTF-8.
pub(crate) fn python(project: &Project) -> Result<Option<PathBuf>, Problem> {
    let python = project.variable("STANDPIPE_PYTHON")?.or_else(|| project.settings.python.clone());
    Ok(python.map(|python| if python.contains('/') { project.root.join(python) } else { PathBuf::from(python) }))
}

/// The machines that steps may run on: the chosen profile, or this machine and every profile.
///
/// # Errors
/// An amount of memory that makes no sense.
pub(crate) fn machines(project: &Project) -> Result<Vec<Machine>, Problem> {
    #[expect(clippy::cast_precision_loss, reason = "no machine has so many cores")]
    let described = |(name, profile): (&String, &Profile)| {
        Ok(Machine {
            name: format!("the profile `{name}`"),
            cpus: profile.cpus.map(|cpus| cpus as f64),
            memory: memory_of(profile)?,
            gpus: profile.gpus,
        })
    };
    if let Some((name, profile)) = &project.profile {
        return Ok(vec![described((name, profile))?]);
    }
    let here = standpipe_runtime::Machine::this();
    #[expect(clippy::cast_precision_loss, reason = "no machine has so many cores")]
    let this = Machine {
        name: "this machine".into(),
        cpus: Some(project.settings.jobs.unwrap_or(here.cpus) as f64),
        memory: Some(own_memory(project)?.unwrap_or(here.memory)),
        gpus: Some(here.gpus),
    };
    let profiles = project.settings.profile.iter().map(described);
    std::iter::once(Ok(this)).chain(profiles).collect()
}

fn memory_of(profile: &Profile) -> Result<Option<u64>, Problem> {
    profile.memory.as_ref().map(|text| size(&format!("`memory` of a profile in `{SETTINGS}`"), text)).transpose()
}

fn own_memory(project: &Project) -> Result<Option<u64>, Problem> {
    project.settings.memory.as_ref().map(|text| size(&format!("`memory` of `{SETTINGS}`"), text)).transpose()
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
