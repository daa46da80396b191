//! `standpipe lsp`: the language server, over standard input and output.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};
use standpipe_compiler::World;

use super::stopped;
use crate::context::Context;
use crate::glance::Glance;
use crate::machines::Machines;
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
    let machines = Machines::default();
    let open = move |path: &Path| -> (PathBuf, Box<dyn World>) {
        let root = given.clone().unwrap_or_else(|| root_of(path));
        let machines = machines.of(&root);
        (root.clone(), Box::new(DiskWorld { root, machines }))
    };
    standpipe_runtime::room::to_serve().map_err(|failure| stopped(&failure))?;
    standpipe_lsp_server::serve(Arc::new(open), Box::new(Glance::default()))?;
    Ok(Exit::Done)
}
