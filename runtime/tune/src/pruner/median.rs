//! Stops a trial whose best so far is worse than the median of what those that ran to their end had reported at the same
//! step (Golovin et al., "Google Vizier", KDD 2017).

use std::collections::BTreeMap;

use super::Pruner;

/// So many trials run to their end before any is stopped.
const FIRST: u64 = 5;

#[derive(Default)]
pub(super) struct Median {
    /// By step: what the trials that ran to their end reported, sorted.
    steps: BTreeMap<u64, Vec<f64>>,
    /// By trial under way: its least loss so far, and all that it reported.
    running: BTreeMap<u64, (f64, Vec<(u64, f64)>)>,
    finished: u64,
}

impl Pruner for Median {
    fn report(&mut self, trial: u64, step: u64, loss: f64) -> bool {
        let loss = if loss.is_nan() { f64::INFINITY } else { loss };
        let (best, reports) = self.running.entry(trial).or_insert((f64::INFINITY, Vec::new()));
        *best = best.min(loss);
        reports.push((step, loss));
        let Some(others) = self.steps.get(&step).filter(|_| self.finished >= FIRST) else { return false };
        let middle = others.len() / 2;
        let median = match (others.len() % 2, others.get(middle), others.get(middle.saturating_sub(1))) {
            (0, Some(high), Some(low)) => f64::midpoint(*low, *high),
            (_, Some(value), _) => *value,
            _ => return false,
        };
        let stops = *best > median;
        if stops {
            self.running.remove(&trial);
        }
        stops
    }

    fn finished(&mut self, trial: u64) {
        let reports = self.running.remove(&trial).map(|(_, reports)| reports).unwrap_or_default();
        self.learn(trial, &reports, true);
    }

    fn left(&mut self, trial: u64) {
        self.running.remove(&trial);
    }

    fn learn(&mut self, _trial: u64, reports: &[(u64, f64)], finished: bool) {
        if !finished {
            return;
        }
        self.finished += 1;
        for (step, loss) in reports {
            let loss = if loss.is_nan() { f64::INFINITY } else { *loss };
            let losses = self.steps.entry(*step).or_default();
            losses.insert(losses.partition_point(|other| *other <= loss), loss);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_half_stops_once_a_few_have_finished() {
        let mut median = Median::default();
        for trial in 0..FIRST {
            for step in 1..=2 {
                assert!(!median.report(trial, step, trial as f64));
            }
            median.finished(trial);
        }
        // The others reported 0, 1, 2, 3, 4.
        assert!(!median.report(5, 1, 2.0));
        assert!(median.report(6, 1, 2.5));
        // What counts is the best so far.
        assert!(!median.report(5, 2, 9.0));
    }

    #[test]
    fn what_an_earlier_search_reported_counts() {
        let mut median = Median::default();
        for trial in 0..FIRST {
            median.learn(trial, &[(1, trial as f64)], true);
        }
        median.learn(FIRST, &[(1, 0.0)], false);
        assert!(!median.report(0, 1, 2.0));
        assert!(median.report(1, 1, 2.5));
    }
}
