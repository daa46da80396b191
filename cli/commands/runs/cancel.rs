//! `standpipe runs cancel [RUN] [--now]`: ends a run from another terminal, and what an interrupted one left.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::stopped;
use crate::context::{Context, say};
use crate::past;
use crate::problem::{Exit, Problem};

pub(super) fn define(run: Arg) -> Command {
    Command::new("cancel")
        .about("End a run, and what an interrupted one left running")
        .arg(run)
        .arg(
            Arg::new("now")
                .long("now")
                .help("Do not give its steps time to end by themselves")
                .action(ArgAction::SetTrue),
        )
        .after_help("Examples:\n  standpipe runs cancel\n  standpipe runs cancel brave-otter --now")
}

pub(super) fn run(context: &Context, selector: Option<&str>, matches: &ArgMatches) -> Result<Exit, Problem> {
    let (project, history, run) = past::run(context, selector)?;
    let ended = history.cancel(&run, matches.get_flag("now")).map_err(|failure| stopped(&failure))?;
    if !context.quiet {
        let (name, status) = (&ended.name, ended.status.as_str());
        let elsewhere = project.elsewhere();
        say(&format!("{name}: {status}; `standpipe runs resume {name}{elsewhere}` goes on where it stopped"));
    }
    Ok(Exit::Done)
}
