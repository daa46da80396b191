//! The files an editor has open, with their unsaved text. Knows nothing of what the text means.

use std::collections::BTreeMap;
use std::path::PathBuf;

use standpipe_syntax::{FileId, Source};
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::convert;

/// An open file.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) text: String,
}

/// All open files, by path.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    pub(crate) fn insert(&mut self, document: Document) {
        if let Some(path) = document.uri.to_file_path().map(std::borrow::Cow::into_owned) {
            self.open.insert(path, document);
        }
    }

    pub(crate) fn remove(&mut self, uri: &Uri) {
        if let Some(path) = uri.to_file_path() {
            self.open.remove(path.as_ref());
        }
    }

    /// Applies edits in their order; a range outside the text counts as its nearest place.
    pub(crate) fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let Some(document) = uri.to_file_path().and_then(|path| self.open.get_mut(path.as_ref())) else { return };
        document.version = version;
        for change in changes {
            let Some(range) = change.range else {
                document.text = change.text;
                continue;
            };
            let start = convert::offset(&document.text, range.start);
            let end = convert::offset(&document.text, range.end).max(start);
            document.text.replace_range(start..end, &change.text);
        }
    }

    pub(crate) fn text(&self, path: &std::path::Path) -> Option<&str> {
        self.open.get(path).map(|document| document.text.as_str())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&PathBuf, &Document)> {
        self.open.iter()
    }

    /// The open file as source text, alone.
    pub(crate) fn source(&self, uri: &Uri) -> Option<Source> {
        let path = uri.to_file_path()?;
        let text = self.text(path.as_ref())?;
        u32::try_from(text.len()).is_ok().then(|| Source::new(FileId(0), &path.to_string_lossy(), text))
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use tower_lsp::ls_types::{Position, Range};

    use super::*;

    fn after(text: &str, start: (u32, u32), end: (u32, u32), new: &str) -> String {
        let uri = Uri::from_str("file:///a.pipe").unwrap();
        let mut documents = Documents::default();
        documents.insert(Document { uri: uri.clone(), version: 1, text: text.into() });
        let range = Some(Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1)));
        documents.change(&uri, 2, vec![TextDocumentContentChangeEvent { range, range_length: None, text: new.into() }]);
        documents.text(std::path::Path::new("/a.pipe")).unwrap().to_string()
    }

    #[test]
    fn edits_count_in_utf_16() {
        assert_eq!(after("a😀b\nc", (0, 3), (0, 4), "X"), "a😀X\nc");
        assert_eq!(after("a\r\nb", (0, 1), (1, 0), " "), "a b");
    }

    #[test]
    fn an_edit_outside_the_text_is_moved_into_it() {
        assert_eq!(after("ab", (0, 9), (7, 0), "c"), "abc");
        assert_eq!(after("a😀b", (0, 2), (0, 2), "X"), "aX😀b", "the middle of a surrogate pair");
    }
}
