//! A folder that is imported as one module: the declarations of all `.pipe` files in it. Knows nothing of what uses them.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::load::Loader;
use super::scope::declared;
use super::{DeclId, Resolved};
use crate::FileKind;
use crate::paths::join;

impl Loader<'_> {
    /// Reads the `.pipe` files of the folder at `path`, by name; not those of folders in it, nor hidden ones. What
    /// cannot be read is reported at `span`, where it is imported. `None` when there is none.
    pub(super) fn folder(&mut self, path: &str, span: Span) -> Option<FileId> {
        let id = self.push(path, false, "");
        let mut parts = Vec::new();
        for name in self.world.list(path) {
            let file = join(path, &name);
            if name.starts_with('.') || !name.ends_with(".pipe") || self.world.kind(&file) != Some(FileKind::File) {
                continue;
            }
            match self.known.get(&file).copied().map_or_else(|| self.file(&file), Ok) {
                Ok(part) => parts.push(part),
                Err(problem) => self.resolved.diagnostics.push(problem.at(span, &file)),
            }
        }
        if parts.is_empty() {
            let shown = if path.is_empty() { "." } else { path };
            let message = format!("the folder `{shown}` has no `.pipe` file to import");
            self.resolved.diagnostics.push(
                Diagnostic::new(Code::UNKNOWN_MODULE, span, message)
                    .help("a folder stands for the files that lie in it, not for those of folders further down"),
            );
            // That it has no names either would be said again and again.
            self.known.remove(path);
            return None;
        }
        self.resolved.files[id.0 as usize].parts = parts;
        Some(id)
    }
}

/// Gives every folder what its files declare; a name may stand in one of them only.
pub(super) fn gather(resolved: &mut Resolved, own: &mut [FxHashMap<SmolStr, DeclId>]) {
    let mut found = Vec::new();
    for (index, folder) in resolved.files.iter().enumerate().filter(|(_, file)| !file.parts.is_empty()) {
        let mut all: FxHashMap<SmolStr, DeclId> = FxHashMap::default();
        for part in &folder.parts {
            let mut names: Vec<_> = own[part.0 as usize].iter().map(|(name, decl)| (*decl, name.clone())).collect();
            names.sort_unstable();
            for (decl, name) in names {
                let Some(first) = all.get(&name).copied() else {
                    all.insert(name, decl);
                    continue;
                };
                let place = |decl| declared(resolved.decl(decl)).map(|name| name.span).unwrap_or_default();
                let message = format!("two files of the folder `{}` declare `{name}`", folder.path);
                found.push(
                    Diagnostic::new(Code::TWO_PARTS, place(decl), message)
                        .here("again here")
                        .also(place(first), "first declared here")
                        .help("rename one of them, or import the files one by one"),
                );
            }
        }
        own[index] = all;
    }
    resolved.diagnostics.extend(found);
}
