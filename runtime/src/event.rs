//! What a run tells: one stream that terminal, JSON output and history all listen to.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use standpipe_plan::Value;

use crate::history::{AxisInfo, ObjectiveInfo, TrialState};
use crate::sandbox::Tier;

/// Listens to a run. Called on the scheduler's thread: return quickly.
pub trait Observer {
    fn event(&mut self, event: &Event);
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Succeeded,
    /// Not run: an earlier result was reused.
    Cached,
    Failed,
    /// Not run: something before it failed, or its branch was not taken.
    Skipped,
    Cancelled,
}

impl Status {
    /// Its name in JSON and in the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Cached => "cached",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One thing that happened; `time` is RFC 3339 and added by whoever writes it out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    RunStarted {
        run: String,
        id: String,
        pipeline: SmolStr,
        /// What its steps are kept from.
        #[serde(skip_serializing_if = "Tier::is_off")]
        sandbox: Tier,
        /// Why that is less than was named.
        #[serde(skip_serializing_if = "Option::is_none")]
        lacking: Option<String>,
    },
    /// An environment is being made: `text` is a line of progress.
    Environment {
        name: SmolStr,
        state: &'static str,
        #[serde(skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// `label` tells instances apart: `region=eu`; empty elsewhere.
    StepStarted {
        step: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        label: String,
        attempt: u32,
        r#where: String,
        /// Seconds that it has been under way already: an interrupted run began it.
        #[serde(skip_serializing_if = "Option::is_none")]
        already: Option<f64>,
    },
    /// The attempt failed and another will follow after `wait` seconds.
    StepRetrying {
        step: String,
        attempt: u32,
        wait: f64,
        error: Failure,
    },
    StepFinished {
        step: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        label: String,
        status: Status,
        seconds: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<Failure>,
        /// A `try` took the failure for `none`: the run goes on.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        caught: bool,
    },
    Log {
        step: String,
        stream: SmolStr,
        text: String,
    },
    Metric {
        step: String,
        name: SmolStr,
        value: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<i64>,
    },
    /// An earlier result of the step is not in the store as it was, and is made again: why.
    ResultLost {
        step: String,
        /// The run that had made it.
        of: String,
        why: String,
    },
    /// The step gave another result than earlier for the same inputs: the digest of the one that stays for later runs, and
    /// of the one that this run goes on with.
    Nondeterministic {
        step: String,
        kept: String,
        given: String,
    },
    /// How many instances a `for` has, as soon as that is known.
    Fanout {
        step: String,
        count: u64,
    },
    /// A `sweep` begins to look for parameters.
    SweepStarted {
        step: String,
        #[serde(flatten)]
        head: SweepHead,
    },
    /// The sweep is led by `trials` trials of the run `of`; `outside` more of them lie outside of its space.
    SweepTaught {
        step: String,
        of: String,
        trials: u64,
        outside: u64,
    },
    /// `trial` counts from 0; `params` has the parameters by name.
    TrialStarted {
        step: String,
        trial: u64,
        params: serde_json::Value,
    },
    /// `scores` has one for each objective of the sweep, none where there is none.
    TrialFinished {
        step: String,
        trial: u64,
        params: serde_json::Value,
        state: TrialState,
        scores: Vec<Option<f64>>,
        seconds: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The sweep looks no further; `found` when it has a value.
    SweepFinished {
        step: String,
        found: bool,
    },
    /// The user asked the run to end: what runs is being stopped, nothing more is started.
    RunStopping,
    RunFinished {
        run: String,
        status: Status,
        seconds: f64,
        steps: Counts,
        outputs: serde_json::Value,
    },
}

/// What a sweep looks for, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepHead {
    /// The strategy's kind: `random`, `tpe`.
    pub strategy: SmolStr,
    /// All that decides which trials follow which results, as text; not how many there are.
    #[serde(default)]
    pub rule: String,
    /// Most trials, where there is a number.
    pub trials: Option<u64>,
    /// Most trials at once.
    pub parallel: u64,
    pub axes: Vec<AxisInfo>,
    pub objectives: Vec<ObjectiveInfo>,
}

/// How a trial ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialEnd {
    /// A record.
    pub params: Value,
    pub state: TrialState,
    /// One for each objective; none where there is none.
    pub scores: Vec<Option<f64>>,
    pub seconds: f64,
    /// What it reported of the first objective: how far it was, and what it had there; none where that was no number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<(u64, Option<f64>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Steps by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub succeeded: u64,
    pub cached: u64,
    pub failed: u64,
    /// Never started.
    pub skipped: u64,
    /// Ended before they were done, as steps of a stopped trial are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cancelled: u64,
}

impl Counts {
    /// One more that ended so.
    pub fn add(&mut self, status: Status) {
        *match status {
            Status::Succeeded => &mut self.succeeded,
            Status::Cached => &mut self.cached,
            Status::Failed => &mut self.failed,
            Status::Skipped => &mut self.skipped,
            Status::Cancelled => &mut self.cancelled,
        } += 1;
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.succeeded + self.cached + self.failed + self.skipped + self.cancelled
    }

    /// How many there are of each, in words, those of which there are some.
    pub fn words(&self) -> impl Iterator<Item = String> + use<> {
        let each = [
            (self.succeeded, "ran"),
            (self.cached, "reused"),
            (self.failed, "failed"),
            (self.skipped, "skipped"),
            (self.cancelled, "cancelled"),
        ];
        each.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is the library's")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Why an attempt failed: one cause, with evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// Stable code of the family E06.
    pub code: SmolStr,
    /// One sentence.
    pub message: String,
    /// Where in the `.pipe` (or `.py`) file, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// A traceback or the log's end; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What the step was given, by name, cut to a length for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<(SmolStr, String)>,
}

impl Failure {
    /// A failure with a code of [`crate::codes`] and one sentence, no more.
    #[must_use]
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            file: None,
            line: None,
            detail: String::new(),
            help: None,
            inputs: Vec::new(),
        }
    }

    /// The same with what would help.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with evidence.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

/// Where an attempt's log lies: bytes `start..end` of a file under the run's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRange {
    pub file: String,
    pub start: u64,
    pub end: u64,
}
