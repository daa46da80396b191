//! The files an editor has open, with their unsaved text. Knows nothing of what the text means.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::convert::{Encoding, Lines};
use crate::index::Entry;

/// An open file.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) uri: Uri,
    pub version: i32,
    pub(crate) text: String,
    entry: OnceCell<Arc<Entry>>,
}

impl Document {
    pub fn new(uri: Uri, version: i32, text: String) -> Self {
        Self { uri, version, text, entry: OnceCell::new() }
    }

    /// What the text declares, as the file at `path`.
    fn entry(&self, path: &Path) -> Arc<Entry> {
        Arc::clone(self.entry.get_or_init(|| Arc::new(Entry::of(path, &self.text))))
    }
}

/// All open files, by path.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    open: BTreeMap<PathBuf, Rc<Document>>,
}

/// The path of a file's address; other schemes have none.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme().as_str() == "file").then(|| uri.to_file_path().map(std::borrow::Cow::into_owned)).flatten()
}

impl Documents {
    pub(crate) fn insert(&mut self, document: Document) {
        if let Some(path) = path_of(&document.uri) {
            self.open.insert(path, Rc::new(document));
        }
    }

    pub(crate) fn remove(&mut self, uri: &Uri) {
        if let Some(path) = path_of(uri) {
            self.open.remove(&path);
        }
    }

    /// Applies edits to an open file.
    pub(crate) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        let Some(document) = path_of(uri).and_then(|path| self.open.get_mut(&path)) else { return };
        let document = Rc::make_mut(document);
        document.version = version;
        document.entry = OnceCell::new();
        apply(&mut document.text, &changes, encoding);
    }

    pub fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path).map(|document| &**document)
    }

    pub(crate) fn text(&self, path: &Path) -> Option<&str> {
        self.get(path).map(|document| document.text.as_str())
    }

    /// What each declares, in order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Path, Arc<Entry>)> {
        self.open.iter().map(|(path, document)| (path.as_path(), document.entry(path)))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&PathBuf, &Document)> {
        self.open.iter().map(|(path, document)| (path, &**document))
    }
}

/// Applies edits of a text in their order; a range outside of it counts as its nearest place.
pub fn apply(text: &mut String, changes: &[TextDocumentContentChangeEvent], encoding: Encoding) {
    for change in changes {
        let Some(range) = change.range else {
            text.clone_from(&change.text);
            continue;
        };
        let lines = Lines::of(text);
        let start = lines.offset(text, range.start, encoding) as usize;
        let end = (lines.offset(text, range.end, encoding) as usize).max(start);
        text.replace_range(start..end, &change.text);
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use tower_lsp::ls_types::{Position, Range};

    use super::*;

    fn after(text: &str, start: (u32, u32), end: (u32, u32), new: &str, encoding: Encoding) -> String {
        let uri = Uri::from_str("file:///a.pipe").unwrap();
        let mut documents = Documents::default();
        documents.insert(Document::new(uri.clone(), 1, text.into()));
        let range = Some(Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1)));
        let change = TextDocumentContentChangeEvent { range, range_length: None, text: new.into() };
        documents.change(&uri, 2, vec![change], encoding);
        documents.text(Path::new("/a.pipe")).unwrap().to_string()
    }

    #[test]
    fn edits_count_as_agreed() {
        assert_eq!(after("a😀b\nc", (0, 3), (0, 4), "X", Encoding::Utf16), "a😀X\nc");
        assert_eq!(after("a😀b\nc", (0, 5), (0, 6), "X", Encoding::Utf8), "a😀X\nc");
        assert_eq!(after("a😀b\nc", (0, 2), (0, 3), "X", Encoding::Utf32), "a😀X\nc");
        assert_eq!(after("a\r\nb", (0, 1), (1, 0), " ", Encoding::Utf16), "a b");
    }

    #[test]
    fn an_edit_outside_the_text_is_moved_into_it() {
        assert_eq!(after("ab", (0, 9), (7, 0), "c", Encoding::Utf16), "abc");
        assert_eq!(after("a😀b", (0, 2), (0, 2), "X", Encoding::Utf16), "aX😀b", "the middle of a surrogate pair");
        assert_eq!(after("ab", (0, 2), (0, 1), "c", Encoding::Utf16), "abc", "the wrong way round");
    }

    /// Ten thousand edits against a text that is kept as a list of lines of UTF-16 units.
    #[test]
    fn many_edits_leave_the_text_that_a_simple_model_has() {
        let alphabet = ["a", "é", "😀", "\n", "\r\n", "xy", "", "pipeline main() -> Int {\n  1\n}\n"];
        let uri = Uri::from_str("file:///a.pipe").unwrap();
        let mut documents = Documents::default();
        documents.insert(Document::new(uri.clone(), 0, String::new()));
        let mut model: Vec<u16> = Vec::new();
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for version in 1..=10_000 {
            let lines: Vec<(usize, usize)> = model_lines(&model);
            let mut place = || {
                let line = random(lines.len() as u64 + 1);
                let character = random(12);
                (u32::try_from(line).unwrap(), u32::try_from(character).unwrap())
            };
            let (mut start, mut end) = (place(), place());
            if end < start {
                std::mem::swap(&mut start, &mut end);
            }
            let text = alphabet[usize::try_from(random(alphabet.len() as u64)).unwrap()];
            let at = |(line, character): (u32, u32)| match lines.get(line as usize) {
                None => model.len(),
                Some((from, to)) => {
                    let at = (from + character as usize).min(*to);
                    // Not between the halves of a pair.
                    let inside = at > *from && at < *to && (0xDC00..0xE000).contains(&model[at]);
                    at - usize::from(inside)
                }
            };
            let (from, to) = (at(start), at(end).max(at(start)));
            model.splice(from..to, text.encode_utf16());
            if model.len() > 4_000 {
                model.clear();
                let whole = TextDocumentContentChangeEvent { range: None, range_length: None, text: String::new() };
                documents.change(&uri, version, vec![whole], Encoding::Utf16);
                continue;
            }
            let range = Some(Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1)));
            let change = TextDocumentContentChangeEvent { range, range_length: None, text: text.into() };
            documents.change(&uri, version, vec![change], Encoding::Utf16);
            let wanted = String::from_utf16(&model).unwrap();
            assert_eq!(documents.text(Path::new("/a.pipe")).unwrap(), wanted, "edit {version}");
        }
    }

    fn model_lines(model: &[u16]) -> Vec<(usize, usize)> {
        let mut lines = Vec::new();
        let (mut start, mut at) = (0, 0);
        while at < model.len() {
            let end = at;
            match model[at] {
                13 if model.get(at + 1) == Some(&10) => at += 2,
                10 | 13 => at += 1,
                _ => {
                    at += 1;
                    continue;
                }
            }
            lines.push((start, end));
            start = at;
        }
        lines.push((start, model.len()));
        lines
    }
}
