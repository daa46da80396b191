//! `standpipe completions SHELL`: a script that teaches the shell our commands.

use clap::{Arg, ArgMatches, Command};
use clap_complete::Shell;

use crate::context::{Context, print};
use crate::problem::{Exit, Problem};

pub(super) fn define(command: Command) -> Command {
    command
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(clap::value_parser!(Shell)))
        .after_help("Example:\n  standpipe completions bash > ~/.local/share/bash-completion/completions/standpipe")
}

pub(super) fn run(_: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let Some(shell) = matches.get_one::<Shell>("shell") else { return Err(Problem::usage("no shell was named")) };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut crate::command(), "standpipe", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
