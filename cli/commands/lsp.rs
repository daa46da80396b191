//! `standpipe lsp`: the language server, over standard input and output.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::context::Context;
use crate::glance::Glance;
use crate::problem::{Exit, Problem};
use crate::project::root_of;
use crate::world::DiskWorld;

pub(super) fn define(command: Command) -> Command {
    command
        .arg(
            Arg::new("stdio")
                .long("stdio")
                .help("What it does anyway; some editors insist on saying so")
                .action(ArgAction::SetTrue),
        )
        .after_help(
            "Example, for Helix's languages.toml:\n  [language-server.standpipe]\n  \
             command = \"standpipe\"\n  args = [\"lsp\"]",
        )
}

pub(super) fn run(context: &Context, _: &ArgMatches) -> Result<Exit, Problem> {
    let given = context.root.clone();
    // A project's settings do not matter here, so that broken ones break no editor.
    let open = move |path: &std::path::Path| -> (std::path::PathBuf, Box<dyn standpipe_compiler::World>) {
        let root = given.clone().unwrap_or_else(|| root_of(path));
        (root.clone(), Box::new(DiskWorld { root, machines: Vec::new() }))
    };
    standpipe_lsp::serve(Box::new(open), Box::new(Glance::default()))?;
    Ok(Exit::Done)
}
