//! `standpipe cache [stats|gc|verify|rm]`: what is kept of results.

mod collect;
mod forget;
mod stats;
mod verify;

use clap::{ArgMatches, Command};
use serde::Serialize;
use standpipe_runtime::upkeep::Upkeep;

use super::stopped;
use crate::context::{Context, print, say};
use crate::problem::{Exit, Problem};
use crate::project::Project;

pub(super) fn define(command: Command) -> Command {
    command
        .args_conflicts_with_subcommands(true)
        .args([stats::format()])
        .subcommand(stats::define())
        .subcommand(collect::define())
        .subcommand(verify::define())
        .subcommand(forget::define())
        .after_help(
            "Examples:\n  standpipe cache\n  standpipe cache gc --max-size 10GiB --older-than 30d --dry-run\n  \
             standpipe cache verify\n  standpipe cache rm train.fit",
        )
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let project = context.project()?;
    let upkeep = Upkeep::open(&project.state()?).map_err(|failure| stopped(&failure))?;
    match matches.subcommand() {
        Some(("gc", matches)) => collect::run(context, &project, upkeep, matches),
        Some(("verify", matches)) => verify::run(context, &project, upkeep, matches),
        Some(("rm", matches)) => forget::run(context, upkeep, matches),
        Some((_, matches)) => stats::run(context, &project, upkeep, is_json(matches)),
        None => stats::run(context, &project, upkeep, is_json(matches)),
    }
}

fn is_json(matches: &ArgMatches) -> bool {
    matches.get_one::<String>("format").is_some_and(|format| format == "json")
}

/// One object on standard output.
fn json(value: &impl Serialize) -> Result<Exit, Problem> {
    let text = serde_json::to_string(value).map_err(|error| Problem::failed(error.to_string()))?;
    print(&(text + "\n"))?;
    Ok(Exit::Done)
}

/// Nothing is kept where nothing has run.
fn nothing(project: &Project) -> Exit {
    say(&format!("nothing has run in `{}` yet", project.shown("")));
    Exit::Done
}
