//! Text to tokens. Cannot fail: what cannot be read is a token too. Knows nothing of grammar.

pub(crate) mod hidden;
pub(crate) mod raw;
pub(crate) mod string;
mod token;

use logos::Logos;

pub(crate) use token::Kind;

use crate::{Source, Span};

/// A token that is neither white space nor a comment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The first one on its line.
    pub(crate) first: bool,
    /// How far its line is indented.
    pub(crate) indent: u32,
}

/// `# …` to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// With its marks, without white space at its end.
    pub span: Span,
    /// `##`: documentation of what follows.
    pub doc: bool,
    /// Nothing else stands on its line.
    pub alone: bool,
}

/// A file's tokens and, apart, its comments; both in order.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) comments: Vec<Comment>,
}

/// Attributes whose body is raw whatever brackets are open before: one mistake should not make code of a script.
pub(crate) const SCRIPTS: &[&str] = &["python", "sh", "sql"];

pub(crate) fn lex(source: &Source) -> Lexed {
    lex_part(&source.text, source.span())
}

/// The tokens of `span`, which is part of `text`.
pub(crate) fn lex_part(text: &str, span: Span) -> Lexed {
    let part = text.get(span.start as usize..span.end as usize).unwrap_or("");
    let mut wrapper =
        Wrapper { text: part, span, first: true, indent: 0, line: 0, open: Vec::new(), out: Lexed::default() };
    let mut lexer = Kind::lexer(part);
    while let Some(result) = lexer.next() {
        let range = lexer.span();
        let kind = match result {
            Ok(kind) => kind,
            Err(()) if lexer.slice().starts_with('"') => Kind::Unterminated,
            Err(()) => Kind::Bad,
        };
        let raw = wrapper.take(kind, range.start, range.end);
        lexer.bump(raw);
    }
    wrapper.out
}

struct Wrapper<'s> {
    text: &'s str,
    span: Span,
    /// No token was seen on this line yet.
    first: bool,
    /// The indentation of this line.
    indent: u32,
    /// Where this line starts.
    line: usize,
    /// Brackets that are open.
    open: Vec<Kind>,
    out: Lexed,
}

impl Wrapper<'_> {
    /// Takes one token; the answer is how many bytes after it are a raw body and not for the automaton.
    fn take(&mut self, kind: Kind, start: usize, end: usize) -> usize {
        match kind {
            Kind::Newline => {
                let empty = std::mem::replace(&mut self.first, true);
                self.line = end;
                return if empty { 0 } else { self.raw_body(end) };
            }
            Kind::Comment => self.comment(start, end),
            _ => self.push(kind, start, end),
        }
        0
    }

    fn comment(&mut self, start: usize, end: usize) {
        let text = self.text.get(start..end).unwrap_or("");
        let end = start + text.trim_end().len();
        let span = self.at(start, end);
        let doc = text.starts_with("##") && !text.starts_with("###");
        self.out.comments.push(Comment { span, doc, alone: self.first });
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        if self.first {
            self.indent = small(raw::width(self.text.get(self.line..start).unwrap_or("")));
            if self.indent == 0 && kind.is_word() {
                self.open.clear();
            }
        }
        if kind.opens() {
            self.open.push(kind);
        } else if kind.closes() {
            self.open.pop();
        }
        let span = self.at(start, end);
        if let (Kind::Bad, false, Some(last)) = (kind, self.first, self.out.tokens.last_mut())
            && last.kind == Kind::Bad
            && last.end == span.start
        {
            last.end = span.end;
            return;
        }
        self.out.tokens.push(Token { kind, start: span.start, end: span.end, first: self.first, indent: self.indent });
        self.first = false;
    }

    /// How long the raw body is that starts at `start`, the start of a line; 0 when there is none.
    fn raw_body(&mut self, start: usize) -> usize {
        if !self.announces_body() {
            return 0;
        }
        let length = raw::extent(self.text.get(start..).unwrap_or(""), self.indent as usize);
        if length > 0 {
            let span = self.at(start, start + length);
            let indent = self.indent;
            self.out.tokens.push(Token { kind: Kind::Raw, start: span.start, end: span.end, first: false, indent });
            self.first = false;
        }
        length
    }

    /// The line that has just ended ends in `name:`; or it starts with the name of a script and looks like a slip of
    /// that, for else the script's lines would all be taken for mistakes of ours.
    fn announces_body(&self) -> bool {
        let tokens = self.out.tokens.as_slice();
        let line = tokens.iter().rposition(|token| token.first).and_then(|first| tokens.get(first..)).unwrap_or(tokens);
        let script = line.first().is_some_and(|first| SCRIPTS.contains(&self.slice(*first)));
        match line {
            [.., name, Token { kind: Kind::Colon, .. }] if name.kind.is_word() => {
                self.open.last() == Some(&Kind::LeftBrace) || SCRIPTS.contains(&self.slice(*name))
            }
            [_, Token { kind: Kind::Colon, .. }] => self.open.last().is_none_or(|open| *open == Kind::LeftBrace),
            [_] => script,
            [_, second] => script && (second.kind.closes() || second.kind == Kind::Colon),
            [_, second, third] => {
                script && second.kind == Kind::Colon && (third.kind.closes() || third.kind == Kind::Colon)
            }
            _ => false,
        }
    }

    fn slice(&self, token: Token) -> &str {
        let base = self.span.start;
        self.text.get((token.start - base) as usize..(token.end - base) as usize).unwrap_or("")
    }

    fn at(&self, start: usize, end: usize) -> Span {
        Span { start: self.span.start + small(start), end: self.span.start + small(end), ..self.span }
    }
}

/// An offset in a file, which is smaller than 4 GiB.
pub(crate) fn small(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
