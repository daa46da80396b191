//! Text of another language, raw or in a file of its own, with the way back to where it stands.

use std::ops::Range;

use standpipe_syntax::ast::Raw;
use standpipe_syntax::{FileId, Source, Span};

/// A piece of such a text, by its bytes.
pub(crate) type Place = Range<usize>;

/// The text of a body.
#[derive(Clone, Copy)]
pub(super) enum Text<'a> {
    Raw(&'a Raw, FileId),
    File(&'a Source),
}

impl<'a> Text<'a> {
    pub(super) fn text(self) -> &'a str {
        match self {
            Self::Raw(raw, _) => &raw.text,
            Self::File(source) => &source.text,
        }
    }

    /// Where `place` stands, as a span of its file.
    pub(super) fn span(self, place: &Place) -> Span {
        match self {
            Self::File(source) => Span { file: source.id, start: narrow(place.start), end: narrow(place.end) },
            Self::Raw(raw, file) => {
                let start = offset(raw, place.start);
                // A place of several lines ends with its first: the margin between them is not part of it.
                let line = raw.text.get(place.start..place.end).unwrap_or_default().lines().next().unwrap_or_default();
                Span { file, start, end: start + narrow(line.len()) }
            }
        }
    }
}

/// Where byte `at` of a raw body stands in its file.
#[must_use]
pub fn offset(raw: &Raw, at: usize) -> u32 {
    let before = raw.text.get(..at).unwrap_or(&raw.text);
    // The end of the text is the end of its last line.
    let before = if before.len() == raw.text.len() { before.trim_end_matches('\n') } else { before };
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
    let start = raw.lines.get(line).or(raw.lines.last()).copied().unwrap_or(raw.span.start);
    (start + narrow(column)).min(raw.span.end)
}

pub(super) fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
