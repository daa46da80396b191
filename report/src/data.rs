//! What the page's program is given: the trials by columns, thinned and rounded so that a page stays within a few
//! megabytes however many there were.

use std::collections::HashMap;

use serde::Serialize;
use standpipe_runtime::history::{Scale, SweepHistory, TrialRow, TrialState};

use crate::column::{Column, column};
use crate::importance::importances;
use crate::rank::{front, ranked};
use crate::thin::{best_and_evenly, evenly};
use crate::words::short;

/// At most so many trials are on a page, and fewer when each has many parameters: so many cells.
const TRIALS: usize = 12_000;
const CELLS: usize = 300_000;

/// At most so many trials are drawn step by step, with so many steps each.
const CURVES: usize = 400;
const POINTS: usize = 60;

/// At most so many different errors are told, with so many characters each.
const ERRORS: usize = 100;
const LONG: usize = 300;

#[derive(Serialize)]
pub(crate) struct Data {
    axes: Vec<Axis>,
    objectives: Vec<Objective>,
    /// Trials that there were; those below may be fewer.
    total: usize,
    number: Vec<u64>,
    /// By the place of its name in `states`.
    state: Vec<u8>,
    states: [&'static str; 5],
    /// How many of all trials are in each state.
    counts: [usize; 5],
    /// By objective, then by trial.
    scores: Vec<Vec<Option<f64>>>,
    seconds: Vec<f64>,
    steps: Vec<Option<u64>>,
    /// By the place in `errors`.
    error: Vec<Option<usize>>,
    errors: Vec<String>,
    /// The place of the best trial in the columns.
    best: Option<usize>,
    /// The places of the trials that no other beats.
    front: Vec<usize>,
    importances: Vec<Weight>,
    curves: Vec<Curve>,
}

#[derive(Serialize)]
struct Axis {
    name: String,
    scale: Scale,
    choices: Option<Vec<String>>,
    values: Vec<Option<f64>>,
}

#[derive(Serialize)]
struct Objective {
    name: String,
    maximize: bool,
}

#[derive(Serialize)]
struct Weight {
    axis: usize,
    share: f64,
    spread: f64,
}

/// What one trial reported on its way.
#[derive(Serialize)]
struct Curve {
    trial: usize,
    steps: Vec<f64>,
    values: Vec<Option<f64>>,
}

const STATES: [TrialState; 5] =
    [TrialState::Finished, TrialState::Stopped, TrialState::Failed, TrialState::Cancelled, TrialState::Running];

pub(crate) fn data(sweep: &SweepHistory) -> Data {
    let cells = sweep.axes.len() + sweep.objectives.len() + 5;
    let kept = best_and_evenly(&ranks(sweep), TRIALS.min(CELLS / cells));
    let trials: Vec<&TrialRow> = kept.iter().filter_map(|place| sweep.trials.get(*place)).collect();
    let place_of: HashMap<u64, usize> = trials.iter().enumerate().map(|(place, trial)| (trial.number, place)).collect();
    let (error, errors) = errors(&trials);
    let score = |trial: &TrialRow, objective| trial.scores.get(objective).copied().flatten().and_then(number);
    let state = |trial: &TrialRow| STATES.iter().position(|state| *state == trial.state).unwrap_or(0);
    let mut counts = [0; 5];
    for trial in &sweep.trials {
        if let Some(count) = counts.get_mut(state(trial)) {
            *count += 1;
        }
    }
    Data {
        axes: sweep
            .axes
            .iter()
            .map(|axis| {
                let Column { scale, choices, values } = column(axis, &trials);
                let values = values.into_iter().map(|value| value.and_then(number)).collect();
                Axis { name: axis.name.clone(), scale, choices, values }
            })
            .collect(),
        objectives: sweep
            .objectives
            .iter()
            .map(|objective| Objective { name: objective.name.clone(), maximize: objective.maximize })
            .collect(),
        total: sweep.trials.len(),
        number: trials.iter().map(|trial| trial.number).collect(),
        state: trials.iter().map(|trial| state(trial) as u8).collect(),
        states: STATES.map(TrialState::as_str),
        counts,
        scores: (0..sweep.objectives.len())
            .map(|objective| trials.iter().map(|trial| score(trial, objective)).collect())
            .collect(),
        seconds: trials.iter().map(|trial| number(trial.seconds).unwrap_or(0.0)).collect(),
        steps: trials.iter().map(|trial| trial.steps).collect(),
        error,
        errors,
        best: sweep.best.and_then(|best| place_of.get(&best).copied()),
        front: front(sweep).iter().filter_map(|trial| place_of.get(trial).copied()).collect(),
        importances: importances(sweep)
            .into_iter()
            .filter_map(|importance| {
                let axis = sweep.axes.iter().position(|axis| axis.name == importance.name)?;
                Some(Weight { axis, share: number(importance.share)?, spread: number(importance.spread)? })
            })
            .collect(),
        curves: curves(&trials, &ranks_of(&trials, sweep)),
    }
}

/// How well each trial did, 0 the best, by its place in the sweep.
fn ranks(sweep: &SweepHistory) -> Vec<usize> {
    ranks_of(&sweep.trials.iter().collect::<Vec<_>>(), sweep)
}

fn ranks_of(trials: &[&TrialRow], sweep: &SweepHistory) -> Vec<usize> {
    let rank: HashMap<u64, usize> =
        ranked(sweep).iter().enumerate().map(|(rank, trial)| (trial.number, rank)).collect();
    trials.iter().map(|trial| rank.get(&trial.number).copied().unwrap_or(usize::MAX)).collect()
}

fn curves(trials: &[&TrialRow], ranks: &[usize]) -> Vec<Curve> {
    let drawn: Vec<(usize, &TrialRow)> =
        trials.iter().copied().enumerate().filter(|(_, trial)| trial.reports.len() > 1).collect();
    let mut order: Vec<usize> = (0..drawn.len()).collect();
    order.sort_by_key(|index| drawn.get(*index).and_then(|(place, _)| ranks.get(*place).copied()));
    let mut rank_among = vec![0; drawn.len()];
    for (rank, index) in order.into_iter().enumerate() {
        if let Some(slot) = rank_among.get_mut(index) {
            *slot = rank;
        }
    }
    let kept = best_and_evenly(&rank_among, CURVES);
    let curve = |(place, trial): &(usize, &TrialRow)| {
        let points = evenly(trial.reports.len(), POINTS).filter_map(|index| trial.reports.get(index));
        let (steps, values) = points.map(|(step, value)| (*step, number(*value))).unzip();
        Curve { trial: *place, steps, values }
    };
    kept.into_iter().filter_map(|index| drawn.get(index).map(curve)).collect()
}

/// The errors of the trials, each text once.
fn errors(trials: &[&TrialRow]) -> (Vec<Option<usize>>, Vec<String>) {
    let mut known: Vec<String> = Vec::new();
    let places = trials
        .iter()
        .map(|trial| {
            let text = short(trial.error.as_ref()?, LONG);
            let place = known.iter().position(|known| *known == text);
            if place.is_none() && known.len() < ERRORS {
                known.push(text);
                return Some(known.len() - 1);
            }
            place
        })
        .collect();
    (places, known)
}

/// A number with six digits, which is more than a picture shows; `None` for one that is not finite.
fn number(value: f64) -> Option<f64> {
    if value.is_finite() { format!("{value:.5e}").parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::sweep;

    #[test]
    fn a_page_has_the_best_and_some_of_the_others() {
        let all = sweep(20_000);
        let data = data(&all);
        assert_eq!((data.total, data.number.len()), (20_000, TRIALS));
        assert_eq!(data.best.map(|best| data.number[best]), all.best);
        assert_eq!(data.counts.iter().sum::<usize>(), 20_000);
        assert_eq!(data.curves.len(), CURVES);
        assert_eq!(data.front.len(), front(&all).len());
    }

    #[test]
    fn numbers_are_rounded_not_cut() {
        assert_eq!(number(0.123_456_789), Some(0.123_457));
        assert_eq!(number(1_234_567.0), Some(1_234_570.0));
        assert_eq!(number(f64::INFINITY), None);
    }
}
