//! How many more files this process may open, and the failure of what needs more. Knows nothing of who opens them.

use std::io;
use std::panic;
use std::sync::Once;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::codes;
use crate::event::Failure;

/// Open files for reading the state folder: the journal with its log and its index twice, and the file that is read.
const LOOK: u64 = 8;
/// For a connection to an editor: its sockets, the files that it asks about, the journal.
const SERVE: u64 = 16;
/// For a run beside its steps: sockets, the journal twice, its lock, the store, the environment that is being made.
const RUN: u64 = 24;
/// For each step under way: its log, its note, the ways to its keeper and its worker, the same of an idle worker, and what
/// is open while a process is started.
const STEP: u64 = 12;

/// Whether the state folder can be read.
pub(crate) fn to_look() -> Result<(), Failure> {
    needed(LOOK, "the state folder")
}

/// Whether an editor can be served.
///
/// # Errors
/// This process may open too few files for that.
pub fn to_serve() -> Result<(), Failure> {
    needed(SERVE, "an editor's connection")
}

/// How many steps may be under way at once: `wanted` of them where the system lets this process open so many files.
pub(crate) fn for_steps(wanted: u64) -> Result<u64, Failure> {
    raise(RUN + STEP * wanted);
    needed(RUN + STEP, "a run")?;
    Ok((left().saturating_sub(RUN) / STEP).max(1))
}

/// What waits for sockets, processes and signals. The library that it is of ends the program where it finds no room for a
/// pair of sockets of its own.
pub(crate) fn runtime() -> io::Result<tokio::runtime::Runtime> {
    let build = || tokio::runtime::Builder::new_current_thread().enable_all().build();
    quietly(build).unwrap_or_else(|| Err(Errno::MFILE.into()))
}

/// What `work` gives; `None`, and not a word of it, where it panics.
fn quietly<T>(work: impl FnOnce() -> T + panic::UnwindSafe) -> Option<T> {
    thread_local! {
        static QUIET: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |about| {
            if !QUIET.get() {
                before(about);
            }
        }));
    });
    QUIET.set(true);
    let done = panic::catch_unwind(work);
    QUIET.set(false);
    done.ok()
}

/// How many more files may be opened; what is open already has the numbers below the first that is free, but for few.
fn left() -> u64 {
    let Some(most) = getrlimit(Resource::Nofile).current else { return u64::MAX };
    let free = rustix::io::dup(rustix::stdio::stdin()).map(|file| std::os::fd::AsRawFd::as_raw_fd(&file));
    free.ok().and_then(|free| u64::try_from(free).ok()).map_or(0, |free| most.saturating_sub(free))
}

/// Raises the limit that this process may raise by itself, no further than is `wanted`.
fn raise(wanted: u64) {
    let (left, limit) = (left(), getrlimit(Resource::Nofile));
    if let (true, Some(current)) = (left < wanted, limit.current) {
        let all = current + (wanted - left);
        let current = Some(limit.maximum.map_or(all, |most| all.min(most)));
        // What it may open is looked at again.
        let _ = setrlimit(Resource::Nofile, Rlimit { current, ..limit });
    }
}

fn needed(files: u64, what: &str) -> Result<(), Failure> {
    let left = left();
    if left >= files {
        return Ok(());
    }
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let message = format!("{what} takes {files} open files, and this process may open only {left} more");
    let help = format!("raise `ulimit -n`, which is {limit}, to {} or more", limit.saturating_add(files - left));
    Err(Failure::new(codes::FEW_FILES, message).with_help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_panics_says_nothing_and_gives_nothing() {
        assert_eq!(quietly(|| 1), Some(1));
        let gone: Option<i32> = quietly(|| panic!("no room"));
        assert_eq!(gone, None);
        assert!(runtime().is_ok());
    }

    #[test]
    fn steps_are_given_what_there_is() {
        assert!(for_steps(2).expect("there is room") >= 2);
        assert!(left() >= RUN + 2 * STEP);
    }
}
