//! One file's text with its lines, and spans into it. Knows nothing of where files come from.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A file's number in one compilation; the file given by the user is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// Bytes `start..end` of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// From the start of this span to the end of `other`.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at this one's end.
    #[must_use]
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A place as people count: both from 1, columns in Unicode characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LineColumn {
    pub line: u32,
    pub column: u32,
}

/// A file's text. Line ends may be `\n` or `\r\n`; a byte order mark has been taken off.
#[derive(Clone, Debug)]
pub struct Source {
    pub id: FileId,
    /// As people should see it: relative to where they are, or `std/table`.
    pub name: SmolStr,
    pub text: Arc<str>,
    /// Where each line starts.
    lines: Arc<[u32]>,
}

impl Source {
    /// # Panics
    /// When `text` is larger than 4 GiB; [`crate::parse`]'s callers refuse far smaller files before.
    #[must_use]
    pub fn new(id: FileId, name: &str, text: &str) -> Self {
        assert!(u32::try_from(text.len()).is_ok(), "a source file is smaller than 4 GiB");
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        #[expect(clippy::cast_possible_truncation, reason = "checked above")]
        let starts = text.match_indices('\n').map(|(at, _)| at as u32 + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        Self { id, name: SmolStr::new(name), text: Arc::from(text), lines }
    }

    /// The text of `span`, clipped to this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The line, from 0, that holds byte `at`.
    #[must_use]
    pub fn line_of(&self, at: u32) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "no more lines than bytes")]
        let line = self.lines.partition_point(|start| *start <= at) as u32;
        line.saturating_sub(1)
    }

    /// Where line `line` (from 0) starts.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.lines.get(line as usize).copied()
    }

    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// Line and column of byte `at`, as people count.
    #[must_use]
    pub fn place(&self, at: u32) -> LineColumn {
        let line = self.line_of(at);
        let start = self.line_start(line).unwrap_or(0) as usize;
        let end = (at as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |text| text.chars().count());
        #[expect(clippy::cast_possible_truncation, reason = "no more columns than bytes")]
        LineColumn { line: line + 1, column: column as u32 + 1 }
    }

    /// The whole file.
    #[must_use]
    pub fn span(&self) -> Span {
        #[expect(clippy::cast_possible_truncation, reason = "checked in `new`")]
        Span { file: self.id, start: 0, end: self.text.len() as u32 }
    }
}
