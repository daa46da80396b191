//! What the journal keeps of a run, as it is written: versioned by `state.db`.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use standpipe_plan::{Digest, Value};

use crate::event::{Counts, Failure, LogRange, Status, SweepHead, TrialEnd};
use crate::lessons::Recalled;
use crate::sandbox::Tier;

/// One line of the journal.
#[derive(Clone, Debug)]
pub(crate) enum Record {
    /// How the run was called, in its caller's words: the first record of a run.
    RunCalled {
        call: serde_json::Value,
    },
    /// The run goes on in another process.
    RunResumed,
    /// What its steps are kept from, from now on.
    RunConfined {
        tier: Tier,
    },
    /// An effect will be started; on the disk before it is.
    EffectAnnounced {
        step: String,
        label: String,
    },
    StepStarted {
        step: String,
        label: String,
        attempt: u32,
    },
    StepRetrying {
        step: String,
        attempt: u32,
        wait: f64,
        error: Failure,
        /// Bytes that the attempt was seen to take at most.
        memory: Option<u64>,
    },
    /// `keep` is the result, for later runs.
    StepFinished {
        end: Box<StepEnd>,
        keep: Option<Kept>,
    },
    SweepStarted {
        step: String,
        head: Box<SweepHead>,
    },
    /// The sweep at `step` is led by these trials of the run that it names `from`.
    SweepTaught {
        step: String,
        from: String,
        recalled: Box<Recalled>,
    },
    /// A trial of the sweep at `step` begins with these parameters, a record.
    TrialStarted {
        step: String,
        trial: u64,
        params: Value,
    },
    TrialFinished {
        step: String,
        trial: u64,
        end: Box<TrialEnd>,
    },
    RunFinished {
        status: Status,
        counts: Counts,
        seconds: f64,
        outputs: serde_json::Value,
    },
}

/// A result that later runs may reuse.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub key: Digest,
    pub value: Value,
    /// The name of the run that made it.
    pub run: SmolStr,
    /// How long that took.
    pub seconds: f64,
    /// It takes the place of an earlier one that is another: that one was too old, or is gone. Else the first stays.
    pub anew: bool,
}

/// What a step in a trial reported of what its sweep looks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub name: SmolStr,
    /// None where it was not a number.
    pub value: Option<f64>,
    /// How far on its way the step was.
    pub at: Option<i64>,
}

/// How a step ended, with what is needed to say why it ran.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StepEnd {
    #[serde(skip)]
    pub step: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    pub status: Status,
    pub seconds: f64,
    pub attempt: u32,
    /// Bytes of memory that the last attempt was seen to take at most; none of what did not run, or was over too soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Bytes of memory that were reserved for it by what earlier attempts took, as its task declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogRange>,
    /// The name of the run whose result it is.
    pub from: SmolStr,
    /// What a step was worth that later runs do not reuse; the run itself may go on from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// What the step's key was made of: a name and the start of a digest each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<(SmolStr, SmolStr)>,
    /// The key under which the result was found that was reused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Digest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<Report>,
}

/// The end of a step whose result is kept.
#[derive(Serialize)]
struct KeptEnd<'r> {
    #[serde(flatten)]
    end: &'r StepEnd,
    key: Digest,
    value: &'r Value,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    anew: bool,
}

/// What leads a sweep, with the name under which it was asked for.
#[derive(Serialize)]
struct Taught<'r> {
    from: &'r str,
    #[serde(flatten)]
    recalled: &'r Recalled,
}

/// The end of a trial, with its number.
#[derive(Serialize)]
struct Numbered<'r> {
    trial: u64,
    #[serde(flatten)]
    end: &'r TrialEnd,
}

impl StepEnd {
    /// A step that was skipped in run `from`: to be changed into what happened.
    pub(crate) fn new(from: SmolStr) -> Self {
        Self {
            step: String::new(),
            label: String::new(),
            status: Status::Skipped,
            seconds: 0.0,
            attempt: 0,
            memory: None,
            reserved: None,
            error: None,
            log: None,
            from,
            value: None,
            parts: Vec::new(),
            used: None,
            reports: Vec::new(),
        }
    }
}

impl Record {
    /// The name of its kind in the table.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::RunCalled { .. } => "run_called",
            Self::RunResumed => "run_resumed",
            Self::RunConfined { .. } => "run_confined",
            Self::EffectAnnounced { .. } => "effect_announced",
            Self::StepStarted { .. } => "step_started",
            Self::StepRetrying { .. } => "step_retrying",
            Self::StepFinished { .. } => "step_finished",
            Self::SweepStarted { .. } => "sweep_started",
            Self::SweepTaught { .. } => "sweep_taught",
            Self::TrialStarted { .. } => "trial_started",
            Self::TrialFinished { .. } => "trial_finished",
            Self::RunFinished { .. } => "run_finished",
        }
    }

    /// The step it is about; empty for the run.
    pub(super) fn step(&self) -> &str {
        match self {
            Self::EffectAnnounced { step, .. }
            | Self::StepStarted { step, .. }
            | Self::StepRetrying { step, .. }
            | Self::SweepStarted { step, .. }
            | Self::SweepTaught { step, .. }
            | Self::TrialStarted { step, .. }
            | Self::TrialFinished { step, .. } => step,
            Self::StepFinished { end, .. } => &end.step,
            Self::RunCalled { .. } | Self::RunResumed | Self::RunConfined { .. } | Self::RunFinished { .. } => "",
        }
    }

    /// Everything else, as JSON.
    pub(super) fn body(&self) -> String {
        match self {
            Self::RunCalled { call } => call.to_string(),
            Self::RunResumed => "{}".into(),
            Self::RunConfined { tier } => serde_json::json!({ "tier": tier }).to_string(),
            Self::EffectAnnounced { label, .. } => serde_json::json!({ "label": label }).to_string(),
            Self::StepStarted { label, attempt, .. } => {
                serde_json::json!({ "label": label, "attempt": attempt }).to_string()
            }
            Self::StepRetrying { attempt, wait, error, memory, .. } => {
                let mut body = serde_json::json!({ "attempt": attempt, "wait": wait, "error": error });
                if let Some(memory) = memory {
                    body["memory"] = (*memory).into();
                }
                body.to_string()
            }
            Self::StepFinished { end, keep: None } => serde_json::to_string(end).unwrap_or_default(),
            Self::StepFinished { end, keep: Some(kept) } => {
                let whole = KeptEnd { end, key: kept.key, value: &kept.value, anew: kept.anew };
                serde_json::to_string(&whole).unwrap_or_default()
            }
            Self::SweepStarted { head, .. } => serde_json::to_string(head).unwrap_or_default(),
            Self::SweepTaught { from, recalled, .. } => {
                serde_json::to_string(&Taught { from, recalled }).unwrap_or_default()
            }
            Self::TrialStarted { trial, params, .. } => {
                serde_json::json!({ "trial": trial, "params": params }).to_string()
            }
            Self::TrialFinished { trial, end, .. } => {
                serde_json::to_string(&Numbered { trial: *trial, end }).unwrap_or_default()
            }
            Self::RunFinished { status, counts, seconds, outputs } => {
                let body =
                    serde_json::json!({ "status": status, "counts": counts, "seconds": seconds, "outputs": outputs });
                body.to_string()
            }
        }
    }
}
