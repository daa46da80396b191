//! What stands in `[[ … ]]`.

use super::super::lex::Kind;
use super::{Parsed, Parser};

/// Words between the two sides of a comparison in `[[ … ]]`.
const COMPARISONS: [&str; 13] = ["=", "==", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

/// The letters of the tests of one word: `-f name`.
const UNARY: &str = "abcdefghknoprstuvwxzGLNORS";

impl Parser<'_> {
    /// What stands in `[[ … ]]`.
    pub(super) fn condition(&mut self) -> Parsed {
        self.term()?;
        while self.operator("&&")? || self.operator("||")? {
            self.term()?;
        }
        Ok(())
    }

    fn term(&mut self) -> Parsed {
        self.newlines()?;
        while self.word("!")? {}
        if self.peek()?.is_operator("(") {
            self.construct(")", |parser| {
                parser.condition()?;
                parser.closed()
            })?;
            return self.newlines();
        }
        if self.peek()?.is_word("]]") {
            return Err(self.stumbled()?);
        }
        let first = self.need_word()?;
        let next = self.peek()?;
        let compares = match next.kind {
            Kind::Word => COMPARISONS.contains(&next.text),
            Kind::Operator => ["<", ">"].contains(&next.text),
            Kind::Arithmetic | Kind::Document { .. } | Kind::End => false,
        };
        if compares {
            if self.take()?.is_word("=~") {
                self.lexer.pattern()?;
            }
            self.need_word()?;
        } else if is_unary(first.text) {
            if next.is_word("]]") {
                return Err(self.stumbled()?);
            }
            self.need_word()?;
        }
        self.newlines()
    }
}

fn is_unary(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letter| letter.len() == 1 && UNARY.contains(letter))
}
