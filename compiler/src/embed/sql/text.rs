//! A query's text with the way back to the file it stands in.

use standpipe_sql::Place;
use standpipe_syntax::ast::Raw;
use standpipe_syntax::{FileId, Source, Span};

use super::super::text::{narrow, offset};

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
        // A place of several lines ends with its first: the margin between them is not part of it.
        let line = self.text().get(place.clone()).unwrap_or_default().lines().next().unwrap_or_default();
        let (file, start) = match self {
            Self::Raw(raw, file) => (file, offset(raw, place.start)),
            Self::File(source) => (source.id, narrow(place.start)),
        };
        Span { file, start, end: start + narrow(line.len()) }
    }
}
