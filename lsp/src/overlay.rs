//! The project's files with the editor's unsaved text over them, and what they were read as last. Refuses whatever lies
//! outside of the folders that the editor shows.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use standpipe_compiler::embed::Readings;
use standpipe_compiler::{FileKind, Machine, ReadError, World};
use standpipe_syntax::{FileId, Parsed, Source};

use crate::documents::Documents;

/// Text that is remembered as it was read, in bytes. A tree takes some thirty times as much.
const REMEMBERED: usize = 512 << 10;

/// A text, and what it was read as.
type Remembered = (Arc<str>, Arc<Parsed>);

/// What texts were read as, by file and its number in a compilation, and what their bodies were.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    known: RefCell<HashMap<(PathBuf, FileId), Remembered>>,
    bytes: Cell<usize>,
    readings: Readings,
}

impl Memory {
    fn parsed(&self, path: PathBuf, source: &Source) -> Arc<Parsed> {
        let mut known = self.known.borrow_mut();
        let key = (path, source.id);
        if let Some((text, parsed)) = known.get(&key)
            && **text == *source.text
        {
            return Arc::clone(parsed);
        }
        if self.bytes.get() + source.text.len() > REMEMBERED {
            known.clear();
            self.bytes.set(0);
        }
        let parsed = Arc::new(standpipe_syntax::parse(source));
        let before = known.insert(key, (Arc::clone(&source.text), Arc::clone(&parsed)));
        self.bytes.set(self.bytes.get() + source.text.len() - before.map_or(0, |(text, _)| text.len()));
        parsed
    }
}

pub(crate) struct Overlay<'a> {
    pub(crate) root: &'a Path,
    /// Folders besides the root that may be read.
    pub folders: &'a [PathBuf],
    pub(crate) disk: Box<dyn World>,
    pub documents: &'a Documents,
    pub(crate) memory: &'a Memory,
    /// What files that are not open held a moment ago: good enough for whoever asks between two edits.
    pub(crate) held: &'a HashMap<PathBuf, Arc<str>>,
}

impl Overlay<'_> {
    fn path(&self, path: &str) -> PathBuf {
        tidy(&self.root.join(path))
    }

    /// Whether `path` lies, with all links followed, below a folder that the editor shows.
    fn is_inside(&self, path: &Path) -> bool {
        let plain = path.components().all(|part| !matches!(part, Component::ParentDir));
        let path = path.canonicalize().ok().or_else(|| plain.then(|| path.to_owned()));
        let mut folders = std::iter::once(self.root).chain(self.folders.iter().map(PathBuf::as_path));
        path.is_some_and(|path| {
            folders.any(|folder| {
                path.starts_with(folder) || folder.canonicalize().is_ok_and(|real| path.starts_with(real))
            })
        })
    }
}

impl World for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let full = self.path(path);
        match self.documents.text(&full) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None if self.held.contains_key(&full) => Ok(self.held[&full].as_bytes().to_vec()),
            None if self.is_inside(&full) => self.disk.read(path),
            None => Err(ReadError::Other("it lies outside of the folders that the editor shows".into())),
        }
    }

    fn start(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError> {
        match self.documents.text(&self.path(path)) {
            Some(text) => Ok(text.as_bytes()[..text.len().min(most)].to_vec()),
            None => self.disk.start(path, most),
        }
    }

    fn end(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError> {
        self.disk.end(path, most)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        match self.documents.text(&self.path(path)) {
            Some(_) => Some(FileKind::File),
            None => self.disk.kind(path),
        }
    }

    fn list(&self, path: &str) -> Vec<String> {
        if self.is_inside(&self.path(path)) { self.disk.list(path) } else { Vec::new() }
    }

    fn parsed(&self, source: &Source) -> Arc<Parsed> {
        self.memory.parsed(self.path(&source.name), source)
    }

    fn readings(&self) -> Option<&Readings> {
        Some(&self.memory.readings)
    }

    fn machines(&self) -> Vec<Machine> {
        self.disk.machines()
    }
}

/// `path` as the compiler names it: relative to `root` with `/` between parts, or absolute.
pub(crate) fn name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

/// The path without `.` and `..`, as text has it: links are not followed.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(part),
        }
    }
    out
}
