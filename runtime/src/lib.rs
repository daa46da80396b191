//! Runs a plan on this machine: scheduler, journal, store, cache, workers. Never sees source, names in scope or types,
//! only a [`standpipe_plan::Plan`].

mod admission;
mod cache;
pub mod codes;
pub mod doctor;
mod durations;
pub mod environment;
mod event;
mod executor;
mod failure;
mod forecast;
mod gaps;
pub mod history;
mod host;
mod inputs;
mod journal;
pub mod keeper;
mod lessons;
mod locale;
mod machine;
mod memory;
mod options;
mod outputs;
mod peaks;
mod planted;
pub mod process;
mod remains;
pub mod room;
mod run;
mod runner;
pub mod sandbox;
mod schedule;
mod secrets;
#[cfg(test)]
mod simulation;
mod stamp;
mod state;
mod store;
pub mod upkeep;
pub mod worker;

pub use event::{Counts, Event, Failure, LogRange, Observer, Status, SweepHead, TrialEnd};
pub use forecast::forecast;
pub use machine::Machine;
pub use options::{Forecast, Options, Outlook, Resume, RunReport};
pub use run::run;
pub use secrets::Secrets;
