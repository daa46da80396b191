//! What trials of an earlier run say to a sweep: as they are read, recorded and told. Knows nothing of who listens.

use serde::{Deserialize, Serialize};
use standpipe_plan::Value;
use standpipe_tune::Outcome;

use crate::history::TrialState;

/// The trials of an earlier sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recalled {
    /// The run's name.
    pub of: String,
    pub lessons: Vec<Lesson>,
}

/// A trial of an earlier sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lesson {
    /// The number that it had there.
    pub trial: u64,
    /// A record.
    pub params: Value,
    pub state: TrialState,
    /// What it scored in what is looked for now; none of one that failed.
    pub score: Option<f64>,
    /// What it reported of that: how far it was, and what it had there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<(u64, Option<f64>)>,
}

impl Lesson {
    /// What came of it; `None` where that says nothing.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        match (self.state, self.score) {
            (TrialState::Finished, Some(score)) => Some(Outcome::Finished(score)),
            (TrialState::Stopped, Some(score)) => Some(Outcome::Stopped(score)),
            (TrialState::Failed, _) => Some(Outcome::Failed),
            (TrialState::Finished | TrialState::Stopped, None) | (TrialState::Cancelled | TrialState::Running, _) => {
                None
            }
        }
    }
}
