//! WHERE attempts run. A place is a file and a line of [`EXECUTORS`]. The scheduler decides what runs; retries are its.

pub(crate) mod local;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use smol_str::SmolStr;
use tokio::sync::{mpsc, watch};

use crate::environment::Ready;
use crate::event::{Event, Failure};
use crate::run::Which;
use crate::runner::{Attempt, Outcome};
use crate::sandbox::Grounds;
use crate::schedule::Ticket;
use crate::secrets::Known;
use crate::store::Store;

/// What a place tells of the attempts it was given.
pub(crate) enum News {
    /// Something for the observer: output, metrics.
    Said(Event),
    /// An environment was made, or cannot be.
    Environment { which: Which, result: Result<Ready, Failure> },
    /// A step says how it is doing, besides what is told of it.
    Reported { ticket: Ticket, name: SmolStr, value: f64, at: Option<i64> },
    /// That attempt of the step is over, and so is every process of it.
    Ended { ticket: Ticket, attempt: u32, seconds: f64, outcome: Outcome },
    /// A part of the program went wrong: what it was to tell never comes.
    Fault(Failure),
}

/// How urgently everything is to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    #[default]
    No,
    /// Ask, and kill what has not ended after a grace period.
    Gently,
    /// Kill.
    AtOnce,
}

/// What a place needs to know of the run.
pub(crate) struct Site {
    /// The run's id: unique, and part of the marker of every process.
    pub run: String,
    /// The project's root.
    pub root: PathBuf,
    /// The run's own folder.
    pub folder: PathBuf,
    pub store: Store,
    pub news: mpsc::UnboundedSender<News>,
    pub stop: watch::Receiver<Stop>,
    pub plan: std::sync::Arc<standpipe_plan::Plan>,
    /// Which session of the run it is, from 1: each resumption begins one.
    pub session: u32,
    /// The program that holds attempts; they are held here without one.
    pub keeper: Option<PathBuf>,
    pub secrets: Known,
    /// Bytes that one attempt may print.
    pub max_log: u64,
    /// What steps may see of files.
    pub grounds: Grounds,
    /// How many attempts of one core fit at a time.
    pub slots: usize,
    /// Cards that attempts may use.
    pub gpus: u64,
}

pub(crate) trait Executor {
    /// Starts attempts, more than one to go one after the other on what one of them needs; the end of each is told as
    /// [`News::Ended`], exactly once.
    fn submit(&self, attempts: Vec<Attempt>);
    /// Advises the step's attempt to end at its next report.
    fn stop_early(&self, ticket: Ticket);
    /// Ends what is kept for further attempts.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()>>>;
    /// Removes what attempts left behind: all that they gave is on record.
    fn tidy(&self);
}

/// A place by its name.
pub(crate) struct Place {
    pub name: &'static str,
    pub open: fn(Site) -> Result<Box<dyn Executor>, Failure>,
}

pub(crate) const EXECUTORS: &[Place] = &[local::PLACE];
