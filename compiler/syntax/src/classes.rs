//! Pieces of a text by how they are written: for colours. What a name means is known elsewhere.

use crate::lex::{self, Kind};
use crate::tree::DECLARATIONS;
use crate::{Source, Span};

/// How a piece of text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Comment,
    Keyword,
    Name,
    Number,
    String,
    /// A body of another language.
    Raw,
    Operator,
    /// Brackets and commas, and what means nothing.
    Other,
}

/// The pieces, in order; white space lies between them.
#[must_use]
pub fn classes(source: &Source) -> Vec<(Span, Class)> {
    let lexed = lex::lex(source);
    let mut out: Vec<(Span, Class)> = lexed.comments.iter().map(|comment| (comment.span, Class::Comment)).collect();
    for (at, token) in lexed.tokens.iter().enumerate() {
        let span = Span { file: source.id, start: token.start, end: token.end };
        let text = source.slice(span);
        let next = lexed.tokens.get(at + 1).map(|next| next.kind);
        let before = at.checked_sub(1).and_then(|before| lexed.tokens.get(before)).map(|before| before.kind);
        // A keyword before `:` or after `.` is a plain name.
        let plain = next == Some(Kind::Colon) || before == Some(Kind::Dot);
        let declares = token.first && token.indent == 0 && DECLARATIONS.contains(&text);
        let class = match token.kind {
            Kind::Name if declares => Class::Keyword,
            Kind::Name => Class::Name,
            kind if kind.is_keyword() && plain => Class::Name,
            kind if kind.is_keyword() => Class::Keyword,
            Kind::Number => Class::Number,
            Kind::String | Kind::Unterminated => Class::String,
            Kind::Raw => Class::Raw,
            kind if kind.opens() || kind.closes() => Class::Other,
            Kind::Comma | Kind::Colon | Kind::Dot | Kind::Bad => Class::Other,
            _ => Class::Operator,
        };
        out.push((span, class));
    }
    out.sort_by_key(|(span, _)| span.start);
    out
}
