//! WHEN a trial is not worth going on with, by what it reports on its way. A pruner is a file and a line of
//! [`PRUNERS`]. Values are losses: the smaller the better.

mod halving;
mod hyperband;
mod median;

/// Judges trials on their way.
pub trait Pruner {
    /// Trial `trial` reports `loss` at `step`, from 1 and rising; whether it is to stop.
    fn report(&mut self, trial: u64, step: u64, loss: f64) -> bool;

    /// Trial `trial` ran to its end.
    fn finished(&mut self, _trial: u64) {}
}

/// A pruner by its name.
#[derive(Clone, Copy)]
pub struct PrunerKind {
    pub name: &'static str,
    /// `reduction`: of so many trials one goes on to the next round.
    pub new: fn(reduction: u32) -> Box<dyn Pruner>,
}

pub const PRUNERS: &[PrunerKind] = &[
    PrunerKind { name: "none", new: |_| Box::new(Never) },
    PrunerKind { name: "median", new: |_| Box::new(median::Median::default()) },
    PrunerKind { name: "asha", new: |reduction| Box::new(halving::Halving::new(reduction, 0)) },
    PrunerKind { name: "hyperband", new: |reduction| Box::new(hyperband::Hyperband::new(reduction)) },
];

/// Lets every trial end by itself.
struct Never;

impl Pruner for Never {
    fn report(&mut self, _trial: u64, _step: u64, _loss: f64) -> bool {
        false
    }
}
