//! Blocks of statements and of attributes: each line is read alone.

use std::ops::Range;

use super::build::Item;
use super::token::Start;
use super::{Brace, Parser, errors};
use crate::Span;
use crate::ast::{Arm, Attr, Block, Stmt, StmtKind};
use crate::lex::{self, Kind};

impl Parser<'_> {
    /// The statements between the brace at `open` and its partner at `close`.
    pub(super) fn block(&mut self, open: usize, close: usize) -> Block {
        let span = self.tokens.span(open).to(self.tokens.span(close));
        self.braces.insert(span.start, Brace::Steps);
        let mut stmts: Vec<Stmt> = Vec::new();
        let indent = self.indent_after(open);
        for line in self.tokens.lines(open + 1..close) {
            let lost = stmts.last().is_some_and(|stmt| matches!(stmt.kind, StmtKind::Broken));
            if lost && self.goes_on(&line, indent) {
                stmts.push(Stmt { span: self.tokens.span_all(&line), kind: StmtKind::Broken });
            } else {
                let stmt = self.statement(line);
                stmts.push(stmt);
            }
        }
        self.answer_between(Start::Stmt, open, close);
        Block { span, stmts }
    }

    /// The arms between the brace at `open` and its partner at `close`, and whether some could not be read.
    pub(super) fn arms(&mut self, open: usize, close: usize) -> (Vec<Arm>, bool) {
        self.braces.insert(self.tokens.span(open).start, Brace::Arms);
        let (mut arms, mut broken) = (Vec::new(), false);
        for part in self.tokens.arms(open + 1..close) {
            let span = self.tokens.span_all(&part);
            match self.item(Start::Arm, part) {
                Some(Item::Arm(cases, body)) => arms.push(Arm { span, cases, body }),
                _ => broken = true,
            }
        }
        (arms, broken)
    }

    /// How far the first line in a block is indented.
    fn indent_after(&self, open: usize) -> u32 {
        self.tokens.get(open + 1).map_or(0, |token| token.indent)
    }

    /// After a line that could not be read, one that starts with no word or is indented deeper most likely belongs to
    /// that.
    fn goes_on(&self, line: &Range<usize>, indent: u32) -> bool {
        self.tokens.get(line.start).is_some_and(|token| !token.kind.is_word() || token.indent > indent)
    }

    fn statement(&mut self, line: Range<usize>) -> Stmt {
        let span = self.tokens.span_all(&line);
        if self.expects(&line) {
            return self.expectation(line, span);
        }
        let unpacks = self.tokens.kind(line.start) == Some(Kind::LeftBrace)
            && self.tokens.partner(line.start).is_some_and(|end| self.tokens.kind(end + 1) == Some(Kind::Eq));
        let start = if unpacks { Start::Unpack } else { Start::Stmt };
        let kind = match self.item(start, line.clone()) {
            Some(Item::Stmt(kind)) => kind,
            _ => self.unfinished(line).unwrap_or(StmtKind::Broken),
        };
        Stmt { span, kind }
    }

    /// The line is `expect …`: in a test whatever follows but `=`, elsewhere what no other statement looks like.
    fn expects(&self, line: &Range<usize>) -> bool {
        let (word, next) = (self.tokens.text(line.start), line.start + 1);
        if word != "expect" || self.tokens.kind(line.start) != Some(Kind::Name) {
            return false;
        }
        let operand = |kind: Kind| {
            (kind.is_word() && kind != Kind::Or && kind != Kind::And) || matches!(kind, Kind::Number | Kind::String)
        };
        let next = if next < line.end { self.tokens.kind(next) } else { None };
        if self.in_test { next != Some(Kind::Eq) } else { next.is_some_and(operand) }
    }

    fn expectation(&mut self, line: Range<usize>, span: Span) -> Stmt {
        let word = self.tokens.span(line.start);
        self.expects.insert(word.start);
        let kind = match self.item(Start::Expect, line.start + 1..line.end) {
            Some(Item::Stmt(kind)) => kind,
            _ => StmtKind::Broken,
        };
        if !self.in_test {
            self.report(errors::expect_outside(word, self.test_around));
            return Stmt { span, kind: StmtKind::Broken };
        }
        Stmt { span, kind }
    }

    /// What can be saved of a statement that could not be read: the name that it binds.
    fn unfinished(&mut self, line: Range<usize>) -> Option<StmtKind> {
        let binds =
            self.tokens.kind(line.start) == Some(Kind::Name) && self.tokens.kind(line.start + 1) == Some(Kind::Eq);
        if !binds || line.len() < 2 {
            return None;
        }
        let span = self.tokens.span(line.start);
        let name = self.builder.name(self.tokens.text(line.start).into(), span.start, span.end);
        let value = self.broken(self.tokens.span_all(&(line.start + 1..line.end)));
        Some(StmtKind::Bind { name, value })
    }

    /// The attributes between the brace at `open` and its partner at `close`.
    pub(super) fn attributes(&mut self, open: usize, close: usize) -> Vec<Attr> {
        let mut attrs = Vec::new();
        let mut lost = false;
        let indent = self.indent_after(open);
        self.braces.insert(self.tokens.span(open).start, Brace::Attributes);
        for line in self.tokens.lines(open + 1..close) {
            for part in self.tokens.parts(line) {
                if lost && self.goes_on(&part, indent) {
                    continue;
                }
                let (name, word) = (self.tokens.span(part.start), self.tokens.text(part.start));
                let is_alone = part.len() == 2 && self.tokens.kind(part.start + 1) == Some(Kind::Colon);
                if is_alone && lex::SCRIPTS.contains(&word) {
                    // The lines below are the body, not attributes.
                    self.report(errors::body_not_indented(name.after(), word));
                    return attrs;
                }
                if !self.is_value(part.start + 2)
                    && let Some(diagnostic) = errors::body_beside(&self.tokens, &part)
                {
                    // Whatever it is made of, it is no code of ours.
                    self.report(diagnostic);
                    lost = true;
                    break;
                }
                let item = self.item(Start::Attr, part);
                lost = item.is_none();
                if let Some(Item::Attr(attr)) = item {
                    attrs.push(attr);
                }
            }
        }
        self.answer_between(Start::Attr, open, close);
        // A program is mostly tasks.
        attrs.shrink_to_fit();
        attrs
    }

    /// What follows `python:` is read as a value: a raw body, the string that names a file, or a number, which is no body.
    fn is_value(&self, at: usize) -> bool {
        matches!(self.tokens.kind(at), Some(Kind::Raw | Kind::String | Kind::Unterminated | Kind::Number))
    }

    /// Reports a character or string that could not be read.
    pub(super) fn lexical(&mut self, at: usize) {
        let (span, text) = (self.tokens.span(at), self.tokens.text(at));
        let line = self.tokens.source.line_of(span.start);
        let again = self.bad_line.replace(line) == Some(line);
        if again || text.chars().all(lex::hidden::is_hidden) {
            self.builder.silent += 1;
            return;
        }
        let diagnostic = match self.tokens.kind(at) {
            Some(Kind::Unterminated) => errors::unterminated(span, text),
            _ => {
                let source = self.tokens.source;
                let rest = source.text.get(span.end as usize..).unwrap_or("");
                errors::bad_character(span, text, rest.lines().next().unwrap_or(""))
            }
        };
        self.report(diagnostic);
    }
}
