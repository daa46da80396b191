//! Turns a run of tokens into what the grammar is fed: numbers and strings get their values, blocks are read first and
//! become one token, and line ends between fields become separators.

use std::ops::Range;

use smol_str::SmolStr;

use super::Parser;
use super::token::{Start, Tok};
use super::{errors, number};
use crate::lex::Kind;

/// A token with its place, as LALRPOP wants it.
pub(crate) type Fed = (u32, Tok, u32);

/// How deep things may stand in each other: brackets, blocks, and the operators of one chain. Every later stage walks
/// the tree by recursion.
pub(crate) const MAX_DEPTH: u32 = 200;

/// A line seldom has more tokens.
const USUAL: usize = 256;

/// A bracket that is open while feeding, or what stands around all brackets.
struct Open {
    /// What closes it.
    close: Kind,
    /// `if`, `for` and the like that wait for their block, the innermost last.
    headers: Vec<Kind>,
    /// Operators since the last separator.
    chain: u32,
}

impl Open {
    /// Counts a token that stands directly in it.
    fn count(&mut self, kind: Kind, plain_name: bool) {
        match kind {
            _ if plain_name => {}
            Kind::Comma => self.chain = 0,
            kind if kind.heads_block() => {
                self.headers.push(kind);
                self.chain += 1;
            }
            kind if kind.continues() || matches!(kind, Kind::Not | Kind::Try | Kind::Question) => self.chain += 1,
            _ => {}
        }
    }
}

impl Parser<'_> {
    /// The tokens of `range` after the marker `start`; `None` when something in it is too deep to read.
    pub(super) fn feed(&mut self, start: Start, range: Range<usize>) -> Option<Vec<Fed>> {
        let outer = self.depth;
        let fed = self.feed_all(start, range);
        self.depth = outer;
        fed
    }

    fn feed_all(&mut self, start: Start, range: Range<usize>) -> Option<Vec<Fed>> {
        let (outer, from) = (self.depth, self.tokens.span(range.start).start);
        // Most of a long range is often in blocks, of which each becomes one.
        let mut fed = Vec::with_capacity(range.len().min(USUAL) + 1);
        fed.push((from, Tok::Start(start), from));
        // The block of an arm belongs to its `match`.
        let headers = if start == Start::Arm { vec![Kind::If] } else { Vec::new() };
        let mut open = vec![Open { close: Kind::Bad, headers, chain: 0 }];
        let mut at = range.start;
        while at < range.end {
            let token = self.tokens.get(at)?;
            let top = open.last_mut()?;
            if top.close == Kind::RightBrace && at > range.start && self.tokens.ends_field(at) {
                fed.push((token.start, Tok::Line, token.start));
                top.chain = 0;
            }
            if (token.kind.closes() && self.tokens.is_alone(at)) || self.is_noise(at) {
                at += 1;
                continue;
            }
            top.count(token.kind, token.kind.is_keyword() && self.is_plain_name(at));
            self.depth = outer + open.iter().map(|open| open.chain + 1).sum::<u32>();
            if self.depth > MAX_DEPTH {
                self.report_too_deep(at);
                return None;
            }
            if token.kind == Kind::LeftBrace
                && let Some(header) = self.opens_block(at, &range, open.last_mut()?)
            {
                let end = self.tokens.partner(at).unwrap_or(range.end);
                let span = self.tokens.span(at).to(self.tokens.span(end));
                let outer = std::mem::replace(&mut self.in_test, false);
                let tok = if header == Kind::Match {
                    let arms = self.arms(at, end);
                    Tok::Arms(self.builder.put_arms(arms))
                } else {
                    let block = self.block(at, end);
                    Tok::Block(self.builder.put_block(block))
                };
                self.in_test = outer;
                fed.push((span.start, tok, span.end));
                at = end + 1;
                continue;
            }
            let clause = self.clause(at, open.last()?);
            if let Some(close) = token.kind.closer() {
                open.push(Open { close, headers: Vec::new(), chain: 0 });
            } else if token.kind.closes() && open.len() > 1 {
                open.pop();
                open.last_mut()?.chain += 1;
            }
            let tok = match self.tok(at) {
                Tok::Name(text) if start == Start::Import && text == "as" => Tok::As,
                tok => clause.unwrap_or(tok),
            };
            fed.push((token.start, tok, token.end));
            at += 1;
        }
        self.close(&mut fed, &open, range.end);
        Some(fed)
    }

    /// All that stands around what is too deep is so as well: one message for a declaration.
    fn report_too_deep(&mut self, at: usize) {
        if std::mem::replace(&mut self.too_deep, true) {
            self.builder.silent += 1;
        } else {
            self.report(errors::too_deep(self.tokens.span(at)));
        }
    }

    /// The word whose block the brace at `at` opens: `if`, `else`, `for` and the like; of any other it opens a record.
    fn opens_block(&self, at: usize, range: &Range<usize>, top: &mut Open) -> Option<Kind> {
        if at > range.start && self.tokens.kind(at - 1) == Some(Kind::Else) {
            return Some(Kind::Else);
        }
        if self.ends_operand(at) { top.headers.pop() } else { None }
    }

    /// The word at `at` as one that only heads know: `until` of a `loop`, `maximize` of a `sweep`. A plain name could not
    /// stand there.
    fn clause(&self, at: usize, top: &Open) -> Option<Tok> {
        let header = *top.headers.last()?;
        if self.tokens.kind(at) != Some(Kind::Name) {
            return None;
        }
        let text = self.tokens.text(at);
        let further = at.checked_sub(1).and_then(|before| self.tokens.kind(before)) == Some(Kind::Comma)
            && matches!(text, "maximize" | "minimize")
            && self.tokens.kind(at + 1) == Some(Kind::Name);
        if !further && !self.ends_operand(at) {
            return None;
        }
        match (header, text) {
            (Kind::Loop, "until") => Some(Tok::Until),
            (Kind::Sweep, "maximize") => Some(Tok::Maximize),
            (Kind::Sweep, "minimize") => Some(Tok::Minimize),
            (Kind::Sweep, "using") => Some(Tok::Using),
            (Kind::Sweep, "step") => Some(Tok::Step),
            _ => None,
        }
    }

    /// Closes, at the end, what nothing closes: that was reported, and all else is read as if it were closed.
    fn close(&self, fed: &mut Vec<Fed>, open: &[Open], end: usize) {
        let at = end.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |last| last.end);
        for open in open.iter().skip(1).rev() {
            fed.push((at, fixed(open.close), at));
        }
    }

    /// A character that was or is reported, and without which the rest is whole.
    fn is_noise(&mut self, at: usize) -> bool {
        let text = self.tokens.text(at);
        if self.tokens.kind(at) != Some(Kind::Bad) {
            return false;
        }
        let hidden = text.chars().all(crate::lex::hidden::is_hidden);
        if hidden {
            self.builder.silent += 1;
        } else if text == ";" {
            self.lexical(at);
        }
        hidden || text == ";"
    }

    /// The token before the one at `at` ends something that has a value, so that a brace here opens a block.
    fn ends_operand(&self, at: usize) -> bool {
        at.checked_sub(1).and_then(|before| self.tokens.kind(before)).is_some_and(|kind| {
            kind.closes()
                || matches!(
                    kind,
                    Kind::Name | Kind::Number | Kind::String | Kind::True | Kind::False | Kind::None | Kind::Limit
                )
        })
    }

    fn tok(&mut self, at: usize) -> Tok {
        let Some(kind) = self.tokens.kind(at) else { return Tok::Error };
        let text = self.tokens.text(at);
        if kind.is_keyword() && self.is_plain_name(at) {
            return Tok::Name(SmolStr::new(text));
        }
        match kind {
            Kind::Name if text == "deploy" && self.deploys(at) => Tok::Deploy,
            Kind::Name => Tok::Name(SmolStr::new(text)),
            Kind::Number => number::read(self, at),
            Kind::String => self.string(at),
            Kind::Raw => {
                let raw = self.raw(at);
                Tok::Raw(self.builder.put_raw(raw))
            }
            Kind::Bad | Kind::Unterminated => {
                self.lexical(at);
                Tok::Error
            }
            kind => fixed(kind),
        }
    }

    /// `deploy` before the name of what is deployed, on its line.
    fn deploys(&self, at: usize) -> bool {
        let next = self.tokens.get(at + 1);
        next.is_some_and(|next| next.kind == Kind::Name && !next.first) && !self.is_plain_name(at)
    }

    /// A keyword before `:` or after `.`.
    fn is_plain_name(&self, at: usize) -> bool {
        self.tokens.kind(at + 1) == Some(Kind::Colon)
            || at.checked_sub(1).and_then(|before| self.tokens.kind(before)) == Some(Kind::Dot)
    }
}

