//! The project's own modules that a body imports, directly or not. They become part of the plan, so that it runs
//! anywhere and so that a change of any of them is a change of the task.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};
use standpipe_syntax::Span;

use super::super::{Embedder, errors};
use super::facts::{Facts, Import};
use super::library::is_standard;
use super::{PythonFile, Text, body};
use crate::FileKind;
use crate::paths::{folder, join, name};

/// Where the search starts.
pub(super) struct Entry<'a> {
    pub(super) facts: &'a Facts,
    pub(super) text: Text<'a>,
    /// The file's own place among modules; none for a raw body.
    pub(super) module: Option<Found>,
    /// The function that is called; none for a raw body.
    pub(super) function: Option<&'a str>,
}

/// A module of the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Found {
    /// Dotted.
    pub(super) name: SmolStr,
    pub(super) path: SmolStr,
    pub(super) package: bool,
}

/// What a body needs of the project, and what it imports from elsewhere.
#[derive(Default)]
pub(super) struct Closure {
    /// Indices into the embedded modules, sorted.
    pub(super) modules: Vec<u32>,
    /// The files behind them, the entry's own left out.
    pub(super) files: Vec<Rc<PythonFile>>,
}

impl Embedder<'_> {
    /// The name by which the file at `path` is imported, and the folder that is searched for it.
    pub(super) fn module_at(&mut self, path: &SmolStr) -> (Found, SmolStr) {
        let stem = name(path).trim_end_matches(".py");
        let package = stem == "__init__";
        let mut parts = if package { vec![] } else { vec![stem] };
        let mut base = folder(path);
        while !base.is_empty() && base != "/" && self.is_file(&join(base, "__init__.py")) {
            parts.insert(0, name(base));
            base = folder(base);
        }
        (Found { name: SmolStr::new(parts.join(".")), path: path.clone(), package }, SmolStr::new(base))
    }

    /// All modules that `entry` needs, found in the folders of `search`; `at` is where to say that two of them clash.
    pub(super) fn closure(&mut self, entry: &Entry<'_>, search: &[SmolStr], at: Span) -> Closure {
        let mut closure = Closure::default();
        let mut waiting = Vec::new();
        let mut seen = FxHashSet::default();
        if let Some(module) = &entry.module {
            waiting.extend(self.parents(module));
            waiting.push(module.clone());
        }
        for import in &entry.facts.imports {
            waiting.extend(self.imported(import, entry.module.as_ref(), search));
        }
        while let Some(found) = waiting.pop() {
            if !seen.insert(found.clone()) {
                continue;
            }
            let Ok(file) = self.python_file(&found.path) else { continue };
            match self.module(&found, &file, at) {
                Some(index) => closure.modules.push(index),
                None => continue,
            }
            let own = entry.module.as_ref() == Some(&found);
            if let Some(error) = &file.facts.error
                && self.python.checked.insert(found.path.clone())
            {
                self.syntax(Text::File(&file.source), error);
            }
            if !own {
                for import in &file.facts.imports {
                    waiting.extend(self.imported(import, Some(&found), search));
                }
                closure.files.push(file);
            }
        }
        closure.modules.sort_unstable();
        closure.modules.dedup();
        closure
    }

    /// The module's number; none when its name means another file already.
    fn module(&mut self, found: &Found, file: &PythonFile, at: Span) -> Option<u32> {
        if let Some(index) = self.python.modules.get(&found.name) {
            let first = self.out.modules.get(*index as usize)?;
            if first.path == found.path {
                return Some(*index);
            }
            if self.python.clashes.insert(found.name.clone()) {
                let error = errors::module_twice(at, &found.name, &first.path, &found.path);
                self.report(error);
            }
            return None;
        }
        let index = u32::try_from(self.out.modules.len()).ok()?;
        self.out.modules.push(body::module(&found.name, &found.path, &file.source.text, found.package));
        self.python.modules.insert(found.name.clone(), index);
        Some(index)
    }

    /// Whether an import leads into the project.
    pub(super) fn is_own(&mut self, import: &Import, search: &[SmolStr]) -> bool {
        import.level > 0 || !self.imported(import, None, search).is_empty()
    }

    /// The packages around a module.
    fn parents(&mut self, module: &Found) -> Vec<Found> {
        let mut parents = Vec::new();
        let mut dotted = module.name.as_str();
        let mut around = folder(&module.path);
        if module.package {
            around = folder(around);
        }
        while let Some((outer, _)) = dotted.rsplit_once('.') {
            let path = join(around, "__init__.py");
            if self.is_file(&path) {
                parents.push(Found { name: SmolStr::new(outer), path, package: true });
            }
            dotted = outer;
            around = folder(around);
        }
        parents
    }

    /// The project's modules that one import statement loads.
    fn imported(&mut self, import: &Import, from: Option<&Found>, search: &[SmolStr]) -> Vec<Found> {
        let parts: Vec<&str> = import.module.split('.').filter(|part| !part.is_empty()).collect();
        if import.level == 0 {
            if parts.first().is_none_or(|top| is_standard(top)) {
                return Vec::new();
            }
            return search
                .iter()
                .map(|base| self.chain(base, "", &parts, &import.names))
                .find(|found| !found.is_empty())
                .unwrap_or_default();
        }
        // Relative: the package of the importing module, and one further out for each further dot.
        let Some(from) = from else { return Vec::new() };
        let mut package = if from.package { from.name.as_str() } else { outer(&from.name) };
        let mut base = folder(&from.path);
        for _ in 1..import.level {
            package = outer(package);
            base = folder(base);
        }
        if package.is_empty() {
            return Vec::new();
        }
        self.chain(base, package, &parts, &import.names)
    }

    /// Follows `parts` from the folder `base`, whose package is called `prefix`: each package on the way, the module at
    /// the end, and those of `names` that are modules themselves.
    fn chain(&mut self, base: &str, prefix: &str, parts: &[&str], names: &[String]) -> Vec<Found> {
        let mut found = Vec::new();
        let mut path = SmolStr::new(base);
        let mut dotted = SmolStr::new(prefix);
        let mut open = true;
        for part in parts {
            if !open {
                return found;
            }
            (path, dotted) = (join(&path, part), under(&dotted, part));
            open = self.step(&path, &dotted, &mut found);
            if !open && found.last().is_none_or(|last| last.name != dotted) {
                return found;
            }
        }
        if open {
            for name in names {
                self.step(&join(&path, name), &under(&dotted, name), &mut found);
            }
        }
        found
    }

    /// Adds the module at `path`, when there is one; says whether there may be others below it.
    fn step(&mut self, path: &SmolStr, dotted: &SmolStr, found: &mut Vec<Found>) -> bool {
        let init = join(path, "__init__.py");
        if self.is_file(&init) {
            found.push(Found { name: dotted.clone(), path: init, package: true });
            return true;
        }
        let file = format_smolstr!("{path}.py");
        if self.is_file(&file) {
            found.push(Found { name: dotted.clone(), path: file, package: false });
            return false;
        }
        self.kind_of(path) == Some(FileKind::Dir)
    }

    fn is_file(&mut self, path: &SmolStr) -> bool {
        self.kind_of(path) == Some(FileKind::File)
    }
}

fn outer(dotted: &str) -> &str {
    dotted.rsplit_once('.').map_or("", |(outer, _)| outer)
}

fn under(dotted: &str, part: &str) -> SmolStr {
    if dotted.is_empty() { SmolStr::new(part) } else { format_smolstr!("{dotted}.{part}") }
}
