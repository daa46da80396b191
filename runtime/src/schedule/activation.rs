//! One coming to life of a region: the root's, a branch's, an iteration's. Exists only while it is under way.

use standpipe_plan::Value;

use super::control::Rounds;
use super::layout::{RegionId, RegionLayout};
use super::regions::spliced;
use super::sweep::Search;

/// A number that is never given twice in a run.
pub(super) type ActivationId = u64;

pub(super) struct Activation {
    pub region: RegionId,
    /// The node it belongs to: an `if`, a `for` and the like.
    pub parent: Option<(ActivationId, usize)>,
    /// The iteration's number.
    pub index: usize,
    /// The item of a `for`, the state of a `loop`, the parameters of a trial.
    pub item: Value,
    /// The first part of the path of every step in it.
    pub path: String,
    /// Tells its steps from those of its siblings: `region=eu`.
    pub label: String,
    pub cells: Vec<Cell>,
    /// Nodes that are not settled yet.
    pub open: usize,
    /// A node of it failed or was skipped because of a failure.
    pub broken: bool,
}

/// What is known of one node.
pub(super) struct Cell {
    pub waits: u32,
    /// How many nodes that read it are not settled, and one more when what the region is worth reads it. After the last
    /// its value is let go of.
    pub readers: u32,
    pub value: Option<Value>,
    /// Something it waits for will never have a value.
    pub blocked: bool,
    pub iterations: Option<Box<Iterations>>,
    pub rounds: Option<Rounds>,
    pub search: Option<Box<Search>>,
}

/// A `for` under way: only the window between `next` and the oldest unfinished iteration exists.
pub(super) struct Iterations {
    pub items: Value,
    pub total: usize,
    pub next: usize,
    pub active: usize,
    /// Most iterations under way at once.
    pub window: usize,
    pub results: Vec<Value>,
    pub broken: bool,
}

impl Activation {
    pub(super) fn new(region: RegionId, layout: &RegionLayout<'_>) -> Self {
        let cells = layout
            .slots
            .iter()
            .map(|slot| Cell {
                waits: slot.waits,
                readers: slot.readers,
                value: None,
                blocked: false,
                iterations: None,
                rounds: None,
                search: None,
            })
            .collect::<Vec<_>>();
        Self {
            region,
            parent: None,
            index: 0,
            item: Value::None,
            path: String::new(),
            label: String::new(),
            open: cells.len(),
            cells,
            broken: false,
        }
    }
}

/// Longest label in characters.
const LABEL: usize = 48;

/// What tells this iteration from its siblings, where the item says it in a few words; empty otherwise.
pub(super) fn label(outer: &str, variable: &str, item: &Value) -> String {
    let own = match item {
        Value::Record(fields) => {
            let told: Vec<_> =
                fields.iter().filter_map(|(name, value)| Some(format!("{name}={}", short(value)?))).collect();
            told.join(", ")
        }
        value => short(value).map(|text| spliced(&[variable, "=", &text])).unwrap_or_default(),
    };
    let both = match (outer.is_empty(), own.is_empty()) {
        (false, false) => format!("{outer}, {own}"),
        (false, true) => outer.to_owned(),
        _ => own,
    };
    if both.len() <= LABEL {
        return both;
    }
    match both.char_indices().nth(LABEL) {
        Some((cut, _)) => format!("{}…", &both[..cut]),
        None => both,
    }
}

fn short(value: &Value) -> Option<String> {
    match value {
        Value::Blob(blob) => {
            let path = blob.path.as_ref()?;
            path.rsplit('/').next().map(str::to_owned)
        }
        Value::Path(path) => path.rsplit('/').next().map(str::to_owned),
        Value::None | Value::Json(_) | Value::List(_) | Value::Range { .. } | Value::Record(_) | Value::Map(_) => None,
        Value::String(text) => Some(text.replace(['\n', '\r'], " ")),
        Value::Int(number) => Some(number.to_string()),
        scalar => Some(scalar.text()),
    }
}
