//! One declaration, statement, attribute or field: its tokens with spaces and line ends between them.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::comments::Attached;
use super::doc::{self, Doc};
use super::space;
use crate::lex::{Comment, Kind, raw};
use crate::parse::Brace;
use crate::tree::Tokens;

/// What a file's tokens are laid out from.
pub(super) struct Layout<'t, 's> {
    pub(super) tokens: &'t Tokens<'s>,
    pub(super) comments: Attached,
    /// The braces that open blocks, by where they start; all others open records.
    pub(super) braces: &'t FxHashMap<u32, Brace>,
    /// Where each `expect` starts.
    pub(super) expects: &'t FxHashSet<u32>,
}

/// How the tokens of one item are set.
#[derive(Clone, Copy, Default)]
pub(super) struct Style {
    /// `/` is part of a path.
    path: bool,
    /// Blocks may stand on one line: the branches of an `if` that is a value.
    soft: bool,
    /// Inputs are broken with the head that they stand in, not alone.
    head: bool,
}

impl Style {
    pub(super) const PATH: Style = Style { path: true, soft: false, head: false };
}

/// Operators by precedence, loosest first: a line that is too long breaks before the loosest.
const LEVELS: &[&[Kind]] = &[
    &[Kind::Bar],
    &[Kind::Or],
    &[Kind::And],
    &[Kind::EqEq, Kind::NotEq, Kind::Less, Kind::LessEq, Kind::Greater, Kind::GreaterEq],
    &[Kind::QuestionQuestion],
    &[Kind::Pipe],
    &[Kind::Plus, Kind::Minus],
    &[Kind::Star, Kind::Slash],
];

