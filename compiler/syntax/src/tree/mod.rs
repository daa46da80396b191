//! The tree of tokens: declarations, which start at the left edge, and inside them balanced brackets and lines. What
//! keeps one mistake from reaching past its line or its declaration. Knows nothing of grammar.

mod brackets;

use std::ops::Range;
use std::sync::Arc;

use crate::Span;
use crate::lex::{Kind, Token};
use crate::source::Source;

pub(crate) use brackets::{Balance, balance};

/// The words that a declaration starts with. They are plain names anywhere but at the left edge.
pub(crate) const DECLARATIONS: &[&str] =
    &["import", "type", "artifact", "const", "env", "task", "effect", "pipeline", "service", "schedule", "test"];

/// The words that parts of the heads of `for`, `loop` and `sweep` start with. Elsewhere they are plain names.
const CLAUSES: &[&str] = &["limit", "until", "maximize", "minimize", "using", "step"];

/// No partner: not a bracket, or one that nothing closes.
const ALONE: u32 = 0;

/// A file's tokens with their brackets matched.
pub(crate) struct Tokens<'s> {
    pub(crate) source: &'s Source,
    /// Shared by those who read parts of the file side by side.
    tokens: Arc<Vec<Token>>,
    /// For each bracket one more than the index of the one that closes or opens it.
    partners: Vec<u32>,
}

impl<'s> Tokens<'s> {
    pub(crate) fn new(source: &'s Source, tokens: Arc<Vec<Token>>) -> Self {
        let partners = vec![ALONE; tokens.len()];
        Self { source, tokens, partners }
    }

    /// All of the file's tokens, to be read by somebody else.
    pub(crate) fn share(&self) -> Arc<Vec<Token>> {
        Arc::clone(&self.tokens)
    }

