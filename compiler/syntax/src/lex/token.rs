//! What a piece of text is, before anyone asks what it means. The table that logos makes the automaton from.

use logos::{Lexer, Logos};

use super::string;

/// A token's kind. Errors are kinds too: nothing here can fail.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t]+")]
pub(crate) enum Kind {
    #[regex(r"\r\n|\n|\r")]
    Newline,
    #[regex(r"#[^\r\n]*", allow_greedy = true)]
    Comment,

    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Name,
    #[token("and")]
    And,
    #[token("else")]
    Else,
    #[token("false")]
    False,
    #[token("for")]
    For,
    #[token("if")]
    If,
    #[token("in")]
    In,
    #[token("limit")]
    Limit,
    #[token("loop")]
    Loop,
    #[token("match")]
    Match,
    #[token("none")]
    None,
    #[token("not")]
    Not,
    #[token("or")]
    Or,
    #[token("sweep")]
    Sweep,
    #[token("true")]
    True,
    #[token("try")]
    Try,

    /// A number with what touches it: `1_000`, `0.5`, `1e-3`, `20%`, `30s`, `4GiB`; and mistakes such as `3x`.
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][+-]?[0-9][0-9_]*)?([A-Za-z_][A-Za-z0-9_]*|%)?")]
    Number,
    #[token("\"", string::scan)]
    String,
    /// A string without its closing quote, up to the end of its line.
    Unterminated,
    /// A raw body; made by the wrapper, never by the automaton.
    Raw,

    #[token("{")]
    LeftBrace,
    #[token("}")]
    RightBrace,
    #[token("(")]
    LeftParen,
    #[token(")")]
    RightParen,
    #[token("[")]
    LeftBracket,
    #[token("]")]
    RightBracket,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("..")]
    DotDot,
    #[token("..=")]
    DotDotEq,
    #[token("=")]
    Eq,
    #[token("->")]
    Arrow,
    #[token("|>")]
    Pipe,
    #[token("|")]
    Bar,
    #[token("?")]
    Question,
    #[token("??")]
    QuestionQuestion,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("==")]
    EqEq,
    #[token("!=")]
    NotEq,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEq,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEq,

    /// Characters that mean nothing; several in a row are one token.
    Bad,
}

impl Kind {
    pub(crate) fn opens(self) -> bool {
        self.closer().is_some()
    }

    /// What closes this bracket.
    pub(crate) fn closer(self) -> Option<Kind> {
        match self {
            Self::LeftBrace => Some(Self::RightBrace),
            Self::LeftParen => Some(Self::RightParen),
            Self::LeftBracket => Some(Self::RightBracket),
            _ => None,
        }
    }

    pub(crate) fn closes(self) -> bool {
        matches!(self, Self::RightBrace | Self::RightParen | Self::RightBracket)
    }

    /// A word that is a plain name before `:` and after `.`.
    pub(crate) fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::And
                | Self::Else
                | Self::False
                | Self::For
                | Self::If
                | Self::In
                | Self::Limit
                | Self::Loop
                | Self::Match
                | Self::None
                | Self::Not
                | Self::Or
                | Self::Sweep
                | Self::True
                | Self::Try
        )
    }

    /// A word whose head ends where a block begins.
    pub(crate) fn heads_block(self) -> bool {
        matches!(self, Self::If | Self::For | Self::Match | Self::Loop | Self::Sweep)
    }

    pub(crate) fn is_word(self) -> bool {
        self == Self::Name || self.is_keyword()
    }

    /// A line does not end after this. After a dot it does: there a name is still to be typed, and the next line is none.
    pub(crate) fn wants_more(self) -> bool {
        self.opens()
            || (self.continues() && self != Self::Dot)
            || matches!(self, Self::Comma | Self::Colon | Self::Eq | Self::Arrow | Self::In | Self::Not | Self::Try)
    }

    /// A line that starts with this goes on from the one before.
    pub(crate) fn continues(self) -> bool {
        matches!(
            self,
            Self::And
                | Self::Or
                | Self::Dot
                | Self::DotDot
                | Self::DotDotEq
                | Self::Pipe
                | Self::Bar
                | Self::QuestionQuestion
                | Self::Plus
                | Self::Minus
                | Self::Star
                | Self::Slash
                | Self::EqEq
                | Self::NotEq
                | Self::Less
                | Self::LessEq
                | Self::Greater
                | Self::GreaterEq
        )
    }
}

/// The bytes of the string that the lexer has just entered.
pub(super) type Scanner<'s> = Lexer<'s, Kind>;