/// Tokens that are the same wherever they stand.
fn fixed(kind: Kind) -> Tok {
    match kind {
        Kind::And => Tok::And,
        Kind::Else => Tok::Else,
        Kind::False => Tok::False,
        Kind::For => Tok::For,
        Kind::If => Tok::If,
        Kind::In => Tok::In,
        Kind::Limit => Tok::Limit,
        Kind::Loop => Tok::Loop,
        Kind::Match => Tok::Match,
        Kind::None => Tok::None,
        Kind::Not => Tok::Not,
        Kind::Or => Tok::Or,
        Kind::Sweep => Tok::Sweep,
        Kind::Try => Tok::Try,
        Kind::True => Tok::True,
        Kind::LeftBrace => Tok::LeftBrace,
        Kind::RightBrace => Tok::RightBrace,
        Kind::LeftParen => Tok::LeftParen,
        Kind::RightParen => Tok::RightParen,
        Kind::LeftBracket => Tok::LeftBracket,
        Kind::RightBracket => Tok::RightBracket,
        Kind::Comma => Tok::Comma,
        Kind::Colon => Tok::Colon,
        Kind::Dot => Tok::Dot,
        Kind::DotDot => Tok::DotDot,
        Kind::DotDotEq => Tok::DotDotEq,
        Kind::Eq => Tok::Eq,
        Kind::Arrow => Tok::Arrow,
        Kind::Pipe => Tok::Pipe,
        Kind::Bar => Tok::Bar,
        Kind::Question => Tok::Question,
        Kind::QuestionQuestion => Tok::QuestionQuestion,
        Kind::Plus => Tok::Plus,
        Kind::Minus => Tok::Minus,
        Kind::Star => Tok::Star,
        Kind::Slash => Tok::Slash,
        Kind::EqEq => Tok::EqEq,
        Kind::NotEq => Tok::NotEq,
        Kind::Less => Tok::Less,
        Kind::LessEq => Tok::LessEq,
        Kind::Greater => Tok::Greater,
        Kind::GreaterEq => Tok::GreaterEq,
        Kind::Newline
        | Kind::Comment
        | Kind::Name
        | Kind::Number
        | Kind::String
        | Kind::Unterminated
        | Kind::Raw
        | Kind::Bad => Tok::Error,
    }
}
