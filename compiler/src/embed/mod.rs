//! Checks the bodies of tasks in their own language: Python in `.pipe` files and in files they refer to, shell scripts.
//! Knows nothing of how bodies run.

mod ahead;
mod errors;
mod python;
mod readings;
mod shell;
pub mod sql;
mod text;

pub(crate) use python::is_builtin as is_python_builtin;
pub use python::{Mention, mentions as python_mentions};
pub use readings::Readings;
pub use text::offset;

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use standpipe_plan::{Frame, Module};
use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, Expr, Task};
use standpipe_syntax::diag::Diagnostic;
use standpipe_syntax::{FileId, Source, Span};

use crate::check::{Checked, Signature};
use crate::paths::{folder, name};
use crate::resolve::{DeclId, File, Resolved};
use crate::{ReadError, World, env};
use ahead::Begun;
use standpipe_syntax::nearest::nearest;

/// What the bodies of all tasks are, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Embedded {
    /// Bodies of the form `python: "file.py:function"`.
    pub functions: FxHashMap<DeclId, FunctionRef>,
    /// Texts of bodies of the form `sh: "script.sh"`.
    pub scripts: FxHashMap<DeclId, String>,
    /// Texts of probes of the form `probe: "script.sh"`.
    pub probes: FxHashMap<DeclId, String>,
    /// Files of bodies of the form `sql: "query.sql"`.
    pub query_files: FxHashMap<DeclId, Source>,
    /// What the names in each SQL body stand for, in order of place.
    pub sql_names: FxHashMap<DeclId, Vec<sql::SqlName>>,
    /// The project's modules that raw Python bodies import, directly or not: indices into `modules`.
    pub raw_modules: FxHashMap<DeclId, Vec<u32>>,
    /// Of tables that bodies in Python and SQL are given, by name: the columns that are all that the body reads.
    pub columns: FxHashMap<DeclId, BTreeMap<SmolStr, Vec<SmolStr>>>,
    /// Modules of the project that some body needs.
    pub modules: Vec<Module>,
    /// Files of other languages that diagnostics point into; their numbers follow those of the `.pipe` files.
    pub sources: Vec<Source>,
    /// Names of inputs that a message says were meant by another name: that they are unused is the same mistake.
    pub meant: FxHashSet<Span>,
    pub diagnostics: Vec<Diagnostic>,
}

/// A function that is a task's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRef {
    pub module: SmolStr,
    pub function: SmolStr,
    /// The module itself and the project's modules that it imports, directly or not: indices into
    /// [`Embedded::modules`], sorted.
    pub modules: Vec<u32>,
    /// What its annotations say a table is.
    pub frame: Option<Frame>,
}

/// Checks a body, given as the value of its attribute.
type Check = fn(&mut Embedder<'_>, Body<'_>);

/// The languages of bodies, by attribute.
const EMBEDDED: [(&str, Check); 4] =
    [("probe", shell::check), ("python", python::check), ("sh", shell::check), ("sql", sql::check)];

/// Begins to read the bodies in `resolved`, which nothing but their text is needed for.
pub(crate) fn begin(world: &dyn World, resolved: &Resolved) -> Begun {
    // Who remembers readings has most of them.
    if world.readings().is_some() { Begun::default() } else { Begun::new(resolved) }
}

/// Checks every body of `checked`, except those of the standard library, which is tested on its own.
#[must_use]
pub(crate) fn check(world: &dyn World, checked: &Checked, begun: Begun) -> Embedded {
    let mut embedder =
        Embedder { world, checked, ahead: begun.end(), out: Embedded::default(), python: python::State::default() };
    let mut broken: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
    for found in checked.diagnostics.iter().filter(|found| found.is_error()) {
        broken.entry(found.span.file).or_default().push(found.span);
    }
    for file in checked.resolved.files.iter().filter(|file| !file.std) {
        let broken = broken.get(&file.source.id).map_or(&[][..], Vec::as_slice);
        for (index, decl) in (0..).zip(&file.tree.decls) {
            let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { continue };
            let id = DeclId { file: file.source.id, index };
            for attr in &task.attrs {
                // What is wrong with a body's lines has been said; its language would only say it again.
                if broken.iter().any(|span| attr.span.start <= span.start && span.end <= attr.span.end) {
                    continue;
                }
                if let Some((_, check)) = EMBEDDED.iter().find(|(language, _)| *language == attr.name.text) {
                    check(&mut embedder, Body { id, file, task, attr, signature: checked.signatures.get(&id) });
                }
            }
        }
    }
    embedder.out
}

/// What checking has at hand.
struct Embedder<'a> {
    world: &'a dyn World,
    checked: &'a Checked,
    ahead: ahead::Ahead,
    out: Embedded,
    python: python::State,
}

/// A task's body, and whose it is.
#[derive(Clone, Copy)]
struct Body<'a> {
    id: DeclId,
    file: &'a File,
    task: &'a Task,
    attr: &'a Attr,
    signature: Option<&'a Signature>,
}

impl Embedder<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.out.diagnostics.push(diagnostic);
    }

    /// Reads a text file of another language.
    fn read(&mut self, path: &str) -> Result<Source, ReadError> {
        let bytes = self.world.read(path)?;
        let text = String::from_utf8(bytes).map_err(|_| ReadError::Other("it is not UTF-8 text".into()))?;
        let number = self.checked.resolved.files.len() + self.out.sources.len();
        let id = FileId(u32::try_from(number).unwrap_or(u32::MAX));
        let source = Source::new(id, path, &text);
        self.out.sources.push(source.clone());
        Ok(source)
    }
}

impl Embedder<'_> {
    /// Files of the folder of `path` that end in `ending` and are called much like it, as seen from there.
    fn files_like(&self, path: &str, ending: &str) -> Vec<String> {
        let names = self.world.list(folder(path));
        let names = names.iter().map(String::as_str).filter(|name| name.ends_with(&format!(".{ending}")));
        nearest(name(path), names).into_iter().map(str::to_owned).collect()
    }
}

/// The attribute's value, when it is a string literal without `${}`.
fn literal(value: &AttrValue) -> Option<(&Expr, SmolStr)> {
    match value {
        AttrValue::Expr(expr) => Some((expr, env::literal(expr)?)),
        AttrValue::Raw(_) => None,
    }
}

/// What a table is in a task with these attributes, as far as they say.
pub(crate) fn frame(attrs: &[Attr]) -> Frame {
    let attr = attrs.iter().find(|attr| attr.name.text == "frame");
    match attr.and_then(|attr| literal(&attr.value)) {
        Some((_, text)) if text == "polars" => Frame::Polars,
        Some((_, text)) if text == "pyarrow" => Frame::Pyarrow,
        _ => Frame::Pandas,
    }
}

/// Whether everything that the Python body `text` returns is a dictionary whose keys are written there.
pub(crate) fn returns_dicts(text: &str) -> bool {
    python::returns_dicts(text)
}
