//! Python bodies, written out or by reference: what can be known of them before they run.

mod body;
mod facts;
mod library;
mod mentions;
mod modules;
mod names;
mod needs;
mod packages;
mod read;
mod reference;
mod scopes;
#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use mentions::{Mention, mentions};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use standpipe_plan::Frame;
use standpipe_syntax::ast::{AttrValue, Raw};
use standpipe_syntax::{FileId, Source, Span};

use self::facts::{Facts, Place, SyntaxError};
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
    judged: FxHashMap<(DeclId, Option<Frame>, String), Option<&'static str>>,
}

/// A Python file of the project.
struct PythonFile {
    source: Source,
    facts: Facts,
}

/// Checks one body.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>) {
    match &body.attr.value {
        AttrValue::Raw(raw) => body::check(embedder, body, raw),
        AttrValue::Expr(_) => reference::check(embedder, body),
    }
}

/// Python text with the way back to the file it stands in.
#[derive(Clone, Copy)]
enum Text<'a> {
    Raw(&'a Raw, FileId),
    File(&'a Source),
}

impl Text<'_> {
    /// Where `place` stands, as a span of its file.
    fn span(self, place: &Place) -> Span {
        match self {
            Self::File(source) => Span { file: source.id, start: narrow(place.start), end: narrow(place.end) },
            Self::Raw(raw, file) => {
                let start = offset(raw, place.start);
                // A place of several lines ends with its first: the margin between them is not part of it.
                let line = raw.text.get(place.start..place.end).unwrap_or_default().lines().next().unwrap_or_default();
                Span { file, start, end: start + narrow(line.len()) }
            }
        }
    }
}

/// Where byte `at` of a raw body stands in its file.
#[must_use]
pub fn offset(raw: &Raw, at: usize) -> u32 {
    let before = raw.text.get(..at).unwrap_or(&raw.text);
    // The end of the text is the end of its last line.
    let before = if before.len() == raw.text.len() { before.trim_end_matches('\n') } else { before };
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
    let start = raw.lines.get(line).or(raw.lines.last()).copied().unwrap_or(raw.span.start);
    (start + narrow(column)).min(raw.span.end)
}

pub(super) fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Embedder<'_> {
    fn syntax(&mut self, text: Text<'_>, error: &SyntaxError) {
        let misspelt = error.keywords.as_ref().map(|(place, keywords)| (text.span(place), keywords.as_slice()));
        self.report(errors::syntax(text.span(&error.place), &error.message, misspelt));
    }

    /// The Python file at `path`, read once.
    fn python_file(&mut self, path: &SmolStr) -> Result<Rc<PythonFile>, ReadError> {
        if let Some(known) = self.python.files.get(path) {
            return known.clone();
        }
        let file = self.read(path).map(|source| {
            let facts = read::read(&source.text);
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
