//! For tests: an editor over files in memory, with the cursor at `‸`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use standpipe_compiler::MemoryWorld;
use tower_lsp::ls_types::{Position, Range, TextEdit, Uri, WorkspaceEdit};

use crate::convert::{Encoding, Lines};
use crate::documents::Document;
use crate::snapshot::{Snapshot, apply};

pub(crate) const CURSOR: char = '‸';

pub(crate) struct Editor {
    pub(crate) snapshot: Snapshot,
    pub(crate) uri: Uri,
    pub(crate) text: String,
    /// Where the cursors are.
    pub(crate) cursors: Vec<Position>,
}

pub(crate) fn uri(name: &str) -> Uri {
    format!("file:///w/{name}").parse().unwrap()
}

impl Editor {
    /// An editor that shows `/w/a.pipe`.
    pub(crate) fn with(text: &str) -> Self {
        Self::among(&[("a.pipe", text)])
    }

    /// An editor that shows the first file, open, among others that lie beside it and are open where they are `.pipe`.
    pub(crate) fn among(files: &[(&str, &str)]) -> Self {
        let (text, cursors) = cursors(files[0].1);
        let mut world = MemoryWorld::new();
        for (name, content) in files {
            world = world.with(name, content.replace(CURSOR, ""));
        }
        let open =
            move |_: &Path| -> (PathBuf, Box<dyn standpipe_compiler::World>) { ("/w".into(), Box::new(world.clone())) };
        let mut snapshot = Snapshot::new(Arc::new(open), Box::new(()));
        for (name, content) in files.iter().filter(|(name, _)| name.ends_with(".pipe")) {
            snapshot.opened(Document::new(uri(name), 1, content.replace(CURSOR, "")));
        }
        Self { snapshot, uri: uri(files[0].0), text, cursors }
    }

    pub(crate) fn cursor(&self) -> Position {
        self.cursors[0]
    }

    /// From the first cursor to the last.
    pub(crate) fn selected(&self) -> Range {
        Range::new(self.cursors[0], *self.cursors.last().unwrap())
    }

    /// The first file after `edits`.
    pub(crate) fn after(&self, edits: &[TextEdit]) -> String {
        apply(&self.text, edits, Encoding::Utf16)
    }

    /// A file after a workspace edit.
    pub(crate) fn file_after(&self, name: &str, edit: &WorkspaceEdit) -> String {
        let uri = uri(name);
        let path = crate::documents::path_of(&uri).unwrap();
        let text = self.snapshot.text(&path).unwrap_or_default();
        let edits = edit.changes.iter().flatten().find(|(of, _)| **of == uri).map(|(_, edits)| edits.clone());
        apply(&text, &edits.unwrap_or_default(), Encoding::Utf16)
    }

    /// The text of `range` in the first file.
    pub(crate) fn slice(&self, range: Range) -> &str {
        let lines = Lines::of(&self.text);
        let at = |position| lines.offset(&self.text, position, Encoding::Utf16) as usize;
        &self.text[at(range.start)..at(range.end)]
    }
}

fn cursors(text: &str) -> (String, Vec<Position>) {
    let mut plain = String::new();
    let mut offsets = Vec::new();
    for character in text.chars() {
        if character == CURSOR {
            offsets.push(u32::try_from(plain.len()).unwrap());
        } else {
            plain.push(character);
        }
    }
    let lines = Lines::of(&plain);
    let places = offsets.into_iter().map(|at| lines.position(&plain, at, Encoding::Utf16)).collect();
    (plain, places)
}
