//! Sweeps folded out of a run's events. Knows nothing of how they are shown.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use rusqlite::params;
use serde::Deserialize;
use standpipe_plan::Value;

use super::{ObjectiveInfo, SweepHistory, TrialRow, TrialState};
use crate::event::{Failure, SweepHead, TrialEnd};
use crate::history::{History, RunRow, RunStatus};
use crate::journal;

/// The body of a trial's start.
#[derive(Deserialize)]
pub(crate) struct Begun {
    pub trial: u64,
    pub params: Value,
}

/// The body of a trial's end.
#[derive(Deserialize)]
pub(crate) struct Ended {
    pub trial: u64,
    #[serde(flatten)]
    pub end: TrialEnd,
}

/// A sweep while its events are read.
struct Found {
    head: SweepHead,
    /// By number: the trial, and when it began in milliseconds since 1970.
    trials: BTreeMap<u64, (TrialRow, i64)>,
}

impl History {
    /// The sweeps of a run in the order in which they began, as far as they have come.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn sweeps(&self, run: &RunRow) -> Result<Vec<SweepHistory>, Failure> {
        let mut found: IndexMap<String, Found> = IndexMap::new();
        let mut last = 0;
        let mut read = || {
            let mut query = self.connection.prepare_cached(
                "SELECT time, kind, step, body FROM events WHERE run = ?1 \
                 AND kind IN ('sweep_started', 'trial_started', 'trial_finished') ORDER BY number",
            )?;
            let mut rows = query.query(params![run.number])?;
            while let Some(row) = rows.next()? {
                let (kind, step, body): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
                last = row.get(0)?;
                take(&mut found, last, &kind, step, &body);
            }
            Ok(())
        };
        read().map_err(|error: rusqlite::Error| journal::failure(&error))?;
        let under_way = run.status == RunStatus::Running;
        let until = if under_way { journal::now() } else { last };
        Ok(found.into_iter().map(|(step, found)| history(step, found, under_way, until)).collect())
    }
}

fn take(found: &mut IndexMap<String, Found>, time: i64, kind: &str, step: String, body: &str) {
    if kind == "sweep_started" {
        let Ok(head) = serde_json::from_str::<SweepHead>(body) else { return };
        match found.get_mut(&step) {
            // The run was gone on with.
            Some(known) => known.head = head,
            None => {
                found.insert(step, Found { head, trials: BTreeMap::new() });
            }
        }
        return;
    }
    let Some(sweep) = found.get_mut(&step) else { return };
    if kind == "trial_started" {
        let Ok(Begun { trial, params }) = serde_json::from_str(body) else { return };
        let known = sweep.trials.get(&trial).is_some_and(|(row, _)| row.state != TrialState::Running);
        // What ended before the run was interrupted is only looked up now.
        if !known {
            let row = TrialRow {
                number: trial,
                params: pairs(&params),
                state: TrialState::Running,
                scores: vec![None; sweep.head.objectives.len()],
                seconds: 0.0,
                steps: None,
                reports: Vec::new(),
                error: None,
            };
            sweep.trials.insert(trial, (row, time));
        }
    } else if let Ok(Ended { trial, end }) = serde_json::from_str(body) {
        let TrialEnd { params, state, scores, seconds, reports, error } = end;
        #[expect(clippy::cast_precision_loss, reason = "nobody reports at the 2^53rd step")]
        let number = |(step, value): (u64, Option<f64>)| (step as f64, value.unwrap_or(f64::NAN));
        let row = TrialRow {
            number: trial,
            params: pairs(&params),
            state,
            scores,
            seconds,
            steps: reports.last().map(|(step, _)| *step),
            reports: reports.into_iter().map(number).collect(),
            error,
        };
        sweep.trials.insert(trial, (row, time));
    }
}

fn history(step: String, found: Found, under_way: bool, until: i64) -> SweepHistory {
    let Found { head, trials } = found;
    let trials: Vec<TrialRow> = trials
        .into_values()
        .map(|(mut row, begun)| {
            if row.state == TrialState::Running {
                #[expect(clippy::cast_precision_loss, reason = "for people")]
                let seconds = (until - begun).max(0) as f64 / 1000.0;
                row.seconds = seconds;
                if !under_way {
                    row.state = TrialState::Cancelled;
                }
            }
            row
        })
        .collect();
    let best = head.objectives.first().and_then(|first| best(first, &trials));
    SweepHistory { step, axes: head.axes, objectives: head.objectives, trials, best }
}

/// The number of the trial that did best, the first of equals.
fn best(objective: &ObjectiveInfo, trials: &[TrialRow]) -> Option<u64> {
    let mut best: Option<(u64, f64)> = None;
    for row in trials.iter().filter(|row| row.state == TrialState::Finished) {
        let Some(score) = row.scores.first().copied().flatten() else { continue };
        let better = |best: f64| if objective.maximize { score > best } else { score < best };
        if best.is_none_or(|(_, best)| better(best)) {
            best = Some((row.number, score));
        }
    }
    best.map(|(number, _)| number)
}

fn pairs(params: &Value) -> Vec<(String, serde_json::Value)> {
    match params {
        Value::Record(fields) => fields.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect(),
        _ => Vec::new(),
    }
}
