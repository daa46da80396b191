//! Which bracket closes which. Where they do not match, indentation says which one is at fault.

use std::ops::Range;

use super::Tokens;
use crate::diag::{Code, Diagnostic};
use crate::lex::{Kind, small};

/// So far out a bracket looks for its partner, when not all match.
const FAR: usize = 256;

/// More than so many in one declaration say nothing that the first did not.
const MOST: usize = 10;

/// What matching the brackets of one declaration came to.
#[derive(Default)]
pub(crate) struct Balance {
    /// A message for each bracket that stays alone, one at most for each line.
    pub(crate) unmatched: Vec<Diagnostic>,
    /// So many stay alone that nobody can tell what stands in what.
    pub(crate) hopeless: bool,
}

/// Matches the brackets of one declaration.
pub(crate) fn balance(tokens: &mut Tokens<'_>, range: Range<usize>) -> Balance {
    let mut found = Vec::new();
    let mut hopeless = false;
    if !plain(tokens, range.clone()) {
        let (mut alone, mut line) = (by_indent(tokens, range.clone()), None);
        alone.sort_unstable();
        hopeless = alone.len() > FAR;
        let line_of = |at: usize| tokens.source.line_of(tokens.span(at).start);
        for at in alone.iter().copied() {
            let here = line_of(at);
            if found.len() < MOST && line.replace(here) != Some(here) {
                let only = alone.iter().filter(|other| line_of(**other) == here).count() == 1;
                found.push(alone_message(tokens, at, range.end, only));
            }
        }
    }
    Balance { unmatched: found, hopeless }
}

fn pair(tokens: &mut Tokens<'_>, open: usize, close: usize) {
    tokens.partners[open] = small(close + 1);
    tokens.partners[close] = small(open + 1);
}

fn closes(open: Kind, close: Kind) -> bool {
    open.closer() == Some(close)
}

/// Matches brackets as they come; false when they do not all match.
fn plain(tokens: &mut Tokens<'_>, range: Range<usize>) -> bool {
    let mut open: Vec<usize> = Vec::new();
    for at in range {
        let Some(kind) = tokens.kind(at) else { break };
        if kind.opens() {
            open.push(at);
        } else if kind.closes() {
            match open.pop() {
                Some(opening) if tokens.kind(opening).is_some_and(|other| closes(other, kind)) => {
                    pair(tokens, opening, at);
                }
                _ => return false,
            }
        }
    }
    open.is_empty()
}

/// The brackets that are open, the innermost last; and of each kind which of them are, so that no search passes others.
#[derive(Default)]
struct Open {
    all: Vec<usize>,
    braces: Vec<usize>,
    parens: Vec<usize>,
    brackets: Vec<usize>,
}

impl Open {
    fn push(&mut self, at: usize, kind: Kind) {
        let depth = self.all.len();
        self.all.push(at);
        if let Some(kinds) = self.kinds().into_iter().find_map(|(open, kinds)| (open == kind).then_some(kinds)) {
            kinds.push(depth);
        }
    }

    fn kinds(&mut self) -> [(Kind, &mut Vec<usize>); 3] {
        [
            (Kind::LeftBrace, &mut self.braces),
            (Kind::LeftParen, &mut self.parens),
            (Kind::LeftBracket, &mut self.brackets),
        ]
    }

    /// The depths of those near enough that `close` closes, the innermost first.
    fn closed_by(&self, close: Kind) -> impl Iterator<Item = usize> {
        let depths = match close {
            Kind::RightBrace => &self.braces,
            Kind::RightParen => &self.parens,
            _ => &self.brackets,
        };
        let far = self.all.len().saturating_sub(FAR);
        depths.iter().rev().copied().take_while(move |depth| *depth >= far)
    }

    /// Closes all from `depth` on.
    fn close(&mut self, depth: usize) -> std::vec::Drain<'_, usize> {
        for (_, depths) in self.kinds() {
            while depths.last().is_some_and(|last| *last >= depth) {
                depths.pop();
            }
        }
        self.all.drain(depth..)
    }
}

