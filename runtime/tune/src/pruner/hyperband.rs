//! Successive halving with several first rounds at once, from many short trials to few long ones (Li et al.,
//! "Hyperband", JMLR 18, 2018), in its asynchronous form: a trial belongs to a bracket by its number.

use super::Pruner;
use super::halving::Halving;

/// Brackets: the last lets its trials run to the third power of the reduction before it judges them.
const BRACKETS: u32 = 4;

pub(super) struct Hyperband {
    brackets: Vec<Halving>,
    /// Which bracket a trial belongs to, by its number modulo this table's length: a bracket that stops more trials
    /// gets more of them, in proportion to the reduction.
    turns: Vec<usize>,
}

impl Hyperband {
    pub(super) fn new(reduction: u32) -> Self {
        let brackets = (0..BRACKETS).map(|first| Halving::new(reduction, first)).collect();
        let weight = |bracket: u32| u64::from(reduction.max(2)).pow(BRACKETS - 1 - bracket) * u64::from(BRACKETS);
        let weights: Vec<u64> = (0..BRACKETS).map(|bracket| weight(bracket) / u64::from(BRACKETS - bracket)).collect();
        let least = weights.iter().copied().min().unwrap_or(1).max(1);
        let mut left: Vec<u64> = weights.iter().map(|weight| (weight / least).max(1)).collect();
        // Dealt in turn, so that the first trials already fall into different brackets.
        let mut turns = Vec::new();
        while left.iter().any(|count| *count > 0) {
            for (bracket, count) in left.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
                turns.push(bracket);
                *count -= 1;
            }
        }
        Self { brackets, turns }
    }

    fn bracket(&mut self, trial: u64) -> Option<&mut Halving> {
        let turn = usize::try_from(trial % self.turns.len().max(1) as u64).ok()?;
        self.brackets.get_mut(*self.turns.get(turn)?)
    }
}

impl Pruner for Hyperband {
    fn report(&mut self, trial: u64, step: u64, loss: f64) -> bool {
        self.bracket(trial).is_some_and(|bracket| bracket.report(trial, step, loss))
    }

    fn finished(&mut self, trial: u64) {
        if let Some(bracket) = self.bracket(trial) {
            bracket.finished(trial);
        }
    }

    fn left(&mut self, trial: u64) {
        if let Some(bracket) = self.bracket(trial) {
            bracket.left(trial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_of_different_brackets_do_not_compete() {
        let mut hyperband = Hyperband::new(3);
        assert_eq!(hyperband.turns.get(..5), Some([0, 1, 2, 3, 0].as_slice()));
        // Trial 0 and 4 are of the first bracket, which judges at the first step; trial 1's judges at the third.
        assert!(!hyperband.report(0, 1, 0.1));
        assert!(!hyperband.report(1, 1, 0.9));
        assert!(hyperband.report(4, 1, 0.5));
        assert!(!hyperband.report(1, 3, 0.9));
    }
}
