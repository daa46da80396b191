//! Names that a body or file reads and nothing defines.

use super::super::{Body, Embedder, errors};
use super::Text;
use super::facts::Facts;
use super::library::{builtins, is_builtin, is_standard};
use crate::check::Checked;
use crate::resolve::{File, Visible};
use standpipe_syntax::ast::DeclKind;
use standpipe_syntax::nearest::nearest;

/// What a task's body finds in scope beside its inputs.
pub(super) const GIVEN: [&str; 3] = ["report", "log", "checkpoint"];

/// Modules that are so often used under another name that the name alone says what is missing.
const IMPORTS: [(&str, &str); 8] = [
    ("pd", "import pandas as pd"),
    ("np", "import numpy as np"),
    ("pl", "import polars as pl"),
    ("pa", "import pyarrow as pa"),
    ("plt", "import matplotlib.pyplot as plt"),
    ("sns", "import seaborn as sns"),
    ("Path", "from pathlib import Path"),
    ("datetime", "from datetime import datetime"),
];

impl Embedder<'_> {
    /// Reports each name that nothing defines, once.
    pub(super) fn check_names(&mut self, body: Body<'_>, facts: &Facts, text: Text<'_>) {
        if facts.open {
            return;
        }
        let raw = matches!(text, Text::Raw(..));
        let params = if raw { body.task.params.as_slice() } else { &[] };
        let inputs: Vec<&str> = params.iter().map(|param| param.name.text.as_str()).collect();
        let given: &[&str] = if raw { &GIVEN } else { &[] };
        for (name, place) in &facts.free {
            let name = name.as_str();
            if is_builtin(name) || inputs.contains(&name) || given.contains(&name) {
                continue;
            }
            let span = text.span(place);
            let import = match IMPORTS.iter().find(|(known, _)| *known == name) {
                Some((_, import)) => Some((*import).to_owned()),
                None => is_standard(name).then(|| format!("import {name}")),
            };
            let diagnostic = match (import, text) {
                (Some(import), Text::Raw(raw, _)) => {
                    let start = raw.lines.first().copied().unwrap_or(raw.span.start);
                    let margin = " ".repeat(start.saturating_sub(raw.span.start) as usize);
                    let at = standpipe_syntax::Span { start, end: start, ..raw.span };
                    errors::not_imported(span, name, &import, Some((at, &margin)))
                }
                (Some(import), Text::File(_)) => errors::not_imported(span, name, &import, None),
                (None, _) => {
                    if let Some(what) = callable(body.file, self.checked, name) {
                        self.report(errors::step(span, name, what));
                        continue;
                    }
                    let mut known: Vec<&str> = facts.bound.iter().map(String::as_str).collect();
                    known.extend(inputs.iter().chain(given));
                    let mut near = nearest(name, known);
                    if near.is_empty() {
                        near = nearest(name, builtins());
                    }
                    for param in params.iter().filter(|param| near.contains(&param.name.text.as_str())) {
                        self.out.meant.insert(param.name.span);
                    }
                    errors::unknown_name(span, name, &near)
                }
            };
            self.report(diagnostic);
        }
    }
}

/// What a pipeline of `file` could call by that name, in a word with its article.
fn callable(file: &File, checked: &Checked, name: &str) -> Option<&'static str> {
    let Some(Visible::Decl(id)) = file.scope.get(name) else { return None };
    match &checked.resolved.decl(*id).kind {
        DeclKind::Task(task) if task.effect => Some("an effect"),
        DeclKind::Task(_) => Some("a task"),
        DeclKind::Pipeline(_) => Some("a pipeline"),
        DeclKind::Import(_)
        | DeclKind::Type(_)
        | DeclKind::Artifact(_)
        | DeclKind::Const(_)
        | DeclKind::Env(_)
        | DeclKind::Service(_)
        | DeclKind::Schedule(_)
        | DeclKind::Test(_)
        | DeclKind::Broken(_) => None,
    }
}
