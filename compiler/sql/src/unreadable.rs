//! What the dialect has and the parser does not know. A query that uses any of it is left to the engine: silence is
//! better than a false alarm.

use sqlparser::tokenizer::{Token, TokenWithSpan};

/// Words in a row, in any case; `*` stands for any one token.
const UNKNOWN: &[&[&str]] = &[
    &["ASOF"],
    &["POSITIONAL", "JOIN"],
    &["PIVOT"],
    &["UNPIVOT"],
    &["PIVOT_WIDER"],
    &["PIVOT_LONGER"],
    &["SUMMARIZE"],
    &["DESCRIBE"],
    &["SHOW"],
    &["USING", "SAMPLE"],
    &["TABLESAMPLE"],
    &["TRY", "("],
    &["WITH", "ORDINALITY"],
    &["USING", "KEY"],
    &["AT", "("],
    &["COLUMNS", "("],
    &["*", "COLUMNS"],
    &["GROUPING", "SETS"],
    &["IGNORE", "NULLS"],
    &["RESPECT", "NULLS"],
    &["EXCLUDE", "CURRENT"],
    &["EXCLUDE", "TIES"],
    &["EXCLUDE", "GROUP"],
    &["EXCLUDE", "NO"],
    &["POSITION", "("],
    &["OVERLAY", "("],
    &["COLLATE"],
    &["VARIADIC"],
    &["MATCH_RECOGNIZE"],
    &["RETURNING"],
    &["SIMILAR", "TO"],
    &["LIKE", "*", "ESCAPE"],
];

/// Whether the query is beyond the parser.
pub(crate) fn is_unreadable(words: &[&TokenWithSpan]) -> bool {
    let found = (0..words.len()).any(|start| {
        UNKNOWN.iter().any(|pattern| {
            pattern.len() <= words.len() - start
                && pattern.iter().zip(&words[start..]).all(|(wanted, token)| *wanted == "*" || says(token, wanted))
        })
    });
    found
        || has_comprehension(words)
        || has_bare_filter(words)
        || has_odd_operator(words)
        || has_slice_or_odd_name(words)
}

fn says(token: &TokenWithSpan, wanted: &str) -> bool {
    match &token.token {
        Token::Word(word) => word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted),
        Token::LParen => wanted == "(",
        _ => false,
    }
}

/// `[x * 2 for x in items if x > 1]`.
fn has_comprehension(words: &[&TokenWithSpan]) -> bool {
    words
        .windows(3)
        .any(|three| says(three[0], "for") && matches!(three[1].token, Token::Word(_)) && says(three[2], "in"))
}

/// `FILTER (…)` without `WHERE`.
fn has_bare_filter(words: &[&TokenWithSpan]) -> bool {
    words
        .windows(3)
        .any(|three| says(three[0], "FILTER") && three[1].token == Token::LParen && !says(three[2], "WHERE"))
}

/// `a ** b`, `* LIKE 'a%'`, `LIMIT 10%`, `a && b`, `#1`.
fn has_odd_operator(words: &[&TokenWithSpan]) -> bool {
    let single = words.iter().any(|token| {
        matches!(
            token.token,
            Token::Overlap
                | Token::Sharp
                | Token::AtSign
                | Token::AtArrow
                | Token::ArrowAt
                | Token::TwoWayArrow
                | Token::Spaceship
        )
    });
    let starred =
        |token: &TokenWithSpan| ["LIKE", "ILIKE", "NOT", "SIMILAR", "RENAME"].iter().any(|word| says(token, word));
    let pair = words.windows(2).any(|two| {
        says(two[0], "GLOB") && two[1].token != Token::LParen
            || two[0].token == Token::Mul && (two[1].token == Token::Mul || starred(two[1]))
            || two[0].token == Token::Mod && matches!(two[1].token, Token::RParen | Token::SemiColon)
    });
    single || pair || words.last().is_some_and(|last| last.token == Token::Mod)
}

/// `items[-1:]`, `items[:2]`: and `{'a': 1}.a`, a field of what has just been made.
fn has_slice_or_odd_name(words: &[&TokenWithSpan]) -> bool {
    words.windows(2).any(|two| {
        matches!(
            (&two[0].token, &two[1].token),
            (Token::LBracket, Token::Colon)
                | (Token::Colon, Token::RBracket | Token::Minus)
                | (Token::RBrace | Token::RParen | Token::RBracket, Token::Period)
        )
    })
}
