//! Runs a plan on this machine: scheduler, journal, store, cache, workers. Never sees source, names in scope or types,
//! only a [`standpipe_plan::Plan`].

pub mod codes;
pub mod environment;
mod event;
pub mod process;
pub mod worker;

pub use event::{Counts, Event, Failure, LogRange, Observer, Status};
