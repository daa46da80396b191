//! Source text to the one way of writing it. Works on tokens, so that nothing but white space, and commas where lines
//! end, can change. Knows nothing of what the text means.

mod comments;
mod doc;
mod item;
mod space;

use std::ops::Range;

use crate::ast::DeclKind;
use crate::diag::Diagnostic;
use crate::lex::{Comment, Kind};
use crate::parse::{self, Read};
use crate::{Source, Span};
use comments::{Attached, blank_between};
use doc::Doc;
use item::{Layout, Style};

/// A file in the one style.
#[derive(Clone, Debug)]
pub struct Formatted {
    pub text: String,
    /// Of reading it. A declaration with an error stays byte for byte as it was.
    pub diagnostics: Vec<Diagnostic>,
}

/// Formats a file.
#[must_use]
pub fn format(source: &Source) -> Formatted {
    let Read { parsed, tokens, declarations, braces, expects } = parse::read(source);
    let comments = Attached::new(&tokens, &parsed.comments);
    let layout = Layout { tokens: &tokens, comments, braces: &braces, expects: &expects };
    let mut diagnostics = parsed.diagnostics.iter().peekable();
    let mut elements = Vec::new();
    let mut kinds = Vec::new();
    for (decl, range) in parsed.tree.decls.iter().zip(declarations) {
        let span = tokens.span_all(&range);
        while diagnostics.next_if(|diagnostic| diagnostic.span.start < span.start).is_some() {}
        let broken = diagnostics.next_if(|diagnostic| diagnostic.span.start <= span.end).is_some();
        let broken = broken || matches!(decl.kind, DeclKind::Broken(_));
        layout.declaration(&range, broken, &mut elements);
        kinds.resize(elements.len(), None);
        if let Some(kind) = kinds.last_mut() {
            let one_line = elements.last().is_some_and(|element| doc::is_one_line(&element.doc));
            *kind = Some(tokens.text(range.start)).filter(|_| one_line);
        }
    }
    for comment in layout.comments.before(tokens.len()) {
        elements.push(layout.comment_element(*comment, true));
        kinds.push(None);
    }
    let mut docs = Vec::new();
    let mut last: Option<(Option<u32>, bool, Option<&str>)> = None;
    for (element, kind) in elements.into_iter().zip(kinds) {
        if let Some((end, comment, last_kind)) = last {
            let blank = end.zip(element.start).is_some_and(|(end, start)| blank_between(source, end, start));
            let together = comment || element.hoisted || (kind.is_some() && kind == last_kind);
            docs.push(if blank || !together { Doc::Blank } else { Doc::Hard });
        }
        last = Some((element.end, element.comment, kind));
        element.push(&mut docs);
    }
    let mut text = doc::render(&Doc::Concat(docs));
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Formatted { text, diagnostics: parsed.diagnostics }
}

/// One of several things that stand below each other, or after each other with commas.
pub(crate) struct Element {
    doc: Doc,
    separator: Option<Doc>,
    /// The separator is a comma that comments keep from the end of the line.
    comma_stays: bool,
    suffix: Option<Doc>,
    comment: bool,
    /// A comment that stood inside the element after it, or that element.
    hoisted: bool,
    /// Where it started and ended, to keep an empty line.
    start: Option<u32>,
    end: Option<u32>,
}

impl Element {
    fn push(self, docs: &mut Vec<Doc>) {
        docs.push(self.doc);
        docs.extend(self.separator);
        docs.extend(self.suffix);
    }
}

/// The elements with line ends between them; `blanks` keeps one empty line where there were some.
fn sequence(source: &Source, elements: Vec<Element>, blanks: bool) -> Vec<Doc> {
    let mut docs = Vec::new();
    let in_block = elements.iter().all(|element| element.separator.is_none());
    let mut last: Option<(Option<u32>, bool)> = None;
    for element in elements {
        if let Some((end, comment)) = last {
            let blank = end.zip(element.start).is_some_and(|(end, start)| blank_between(source, end, start));
            docs.push(if blanks && blank {
                Doc::Blank
            } else if in_block || comment || element.comment {
                Doc::Hard
            } else {
                Doc::Line
            });
        }
        last = Some((element.end, element.comment));
        element.push(&mut docs);
    }
    docs
}

impl Layout<'_, '_> {
    fn comment_element(&self, comment: Comment, placed: bool) -> Element {
        let Span { start, end, .. } = comment.span;
        Element {
            doc: Doc::text(self.comment(comment)),
            separator: None,
            comma_stays: false,
            suffix: None,
            comment: true,
            hoisted: false,
            start: placed.then_some(start),
            end: placed.then_some(end),
        }
    }

    /// The comments before what `range` holds, and those inside it that have to stand before it.
    fn comments_before(&self, range: &Range<usize>, elements: &mut Vec<Element>) {
        for comment in self.comments.before(range.start) {
            elements.push(self.comment_element(*comment, true));
        }
        let heads_raw = range.end.checked_sub(2).filter(|_| self.tokens.kind(range.end - 1) == Some(Kind::Raw));
        let beside_raw = heads_raw.filter(|at| *at >= range.start).and_then(|at| self.comments.after(at));
        for comment in self.inner_comments(range) {
            // Before the item it would become its documentation, and after it stands another comment, or lines of
            // another language.
            if comment.doc || beside_raw == Some(comment) {
                self.comments.stay(comment);
            } else {
                elements.push(self.comment_element(comment, false));
            }
        }
    }

