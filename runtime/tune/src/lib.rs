//! How a sweep searches its space: which parameters come next, which trials are not worth going on with, and when it is
//! over. A pure state machine, the same for the same calls; knows no plan, process, clock or file.
//!
//! The way of a trial: [`Study::ask`] gives its parameters, [`Study::report`] says on its way whether to stop it, and
//! [`Study::tell`] takes what came of it.

mod pareto;
mod pruner;
mod range;
mod sampler;
mod seed;
mod study;

pub use pareto::undominated;
pub use pruner::{PRUNERS, Pruner, PrunerKind};
pub use range::{Point, Range};
pub use sampler::{Ranges, SAMPLERS, Sampler, SamplerKind};
pub use study::{Asked, Outcome, Settings, State, Study, Trial, Why};
