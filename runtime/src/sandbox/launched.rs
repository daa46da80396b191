//! A command that another program confines before it takes that one's place.

use std::path::Path;
use std::process::Command;

use super::Confinement;
use crate::keeper::COMMAND;

/// The word behind which a confinement and a program stand.
pub(crate) const CONFINE: &str = "confine";

/// The command in namespaces of its own, without its standard streams. `program` is one whose `main` calls
/// [`crate::keeper::main`].
pub(crate) fn launched(command: &Command, confinement: &Confinement, program: &Path) -> Command {
    let mut launched = Command::new(program);
    launched.args([COMMAND, CONFINE]).args(confinement.words()).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => launched.env(name, value),
            None => launched.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        launched.current_dir(folder);
    }
    launched
}
