//! A small process beside the runtime that holds one attempt at a time: it starts it, ends it with everything that it
//! forked, whatever that did to get away, and goes on with it when the runtime dies. Knows nothing of plans or steps.
//!
//! On Linux it is the subreaper of what it starts: a process that loses its parent becomes the keeper's own child, so an
//! attempt is over when the keeper has no child left. Elsewhere it ends what `host` can find. How the attempt ended is told
//! to the runtime, or, when there is none any more, written into the lease, a file that is locked as long as the keeper
//! lives.

mod client;
mod ears;
mod hold;
mod lease;
mod output;
mod request;
mod serve;

pub(crate) use self::client::{Ended, Keeper, Kind, LogLimit, LogPlace};
pub(crate) use self::lease::Left;
pub(crate) use self::output::Output;
pub(crate) use self::request::Request;
pub use self::serve::main;

/// The program that this process is: a keeper, too, where its `main` calls [`main`].
#[must_use]
pub fn own_program() -> std::path::PathBuf {
    crate::host::own_program()
}

/// The first argument of a program that is to be a keeper.
pub const COMMAND: &str = "keep";

/// What follows it to become, instead, the reaper of a program that takes this process's place.
pub(crate) const REAPER: &str = "reaper";
