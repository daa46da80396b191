//! What was seen below a process while it ran: here nobody has to remember, whoever loses its parent becomes its keeper's
//! child, and each shows its environment.

use std::convert::Infallible;
use std::future::pending;

use rustix::process::Pid;

/// A process and those below it.
#[derive(Debug)]
pub(crate) struct Kin;

impl Kin {
    pub(crate) fn of(_: Pid, _: &str) -> Self {
        Self
    }

    /// Nothing to remember.
    pub(crate) async fn look(&self) -> Infallible {
        pending().await
    }

    /// Nothing that is not found otherwise; how many could not be ended.
    pub(crate) fn end(&self) -> usize {
        0
    }
}
