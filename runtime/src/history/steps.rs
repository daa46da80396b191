//! The steps of a run, folded out of its events.

use indexmap::IndexMap;
use rusqlite::params;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::{History, RunRow, RunStatus};
use crate::codes;
use crate::event::{Failure, LogRange, Status};
use crate::journal::{self, StepEnd};

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    Running,
    Succeeded,
    Cached,
    Failed,
    Skipped,
    Cancelled,
    /// It was under way when the run's process ended.
    Interrupted,
    /// The same of an effect: it may have happened or not.
    Unknown,
}

impl StepStatus {
    /// Its name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Cached => "cached",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Unknown => "unknown",
        }
    }
}

impl From<Status> for StepStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Succeeded => Self::Succeeded,
            Status::Cached => Self::Cached,
            Status::Failed => Self::Failed,
            Status::Skipped => Self::Skipped,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

/// A step of a run in one line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepRow {
    pub step: String,
    /// Tells instances apart: `region=eu`; empty elsewhere.
    pub label: String,
    pub status: StepStatus,
    /// Attempts so far.
    pub attempts: u32,
    /// How long the last attempt took; absent until it ended.
    pub seconds: Option<f64>,
    /// Bytes of memory that the last attempt was seen to take at most; absent where nothing was seen of it.
    pub memory: Option<u64>,
    /// Bytes of memory that were reserved for it by what earlier attempts took; absent where its task declares its memory, and
    /// where nothing was known.
    pub reserved: Option<u64>,
    pub error: Option<Failure>,
    /// The run whose result was reused.
    pub reused: Option<String>,
    /// Where in the run's folder its log lies; absent when it said nothing.
    #[serde(skip)]
    pub log: Option<LogRange>,
}

/// The parts of a start that are kept.
#[derive(Deserialize)]
struct Begin {
    #[serde(default)]
    label: String,
    #[serde(default)]
    attempt: u32,
}

impl History {
    /// The steps of a run in the order in which they were first heard of.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn steps(&self, run: &RunRow) -> Result<Vec<StepRow>, Failure> {
        let broken = |error: rusqlite::Error| journal::failure(&error);
        let mut query = self
            .connection
            .prepare_cached(
                "SELECT kind, step, body FROM events WHERE run = ?1 AND (step <> '' OR kind = 'run_resumed') ORDER BY number",
            )
            .map_err(broken)?;
        let rows = query
            .query_map(params![run.number], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })
            .map_err(broken)?;
        let mut steps: IndexMap<String, StepRow> = IndexMap::new();
        let mut effects = FxHashSet::default();
        for row in rows {
            let (kind, step, body) = row.map_err(broken)?;
            match kind.as_str() {
                "run_resumed" => {
                    let open = steps.values_mut().filter(|row| row.status == StepStatus::Running);
                    open.for_each(|row| row.status = dead(effects.contains(&row.step)));
                    continue;
                }
                "effect_announced" => {
                    effects.insert(step.clone());
                }
                _ => {}
            }
            if let Some(row) = after(&kind, &step, &body, effects.contains(&step), run) {
                steps.insert(step, row);
            }
        }
        // What a dead run left to its keepers still runs.
        for held in self.held(run) {
            if let Some(row) = steps.get_mut(&held.now.step) {
                row.status = StepStatus::Running;
            }
        }
        Ok(steps.into_values().collect())
    }

    /// What a step printed; empty when it printed nothing.
    ///
    /// # Errors
    /// There is no such step, or its log cannot be read.
    pub fn log(&self, run: &RunRow, step: &str) -> Result<String, Failure> {
        let steps = self.steps(run)?;
        let Some(row) = steps.iter().find(|row| row.step == step) else {
            return Err(Failure::new(codes::STATE, format!("`{}` has no step `{step}`", run.name)));
        };
        let Some(range) = &row.log else { return Ok(String::new()) };
        let (mut range, mut bytes) = (range.clone(), Vec::new());
        while range.start < range.end {
            let (mut piece, next) = self.piece(run, &range)?;
            bytes.append(&mut piece);
            range.start = next;
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// How a step stands of which no end is on record, in a run that is dead.
fn dead(effect: bool) -> StepStatus {
    if effect { StepStatus::Unknown } else { StepStatus::Interrupted }
}

/// The row after one more event.
fn after(kind: &str, step: &str, body: &str, effect: bool, run: &RunRow) -> Option<StepRow> {
    let row = |label: String, status| StepRow {
        step: step.to_owned(),
        label,
        status,
        attempts: 0,
        seconds: None,
        memory: None,
        reserved: None,
        error: None,
        reused: None,
        log: None,
    };
    let over = |dead| if run.status == RunStatus::Running { StepStatus::Running } else { dead };
    match kind {
        "effect_announced" => {
            let begin: Begin = serde_json::from_str(body).ok()?;
            Some(row(begin.label, over(StepStatus::Unknown)))
        }
        "step_started" => {
            let begin: Begin = serde_json::from_str(body).ok()?;
            let status = over(dead(effect));
            Some(StepRow { attempts: begin.attempt, ..row(begin.label, status) })
        }
        "step_finished" => {
            let end: StepEnd = serde_json::from_str(body).ok()?;
            let reused = (end.status == Status::Cached).then(|| end.from.to_string());
            Some(StepRow {
                attempts: end.attempt,
                seconds: Some(end.seconds),
                memory: end.memory,
                reserved: end.reserved,
                error: end.error,
                reused,
                log: end.log,
                ..row(end.label, end.status.into())
            })
        }
        _ => None,
    }
}
