//! What a worker sends, as it stands in its frames. Nothing in it is trusted: it is checked where it is used.

use serde::Deserialize;
use smol_str::SmolStr;

use crate::codes;
use crate::event::Failure;

use super::Message;

/// One frame from a worker. `call` numbers tell apart what belongs to a call that has ended.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    Ready {},
    Metric {
        call: u64,
        name: SmolStr,
        value: Number,
        at: Option<i64>,
    },
    Log {
        call: u64,
        text: String,
    },
    /// `left`: the step left a process behind.
    Done {
        call: u64,
        value: serde_json::Value,
        log: (u64, u64),
        #[serde(default)]
        left: bool,
        /// Bytes that it took at most.
        #[serde(default)]
        memory: Option<u64>,
    },
    Failed(Failed),
}

/// A number, by name when JSON has no word for it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Finite(f64),
    Named(SmolStr),
}

impl Number {
    pub(super) fn value(&self) -> f64 {
        match self {
            Self::Finite(number) => *number,
            Self::Named(name) => name.parse().unwrap_or(f64::NAN),
        }
    }
}

/// A call that failed.
#[derive(Debug, Deserialize)]
pub(super) struct Failed {
    pub(super) call: u64,
    kind: SmolStr,
    message: String,
    file: Option<String>,
    line: Option<u32>,
    detail: String,
    help: Option<String>,
    pub(super) log: (u64, u64),
    #[serde(default)]
    pub(super) left: bool,
    #[serde(default)]
    pub(super) memory: Option<u64>,
}

/// The code of each kind of failure that a worker names.
const KINDS: [(&str, &str); 8] = [
    ("result", codes::WRONG_RESULT),
    ("table", codes::WRONG_TABLE),
    ("codec", codes::CODEC),
    ("package", codes::MISSING_PACKAGE),
    ("load", codes::NOT_LOADED),
    ("input", codes::WRONG_INPUT),
    ("sql", codes::QUERY_FAILED),
    ("stopped", codes::STOPPED_EARLY),
];

impl Failed {
    /// The failure, with files below `root` named from there.
    pub(super) fn failure(self, root: &str) -> Failure {
        let code = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or(codes::RAISED, |(_, code)| *code);
        let file = self.file.map(|file| match file.strip_prefix(root).and_then(|rest| rest.strip_prefix('/')) {
            Some(relative) => relative.to_owned(),
            None => file,
        });
        Failure {
            code: code.into(),
            message: self.message,
            file,
            line: self.line,
            detail: self.detail,
            help: self.help,
            inputs: Vec::new(),
        }
    }
}

impl Reply {
    /// The message of call `number` that this is, if it is one.
    pub(super) fn message(self, number: u64) -> Option<Message> {
        match self {
            Self::Metric { call, name, value, at } if call == number => {
                Some(Message::Metric { name, value: value.value(), at })
            }
            Self::Log { call, text } if call == number => Some(Message::Log { text }),
            _ => None,
        }
    }
}
