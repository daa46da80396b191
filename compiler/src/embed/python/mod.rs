//! Python bodies, written out or by reference: what can be known of them before they run.

mod body;
mod columns;
pub(super) mod facts;
mod library;
mod mentions;
mod modules;
mod names;
mod needs;
mod packages;
mod parts;
mod read;
mod reads;
mod reference;
mod results;
mod returns;
mod scopes;
#[cfg(test)]
mod tests;

use std::rc::Rc;

pub(crate) use library::is_builtin;
pub use mentions::{Mention, mentions};
pub(super) use read::read;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use standpipe_plan::Frame;
use standpipe_syntax::Source;
use standpipe_syntax::ast::AttrValue;

use self::facts::{Facts, SyntaxError, ValueKind};
use super::text::Text;
use super::{Body, Embedder, errors};
use crate::resolve::DeclId;
use crate::{FileKind, ReadError};

/// What is remembered between bodies of one compilation.
#[derive(Default)]
pub(super) struct State {
    files: FxHashMap<SmolStr, Result<Rc<PythonFile>, ReadError>>,
    kinds: FxHashMap<SmolStr, Option<FileKind>>,
    /// The module of each dotted name that is in use: its index.
    modules: FxHashMap<SmolStr, u32>,
    /// Distributions that are known to miss in an environment: one message each.
    missing: FxHashSet<(DeclId, &'static str)>,
    /// Files whose names and syntax have been looked at.
    checked: FxHashSet<SmolStr>,
    clashes: FxHashSet<SmolStr>,
    /// What an import misses in an environment, for tasks whose tables are of a kind.
    judged: FxHashMap<(DeclId, Option<Frame>, String), Option<needs::Lack>>,
}

/// A Python file of the project.
struct PythonFile {
    source: Source,
    facts: Rc<Facts>,
}

/// Whether everything that the body `text` returns is a dictionary whose keys are written there.
pub(super) fn returns_dicts(text: &str) -> bool {
    let values = read::read(text).body.values;
    !values.is_empty() && values.iter().all(|value| matches!(&value.kind, ValueKind::Dict(dict) if !dict.open))
}

/// Checks one body.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>) {
    match &body.attr.value {
        AttrValue::Raw(raw) => body::check(embedder, body, raw),
        AttrValue::Expr(_) => reference::check(embedder, body),
    }
}

impl Embedder<'_> {
    fn syntax(&mut self, text: Text<'_>, error: &SyntaxError) {
        let misspelt = error.keywords.as_ref().map(|(place, keywords)| (text.span(place), keywords.as_slice()));
        self.report(errors::syntax(text.span(&error.place), &error.message, misspelt));
    }

    /// What Python text says, which the world may remember.
    fn facts(&self, text: &str) -> Rc<Facts> {
        match self.world.readings() {
            Some(readings) => readings.python.get(text, read::read),
            None => self.ahead.python(text).unwrap_or_else(|| Rc::new(read::read(text))),
        }
    }

    /// The Python file at `path`, read once.
    fn python_file(&mut self, path: &SmolStr) -> Result<Rc<PythonFile>, ReadError> {
        if let Some(known) = self.python.files.get(path) {
            return known.clone();
        }
        let file = self.read(path).map(|source| {
            let facts = self.facts(&source.text);
            Rc::new(PythonFile { source, facts })
        });
        self.python.files.insert(path.clone(), file.clone());
        file
    }

    fn kind_of(&mut self, path: &SmolStr) -> Option<FileKind> {
        if let Some(kind) = self.python.kinds.get(path) {
            return *kind;
        }
        let kind = self.world.kind(path);
        self.python.kinds.insert(path.clone(), kind);
        kind
    }
}
