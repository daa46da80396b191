//! Which declaration every name means. Knows nothing of types.

mod cycle;
mod deprecated;
mod folder;
mod load;
mod names;
mod scope;
mod space;
mod unused;

use std::sync::Arc;

pub use deprecated::deprecated;
use rustc_hash::FxHashMap;
pub use scope::declared;
use smol_str::SmolStr;
use standpipe_plan::Builtin;
use standpipe_syntax::ast::{Decl, ExprId, Tree};
use standpipe_syntax::diag::Diagnostic;
use standpipe_syntax::{FileId, Source, Span};

use crate::World;

/// A declaration: `tree.decls[index]` of `file`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclId {
    pub file: FileId,
    pub index: u32,
}

/// A name bound inside a pipeline, numbered through its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalId(pub u32);

/// What an `ExprKind::Name`, or the `ExprKind::Field` of a module (`metrics.score`), means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A const, task, effect or pipeline.
    Decl(DeclId),
    /// Parameter `index` of the enclosing declaration (pipelines; tasks in their attributes).
    Param(DeclId, u32),
    Local(LocalId),
    Builtin(Builtin),
    /// An imported module, a file or a folder; only meaningful before `.name`.
    Module(FileId),
    /// `attempt` in a task's attributes.
    Attempt,
    /// A type whose values are the space of a `sweep`'s parameter.
    Type,
    /// Reported already.
    Unknown,
}

/// A name bound inside a pipeline.
#[derive(Clone, Debug)]
pub struct Local {
    pub name: SmolStr,
    pub span: Span,
    pub kind: LocalKind,
    pub used: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalKind {
    /// `name = value`
    Bind { value: ExprId },
    /// one of `{ a, b } = value`: the field of that name
    Unpack { value: ExprId },
    /// the variable of a `for` over `items`
    Item { items: ExprId },
    /// one of `for { a, b } in items`: the field of that name
    ItemField { items: ExprId },
    /// the state of a `loop` that begins with `start`
    State { start: ExprId },
    /// one of `loop { a, b } = start`: the field of that name
    StateField { start: ExprId },
    /// a parameter that a `sweep` looks for in `space`
    Axis { space: ExprId },
}

/// A file with its names resolved.
#[derive(Clone, Debug)]
pub struct File {
    pub source: Source,
    pub tree: Arc<Tree>,
    /// Root-relative path (`examples/a.pipe`), or `std/table` for the standard library.
    pub path: SmolStr,
    pub std: bool,
    pub names: FxHashMap<ExprId, Target>,
    pub locals: Vec<Local>,
    /// Where each of `locals` stands, in order of place.
    places: Vec<(u32, LocalId)>,
    /// Declarations and imported names visible at top level: types, artifacts, envs, tasks, …
    pub scope: FxHashMap<SmolStr, Visible>,
    /// Of a folder that is imported as one module, which stands here as a file without text: its files, by name.
    pub parts: Vec<FileId>,
}

impl File {
    /// Whether `decl` is one of the file's own declarations, or, of a folder, of one of its files.
    #[must_use]
    pub fn has(&self, decl: DeclId) -> bool {
        decl.file == self.source.id || self.parts.contains(&decl.file)
    }

    /// The name that is bound at `span` of this file.
    #[must_use]
    pub fn local_at(&self, span: Span) -> Option<LocalId> {
        let at = self.places.binary_search_by_key(&span.start, |(start, _)| *start).ok()?;
        self.places.get(at).map(|(_, id)| *id)
    }
}

/// A top-level name as a file sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visible {
    Decl(DeclId),
    Module(FileId),
    /// Imported, but not there; reported already.
    Missing,
}

/// Reads `paths` and all they import, and finds what every name in them means.
#[must_use]
pub fn resolve(world: &dyn World, paths: &[&str]) -> Resolved {
    let (mut resolved, imports) = load::load(world, paths);
    let imported = scope::fill(&mut resolved, &imports);
    resolved.imports = imports;
    for (file, imported) in imported.into_iter().enumerate() {
        let used = names::resolve_file(&mut resolved, file);
        unused::report(&mut resolved, file, &imported, &used);
    }
    resolved
}

/// All files of a compilation, those that were asked for first, each once.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// Indexed by [`FileId`].
    pub files: Vec<File>,
    /// How many of `files`, from the first, were asked for; the others are imported by them.
    pub given: usize,
    /// Where an import leads, by its file and the index of its declaration.
    pub imports: FxHashMap<(FileId, u32), FileId>,
    /// Of reading, parsing and resolving.
    pub diagnostics: Vec<Diagnostic>,
}

impl Resolved {
    /// The file of that number.
    #[must_use]
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// Whether the file was asked for, and not only imported by one that was.
    #[must_use]
    pub fn is_given(&self, id: FileId) -> bool {
        (id.0 as usize) < self.given
    }

    /// The declaration of that number.
    #[must_use]
    pub fn decl(&self, id: DeclId) -> &Decl {
        &self.file(id.file).tree.decls[id.index as usize]
    }
}