/// Matches what can be matched; the answer is what stays alone.
fn by_indent(tokens: &mut Tokens<'_>, range: Range<usize>) -> Vec<usize> {
    for at in range.clone() {
        tokens.partners[at] = super::ALONE;
    }
    let (mut open, mut alone) = (Open::default(), Vec::new());
    for at in range {
        let Some(token) = tokens.get(at) else { break };
        if token.first && token.kind.is_word() && tokens.kind(at + 1) == Some(Kind::Eq) {
            // A new step: what the line before left open ended with it.
            let inside = open.braces.last().map_or(0, |brace| brace + 1);
            alone.extend(open.close(inside));
        }
        if token.kind.opens() {
            open.push(at, token.kind);
        } else if token.kind.closes() {
            match opening(tokens, &open, at) {
                Some(depth) => {
                    alone.extend(open.close(depth + 1));
                    if let Some(opening) = open.close(depth).next() {
                        pair(tokens, opening, at);
                    }
                }
                None => alone.push(at),
            }
        }
    }
    alone.extend(open.all);
    alone
}

/// How deep the open bracket lies that the one at `at` closes: the innermost of its kind; when it starts its line, rather
/// the one whose line is indented alike.
fn opening(tokens: &Tokens<'_>, open: &Open, at: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    if !token.first {
        // Past a brace, a parenthesis or bracket on another line is not meant.
        let innermost = open.closed_by(token.kind).next()?;
        let brace_between = open.braces.last().is_some_and(|brace| *brace > innermost);
        return (token.kind == Kind::RightBrace || !brace_between).then_some(innermost);
    }
    let indent_of =
        |depth: usize| open.all.get(depth).and_then(|opening| tokens.get(*opening)).map(|token| token.indent);
    let alike = open.closed_by(token.kind).find(|depth| indent_of(*depth) == Some(token.indent));
    let deeper = |depth: &usize| indent_of(*depth).is_some_and(|indent| indent > token.indent);
    alike.or_else(|| open.closed_by(token.kind).find(deeper))
}

/// `end` is the end of the declaration; no other bracket of the line stays alone when it is the `only` one.
fn alone_message(tokens: &Tokens<'_>, at: usize, end: usize, only: bool) -> Diagnostic {
    let (span, text) = (tokens.span(at), tokens.text(at));
    let Some(close) = closing(text) else {
        return Diagnostic::new(Code::UNMATCHED_BRACKET, span, format!("`{text}` closes nothing"))
            .here("nothing is open here that it could close")
            .help("take it away, or add the bracket that should open before it")
            .fix(format!("remove the `{text}`"), span, "");
    };
    let diagnostic = Diagnostic::new(Code::UNMATCHED_BRACKET, span, format!("this `{text}` is never closed"))
        .here(format!("opened here, and no `{close}` follows"))
        .help(format!("add a `{close}`"));
    let Some(token) = tokens.get(at) else { return diagnostic };
    if token.kind == Kind::LeftBrace {
        // Only the end of the declaration is plain.
        let whole = token.indent == 0;
        let last = || tokens.span(end.saturating_sub(1)).after();
        return if whole { diagnostic.fix("add `}` at the end", last(), "\n}") } else { diagnostic };
    }
    match end_of_value(tokens, at, end).filter(|_| only) {
        Some(last) => diagnostic.fix(format!("add the `{close}`"), tokens.span(last).after(), close),
        None => diagnostic,
    }
}

/// The last token of what began at `at`, where that is plain: it ends with its line, which has no brace, wants nothing more
/// and is not gone on with, or before a bracket that closes what stands around it.
fn end_of_value(tokens: &Tokens<'_>, at: usize, end: usize) -> Option<usize> {
    let around = |next: &usize| tokens.partner(*next).is_some_and(|open| open < at);
    let line = (at + 1..end).take_while(|next| tokens.get(*next).is_some_and(|token| !token.first) && !around(next));
    let last = line.last()?;
    let brace = (at..=last).any(|at| matches!(tokens.kind(at), Some(Kind::LeftBrace | Kind::RightBrace | Kind::Raw)));
    let done = tokens.kind(last).is_some_and(|kind| !kind.wants_more());
    let next = last + 1;
    let ends = next >= end || tokens.breaks(next) || tokens.kind(next).is_some_and(Kind::closes);
    (done && ends && !brace).then_some(last)
}

fn closing(open: &str) -> Option<&'static str> {
    match open {
        "{" => Some("}"),
        "(" => Some(")"),
        "[" => Some("]"),
        _ => None,
    }
}