    /// What stands between an item whose last token is `last` and the `comma` after it, and the comment at the end of
    /// the line.
    fn at_comma(&self, last: usize, comma: usize, elements: &mut Vec<Element>) -> (Vec<Doc>, Option<Comment>) {
        let mut staying = Vec::new();
        let (first, second) = (self.comments.after(last), self.comments.after(comma));
        let suffix = match (first, second) {
            // One line has one comment at its end, and documentation may not come before the item.
            (Some(first), Some(second)) if !first.doc => {
                elements.push(self.comment_element(first, false));
                Some(second)
            }
            (Some(first), Some(second)) if !second.doc => {
                elements.push(self.comment_element(second, false));
                Some(first)
            }
            (Some(first), Some(second)) => {
                staying.push(self.staying(first));
                Some(second)
            }
            (first, second) => second.or(first),
        };
        for comment in self.comments.before(comma) {
            if comment.doc {
                staying.push(self.staying(*comment));
            } else {
                elements.push(self.comment_element(*comment, false));
            }
        }
        (staying, suffix)
    }

    /// The parts of a group or block, and the comments among them.
    fn elements(&self, parts: &[Range<usize>], close: usize, separator: Option<Doc>) -> Vec<Element> {
        let mut elements = Vec::new();
        for (index, range) in parts.iter().enumerate() {
            let comma = Some(range.end).filter(|at| self.tokens.kind(*at) == Some(Kind::Comma) && *at < close);
            let count = elements.len();
            self.comments_before(range, &mut elements);
            let last = range.end - 1;
            let (staying, after) = match comma {
                Some(comma) => self.at_comma(last, comma, &mut elements),
                None => (Vec::new(), self.comments.after(last)),
            };
            let hoisted = elements.iter().skip(count).any(|element| element.start.is_none());
            let end = after.map_or(self.tokens.span(comma.unwrap_or(last)).end, |comment| comment.span.end);
            let suffix = after.map(|comment| Doc::Suffix(self.comment(comment)));
            let is_last = index + 1 == parts.len();
            let comma_stays = !staying.is_empty();
            let own = separator.clone().map(|doc| if is_last { Doc::text("") } else { doc });
            let item = self.item(range.clone());
            let start = self.tokens.span(range.start).start;
            elements.push(Element {
                doc: match staying.is_empty() {
                    true => item,
                    false => Doc::Concat([item].into_iter().chain(staying).collect()),
                },
                separator: if comma_stays { Some(Doc::text(",")) } else { own },
                comma_stays,
                suffix,
                comment: false,
                hoisted,
                start: (!hoisted).then_some(start),
                end: Some(end),
            });
        }
        elements.extend(self.comments.before(close).iter().map(|comment| self.comment_element(*comment, true)));
        elements
    }

    /// A declaration with the comments before it; as it stands when it is `broken`.
    fn declaration(&self, range: &Range<usize>, broken: bool, elements: &mut Vec<Element>) {
        let span = self.tokens.span_all(range);
        if broken {
            elements
                .extend(self.comments.before(range.start).iter().map(|comment| self.comment_element(*comment, true)));
        } else {
            self.comments_before(range, elements);
        }
        let hoisted = elements.last().is_some_and(|element| element.comment && element.start.is_none());
        let last = range.end.saturating_sub(1);
        let after = self.comments.after(last);
        elements.push(Element {
            doc: if broken { self.verbatim(span) } else { self.declared(range.clone()) },
            separator: None,
            comma_stays: false,
            suffix: after.map(|comment| Doc::Suffix(self.comment(comment))),
            comment: false,
            hoisted,
            start: (!hoisted).then_some(span.start),
            end: Some(after.map_or(span.end, |comment| comment.span.end)),
        });
    }

    fn declared(&self, range: Range<usize>) -> Doc {
        let equals = range.clone().find(|at| self.tokens.kind(*at) == Some(Kind::Eq));
        match (self.tokens.text(range.start), equals) {
            ("type" | "const", Some(equals)) => self.named(range, equals + 1),
            ("task" | "effect" | "pipeline" | "service", _) => self.with_body(range),
            ("import", _) => self.concat(range, Style::PATH),
            _ => self.concat(range, Style::default()),
        }
    }

    /// The text of `span`, and the margin of its first line.
    fn verbatim(&self, span: Span) -> Doc {
        let source = self.tokens.source;
        let line = source.line_start(source.line_of(span.start)).unwrap_or(span.start);
        let margin = source.slice(Span { start: line, end: span.start, ..span });
        let start = if margin.trim().is_empty() { line } else { span.start };
        Doc::Verbatim(source.slice(Span { start, ..span }).to_owned())
    }
}
