//! A document that can be laid out in several ways, and the choice of one: as much on a line as fits, after Wadler.
//! Knows nothing of the language.

use smol_str::SmolStr;
use unicode_width::UnicodeWidthStr as _;

/// How wide a line may be.
pub(super) const WIDTH: usize = 100;

/// How much one level is indented.
const STEP: usize = 2;

#[derive(Clone, Debug)]
pub(super) enum Doc {
    /// Most tokens are short, and stand in here without a place of their own.
    Text(SmolStr),
    /// Text that stays as it is, line ends included; the first line goes on from what stands before.
    Verbatim(String),
    /// Lines of another language: each on a line of its own, indented one deeper than here.
    Lines(Vec<String>),
    /// A space, or a line end when its group is broken.
    Line,
    /// Nothing, or a line end when its group is broken.
    Soft,
    /// A line end.
    Hard,
    /// An empty line, and the line end before it.
    Blank,
    /// The first when its group is broken, else the second.
    Either(&'static str, &'static str),
    /// A comment for the end of the line, wherever that is.
    Suffix(String),
    /// A comment that the line ends with right here, whatever follows; `alone` on a line of its own.
    Stays {
        comment: String,
        alone: bool,
    },
    Concat(Vec<Doc>),
    Indent(Vec<Doc>),
    /// Broken as a whole, or not at all; always broken when `forced`.
    Group {
        docs: Vec<Doc>,
        forced: bool,
    },
}

impl Doc {
    pub(super) fn text(text: impl Into<SmolStr>) -> Doc {
        Doc::Text(text.into())
    }

    pub(super) fn group(docs: Vec<Doc>) -> Doc {
        let forced = docs.iter().any(Doc::is_forced);
        Doc::Group { docs, forced }
    }

    pub(super) fn forced(docs: Vec<Doc>) -> Doc {
        Doc::Group { docs, forced: true }
    }

    /// Breaks the record that this is, alone in other brackets or not; says whether it is one.
    pub(super) fn break_record(&mut self) -> bool {
        match self {
            Doc::Concat(docs) => docs.iter_mut().any(Doc::break_record),
            Doc::Group { docs, forced } => {
                let record = matches!(docs.first(), Some(Doc::Text(open)) if open == "{");
                let inside = match docs.as_mut_slice() {
                    [_, inner, _] if !record => inner.break_record(),
                    _ => record,
                };
                *forced |= inside;
                inside
            }
            Doc::Text(_)
            | Doc::Verbatim(_)
            | Doc::Lines(_)
            | Doc::Line
            | Doc::Soft
            | Doc::Hard
            | Doc::Blank
            | Doc::Either(..)
            | Doc::Suffix(_)
            | Doc::Stays { .. }
            | Doc::Indent(_) => false,
        }
    }

    /// Holds a line end that nothing can avoid.
    pub(super) fn is_forced(&self) -> bool {
        match self {
            Doc::Hard | Doc::Blank | Doc::Lines(_) | Doc::Suffix(_) | Doc::Stays { .. } => true,
            Doc::Verbatim(text) => text.contains('\n'),
            Doc::Concat(docs) | Doc::Indent(docs) => docs.iter().any(Doc::is_forced),
            Doc::Group { forced, .. } => *forced,
            Doc::Text(_) | Doc::Line | Doc::Soft | Doc::Either(..) => false,
        }
    }
}

/// A document still to be laid out.
#[derive(Clone, Copy)]
struct Pending<'d> {
    indent: usize,
    broken: bool,
    doc: &'d Doc,
}

/// Lays `doc` out. No line ends in white space.
pub(super) fn render(doc: &Doc) -> String {
    lay_out(doc, false).text
}

/// Whether `doc` is laid out on one line.
pub(super) fn is_one_line(doc: &Doc) -> bool {
    !lay_out(doc, true).several
}

