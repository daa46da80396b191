//! Declarations: which one it is, its head, and its body.

use std::ops::Range;

use super::build::{Head, Item};
use super::token::Start;
use super::{Parser, errors};
use crate::ast::{Decl, DeclKind, Env, Name, Pipeline, Task};
use crate::lex::Kind;
use crate::tree;

impl Parser<'_> {
    /// Reads the declaration that is the tokens of `range`.
    pub(super) fn declaration(&mut self, range: Range<usize>) -> Decl {
        let span = self.tokens.span_all(&range);
        let doc = self.builder.doc(span);
        tree::balance(&mut self.tokens, range.clone(), &mut self.builder.diagnostics);
        let word = self.tokens.text(range.start);
        let kind = match word {
            "import" => self.line(Start::Import, range.clone()),
            "type" => self.line(Start::Type, range.clone()),
            "artifact" => self.line(Start::Artifact, range.clone()),
            "const" => self.line(Start::Const, range.clone()),
            "env" | "task" | "effect" | "pipeline" => self.with_body(word, range.clone()),
            _ if tree::LATER.contains(&word) => {
                self.report(errors::not_supported(self.tokens.span(range.start), word));
                None
            }
            _ => {
                self.report(errors::not_a_declaration(self.tokens.span(range.start), word));
                None
            }
        };
        let kind = kind.unwrap_or_else(|| DeclKind::Broken(self.declared_name(&range)));
        Decl { doc, span, kind }
    }

    /// The word after the keyword.
    fn declared_name(&self, range: &Range<usize>) -> Option<Name> {
        let at = range.start + 1;
        (at < range.end && self.tokens.kind(at) == Some(Kind::Name)).then(|| {
            let span = self.tokens.span(at);
            Name { text: self.tokens.text(at).into(), span }
        })
    }

    /// A declaration without a block.
    fn line(&mut self, start: Start, range: Range<usize>) -> Option<DeclKind> {
        match self.item(start, range.start + 1..range.end)? {
            Item::Import(import) => Some(DeclKind::Import(import)),
            Item::Type(alias) => Some(DeclKind::Type(alias)),
            Item::Artifact(artifact) => Some(DeclKind::Artifact(artifact)),
            Item::Const(constant) => Some(DeclKind::Const(constant)),
            Item::Env(_) | Item::Head(_) | Item::Attr(_) | Item::Stmt(_) | Item::Expr(_) => None,
        }
    }

    /// A declaration with a head and a block.
    fn with_body(&mut self, word: &str, range: Range<usize>) -> Option<DeclKind> {
        let body = self.body(&range);
        let head_end = body.unwrap_or(range.end);
        let start = if word == "env" { Start::Env } else { Start::Head };
        let head = self.item(start, range.start + 1..head_end);
        let Some(open) = body else {
            if head.is_some() {
                self.report(errors::no_body(self.tokens.span_all(&range).after(), word));
            }
            return None;
        };
        let close = self.tokens.partner(open).unwrap_or(range.end);
        if word == "pipeline" {
            let body = self.block(open, close);
            let Some(Item::Head(Head { name, type_params, params, result })) = head else { return None };
            return Some(DeclKind::Pipeline(Pipeline { name, type_params, params, result, body }));
        }
        let attrs = self.attributes(open, close);
        match head? {
            Item::Env(name) => Some(DeclKind::Env(Env { name, attrs })),
            Item::Head(Head { name, type_params, params, result }) => {
                Some(DeclKind::Task(Task { effect: word == "effect", name, type_params, params, result, attrs }))
            }
            Item::Import(_)
            | Item::Type(_)
            | Item::Artifact(_)
            | Item::Const(_)
            | Item::Attr(_)
            | Item::Stmt(_)
            | Item::Expr(_) => None,
        }
    }

    /// Where the block of a declaration opens: its last brace outside of brackets that is not the result's.
    fn body(&self, range: &Range<usize>) -> Option<usize> {
        let (mut body, mut at) = (None, range.start);
        while at < range.end {
            if self.tokens.kind(at) == Some(Kind::LeftBrace) && self.tokens.kind(at - 1) != Some(Kind::Arrow) {
                body = Some(at);
            }
            at = self.tokens.skip(at);
        }
        body
    }
}
