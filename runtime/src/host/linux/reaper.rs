//! Whose child a process becomes that loses its parent.

use std::io;

/// From now on, this process's: of all that are below it.
pub(crate) fn become_reaper() -> io::Result<()> {
    Ok(rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?)
}
