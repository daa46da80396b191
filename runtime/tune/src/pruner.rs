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

    /// Trial `trial` ended before that, and reports no more.
    fn left(&mut self, _trial: u64) {}

    /// A trial of an earlier search, told before any of this one begins: all that it reported, whatever was thought of
    /// it then, and whether it ran to its end.
    fn learn(&mut self, trial: u64, reports: &[(u64, f64)], finished: bool) {
        for (step, loss) in reports {
            self.report(trial, *step, *loss);
        }
        if finished { self.finished(trial) } else { self.left(trial) }
    }
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
