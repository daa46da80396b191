//! A sweep as it is on record: its space, what it looks for, and each of its trials. Does not know how it searched, nor
//! how it is shown.

mod read;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::read::{Begun, Ended};

/// One sweep of a run, as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepHistory {
    /// Its path in the run: `train.tuned`, or `train.models[2].tuned` inside a `for`.
    pub step: String,
    /// Its parameters, in the order in which they are written.
    pub axes: Vec<AxisInfo>,
    /// At least one; the first decides which trial is best.
    pub objectives: Vec<ObjectiveInfo>,
    /// By number, from 0.
    pub trials: Vec<TrialRow>,
    /// The number of the trial that did best by the first objective, the first of equals; absent while none has a score.
    pub best: Option<u64>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AxisInfo {
    pub name: String,
    pub scale: Scale,
}

/// How the values of a parameter lie beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Numbers, even by difference.
    Linear,
    /// Numbers above 0, even by magnitude.
    Log,
    /// Any values, without an order.
    Choice,
}

/// What is to become large or small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveInfo {
    /// As the program names it: `auc`, `error.mean`, `seconds`.
    pub name: String,
    pub maximize: bool,
}

/// One trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialRow {
    /// From 0.
    pub number: u64,
    /// Its parameters by name, in the order of the axes.
    pub params: Vec<(String, Value)>,
    pub state: TrialState,
    /// One for each objective; absent where the trial has none, not a number where it computed none.
    pub scores: Vec<Option<f64>>,
    /// From its start to its end, or so far. Of a trial that was reused, how long it took when it ran.
    pub seconds: f64,
    /// The last step that it reported; absent when it reported none.
    pub steps: Option<u64>,
    /// What it reported of the first objective on its way: step and value, in the order in which they came.
    pub reports: Vec<(f64, f64)>,
    /// Why it failed, in one sentence.
    pub error: Option<String>,
}

/// How a trial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    /// It ran to its end.
    Finished,
    /// It was ended early, because others did better.
    Stopped,
    Failed,
    /// The run ended before it did.
    Cancelled,
    Running,
}

impl TrialState {
    /// Its name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Running => "running",
        }
    }
}
