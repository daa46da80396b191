//! What the grammar is fed: tokens with their values, blocks and strings already read, and the markers that choose
//! what is to be read.

use smol_str::SmolStr;

#[derive(Clone, Debug)]
pub(crate) enum Tok {
    Name(SmolStr),
    Int(i64),
    Float(f64),
    Duration(i64),
    Size(u64),
    /// A string, a raw body, a block, arms: the index of what was read, in the builder.
    Str(u32),
    Raw(u32),
    Block(u32),
    /// The arms of a `match`.
    Arms(u32),
    True,
    False,
    None,
    And,
    Else,
    For,
    If,
    In,
    Limit,
    Loop,
    Match,
    Not,
    Or,
    Sweep,
    Try,
    As,
    Deploy,
    Until,
    Maximize,
    Minimize,
    Using,
    Step,
    LeftBrace,
    RightBrace,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Comma,
    /// The end of a line between fields.
    Line,
    Colon,
    Dot,
    DotDot,
    DotDotEq,
    Eq,
    Arrow,
    Pipe,
    Bar,
    Question,
    QuestionQuestion,
    Plus,
    Minus,
    Star,
    Slash,
    EqEq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    /// Something wrong that was reported already; stands where a type or an expression may.
    Error,
    /// What is to be read; always the first token.
    Start(Start),
}

/// The things that the grammar reads, each alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Import,
    Type,
    Artifact,
    Const,
    Env,
    /// The head of a task, effect or pipeline, after its keyword.
    Head,
    Attr,
    Stmt,
    /// `{ a, b } = e`
    Unpack,
    Expr,
    /// The head of a test, after its keyword.
    Test,
    /// What stands after `expect`.
    Expect,
    /// `"a" | "b" { … }` of a `match`.
    Arm,
}
