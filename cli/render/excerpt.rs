//! The few lines of source that a report shows, as one text for miette: files side by side, long lines cut, control
//! characters made visible. Knows nothing of diagnostics.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use standpipe_syntax::{LineColumn, Source, Span};

/// Lines shown around a labelled one.
const CONTEXT: u32 = 1;
/// A label over more lines than this shows its first line only.
const MAX_LABEL_LINES: u32 = 6;
/// Longer lines, in bytes, are cut to what lies around their labels.
const MAX_LINE: usize = 300;
/// Bytes kept before and after a label in a line that is cut.
const KEEP: (usize, usize) = (40, 70);

/// Several windows into several files, laid out in one space of offsets.
pub(super) struct Excerpt {
    windows: Vec<Window>,
    /// Where each label went, and where it stands in its file.
    labels: Vec<(Range<usize>, LineColumn)>,
}

/// Neighbouring lines of one file.
struct Window {
    name: String,
    /// From 0, in the file.
    first_line: u32,
    /// In the common space.
    start: usize,
    text: String,
    /// Where each line starts in `text`.
    lines: Vec<usize>,
}

/// A file by its name as people should see it.
pub(super) type Named<'a> = (&'a str, &'a Source);

impl Excerpt {
    /// The lines around `spans`, whose first is the most important: its file comes first.
    pub(super) fn new<'a>(spans: &[Span], file: impl Fn(Span) -> Option<Named<'a>>) -> Self {
        let mut excerpt =
            Self { windows: Vec::new(), labels: vec![(0..0, LineColumn { line: 1, column: 1 }); spans.len()] };
        let mut files: Vec<_> = spans.iter().map(|span| span.file).collect();
        let first = files.first().copied();
        files.sort_unstable_by_key(|id| (Some(*id) != first, *id));
        files.dedup();
        for id in files {
            let mut inside: Vec<_> = spans.iter().enumerate().filter(|(_, span)| span.file == id).collect();
            inside.sort_by_key(|(_, span)| span.start);
            let Some((_, any)) = inside.first() else { continue };
            let Some((name, source)) = file(**any) else { continue };
            let mut group: Vec<(usize, Lines)> = Vec::new();
            for (index, span) in inside {
                let lines = Lines::of(source, *span);
                if group.last().is_some_and(|(_, last)| lines.first > last.last + 2 * CONTEXT + 1) {
                    excerpt.window(name, source, &group);
                    group.clear();
                }
                group.push((index, lines));
            }
            excerpt.window(name, source, &group);
        }
        excerpt
    }

    /// Where label `index` went.
    pub(super) fn label(&self, index: usize) -> Range<usize> {
        self.labels.get(index).map_or(0..0, |(range, _)| range.clone())
    }

    fn window(&mut self, name: &str, source: &Source, labels: &[(usize, Lines)]) {
        let Some(first) = labels.iter().map(|(_, lines)| lines.first).min() else { return };
        let last = labels.iter().map(|(_, lines)| lines.last).max().unwrap_or(first);
        let first = first.saturating_sub(CONTEXT);
        let start = self.windows.last().map_or(0, |window| window.start + window.text.len() + 1);
        let mut window = Window { name: name.into(), first_line: first, start, text: String::new(), lines: Vec::new() };
        let mut ends: Vec<(usize, usize)> = Vec::new();
        for line in first..=last.saturating_add(CONTEXT) {
            let Some(range) = line_range(source, line) else { break };
            // After the last line end there is no line, unless it is the place that is meant.
            if line > last && range.start == source.text.len() {
                break;
            }
            let text = source.text.get(range.clone()).unwrap_or("");
            let here = labels.iter().map(|(_, lines)| lines.start).find(|start| range.contains(start));
            let cut = cut(text, here.map(|at| at - range.start));
            window.lines.push(window.text.len());
            if cut.start > 0 {
                window.text.push('…');
            }
            let before = window.text.len();
            visible(text.get(cut.clone()).unwrap_or(""), &mut window.text);
            let length = window.text.len();
            if cut.end < text.len() {
                window.text.push('…');
            }
            window.text.push('\n');
            // An offset of this line, in the window.
            let place = |at: usize| {
                let inside = at.saturating_sub(range.start).clamp(cut.start, cut.end);
                let mut shown = String::new();
                visible(text.get(cut.start..inside).unwrap_or(""), &mut shown);
                start + (before + shown.len()).min(length)
            };
            for (index, lines) in labels {
                if lines.first == line {
                    let at = place(lines.start);
                    self.labels[*index] = (at..at, lines.place);
                }
                if lines.last == line {
                    ends.push((*index, place(lines.end)));
                }
            }
        }
        for (index, end) in ends {
            let label = &mut self.labels[index].0;
            label.end = end.max(label.start);
        }
        self.windows.push(window);
    }
}

