//! Reads the given files and everything they import, files and folders, each once. Knows nothing of names inside them.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use standpipe_syntax::ast::{DeclKind, Import, ImportPath, Tree};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Source, Span};

use super::{File, Resolved, cycle};
use crate::paths::{beside, join};
use crate::{FileKind, World};
use standpipe_syntax::nearest::{listed, nearest};

/// Where an import leads: by file and declaration index.
pub(super) type Imports = FxHashMap<(FileId, u32), FileId>;

/// All files that can be reached from `paths`, and which import leads where.
pub(super) fn load(world: &dyn World, paths: &[&str]) -> (Resolved, Imports) {
    let mut loader = Loader { world, resolved: Resolved::default(), known: FxHashMap::default() };
    for path in paths {
        if loader.known.contains_key(*path) {
            continue;
        }
        if let Err(problem) = loader.file(path) {
            // An empty file in its place, so that the report has somewhere to point.
            let file = loader.push(path, false, "");
            loader.resolved.diagnostics.push(problem.at(Span { file, ..Span::default() }, path));
        }
    }
    loader.resolved.given = loader.resolved.files.len();
    let mut imports = Imports::default();
    let mut next = 0;
    while next < loader.resolved.files.len() {
        loader.imports_of(next, &mut imports);
        next += 1;
    }
    let mut resolved = loader.resolved;
    cycle::report(&mut resolved, &imports);
    (resolved, imports)
}

/// Why there is no text.
pub(super) struct Problem {
    code: Code,
    why: String,
    missing: bool,
}

impl Problem {
    pub(super) fn at(&self, span: Span, path: &str) -> Diagnostic {
        Diagnostic::new(self.code, span, format!("cannot read `{path}`: {}", self.why))
    }
}

pub(super) struct Loader<'a> {
    pub(super) world: &'a dyn World,
    pub(super) resolved: Resolved,
    pub(super) known: FxHashMap<SmolStr, FileId>,
}

impl Loader<'_> {
    pub(super) fn file(&mut self, path: &str) -> Result<FileId, Problem> {
        let bytes = self.world.read(path).map_err(|error| Problem {
            code: Code::UNREADABLE,
            missing: error == crate::ReadError::NotFound,
            why: error.to_string(),
        })?;
        let text = std::str::from_utf8(&bytes).map_err(|error| Problem {
            code: Code::NOT_UTF8,
            why: format!("it is not UTF-8 text (the byte at {} does not fit)", error.valid_up_to()),
            missing: false,
        })?;
        Ok(self.push(path, false, text))
    }

    pub(super) fn push(&mut self, path: &str, std: bool, text: &str) -> FileId {
        #[expect(clippy::cast_possible_truncation, reason = "no machine holds four thousand million source files")]
        let id = FileId(self.resolved.files.len() as u32);
        let source = Source::new(id, path, text);
        let parsed = self.world.parsed(&source);
        self.resolved.diagnostics.extend(parsed.diagnostics.iter().cloned());
        self.resolved.files.push(File {
            source,
            tree: Arc::clone(&parsed.tree),
            path: path.into(),
            std,
            names: FxHashMap::default(),
            locals: Vec::new(),
            places: Vec::new(),
            scope: FxHashMap::default(),
            parts: Vec::new(),
        });
        self.known.insert(path.into(), id);
        id
    }

    fn imports_of(&mut self, file: usize, imports: &mut Imports) {
        let File { path, tree, source, .. } = &self.resolved.files[file];
        let (from, id) = (path.clone(), source.id);
        let found: Vec<(u32, Import)> = each_import(tree).map(|(index, import)| (index, import.clone())).collect();
        for (index, import) in found {
            if let Some(target) = self.import(&from, &import) {
                imports.insert((id, index), target);
            }
        }
    }

    fn import(&mut self, from: &str, import: &Import) -> Option<FileId> {
        match &import.path {
            ImportPath::Std(name) => {
                let path = format_smolstr!("std/{name}");
                if let Some(id) = self.known.get(&path) {
                    return Some(*id);
                }
                let Some(text) = standpipe_stdlib::source(name) else {
                    self.unknown_std(import.path_span, &path);
                    return None;
                };
                Some(self.push(&path, true, text))
            }
            ImportPath::File(relative) => {
                let path = beside(from, relative);
                if let Some(id) = self.known.get(path.as_str()) {
                    return Some(*id);
                }
                // What ends so was meant as a file.
                if !path.ends_with(".pipe") && self.world.kind(&path) == Some(FileKind::Dir) {
                    return self.folder(&path, import.path_span);
                }
                let read = self.file(&path);
                read.map_err(|problem| self.no_file(&problem, import.path_span, &path, relative)).ok()
            }
        }
    }

    fn unknown_std(&mut self, span: Span, path: &str) {
        let known: Vec<String> = standpipe_stdlib::MODULES.iter().map(|(name, _)| format!("std/{name}")).collect();
        let mut diagnostic = Diagnostic::new(Code::UNKNOWN_MODULE, span, format!("there is no module `{path}`"));
        let close = nearest(path, known.iter().map(String::as_str));
        diagnostic = match close.first() {
            Some(first) => diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                format!("import `{first}`"),
                span,
                *first,
            ),
            None => diagnostic.help(format!(
                "the standard library has {}",
                listed(&known.iter().map(String::as_str).collect::<Vec<_>>())
            )),
        };
        self.resolved.diagnostics.push(diagnostic);
    }

    fn no_file(&mut self, problem: &Problem, span: Span, path: &str, relative: &str) {
        let mut diagnostic = if problem.missing {
            let what = if path.ends_with(".pipe") { "file" } else { "file or folder" };
            Diagnostic::new(Code::UNKNOWN_MODULE, span, format!("there is no {what} `{path}` to import"))
        } else {
            problem.at(span, path)
        };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let names = self.world.list(folder);
        let importable = |name: &&str| {
            name.ends_with(".pipe")
                || !name.starts_with('.') && self.world.kind(&join(folder, name)) == Some(FileKind::Dir)
        };
        // Of a folder of many files only the kinds of those are asked for that are alike.
        let close: Vec<_> = nearest(name, names.iter().map(String::as_str)).into_iter().filter(importable).collect();
        if let (true, Some(first)) = (problem.missing, close.first()) {
            let repaired = relative.strip_suffix(name).map(|start| format!("\"{start}{first}\""));
            diagnostic = diagnostic.help(format!("did you mean {}?", listed(&close)));
            if let Some(repaired) = repaired {
                diagnostic = diagnostic.fix(format!("import `{first}`"), span, repaired);
            }
        }
        self.resolved.diagnostics.push(diagnostic);
    }
}

/// The imports of a file with the index of their declaration.
pub(super) fn each_import(tree: &Tree) -> impl Iterator<Item = (u32, &Import)> {
    (0_u32..).zip(&tree.decls).filter_map(|(index, decl)| match &decl.kind {
        DeclKind::Import(import) => Some((index, import)),
        _ => None,
    })
}
