//! The corpus as the compiler sees it: files on disk, some of them changed in memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use standpipe_compiler::{Analysis, FileKind, ReadError, World, analyse};

use super::Case;
use super::case::root;

/// `tests/cases` with some files replaced.
#[derive(Default)]
pub(crate) struct Files(BTreeMap<String, String>);

impl Files {
    /// The corpus, but `text` at `path`.
    pub(crate) fn with(path: &str, text: &str) -> Self {
        Self(BTreeMap::from([(path.to_owned(), text.to_owned())]))
    }

    /// The same, and `text` at `path`.
    pub(crate) fn and(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    fn on_disk(path: &str) -> PathBuf {
        root().join(path)
    }
}

impl Case {
    /// What the compiler says of the case as it stands.
    pub(crate) fn analyse(&self) -> Analysis {
        analyse(&Files::default(), &self.path())
    }

    /// What it would say if the file held `text`.
    pub(crate) fn analyse_as(&self, text: &str) -> Analysis {
        analyse(&Files::with(&self.path(), text), &self.path())
    }
}

impl World for Files {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if let Some(text) = self.0.get(path) {
            return Ok(text.clone().into_bytes());
        }
        fs::read(Self::on_disk(path)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => ReadError::NotFound,
            std::io::ErrorKind::IsADirectory => ReadError::IsDir,
            _ => ReadError::Other(error.to_string()),
        })
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        if self.0.contains_key(path) {
            return Some(FileKind::File);
        }
        let kind = fs::metadata(Self::on_disk(path)).ok()?;
        Some(if kind.is_dir() { FileKind::Dir } else { FileKind::File })
    }

    fn list(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(Self::on_disk(path)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
