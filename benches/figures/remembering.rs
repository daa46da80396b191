//! Files in memory, and what their texts were read as: what a compiler that goes on running has, as the language server
//! does.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use standpipe_compiler::embed::Readings;
use standpipe_compiler::{FileKind, ReadError, World};
use standpipe_syntax::{FileId, Parsed, Source};

/// A text, and what it was read as.
type Known = (Arc<str>, Arc<Parsed>);

/// The files by path, and what is remembered of them.
#[derive(Default)]
pub(crate) struct Remembering {
    files: HashMap<String, String>,
    known: RefCell<HashMap<(String, FileId), Known>>,
    readings: Readings,
}

impl Remembering {
    /// Puts `text` at `path`.
    pub(crate) fn edit(&mut self, path: &str, text: &str) {
        self.files.insert(path.into(), text.into());
    }
}

impl World for Remembering {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.get(path).map(|text| text.as_bytes().to_vec()).ok_or(ReadError::NotFound)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.files.contains_key(path).then_some(FileKind::File)
    }

    fn list(&self, _path: &str) -> Vec<String> {
        Vec::new()
    }

    fn parsed(&self, source: &Source) -> Arc<Parsed> {
        let mut known = self.known.borrow_mut();
        let key = (source.name.to_string(), source.id);
        match known.get(&key) {
            Some((text, parsed)) if **text == *source.text => Arc::clone(parsed),
            Some(_) | None => {
                let parsed = Arc::new(standpipe_syntax::parse(source));
                known.insert(key, (Arc::clone(&source.text), Arc::clone(&parsed)));
                parsed
            }
        }
    }

    fn readings(&self) -> Option<&Readings> {
        Some(&self.readings)
    }
}
