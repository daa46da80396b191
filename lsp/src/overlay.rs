//! The project's files with the editor's unsaved text over them.

use std::path::{Path, PathBuf};

use standpipe_compiler::{FileKind, ReadError, World};

use crate::documents::Documents;

pub(crate) struct Overlay<'a> {
    pub(crate) root: PathBuf,
    pub(crate) disk: Box<dyn World>,
    pub(crate) documents: &'a Documents,
}

impl Overlay<'_> {
    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

impl World for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.documents.text(&self.path(path)) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.disk.read(path),
        }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        match self.documents.text(&self.path(path)) {
            Some(_) => Some(FileKind::File),
            None => self.disk.kind(path),
        }
    }

    fn list(&self, path: &str) -> Vec<String> {
        self.disk.list(path)
    }
}

/// `path` as the compiler names it: relative to `root` with `/` between parts, or absolute.
pub(crate) fn name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
