//! What a trial and a sweep are worth: scores, the best trial, and all of them as a List of records.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use standpipe_plan::{Measure, Sweep, Value};
use standpipe_tune::{Outcome, undominated};

use super::trial::Try;
use crate::codes;
use crate::event::{Failure, TrialEnd};
use crate::history::TrialState;
use crate::planted::{Bug, planted};
use crate::schedule::Effect;

/// The trial that did best.
pub(super) struct Best {
    index: usize,
    pub score: f64,
    pub params: Value,
    pub result: Value,
}

/// A trial that is over.
pub(super) struct Row {
    /// A record.
    pub params: Value,
    /// One for each objective.
    pub scores: Vec<Option<f64>>,
    pub outcome: Outcome,
    pub nanos: u64,
    /// What it reported of the first objective: how far it was, and what it had there.
    pub reports: Vec<(u64, f64)>,
}

/// A trial that ended with that result or without one, and why it failed when it did.
pub(super) fn row(sweep: &Sweep, tried: Try, result: Option<&Value>) -> (Row, Option<Failure>) {
    let Try { params, nanos, reports, stopped, expected: _, failure } = tried;
    let scores = scores(sweep, result, seconds(nanos), reports.last().map(|(_, value)| *value));
    let first = scores.first().copied().flatten();
    // What its other steps come to once it is to stop does not count.
    let stopped = stopped || failure.as_ref().is_some_and(|failure| failure.code == codes::STOPPED_EARLY);
    let (outcome, failure) = match (result, first) {
        (Some(_), Some(score)) if !score.is_nan() => (Outcome::Finished(score), None),
        (None, score) if stopped => (Outcome::Stopped(score.unwrap_or(f64::NAN)), None),
        (Some(_), _) => {
            let name = sweep.objectives.first().map(|objective| written(&objective.of)).unwrap_or_default();
            (Outcome::Failed, Some(Failure::new(codes::SWEEP, format!("its `{name}` is not a number"))))
        }
        (None, _) => (Outcome::Failed, failure),
    };
    (Row { params, scores, outcome, nanos, reports }, failure)
}

/// What a trial scored in each objective; one that was stopped has what it reported last.
fn scores(sweep: &Sweep, result: Option<&Value>, seconds: f64, reported: Option<f64>) -> Vec<Option<f64>> {
    let score = |(index, of): (usize, &Measure)| match (of, result) {
        (Measure::Seconds, Some(_)) => Some(seconds),
        (Measure::Field(path), Some(result)) => {
            let value = path.iter().try_fold(result.clone(), |value, name| value.field(name))?;
            match value {
                #[expect(clippy::cast_precision_loss, reason = "Int widens to Float by definition")]
                Value::Int(number) => Some(number as f64),
                Value::Float(number) => Some(number),
                _ => None,
            }
        }
        (Measure::Field(_) | Measure::Seconds, None) => reported.filter(|_| index == 0),
    };
    sweep.objectives.iter().map(|objective| &objective.of).enumerate().map(score).collect()
}

/// Says what came of trial `index` of the sweep at `step`.
pub(super) fn ended(step: String, index: usize, row: &Row, failure: Option<&Failure>) -> Effect {
    let finite = |number: f64| number.is_finite().then_some(number);
    let end = TrialEnd {
        params: row.params.clone(),
        state: state(row.outcome),
        scores: row.scores.iter().map(|score| score.and_then(finite)).collect(),
        seconds: seconds(row.nanos),
        reports: row.reports.iter().map(|(step, value)| (*step, finite(*value))).collect(),
        error: failure.map(|failure| failure.message.clone()),
    };
    Effect::TrialEnded { step, trial: index as u64, end: Box::new(end) }
}