/// The lines of a span, from 0, and the bytes of it that are shown.
struct Lines {
    first: u32,
    last: u32,
    start: usize,
    end: usize,
    place: LineColumn,
}

impl Lines {
    fn of(source: &Source, span: Span) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "sources are smaller than 4 GiB")]
        let length = source.text.len() as u32;
        let start = span.start.min(length);
        let mut end = span.end.clamp(start, length);
        let first = source.line_of(start);
        let mut last = if end > start { source.line_of(end - 1) } else { first };
        if last - first >= MAX_LABEL_LINES {
            last = first;
            end = line_range(source, first).map_or(start, |range| u32::try_from(range.end).unwrap_or(start));
        }
        Self { first, last, start: start as usize, end: end.max(start) as usize, place: source.place(start) }
    }
}

/// The bytes of line `line` (from 0) without its line end.
fn line_range(source: &Source, line: u32) -> Option<Range<usize>> {
    let start = source.line_start(line)? as usize;
    let end = source.line_start(line + 1).map_or(source.text.len(), |next| next as usize - 1);
    let end = if source.text.get(start..end).is_some_and(|text| text.ends_with('\r')) { end - 1 } else { end };
    Some(start..end.max(start))
}

/// Which part of a line is shown, given where its label starts.
fn cut(text: &str, label: Option<usize>) -> Range<usize> {
    if text.len() <= MAX_LINE {
        return 0..text.len();
    }
    let at = label.unwrap_or(0);
    text.floor_char_boundary(at.saturating_sub(KEEP.0))..text.ceil_char_boundary((at + KEEP.1).min(text.len()))
}

/// Appends `text` with what a terminal would obey, or what would show in another order than it stands, replaced.
pub(crate) fn visible(text: &str, to: &mut String) {
    for character in text.chars() {
        to.push(match character {
            '\t' => '\t',
            '\0'..='\x1f' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
            '\x7f'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            _ => character,
        });
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let window =
            self.windows.iter().find(|window| span.offset() >= window.start && end <= window.start + window.text.len());
        let window = window.ok_or(MietteError::OutOfBounds)?;
        let line_at = |at: usize| window.lines.partition_point(|start| *start <= at - window.start).max(1) - 1;
        let (first, last) = (line_at(span.offset()), line_at(end.saturating_sub(1).max(span.offset())));
        let (line, column) = match self.labels.iter().find(|(range, _)| range.start == span.offset()) {
            // With no context asked for, it is the place itself that is wanted.
            Some((_, place)) if before == 0 => (place.line as usize - 1, place.column as usize - 1),
            _ => (window.first_line as usize + first.saturating_sub(before), 0),
        };
        let from = window.lines.get(first.saturating_sub(before)).copied().unwrap_or(0);
        let to = window.lines.get(last + after + 1).copied().unwrap_or(window.text.len());
        let count = (last + after + 1).min(window.lines.len()) - first.saturating_sub(before);
        let data = window.text.as_bytes().get(from..to).ok_or(MietteError::OutOfBounds)?;
        let covered = (window.start + from, to - from).into();
        // Miette joins what overlaps by line numbers alone: this keeps windows apart.
        Ok(Box::new(MietteSpanContents::new_named(
            window.name.clone(),
            data,
            covered,
            line,
            column,
            count.saturating_sub(1),
        )))
    }
}
