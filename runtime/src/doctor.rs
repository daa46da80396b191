//! Looks over the machine and the state folder: what is there, what is wrong, and what would help. Changes nothing.

mod disk;
mod host;
mod isolation;
mod state;

use std::path::Path;

use serde::Serialize;

use crate::sandbox::Wanted;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Good,
    /// Worth knowing; nothing needs to be done.
    Note,
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub part: Part,
    /// What it is about, in a word or two.
    pub about: &'static str,
    pub verdict: Verdict,
    /// What was found.
    pub text: String,
    /// What would help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// Where something was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Host,
    State,
}

impl Finding {
    fn new(part: Part, about: &'static str, verdict: Verdict, text: impl Into<String>) -> Self {
        Self { part, about, verdict, text: text.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// What a run in a project would have.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    pub root: &'s Path,
    pub state: &'s Path,
    /// The interpreter of tasks without an `env`.
    pub python: Option<&'s Path>,
    pub sandbox: &'s Wanted,
    /// What holds steps.
    pub keeper: Option<&'s Path>,
}

/// Looks at everything: at this machine as a run in that project would find it, and at its state folder.
#[must_use]
pub fn examine(subject: Subject<'_>) -> Vec<Finding> {
    let Subject { root, state, python, sandbox, keeper } = subject;
    let mut findings = host::look(root, python);
    findings.extend(isolation::look(sandbox, keeper));
    findings.extend(disk::look(state));
    findings.extend(state::look(state));
    findings
}
