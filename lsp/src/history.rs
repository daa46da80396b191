//! What earlier runs left on record, as whoever starts the server tells it. Knows nothing of where that is kept.

use std::path::Path;
use std::sync::Arc;

/// Tells of earlier runs. Asked on the thread that answers the editor: it must be quick, change nothing and start nothing.
pub trait History: Send {
    /// Whether anything ran in the project at `root`.
    fn any(&self, root: &Path) -> bool;

    /// The last runs of the pipeline or test called `pipeline` of `file`, which belongs to the project at `root`, the
    /// latest first; empty where nothing ran or nothing can be found out quickly.
    fn runs(&self, root: &Path, file: &Path, pipeline: &str) -> Arc<[PastRun]>;

    /// A number that is another one once something else is on record of the project at `root`.
    fn stamp(&self, root: &Path) -> u64;
}

/// No history.
impl History for () {
    fn any(&self, _root: &Path) -> bool {
        false
    }

    fn runs(&self, _root: &Path, _file: &Path, _pipeline: &str) -> Arc<[PastRun]> {
        Arc::new([])
    }

    fn stamp(&self, _root: &Path) -> u64 {
        0
    }
}

/// A run of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRun {
    pub name: String,
    /// RFC 3339, UTC.
    pub started: String,
    pub outcome: Outcome,
    /// Absent when it has not ended.
    pub seconds: Option<f64>,
    pub steps: Vec<PastStep>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Succeeded,
    Failed,
    Cancelled,
    /// Of a test: it ran, and so many of its expectations did not hold.
    Unmet(usize),
    /// It goes on, or was interrupted.
    Open,
}

/// How a step of a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct PastStep {
    /// Its path, `train.models[3].fit`.
    pub path: String,
    pub end: StepEnd,
    pub seconds: f64,
    /// Bytes of memory that it was seen to take at most; absent where nothing was seen of it.
    pub memory: Option<u64>,
    /// Why it ran, in one sentence.
    pub why: Option<String>,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepEnd {
    Ran,
    Failed,
    /// The result of the run of that name was taken.
    Reused(String),
    /// It did not run, or was stopped.
    Skipped,
}