    /// Takes over what `other` has matched in `range`.
    pub(crate) fn matched(&mut self, other: &Self, range: Range<usize>) {
        if let (Some(own), Some(others)) = (self.partners.get_mut(range.clone()), other.partners.get(range)) {
            own.copy_from_slice(others);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn get(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied()
    }

    pub(crate) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(crate) fn text(&self, at: usize) -> &'s str {
        self.get(at).map_or("", |token| self.source.slice(self.span_of(token)))
    }

    pub(crate) fn span_of(&self, token: Token) -> Span {
        Span { file: self.source.id, start: token.start, end: token.end }
    }

    pub(crate) fn span(&self, at: usize) -> Span {
        self.get(at).map_or_else(|| self.source.span().after(), |token| self.span_of(token))
    }

    /// From the first token of `range` to its last.
    pub(crate) fn span_all(&self, range: &Range<usize>) -> Span {
        if range.is_empty() {
            let start = self.span(range.start).start;
            return Span { file: self.source.id, start, end: start };
        }
        self.span(range.start).to(self.span(range.end - 1))
    }

    /// The bracket that belongs to the one at `at`.
    pub(crate) fn partner(&self, at: usize) -> Option<usize> {
        self.partners.get(at).filter(|partner| **partner != ALONE).map(|partner| *partner as usize - 1)
    }

    /// A bracket without its partner.
    pub(crate) fn is_alone(&self, at: usize) -> bool {
        self.kind(at).is_some_and(|kind| kind.opens() || kind.closes()) && self.partner(at).is_none()
    }

    pub(crate) fn has_alone(&self, range: &Range<usize>) -> bool {
        range.clone().any(|at| self.is_alone(at))
    }

    /// The token of `range` that starts at byte `place`.
    pub(crate) fn find(&self, place: u32, range: &Range<usize>) -> usize {
        let tokens = self.tokens.get(range.clone()).unwrap_or(&[]);
        range.start + tokens.partition_point(|token| token.start < place)
    }

    /// Where else the word at `at` stands in the file.
    pub(crate) fn same_words(&self, word: &str) -> Vec<Span> {
        let all = 0..self.tokens.len();
        all.filter(|at| self.kind(*at) == Some(Kind::Name) && self.text(*at) == word).map(|at| self.span(at)).collect()
    }

    /// Past the token at `at`, or past the whole group when it opens one.
    pub(crate) fn skip(&self, at: usize) -> usize {
        self.partner(at).filter(|partner| *partner > at).unwrap_or(at) + 1
    }

    /// The declarations: each from its first token to the next one's.
    pub(crate) fn declarations(&self) -> Vec<Range<usize>> {
        let mut starts = Vec::new();
        let mut open = 0_usize;
        for at in 0..self.tokens.len() {
            let Some(token) = self.get(at) else { break };
            if token.first && self.starts_declaration(at, token, open) {
                starts.push(at);
                open = 0;
            }
            if token.kind.opens() {
                open += 1;
            } else if token.kind.closes() {
                open = open.saturating_sub(1);
            }
        }
        if starts.first() != Some(&0) && !self.tokens.is_empty() {
            starts.insert(0, 0);
        }
        let ends = starts.iter().copied().skip(1).chain([self.tokens.len()]).collect::<Vec<_>>();
        starts.into_iter().zip(ends).map(|(start, end)| start..end).collect()
    }

    fn starts_declaration(&self, at: usize, token: Token, open: usize) -> bool {
        let word = self.text(at);
        let known = DECLARATIONS.contains(&word);
        if token.indent > 0 {
            // Indented by mistake: no declaration that it could belong to is open.
            return known && open == 0 && self.kind(at + 1).is_some_and(Kind::is_word);
        }
        if known {
            return open == 0 || self.kind(at + 1) != Some(Kind::Colon);
        }
        let kind = token.kind;
        open == 0 && !kind.closes() && !kind.continues() && !matches!(kind, Kind::LeftBrace | Kind::Eq | Kind::Arrow)
    }

    /// The lines of `range`: up to where a line ends outside of brackets and does not plainly go on.
    pub(crate) fn lines(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let (mut start, mut at) = (range.start, range.start);
        while at < range.end {
            if at > start && (self.breaks(at) || self.starts_anew(at)) {
                lines.push(start..at);
                start = at;
            }
            at = self.skip(at).min(range.end);
        }
        if start < range.end {
            lines.push(start..range.end);
        }
        lines
    }

    /// The arms of a `match`: each ends after its block, and where a line starts that nothing goes on with.
    pub(crate) fn arms(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut arms = Vec::new();
        let (mut start, mut at) = (range.start, range.start);
        while at < range.end {
            let Some(token) = self.get(at) else { break };
            let anew = token.first && at > start && token.kind != Kind::LeftBrace && !token.kind.continues();
            if anew && self.kind(at - 1) != Some(Kind::Bar) {
                arms.push(start..at);
                start = at;
            }
            at = self.skip(at).min(range.end);
            if token.kind == Kind::LeftBrace {
                arms.push(start..at);
                start = at;
            }
        }
        if start < range.end {
            arms.push(start..range.end);
        }
        arms
    }

    /// `line`, cut at its commas.
    pub(crate) fn parts(&self, line: Range<usize>) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let (mut start, mut at) = (line.start, line.start);
        while at < line.end {
            if self.kind(at) == Some(Kind::Comma) {
                parts.push(start..at);
                start = at + 1;
            }
            at = self.skip(at);
        }
        if start < line.end {
            parts.push(start..line.end);
        }
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// The line at `at` starts a statement or attribute of its own, whatever the line before wants: `name =`, `name:`,
    /// and what stands no deeper than a `name:` without a value.
    fn starts_anew(&self, at: usize) -> bool {
        let Some(token) = self.get(at).filter(|token| token.first) else { return false };
        let named = token.kind.is_word() && matches!(self.kind(at + 1), Some(Kind::Eq | Kind::Colon));
        let before = at.checked_sub(1).and_then(|before| self.get(before));
        named || before.is_some_and(|before| before.kind == Kind::Colon && before.indent >= token.indent)
    }

    /// A field of a record ends before the token at `at`, and a line with it.
    pub(crate) fn ends_field(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.kind(before));
        let separated = before.is_none_or(|before| before == Kind::Comma || before.opens());
        self.breaks(at) || (!separated && self.starts_anew(at))
    }

    /// A line that starts with `until`, `limit`, `maximize` and the like, and a value after it, goes on a head.
    pub(crate) fn is_clause(&self, at: usize) -> bool {
        let value = self.get(at + 1).is_some_and(|next| {
            !next.first && (next.kind.is_word() || matches!(next.kind, Kind::Number | Kind::String))
        });
        value && self.is_clause_word(at)
    }

    /// A word that can start a part of a head.
    pub(crate) fn is_clause_word(&self, at: usize) -> bool {
        self.kind(at).is_some_and(Kind::is_word)
            && CLAUSES.contains(&self.text(at))
            && at.checked_sub(1).and_then(|before| self.kind(before)) != Some(Kind::Dot)
    }

    /// A line ends before the token at `at`.
    pub(crate) fn breaks(&self, at: usize) -> bool {
        let (Some(token), Some(before)) = (self.get(at), at.checked_sub(1).and_then(|before| self.get(before))) else {
            return false;
        };
        token.first
            && (!token.kind.closes() || self.is_alone(at))
            && !token.kind.continues()
            && token.kind != Kind::Else
            && !self.is_clause(at)
            // An opening bracket that nothing closes does not swallow the lines after it.
            && (!before.kind.wants_more() || (before.kind.opens() && self.partner(at - 1).is_none()))
    }
}
