//! Trials by how well they did.

use standpipe_runtime::history::{SweepHistory, TrialRow, TrialState};
use standpipe_tune::undominated;

/// What a trial scored by objective `objective`, the smaller the better; `None` when it has no such score.
pub(crate) fn loss(sweep: &SweepHistory, trial: &TrialRow, objective: usize) -> Option<f64> {
    let score = trial.scores.get(objective).copied().flatten().filter(|score| score.is_finite())?;
    Some(if sweep.objectives.get(objective)?.maximize { -score } else { score })
}

/// The trials by the first objective, the best first, then those without a score; equals by their numbers.
#[must_use]
pub fn ranked(sweep: &SweepHistory) -> Vec<&TrialRow> {
    let mut all: Vec<_> =
        sweep.trials.iter().map(|trial| (loss(sweep, trial, 0).unwrap_or(f64::INFINITY), trial)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.number.cmp(&b.1.number)));
    all.into_iter().map(|(_, trial)| trial).collect()
}

/// The numbers of the trials that no other beats in all objectives, in order; empty with one objective. Only of those that
/// ran to their end: one that was stopped took less time than it would have.
#[must_use]
pub fn front(sweep: &SweepHistory) -> Vec<u64> {
    let objectives = sweep.objectives.len();
    if objectives < 2 {
        return Vec::new();
    }
    let all = |trial| (0..objectives).map(|objective| loss(sweep, trial, objective)).collect::<Option<Vec<_>>>();
    let (numbers, losses): (Vec<u64>, Vec<Vec<f64>>) =
        finished(sweep).filter_map(|trial| Some((trial.number, all(trial)?))).unzip();
    let marks = undominated(&losses);
    numbers.into_iter().zip(marks).filter(|(_, mark)| *mark).map(|(number, _)| number).collect()
}

fn finished(sweep: &SweepHistory) -> impl Iterator<Item = &TrialRow> {
    sweep.trials.iter().filter(|trial| trial.state == TrialState::Finished)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::sweep;

    #[test]
    fn the_best_comes_first_and_what_failed_last() {
        let sweep = sweep(12);
        let numbers: Vec<u64> = ranked(&sweep).iter().map(|trial| trial.number).collect();
        assert_eq!(numbers.first().copied(), sweep.best, "{numbers:?}");
        assert_eq!(numbers.len(), 12);
        let last = ranked(&sweep).pop().unwrap();
        assert!(last.scores[0].is_none(), "{last:?}");
    }

    #[test]
    fn the_best_of_each_objective_is_at_the_front() {
        let sweep = sweep(40);
        let front = front(&sweep);
        assert!(front.contains(&sweep.best.unwrap()));
        let quickest = finished(&sweep).min_by(|a, b| a.scores[1].unwrap().total_cmp(&b.scores[1].unwrap())).unwrap();
        assert!(front.contains(&quickest.number));
    }
}
