//! How memory of processes is told, whatever system counts it.

use rustix::process::Pid;

/// Whose memory it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tree {
    /// That process, and what is below it.
    Below(Pid),
    /// Everything below this process, which starts nothing else.
    Mine,
}

/// What one process has, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Resident at most so far, the files that it maps included; where nobody keeps count, what it has now.
    pub high: u64,
    /// Now, without files: what no other process has unless it was forked, and what is shared on purpose.
    pub own: u64,
}
