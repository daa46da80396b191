//! The real scheduler and driver in a made-up world: a seed gives a plan, a machine, faults and the order of everything
//! that happens, and the same seed gives the same run to the last event. An auditor says what must never be.
//!
//! `SIMULATION_SEEDS=1000000 cargo test --release -p standpipe-runtime simulation -- --nocapture` for the long form;
//! `SIMULATION_SEED=123` plays one seed and prints what happened.

mod audit;
mod fact;
mod faults;
mod found;
mod plans;
mod play;
mod reference;
mod rng;
mod seeds;
mod state;
mod world;

pub(crate) use self::rng::Rng;