impl Layout<'_, '_> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.kind(at)
    }

    pub(super) fn comment(&self, comment: Comment) -> String {
        self.tokens.source.slice(comment.span).to_owned()
    }

    /// The tokens of `range` that stand outside of brackets, each bracket that opens with the group it stands for.
    fn outside(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let mut at = range.start;
        std::iter::from_fn(move || {
            let here = (at < range.end).then_some(at)?;
            at = self.tokens.skip(here);
            Some(here)
        })
    }

    /// Comments inside an item that neither start nor end it, nor stand inside its brackets.
    pub(super) fn inner_comments(&self, range: &Range<usize>) -> Vec<Comment> {
        let mut found = Vec::new();
        let last = range.end.saturating_sub(1);
        for at in self.outside(range.clone()) {
            let close = self.tokens.partner(at).filter(|close| *close > at);
            if at > range.start {
                found.extend(self.comments.before(at));
            }
            let end = close.unwrap_or(at);
            if end != last {
                found.extend(self.comments.after(end));
            }
        }
        found
    }

    /// The comments before the token at `at` that stay there.
    fn staying_before(&self, at: usize) -> impl Iterator<Item = Doc> {
        self.comments.before(at).iter().filter(|comment| self.comments.stays(**comment)).map(|one| self.staying(*one))
    }

    /// The comment after the token at `at`, if it stays there.
    fn staying_after(&self, at: usize) -> Option<Doc> {
        self.comments.after(at).filter(|comment| self.comments.stays(*comment)).map(|comment| self.staying(comment))
    }

    pub(super) fn staying(&self, comment: Comment) -> Doc {
        Doc::Stays { comment: self.comment(comment), alone: comment.alone }
    }

    /// A statement, attribute, field or argument: what is named and its value.
    pub(super) fn item(&self, range: Range<usize>) -> Doc {
        let named = range.len() > 2
            && self.kind(range.start).is_some_and(Kind::is_word)
            && matches!(self.kind(range.start + 1), Some(Kind::Eq | Kind::Colon));
        if named {
            return self.named(range.clone(), range.start + 2);
        }
        if range.len() > 1 && self.tokens.get(range.start).is_some_and(|token| self.expects.contains(&token.start)) {
            return self.named(range.clone(), range.start + 1);
        }
        if self.heads_block(range.start) {
            return self.headed(range, false);
        }
        let last = self.outside(range.clone()).last();
        if last.is_some_and(|last| self.brace(last) == Some(Brace::Steps)) {
            return self.arm(range);
        }
        self.value(range)
    }

    /// The arm of a `match`; on one line where its block is one expression that fits.
    fn arm(&self, range: Range<usize>) -> Doc {
        let soft = self.holds_expressions(&range).is_some_and(|blocks| blocks > 0);
        Doc::group(vec![self.concat(range, Style { soft, ..Style::default() })])
    }

    fn heads_block(&self, at: usize) -> bool {
        self.kind(at).is_some_and(Kind::heads_block) && !self.is_plain_name(at)
    }

    /// `if`, `for` and the like: the head of a `sweep` or `loop` that is too long is broken at its parts.
    fn headed(&self, range: Range<usize>, soft: bool) -> Doc {
        let style = Style { soft, ..Style::default() };
        let body = self.outside(range.clone()).find(|at| self.brace(*at).is_some()).unwrap_or(range.end);
        let breaks: Vec<usize> = match self.kind(range.start) {
            Some(Kind::Sweep | Kind::Loop) => {
                let parts = self.outside(range.start + 1..body);
                parts
                    .filter(|at| {
                        self.kind(*at - 1) == Some(Kind::Comma)
                            || (self.is_clause(*at) && self.tokens.text(*at) != "step")
                    })
                    .collect()
            }
            _ => Vec::new(),
        };
        let Some(first) = breaks.first() else { return self.concat(range, style) };
        let ends = breaks.iter().skip(1).copied().chain([body]);
        let part = |part: Range<usize>| {
            let soft = self.holds_expressions(&part).is_some();
            Doc::group(vec![self.concat(part, Style { soft, ..style })])
        };
        let parts = breaks.iter().zip(ends).flat_map(|(start, end)| [Doc::Line, part(*start..end)]).collect();
        let head = Doc::group(vec![part(range.start..*first), Doc::Indent(parts)]);
        Doc::Concat(vec![head, Doc::text(" "), self.concat(body..range.end, style)])
    }

    /// A word such as `until` that starts a part of a head.
    fn is_clause(&self, at: usize) -> bool {
        let value_before = at.checked_sub(1).and_then(|before| self.kind(before)).is_some_and(space::ends_operand);
        value_before && self.tokens.is_clause_word(at)
    }

    /// What stands before `split`, and after it a value.
    pub(super) fn named(&self, range: Range<usize>, split: usize) -> Doc {
        let name = self.concat(range.start..split, Style::default());
        let gap = if self.kind(split) == Some(Kind::Raw) { "" } else { " " };
        Doc::Concat(vec![name, Doc::text(gap), self.value(split..range.end)])
    }

    /// `task name(…) -> T { … }`: too long, its inputs are broken first, and then its result.
    pub(super) fn with_body(&self, range: Range<usize>) -> Doc {
        let body = self.outside(range.clone()).find(|at| self.brace(*at).is_some()).unwrap_or(range.end);
        let arrow = self.outside(range.start..body).find(|at| self.kind(*at) == Some(Kind::Arrow)).unwrap_or(body);
        let inputs = self.concat(range.start..arrow, Style { head: true, ..Style::default() });
        let forced = inputs.is_forced();
        let mut docs = vec![inputs];
        for part in [arrow..body, body..range.end].into_iter().filter(|part| !part.is_empty()) {
            docs.push(Doc::text(" "));
            docs.push(self.concat(part, Style::default()));
        }
        // One that is too long by itself is broken whatever the inputs are, and what follows is decided as it will be once
        // it stands over several lines.
        if let Some(result) = docs.get_mut(2).filter(|_| arrow < body) {
            let alone = Doc::Concat(vec![Doc::text(") "), result.clone(), Doc::text(" {")]);
            if !result.is_forced() && !doc::is_one_line(&alone) {
                result.break_record();
            }
        }
        Doc::Group { docs, forced }
    }

    /// An expression or type, broken before its loosest operators when it is too long.
    fn value(&self, range: Range<usize>) -> Doc {
        if self.heads_block(range.start) {
            let soft = self.kind(range.start) == Some(Kind::If) && self.can_be_one_line(&range);
            return Doc::group(vec![self.headed(range, soft)]);
        }
        let splits = self.loosest(&range);
        if let Some(first) = splits.first() {
            let ends = splits.iter().skip(1).copied().chain([range.end]);
            let rest = splits
                .iter()
                .zip(ends)
                .flat_map(|(operator, end)| {
                    let mut docs = vec![Doc::Line];
                    docs.extend(self.staying_before(*operator));
                    docs.push(Doc::text(self.tokens.text(*operator)));
                    docs.extend(self.staying_after(*operator));
                    docs.extend([Doc::text(" "), self.value(operator + 1..end)]);
                    docs
                })
                .collect();
            return Doc::group(vec![self.value(range.start..*first), Doc::Indent(rest)]);
        }
        self.concat(range, Style::default())
    }

    /// The operators of `range` that bind the loosest.
    fn loosest(&self, range: &Range<usize>) -> Vec<usize> {
        let (mut loosest, mut splits) = (LEVELS.len(), Vec::new());
        for at in self.outside(range.clone()) {
            let level = self.kind(at).and_then(|kind| LEVELS.iter().position(|level| level.contains(&kind)));
            let Some(level) = level.filter(|level| *level <= loosest && self.is_binary(at, range)) else { continue };
            if level < loosest {
                loosest = level;
                splits.clear();
            }
            splits.push(at);
        }
        splits
    }

    fn is_binary(&self, at: usize, range: &Range<usize>) -> bool {
        if at == range.start || self.is_plain_name(at) {
            return false;
        }
        self.kind(at) != Some(Kind::Minus) || !space::negates(self.kind(at - 1))
    }

    /// A keyword before `:` or after `.`.
    fn is_plain_name(&self, at: usize) -> bool {
        self.kind(at + 1) == Some(Kind::Colon)
            || at.checked_sub(1).and_then(|before| self.kind(before)) == Some(Kind::Dot)
    }

    /// Both branches of the `if` are there and hold one expression each.
    fn can_be_one_line(&self, range: &Range<usize>) -> bool {
        self.holds_expressions(range).is_some_and(|blocks| blocks > 1)
    }

    /// How many blocks there are, when each holds one plain expression.
    fn holds_expressions(&self, range: &Range<usize>) -> Option<usize> {
        let mut blocks = 0;
        for open in self.outside(range.clone()).filter(|at| self.brace(*at) == Some(Brace::Steps)) {
            let close = self.tokens.partner(open)?;
            let lines = self.tokens.lines(open + 1..close);
            let plain = (open + 1..=close).all(|at| self.comments.before(at).is_empty())
                && (open..close).all(|at| self.comments.after(at).is_none());
            let [line] = lines.as_slice() else { return None };
            let binds = self.kind(line.start + 1) == Some(Kind::Eq) && line.len() > 1;
            if !plain || binds || self.heads_block(line.start) {
                return None;
            }
            blocks += 1;
        }
        Some(blocks)
    }

    fn brace(&self, at: usize) -> Option<Brace> {
        self.tokens.get(at).and_then(|token| self.braces.get(&token.start)).copied()
    }

    /// The tokens of `range` one after the other.
    pub(super) fn concat(&self, range: Range<usize>, style: Style) -> Doc {
        if let Some(token) = self.alone(&range) {
            return token;
        }
        let mut docs = Vec::new();
        let mut left: Option<(Option<Kind>, Kind)> = None;
        for at in self.outside(range) {
            let Some(kind) = self.kind(at) else { break };
            if let Some((before, left)) = left {
                let tight = style.path && (left == Kind::Slash || kind == Kind::Slash);
                if !tight && kind != Kind::Raw && space::between(before, left, self.as_written(at, kind)) {
                    docs.push(Doc::text(" "));
                }
            }
            let before = left.map(|(_, kind)| kind);
            docs.extend(self.staying_before(at));
            match self.tokens.partner(at) {
                Some(close) if close > at => {
                    docs.push(self.group(at, close, before, style));
                    docs.extend(self.staying_after(close));
                    left = Some((before, self.kind(close).unwrap_or(kind)));
                }
                _ => {
                    docs.push(self.token(at, kind));
                    docs.extend(self.staying_after(at));
                    left = Some((before, self.as_written(at, kind)));
                }
            }
        }
        Doc::Concat(docs)
    }

    /// The token of `range` when there is no other and nothing beside it, as with most values.
    fn alone(&self, range: &Range<usize>) -> Option<Doc> {
        let kind = self.kind(range.start).filter(|kind| range.len() == 1 && !kind.opens())?;
        let (before, after) = (self.comments.before(range.start), self.comments.after(range.start));
        (before.is_empty() && after.is_none()).then(|| self.token(range.start, kind))
    }

    /// A keyword that is a plain name counts as one.
    fn as_written(&self, at: usize, kind: Kind) -> Kind {
        match kind {
            kind if kind.is_keyword() && self.is_plain_name(at) => Kind::Name,
            // What follows is a value of its own, as it is after `limit`.
            Kind::Name if self.is_clause(at) => Kind::Limit,
            kind => kind,
        }
    }

    fn token(&self, at: usize, kind: Kind) -> Doc {
        let text = self.tokens.text(at);
        if kind != Kind::Raw {
            return Doc::text(text);
        }
        let margin = raw::common_margin(text);
        let lines = raw::lines(text).map(|(_, line)| raw::less(line, margin).to_owned()).collect();
        Doc::Lines(lines)
    }

    /// A bracket, what it holds, and the one that closes it. `before` is what stands before it.
    fn group(&self, open: usize, close: usize, before: Option<Kind>, style: Style) -> Doc {
        match (self.kind(open), self.brace(open)) {
            (Some(Kind::LeftBrace), Some(brace)) => self.block(open, close, brace, style.soft),
            (Some(Kind::LeftBrace), None) => self.record(open, close),
            (kind, _) => {
                // Where a comma may follow the last of them: lists, arguments, inputs.
                let comma = (kind == Some(Kind::LeftParen)) == before.is_some_and(space::ends_operand);
                let docs = self.list(open, close, comma);
                match (kind, style.head) {
                    (Some(Kind::LeftParen), true) => Doc::Concat(docs),
                    _ => Doc::group(docs),
                }
            }
        }
    }

    fn record(&self, open: usize, close: usize) -> Doc {
        let parts = self.fields(open, close);
        let elements = self.elements(&parts, close, Some(Doc::Either("", ",")));
        if elements.is_empty() && self.comments.after(open).is_none() {
            return Doc::text("{}");
        }
        let noted = elements.iter().any(|element| element.comment);
        let mut inside = vec![Doc::Line];
        inside.extend(super::sequence(self.tokens.source, elements, true));
        let docs = vec![self.opening(open), Doc::Indent(inside), Doc::Line, Doc::text("}")];
        // One that was written over several lines stays so.
        let several = noted || self.tokens.get(open + 1).is_some_and(|token| token.first);
        if several { Doc::forced(docs) } else { Doc::group(docs) }
    }

    fn list(&self, open: usize, close: usize, comma: bool) -> Vec<Doc> {
        let parts = self.tokens.parts(open + 1..close);
        let (opening, closing) = (self.opening(open), Doc::text(self.tokens.text(close)));
        let mut elements = self.elements(&parts, close, Some(Doc::text(",")));
        if elements.is_empty() && self.comments.after(open).is_none() {
            return vec![opening, closing];
        }
        if let Some(last) = elements.iter_mut().rev().find(|element| !element.comment) {
            let separator = Some(if comma { Doc::Either(",", "") } else { Doc::text("") });
            if !last.comma_stays {
                last.separator = separator;
            }
        }
        let alone = match parts.as_slice() {
            [only] => self.tokens.partner(only.start).is_some_and(|end| end + 1 == only.end),
            _ => false,
        };
        let plain = elements.len() == 1 && self.comments.after(open).is_none();
        if alone && plain && elements.iter().all(|element| element.suffix.is_none()) {
            let only = elements.into_iter().map(|element| element.doc);
            return [opening].into_iter().chain(only).chain([closing]).collect();
        }
        let noted = elements.iter().any(|element| element.comment);
        let mut inside = vec![Doc::Soft];
        inside.extend(super::sequence(self.tokens.source, elements, false));
        vec![opening, Doc::Indent(inside), if noted { Doc::Hard } else { Doc::Soft }, closing]
    }

    fn block(&self, open: usize, close: usize, brace: Brace, soft: bool) -> Doc {
        let parts = match brace {
            Brace::Steps => self.tokens.lines(open + 1..close),
            Brace::Attributes => self.fields(open, close),
            Brace::Arms => self.tokens.arms(open + 1..close),
        };
        let elements = self.elements(&parts, close, None);
        if elements.is_empty() && self.comments.after(open).is_none() {
            return Doc::text("{}");
        }
        let line = if soft { Doc::Line } else { Doc::Hard };
        let mut inside = vec![line.clone()];
        inside.extend(super::sequence(self.tokens.source, elements, true));
        Doc::Concat(vec![self.opening(open), Doc::Indent(inside), line, Doc::text("}")])
    }

    /// What stands between braces, cut at commas and line ends.
    fn fields(&self, open: usize, close: usize) -> Vec<Range<usize>> {
        self.tokens.lines(open + 1..close).into_iter().flat_map(|line| self.tokens.parts(line)).collect()
    }

    fn opening(&self, open: usize) -> Doc {
        let text = Doc::text(self.tokens.text(open));
        match self.comments.after(open) {
            Some(comment) => Doc::Concat(vec![text, Doc::Suffix(self.comment(comment))]),
            None => text,
        }
    }
}