/// Lays `doc` out; not all of it, once there are `several` lines, where only that is wanted.
fn lay_out(doc: &Doc, only_several: bool) -> Output {
    let mut out = Output::default();
    let mut stack = vec![Pending { indent: 0, broken: true, doc }];
    let mut ahead = Vec::new();
    while let Some(Pending { indent, broken, doc }) = stack.pop() {
        if only_several && out.several {
            break;
        }
        match doc {
            Doc::Text(text) => out.push(text),
            Doc::Verbatim(text) => out.verbatim(text),
            Doc::Lines(lines) => {
                for line in lines {
                    out.end_line(if line.is_empty() { 0 } else { indent + STEP });
                    out.push(line);
                }
            }
            Doc::Line if !broken => out.push(" "),
            Doc::Soft if !broken => {}
            Doc::Line | Doc::Soft | Doc::Hard => out.end_line(indent),
            Doc::Blank => {
                out.end_line(0);
                out.end_line(indent);
            }
            Doc::Either(when_broken, flat) => out.push(if broken { when_broken } else { flat }),
            Doc::Suffix(comment) => {
                out.suffix.push_str("  ");
                out.suffix.push_str(comment);
            }
            Doc::Stays { comment, alone: true } => {
                if out.column > 0 {
                    out.end_line(indent + STEP);
                }
                out.push(comment);
                out.ends = Some(out.margin);
            }
            Doc::Stays { comment, alone: false } => {
                out.suffix.push_str("  ");
                out.suffix.push_str(comment);
                out.ends = Some(indent + STEP);
            }
            Doc::Concat(docs) => stack.extend(docs.iter().rev().map(|doc| Pending { indent, broken, doc })),
            Doc::Indent(docs) => {
                stack.extend(docs.iter().rev().map(|doc| Pending { indent: indent + STEP, broken, doc }));
            }
            Doc::Group { docs, forced } => {
                let room = WIDTH.saturating_sub(out.width());
                let broken = *forced || !fits(docs, &stack, room, &mut ahead);
                stack.extend(docs.iter().rev().map(|doc| Pending { indent, broken, doc }));
            }
        }
    }
    out.flush();
    out
}

/// How wide `text` is on a screen.
fn width(text: &str) -> usize {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain { text.len() } else { text.width() }
}

/// Whether `docs` on one line, and what follows up to where a line may end, is at most `room` wide. `stack` is what was
/// used for that before.
fn fits<'d>(docs: &'d [Doc], rest: &[Pending<'d>], room: usize, stack: &mut Vec<(bool, &'d Doc)>) -> bool {
    let mut room = room;
    stack.clear();
    stack.extend(docs.iter().rev().map(|doc| (false, doc)));
    let mut rest = rest.iter().rev();
    loop {
        let Some((broken, doc)) = stack.pop().or_else(|| rest.next().map(|pending| (pending.broken, pending.doc)))
        else {
            return true;
        };
        let width = match doc {
            Doc::Text(text) => width(text),
            Doc::Verbatim(text) => width(text.lines().next().unwrap_or("")),
            Doc::Line | Doc::Soft if broken => return true,
            Doc::Hard | Doc::Blank | Doc::Lines(_) | Doc::Stays { .. } => return true,
            Doc::Line => 1,
            Doc::Soft | Doc::Suffix(_) => 0,
            Doc::Either(when_broken, flat) => {
                if broken {
                    when_broken.len()
                } else {
                    flat.len()
                }
            }
            Doc::Concat(docs) | Doc::Indent(docs) => {
                stack.extend(docs.iter().rev().map(|doc| (broken, doc)));
                0
            }
            Doc::Group { docs, forced } => {
                // What comes later may still break at its own line ends.
                stack.extend(docs.iter().rev().map(|doc| (*forced || broken, doc)));
                0
            }
        };
        match room.checked_sub(width) {
            Some(left) => room = left,
            None => return false,
        }
    }
}

#[derive(Default)]
struct Output {
    text: String,
    /// A line has ended.
    several: bool,
    /// How wide the line is that is being written, its margin apart.
    column: usize,
    /// The margin that the line gets when something is written on it.
    margin: usize,
    suffix: String,
    /// The line ends before anything else is written, and the next one has this margin.
    ends: Option<usize>,
}

impl Output {
    fn width(&self) -> usize {
        self.ends.unwrap_or(self.margin + self.column)
    }

    fn push(&mut self, text: &str) {
        let text = if self.ends.is_some() { text.trim_start() } else { text };
        if let Some(margin) = self.ends.filter(|_| !text.is_empty()) {
            self.end_line(margin);
        }
        if text.is_empty() {
            return;
        }
        if self.column == 0 {
            self.text.extend(std::iter::repeat_n(' ', self.margin));
        }
        self.column += width(text);
        self.text.push_str(text);
    }

    fn verbatim(&mut self, text: &str) {
        self.text.push_str(text);
        self.several |= text.contains('\n');
        self.column += width(text);
    }

    fn flush(&mut self) {
        let suffix = std::mem::take(&mut self.suffix);
        self.text.push_str(&suffix);
    }

    fn end_line(&mut self, margin: usize) {
        self.flush();
        self.text.push('\n');
        self.several = true;
        self.column = 0;
        self.margin = margin;
        self.ends = None;
    }
}
