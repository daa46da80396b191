//! Refuses what no person writes: a tree that is as deep as the text is long would not fit any stack. Works on tokens,
//! before anything is built.

use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::place::Lines;
use crate::{Place, Problem, ProblemKind};

/// Deepest nesting of brackets.
const BRACKETS: usize = 40;

/// Longest way from the root of the tree to a leaf: chains of operators count by their length.
const DEEPEST: usize = 20_000;

/// Up to this depth the stack that is there will do.
pub(crate) const SHALLOW: usize = 200;

/// What the deepest tree needs.
pub(crate) const STACK: usize = 256 << 20;

/// An open bracket: what has come since its last comma, and the deepest part within.
#[derive(Default)]
struct Level {
    chain: usize,
    within: usize,
    deepest: usize,
}

impl Level {
    fn part(&mut self) {
        self.deepest = self.deepest.max(self.chain + self.within);
        self.chain = 0;
        self.within = 0;
    }
}

/// The greatest depth that the tree of `text` can have. What is wrong with its tokens is left to the parser.
pub(crate) fn depth(text: &str, lines: &Lines<'_>) -> Result<usize, Problem> {
    let Ok(tokens) = Tokenizer::new(&DuckDbDialect, text).tokenize_with_location() else { return Ok(0) };
    let mut levels = vec![Level::default()];
    let too_deep = |place: Option<Place>| {
        Err(Problem { place: place.unwrap_or(0..text.len().min(1)), kind: ProblemKind::TooDeep })
    };
    for token in &tokens {
        let nested = levels.len() > 1;
        let Some(level) = levels.last_mut() else { break };
        match &token.token {
            Token::Whitespace(_) | Token::EOF => {}
            Token::LParen | Token::LBracket | Token::LBrace => {
                level.chain += 1;
                levels.push(Level::default());
                if levels.len() > BRACKETS {
                    return too_deep(lines.place(token.span));
                }
            }
            Token::RParen | Token::RBracket | Token::RBrace if nested => {
                let mut closed = levels.pop().unwrap_or_default();
                closed.part();
                if let Some(level) = levels.last_mut() {
                    level.within = level.within.max(closed.deepest + 1);
                }
            }
            Token::Comma | Token::SemiColon => level.part(),
            _ => level.chain += 1,
        }
        if levels.last().is_some_and(|level| level.chain + level.within > DEEPEST) {
            return too_deep(lines.place(token.span));
        }
    }
    Ok(levels
        .iter_mut()
        .map(|level| {
            level.part();
            level.deepest
        })
        .sum())
}
