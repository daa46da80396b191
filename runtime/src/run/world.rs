//! The outside of a run as its driver sees it: clock, journal, earlier results, environments, places. The machine's own
//! is `outside.rs`; the simulation has another. Knows nothing of what is done with it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use standpipe_plan::{CachePolicy, Digest, Value};

use super::environments::{Needs, Which};
use crate::cache::Found;
use crate::environment::Ready;
use crate::event::{Failure, SweepHead};
use crate::executor::Stop;
use crate::journal::{Progress, Record};
use crate::lessons::Recalled;
use crate::runner::Attempt;
use crate::schedule::Ticket;
use crate::store::Stored;

/// What a driver asks of the world around it.
pub(crate) trait World {
    type Ledger: Ledger;

    /// Most events that may wait for the disk before the run waits for it too: what is kept in memory has an end.
    const BEHIND: usize = 4096;

    /// Time since the run began; it never goes back.
    fn now(&self) -> Duration;

    /// The result kept under `key`, if it may be reused.
    fn find(&mut self, key: Digest, policy: CachePolicy, inputs: &[Value]) -> Found;

    /// The trials of the run `from` that the sweep at `step`, which looks for `head`, is to be led by, or why there are
    /// none.
    fn recall(&mut self, from: &str, step: &str, head: &SweepHead) -> Result<Recalled, Failure>;

    /// Whether all content that a value refers to is in the store as it was.
    fn holds(&self, value: &Value) -> bool;

    /// What a task needs before a step of it can run.
    fn needs(&self, task: usize) -> Needs;

    /// An environment, if it is there or known to be impossible; makes nothing.
    fn environment(&mut self, which: Which) -> Option<Result<Arc<Ready>, Failure>>;

    /// `ticket` waits for an environment that is not there: it is told as news when it is made.
    fn await_environment(&mut self, which: Which, ticket: Ticket);

    /// An environment was made, or cannot be: the steps that waited for it.
    fn made(&mut self, which: Which, result: Result<Ready, Failure>) -> Vec<Ticket>;

    /// Whether a file that one of these values refers to is not what it was when the run began; its path then.
    fn changed(&self, inputs: &[Value]) -> Option<PathBuf>;

    /// The value with all content where it lies.
    fn located(&self, value: &Value) -> Value;

    /// The name of the place where attempts run.
    fn place(&self) -> &'static str;

    /// Starts attempts, more than one to go one after the other on what one of them needs; the end of each is told as
    /// news, exactly once.
    fn submit(&mut self, attempts: Vec<Attempt>);

    /// A step's attempt may end at its next report: advice, which one that reports nothing never hears of.
    fn stop_early(&mut self, ticket: Ticket);

    /// How urgently everything that runs is to end.
    fn stop(&mut self, how: Stop);
}

/// Where what happened is written down.
pub(crate) trait Ledger {
    /// Hands a record over; its number is the answer. `files` must be on the disk before it is, and `urgent` says that
    /// somebody waits for it.
    fn append(&mut self, record: Record, files: Vec<Stored>, urgent: bool) -> u64;

    /// The number of the last record handed over.
    fn appended(&self) -> u64;

    /// How far it has come.
    fn progress(&mut self) -> Progress;
}
