//! From the tree of tokens to the tree of the language: each head, attribute and statement by one small parse, so that
//! a mistake costs no more than the one it stands in. Knows nothing of names or types.

mod block;
mod build;
mod decl;
mod errors;
mod feed;
mod grammar;
mod number;
mod text;
mod token;

use std::ops::Range;

use lalrpop_util::ParseError;
use rustc_hash::FxHashMap;

use crate::ast::{Doc, Expr, ExprKind, Tree};
use crate::diag::Diagnostic;
use crate::lex::{self, Comment, Token};
use crate::tree::{self, Tokens};
use crate::{Source, Span};
use build::{Builder, Item};
use feed::Fed;
use token::Start;

/// A file, read.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub tree: Tree,
    /// In order; documentation too.
    pub comments: Vec<Comment>,
    /// In order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file. Cannot fail: what cannot be read is [`Broken`](crate::ast::DeclKind::Broken) in the tree, and a
/// diagnostic says why.
#[must_use]
pub fn parse(source: &Source) -> Parsed {
    let lexed = lex::lex(source);
    let (doc, docs) = documentation(source, &lexed);
    let mut parser = Parser {
        tokens: Tokens::new(source, lexed.tokens),
        builder: Builder::new(source.id, docs),
        grammar: grammar::ItemParser::new(),
        depth: 0,
    };
    let mut tree = Tree { doc, ..Tree::default() };
    for range in parser.tokens.declarations() {
        let decl = parser.declaration(range);
        tree.decls.push(decl);
    }
    tree.expr_count = parser.builder.expr_count;
    let mut diagnostics = parser.builder.diagnostics;
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    Parsed { tree, comments: lexed.comments, diagnostics }
}

struct Parser<'s> {
    tokens: Tokens<'s>,
    builder: Builder,
    grammar: grammar::ItemParser,
    /// How many things what is being read stands in.
    depth: u32,
}

impl<'s> Parser<'s> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.builder.diagnostics.push(diagnostic);
    }

    /// How many messages there are: when reading something adds one, what it was is known already.
    fn messages(&self) -> usize {
        self.builder.diagnostics.len()
    }

    /// Reads one thing; when it cannot be read, says why, unless something in it was reported already.
    fn item(&mut self, start: Start, range: Range<usize>) -> Option<Item> {
        let before = self.messages();
        let fed = self.feed(start, range.clone())?;
        self.read(start, fed, range, before)
    }

    fn read(&mut self, start: Start, fed: Vec<Fed>, range: Range<usize>, before: usize) -> Option<Item> {
        let end = self.tokens.span_all(&range).after();
        match self.grammar.parse(&mut self.builder, fed) {
            Ok(item) => Some(item),
            Err(error) => {
                if self.messages() == before {
                    let (span, expected) = match error {
                        ParseError::UnrecognizedToken { token: (start, _, end), expected } => {
                            (self.builder.span(start, end), expected)
                        }
                        ParseError::ExtraToken { token: (start, _, end) } => {
                            (self.builder.span(start, end), Vec::new())
                        }
                        ParseError::UnrecognizedEof { expected, .. } => (end, expected),
                        ParseError::InvalidToken { location } => (self.builder.span(location, location), Vec::new()),
                        ParseError::User { error } => match error {},
                    };
                    let diagnostic = errors::syntax(&self.tokens, start, &range, span, &expected);
                    self.report(diagnostic);
                }
                None
            }
        }
    }

    /// An expression that could not be read.
    fn broken(&mut self, span: Span) -> Expr {
        self.builder.expr(ExprKind::Broken, span.start, span.end)
    }

    /// Goes on with other tokens of the same file: those inside a string.
    fn enter(&mut self, tokens: Vec<Token>) -> Tokens<'s> {
        let count = tokens.len();
        let source = self.tokens.source;
        let outer = std::mem::replace(&mut self.tokens, Tokens::new(source, tokens));
        tree::balance(&mut self.tokens, 0..count, &mut self.builder.diagnostics);
        outer
    }

    fn leave(&mut self, outer: Tokens<'s>) {
        self.tokens = outer;
    }
}

/// The file's documentation, and each other piece by where the token after it starts.
fn documentation(source: &Source, lexed: &lex::Lexed) -> (Option<Doc>, FxHashMap<u32, Doc>) {
    let mut file = None;
    let mut docs = FxHashMap::default();
    let mut tokens = lexed.tokens.iter().peekable();
    let mut comments = lexed.comments.iter().filter(|comment| comment.doc && comment.alone).peekable();
    let mut first = true;
    while let Some(comment) = comments.next() {
        let mut text = doc_line(source, comment.span).to_owned();
        let mut span = comment.span;
        while let Some(next) = comments.next_if(|next| source.line_of(next.span.start) == source.line_of(span.end) + 1)
        {
            text.push('\n');
            text.push_str(doc_line(source, next.span));
            span = span.to(next.span);
        }
        let doc = Doc { text: text.into(), span };
        while tokens.next_if(|token| token.start < span.start).is_some() {}
        let next = tokens.peek();
        let apart = next.is_none_or(|token| source.line_of(token.start) > source.line_of(span.end) + 1);
        let at_top = next.is_none_or(|token| lexed.tokens.first().is_some_and(|first| first.start == token.start));
        if std::mem::take(&mut first) && apart && at_top {
            file = Some(doc);
        } else if let Some(token) = next {
            docs.insert(token.start, doc);
        }
    }
    (file, docs)
}

/// The text of a `##` line.
fn doc_line(source: &Source, span: Span) -> &str {
    let text = source.slice(span).trim_start_matches('#');
    text.strip_prefix(' ').unwrap_or(text)
}
