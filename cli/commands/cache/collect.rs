//! `standpipe cache gc`: removes what is not needed, and what the limits do not allow.

use clap::{Arg, ArgAction, ArgMatches, Command};
use standpipe_plan::readable_size;
use standpipe_runtime::upkeep::{Collected, Upkeep};

use super::super::{format_arg, stopped};
use super::{is_json, json, nothing};
use crate::context::{Context, print, say};
use crate::limits::{self, freed};
use crate::problem::{Exit, Problem};
use crate::project::Project;
use crate::render::counter::Counter;

pub(super) fn define() -> Command {
    Command::new("gc")
        .about("Remove what no result needs, and what the limits do not allow")
        .args(limits::args())
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .help("Only say what would be removed")
                .action(ArgAction::SetTrue),
        )
        .arg(format_arg(&["text", "json"]))
        .after_help(
            "Results of the last run of each pipeline stay, and whatever a run uses that goes on meanwhile. The limits of\n\
             `[cache]` in standpipe.toml hold unless others are given here.\n\n\
             Example:\n  standpipe cache gc --max-size 10GiB --older-than 30d --dry-run",
        )
}

pub(super) fn run(
    context: &Context,
    project: &Project,
    upkeep: Option<Upkeep>,
    matches: &ArgMatches,
) -> Result<Exit, Problem> {
    let limits = limits::limits(Some(matches), project)?;
    let dry = matches.get_flag("dry-run");
    let collected = match upkeep {
        None if !is_json(matches) => return Ok(nothing(project)),
        None => Collected::default(),
        Some(mut upkeep) => {
            let counter = Counter::new("removing", context.quiet || dry);
            upkeep
                .collect(&limits, dry, &mut |done, all| counter.show(done, all))
                .map_err(|failure| stopped(&failure))?
        }
    };
    if is_json(matches) {
        return json(&collected);
    }
    let did = if dry { "would be removed" } else { "removed" };
    print(&format!("{} {did}, {} left\n", freed(&collected), readable_size(collected.left)))?;
    if collected.waiting > 0 && !context.quiet {
        say(&format!(
            "{} of that wait for the end of what runs now: another `standpipe cache gc` removes them",
            readable_size(collected.waiting)
        ));
    }
    Ok(Exit::Done)
}