fn state(outcome: Outcome) -> TrialState {
    match outcome {
        Outcome::Finished(_) => TrialState::Finished,
        Outcome::Stopped(_) => TrialState::Stopped,
        Outcome::Failed => TrialState::Failed,
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody waits for the 53rd bit")]
fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

/// The better of the best so far and a trial with that result. Only one that ran to its end has something to go on with;
/// of equals the first by number is the best, whichever ends first.
pub(super) fn better(sweep: &Sweep, best: Option<Best>, index: usize, row: &Row, result: Value) -> Option<Best> {
    let maximize = sweep.objectives.first().is_some_and(|objective| objective.maximize);
    let maximize = maximize != planted(Bug::WorstTrialIsBest);
    let beats = |score: f64, best: &Best| {
        let ahead = if maximize { score > best.score } else { score < best.score };
        ahead || score == best.score && index < best.index
    };
    match row.outcome {
        Outcome::Finished(score) if best.as_ref().is_none_or(|best| beats(score, best)) => {
            Some(Best { index, score, params: row.params.clone(), result })
        }
        Outcome::Finished(_) | Outcome::Stopped(_) | Outcome::Failed => best,
    }
}

/// `{ best, params, score, trials }` of the sweep at `step`.
pub(super) fn value(sweep: &Sweep, best: Best, rows: &[Row], step: &str) -> Value {
    let front = front(sweep, rows);
    let trials = rows.iter().zip(front).enumerate().map(|(index, (row, front))| record(sweep, step, index, row, front));
    let field = |name: &'static str, value: Value| (SmolStr::new_static(name), value);
    Value::record(vec![
        field("best", best.result),
        field("params", best.params),
        field("score", Value::Float(best.score)),
        field("trials", Value::list(trials.collect())),
    ])
}

/// Which trials no other beats in all objectives; only those that ran to their end count.
fn front(sweep: &Sweep, rows: &[Row]) -> Vec<bool> {
    let mut marks = vec![false; rows.len()];
    if sweep.objectives.len() < 2 {
        return marks;
    }
    let loss = |(score, maximize): (Option<f64>, bool)| match score {
        Some(score) if maximize => -score,
        Some(score) => score,
        None => f64::INFINITY,
    };
    let finished: Vec<(usize, &Row)> =
        rows.iter().enumerate().filter(|(_, row)| matches!(row.outcome, Outcome::Finished(_))).collect();
    let maximize = || sweep.objectives.iter().map(|objective| objective.maximize);
    let losses: Vec<Vec<f64>> =
        finished.iter().map(|(_, row)| row.scores.iter().copied().zip(maximize()).map(loss).collect()).collect();
    for ((index, _), mark) in finished.into_iter().zip(undominated(&losses)) {
        if let Some(place) = marks.get_mut(index) {
            *place = mark;
        }
    }
    marks
}

/// One row of the table, with the columns that the sweep declares, in their order.
fn record(sweep: &Sweep, step: &str, index: usize, row: &Row, front: bool) -> Value {
    let failed = row.outcome == Outcome::Failed;
    let number = |score: Option<f64>| score.filter(|_| !failed).map_or(Value::None, Value::Float);
    let column = |name: &str| match name {
        "trial" => Value::Int(i64::try_from(index).unwrap_or(i64::MAX)),
        "score" => number(row.scores.first().copied().flatten()),
        "pareto" => Value::Bool(front),
        "state" => Value::string(state(row.outcome).as_str()),
        "seconds" => Value::Float(seconds(row.nanos)),
        "step" => Value::string(&format!("{step}[{index}]")),
        _ => match row.params.field(name) {
            Some(value) => value,
            None => {
                let place = sweep.objectives.iter().position(|objective| objective.name == name);
                number(place.and_then(|place| row.scores.get(place).copied().flatten()))
            }
        },
    };
    Value::record(sweep.trials.iter().map(|own| (own.name.clone(), column(&own.name))).collect())
}

/// Why a sweep has no value, `trials` trials having been tried.
pub(super) fn failure(failures: &BTreeMap<String, (u64, Failure)>, trials: usize, too_many: bool) -> Failure {
    let failed: u64 = failures.values().map(|(count, _)| count).sum();
    let commonest = failures.values().rev().max_by_key(|(count, _)| *count);
    let Some((count, commonest)) = commonest else {
        return match trials {
            0 => Failure::new(
                codes::SWEEP,
                "the sweep has nothing to try: its space is empty, or a grid goes through Floats without a `step`",
            )
            .with_help("give each parameter at least one value"),
            _ => Failure::new(codes::SWEEP, format!("none of the {trials} trials ran to its end"))
                .with_help("prune less: every trial was stopped early"),
        };
    };
    let often = match *count {
        count if count == failed => String::new(),
        count => format!(" ({count} of {failed})"),
    };
    let what = match too_many {
        true => format!("{failed} of {trials} trials failed, more than `max_failures` allows"),
        false => format!("none of the {trials} trials succeeded"),
    };
    Failure::new(codes::SWEEP, format!("{what}; most often{often}: {}", commonest.message))
        .with_detail(commonest.detail.clone())
}

/// An objective as the program names it.
pub(super) fn written(of: &Measure) -> String {
    match of {
        Measure::Field(path) => path.join("."),
        Measure::Seconds => "seconds".to_owned(),
    }
}
