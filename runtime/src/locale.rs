//! The language and habits that programs of steps are told to keep to: the same on every machine and for everybody, so
//! that what is sorted, counted or printed does not depend on whose terminal the run was started from. Characters are
//! UTF-8, all else is as in C. Knows nothing of steps.
//!
//! Only the characters are named: a program that is told of a whole locale opens a dozen files of it when it starts, for a
//! shell a tenth of its time.

use std::process::Command;

/// The variable that says what characters are.
const CHARACTERS: &str = "LC_CTYPE";

/// UTF-8 and nothing else, as the system calls it.
const UTF8: &str = if cfg!(target_os = "macos") { "UTF-8" } else { "C.UTF-8" };

/// Has a program, and all that it starts, keep to them.
pub(crate) fn settle(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_told_by)) {
        command.env_remove(name);
    }
    command.env(CHARACTERS, UTF8);
}

/// Whether the variable tells of a locale.
fn is_told_by(name: &str) -> bool {
    name == "LANG" || name == "LANGUAGE" || name.starts_with("LC_")
}
