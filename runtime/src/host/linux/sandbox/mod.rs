//! How a process is confined on Linux: files by Landlock, calls of the kernel by seccomp, and, in the highest tier,
//! everything else by namespaces. Knows nothing of what a step may see.

mod calls;
mod files;
mod folders;
mod look;
mod namespaces;
mod rights;
mod root;
mod within;

use std::ffi::OsString;
use std::process::ExitCode;

pub(crate) use self::folders::{DEVICES, SYSTEM};
pub(crate) use self::look::look;
pub(crate) use self::within::within;
use crate::sandbox::launched::CONFINE;

/// What a process does with its arguments.
type Work = fn(&[OsString]) -> ExitCode;

/// Whether a step can be kept from the network, as far as is known without trying.
pub(crate) const NETWORK: bool = true;

/// The word for the first process inside of namespaces.
const INIT: &str = "init";
/// The word for ending as is said: `exit 3`, `signal 9`.
const END: &str = "end";

/// What a program that is to be a keeper does instead, by the word that comes first.
pub(crate) const INSTEAD: &[(&str, Work)] =
    &[(CONFINE, namespaces::launch), (INIT, namespaces::init), (END, namespaces::end)];
