//! From the parser's lines and columns to bytes.

use sqlparser::tokenizer::{Location, Span};

use crate::Place;

/// Where the lines of a text start.
pub(crate) struct Lines<'a> {
    text: &'a str,
    lines: Vec<Line>,
}

struct Line {
    start: usize,
    /// Where each character starts, when they are not all of one byte: looked up often, so counted once.
    characters: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut start = 0;
        let lines = text.split_inclusive('\n').map(|line| {
            let own = start;
            start += line.len();
            let characters = line.char_indices().map(|(at, _)| own + at);
            Line { start: own, characters: if line.is_ascii() { Vec::new() } else { characters.collect() } }
        });
        Self { text, lines: lines.collect() }
    }

    /// The byte at a location; the text's end when it is beyond. Lines and columns count from 1, columns in characters.
    pub(crate) fn byte(&self, at: Location) -> usize {
        let (line, column) = (narrow(at.line).saturating_sub(1), narrow(at.column).saturating_sub(1));
        let Some(own) = self.lines.get(line) else { return self.text.len() };
        let end = self.lines.get(line + 1).map_or(self.text.len(), |next| next.start);
        let byte =
            if own.characters.is_empty() { Some(own.start + column) } else { own.characters.get(column).copied() };
        byte.map_or(end, |byte| byte.min(end))
    }

    /// The place of a span, unless the parser kept none.
    pub(crate) fn place(&self, span: Span) -> Option<Place> {
        if span.start.line == 0 || span.end.line == 0 {
            return None;
        }
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        (start <= end).then_some(start..end)
    }
}

fn narrow(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
