//! From the tree of tokens to the tree of the language: each head, attribute and statement by one small parse, so that
//! a mistake costs no more than the one it stands in. Knows nothing of names or types.

mod block;
mod build;
mod decl;
mod errors;
mod feed;
mod fits;
mod grammar;
mod number;
mod parts;
mod text;
mod token;

use std::ops::Range;
use std::sync::Arc;

use lalrpop_util::ParseError;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ast::{Doc, Expr, ExprKind, Tree};
use crate::diag::Diagnostic;
use crate::lex::{self, Comment, Token};
use crate::tree::{self, Tokens};
use crate::{Source, Span};
use build::{Builder, Item};
use feed::Fed;
pub use fits::{Fits, fits};
use token::{Start, Tok};

/// A file, read.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub tree: Arc<Tree>,
    /// In order; documentation too.
    pub comments: Vec<Comment>,
    /// In order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file. Cannot fail: what cannot be read is [`Broken`](crate::ast::DeclKind::Broken) in the tree, and a
/// diagnostic says why.
#[must_use]
pub fn parse(source: &Source) -> Parsed {
    read(source).parsed
}

/// What a brace opens that is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brace {
    Steps,
    Attributes,
    /// The arms of a `match`.
    Arms,
}

/// A file, read, and what it was read from.
pub(crate) struct Read<'s> {
    pub(crate) parsed: Parsed,
    pub(crate) tokens: Tokens<'s>,
    /// The tokens of each declaration, and what is left over after it.
    pub(crate) declarations: Vec<Range<usize>>,
    /// The braces that open blocks, by where they start.
    pub(crate) braces: FxHashMap<u32, Brace>,
    /// Where each `expect` starts.
    pub(crate) expects: FxHashSet<u32>,
}

pub(crate) fn read(source: &Source) -> Read<'_> {
    read_with(source, None).0
}

/// Reads a file, and answers a question about it on the way.
fn read_with(source: &Source, probe: Option<fits::Probe>) -> (Read<'_>, Option<fits::Probe>) {
    let lexed = lex::lex(source);
    let (doc, docs) = documentation(source, &lexed);
    let tokens = Tokens::new(source, Arc::new(lexed.tokens));
    let mut parser = Parser::new(tokens, Builder::new(source.id, Arc::new(docs)), probe);
    parser.builder.diagnostics = lex::hidden::check(source);
    let mut tree = Tree { doc, ..Tree::default() };
    let declarations = parser.file(&mut tree);
    tree.expr_count = parser.builder.expr_count;
    let mut diagnostics = parser.builder.diagnostics;
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    let parsed = Parsed { tree: Arc::new(tree), comments: lexed.comments, diagnostics };
    let expects = parser.expects;
    (Read { parsed, tokens: parser.tokens, declarations, braces: parser.braces, expects }, parser.probe)
}

struct Parser<'s> {
    tokens: Tokens<'s>,
    builder: Builder,
    grammar: grammar::ItemParser,
    braces: FxHashMap<u32, Brace>,
    /// Where each `expect` starts.
    expects: FxHashSet<u32>,
    /// How many things what is being read stands in.
    depth: u32,
    /// The declaration holds something that was too deep.
    too_deep: bool,
    /// The last line on which a character was reported: more of them on one line are one mistake.
    bad_line: Option<u32>,
    /// What is being read stands directly in a test.
    in_test: bool,
    /// It stands in a test, however deep.
    test_around: bool,
    /// What somebody wants to know of a place.
    probe: Option<fits::Probe>,
}

impl<'s> Parser<'s> {
    fn new(tokens: Tokens<'s>, builder: Builder, probe: Option<fits::Probe>) -> Self {
        Self {
            tokens,
            builder,
            grammar: grammar::ItemParser::new(),
            braces: FxHashMap::default(),
            expects: FxHashSet::default(),
            depth: 0,
            too_deep: false,
            bad_line: None,
            in_test: false,
            test_around: false,
            probe,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.builder.diagnostics.push(diagnostic);
    }

    /// How many messages there are: when reading something adds one, what it was is known already.
    fn messages(&self) -> usize {
        self.builder.diagnostics.len() + self.builder.silent
    }

    /// Reads one thing; when it cannot be read, says why, unless something in it was reported already.
    fn item(&mut self, start: Start, range: Range<usize>) -> Option<Item> {
        let before = self.messages();
        let fed = self.feed(start, range.clone())?;
        if self.asked(&range) {
            self.answer(start, fed);
            return None;
        }
        self.read(start, fed, range, before)
    }

    fn read(&mut self, start: Start, fed: Vec<Fed>, range: Range<usize>, before: usize) -> Option<Item> {
        let (place, line_end, expected) = match self.grammar.parse(&mut self.builder, fed) {
            Ok(item) => return Some(*item),
            Err(ParseError::UnrecognizedToken { token: (start, token, _), expected }) => {
                (Some(start), matches!(token, Tok::Line), expected)
            }
            Err(ParseError::ExtraToken { token: (start, ..) }) => (Some(start), false, Vec::new()),
            Err(ParseError::UnrecognizedEof { expected, .. }) => (None, false, expected),
            Err(ParseError::InvalidToken { location }) => (Some(location), false, Vec::new()),
            Err(ParseError::User { error }) => match error {},
        };
        let at = place.map_or(range.end, |place| self.tokens.find(place, &range));
        if self.messages() == before && !self.tokens.has_alone(&range) {
            let site = errors::Site { tokens: &self.tokens, start, range, at, line_end, expected: &expected };
            let diagnostic = errors::syntax(&site);
            self.report(diagnostic);
        }
        None
    }

    /// An expression that could not be read.
    fn broken(&mut self, span: Span) -> Expr {
        *self.builder.expr(ExprKind::Broken, span.start, span.end)
    }

    /// Goes on with other tokens of the same file: those inside a string.
    fn enter(&mut self, tokens: Vec<Token>) -> Tokens<'s> {
        let count = tokens.len();
        let source = self.tokens.source;
        let outer = std::mem::replace(&mut self.tokens, Tokens::new(source, Arc::new(tokens)));
        let mut unmatched = tree::balance(&mut self.tokens, 0..count).unmatched;
        self.builder.diagnostics.append(&mut unmatched);
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
