//! Asynchronous successive halving: at steps 1, r, r², … a trial goes on when it is among the best 1/r of those that
//! got there (Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020). A trial is judged by
//! those before it, so none waits for another.

use std::collections::BTreeMap;

use super::Pruner;

pub(super) struct Halving {
    reduction: u64,
    /// The first round's step is `reduction` to this power.
    first: u32,
    /// By round: the losses of the trials that got there, sorted.
    rounds: Vec<Vec<f64>>,
    /// By trial: the rounds that it has passed, and its least loss so far.
    trials: BTreeMap<u64, (usize, f64)>,
}

impl Halving {
    pub(super) fn new(reduction: u32, first: u32) -> Self {
        Self { reduction: u64::from(reduction.max(2)), first, rounds: Vec::new(), trials: BTreeMap::new() }
    }

    /// The step at which round `round` is judged.
    fn step(&self, round: usize) -> u64 {
        let power = u32::try_from(round).unwrap_or(u32::MAX).saturating_add(self.first);
        self.reduction.saturating_pow(power)
    }
}

impl Pruner for Halving {
    fn report(&mut self, trial: u64, step: u64, loss: f64) -> bool {
        let loss = if loss.is_nan() { f64::INFINITY } else { loss };
        let entry = self.trials.entry(trial).or_insert((0, f64::INFINITY));
        entry.1 = entry.1.min(loss);
        let (round, best) = *entry;
        if step < self.step(round) {
            return false;
        }
        entry_passed(&mut self.trials, trial);
        if self.rounds.len() <= round {
            self.rounds.resize_with(round + 1, Vec::new);
        }
        let Some(losses) = self.rounds.get_mut(round) else { return false };
        let place = losses.partition_point(|other| *other <= best);
        losses.insert(place, best);
        // The best of the first few go on, however few they are.
        let kept = (losses.len() as u64 / self.reduction).max(1);
        place as u64 >= kept
    }

    fn finished(&mut self, trial: u64) {
        self.trials.remove(&trial);
    }

    fn left(&mut self, trial: u64) {
        self.trials.remove(&trial);
    }
}

fn entry_passed(trials: &mut BTreeMap<u64, (usize, f64)>, trial: u64) {
    if let Some((round, _)) = trials.get_mut(&trial) {
        *round += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line: a trial, its step, its loss, whether it stops.
    #[test]
    fn a_third_of_those_that_got_there_go_on() {
        let mut halving = Halving::new(3, 0);
        let story = [
            (0, 1, 0.5, false), // nobody was there before
            (1, 1, 0.6, true),
            (2, 1, 0.4, false), // the best of three
            (3, 1, 0.3, false),
            (2, 2, 0.9, false), // between the rounds nobody is judged
            (2, 3, 0.35, false),
            (3, 3, 0.2, false),
            (0, 3, 0.4, true),
            (4, 1, f64::NAN, true),
        ];
        for (trial, step, loss, stops) in story {
            assert_eq!(halving.report(trial, step, loss), stops, "trial {trial} at {step}");
        }
    }

    #[test]
    fn what_an_earlier_search_reported_counts() {
        let mut halving = Halving::new(3, 0);
        halving.learn(0, &[(1, 0.5), (2, 0.45), (3, 0.4)], true);
        halving.learn(1, &[(1, 0.6)], false);
        // This search has trials of the same numbers, and they begin anew.
        assert!(halving.report(0, 1, 0.55));
        assert!(!halving.report(1, 1, 0.4));
        assert!(halving.report(1, 3, 0.41));
    }

    #[test]
    fn a_trial_that_reports_rarely_is_judged_at_its_next_report() {
        let mut halving = Halving::new(2, 1);
        assert!(!halving.report(0, 5, 1.0));
        assert!(halving.report(1, 7, 2.0));
    }
}
