//! When a pipeline starts by itself. Knows nothing of clocks, nor of who looks at them.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Origin, Value};

/// A reason to start the pipeline, and with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    pub name: SmolStr,
    /// The parameters that it gives; the others have their defaults.
    pub params: Vec<(SmolStr, Value)>,
    pub trigger: Trigger,
    pub catch_up: CatchUp,
    pub overlap: Overlap,
    pub origin: Origin,
}

/// What starts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Five fields of minute, hour, day, month and day of the week, in an IANA time zone.
    Cron { expression: SmolStr, timezone: SmolStr },
    /// Nanoseconds from one start to the next.
    Every(i64),
    /// A file that matches, relative to the project's root, is new or has changed.
    OnChange(SmolStr),
    /// That pipeline, or the one that this schedule starts, has succeeded.
    After(SmolStr),
    /// A request to that path.
    Webhook(SmolStr),
}

/// What becomes of starts that were missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    #[default]
    None,
    /// One start for all of them.
    One,
    All,
}

impl CatchUp {
    /// With their names in a `.pipe` file.
    pub const ALL: [(&'static str, CatchUp); 3] = [("none", Self::None), ("one", Self::One), ("all", Self::All)];
}

/// What becomes of a start while the run before goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    #[default]
    Skip,
    Queue,
    /// The run before is cancelled.
    Cancel,
}

impl Overlap {
    /// With their names in a `.pipe` file.
    pub const ALL: [(&'static str, Overlap); 3] =
        [("skip", Self::Skip), ("queue", Self::Queue), ("cancel", Self::Cancel)];
}

impl std::fmt::Display for Trigger {
    /// As people say it: `every 1h`, `cron "0 2 * * *" in Europe/Berlin`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cron { expression, timezone } => write!(f, "cron {expression:?} in {timezone}"),
            Self::Every(nanos) => write!(f, "every {}", Value::Duration(*nanos)),
            Self::OnChange(pattern) => write!(f, "on a change of {pattern:?}"),
            Self::After(name) => write!(f, "after {name}"),
            Self::Webhook(path) => write!(f, "on a request to {path:?}"),
        }
    }
}
