//! Whether a script is valid shell: the grammar of bash, one function a construct. Knows nothing of what words mean.
//!
//! Follows "Shell Grammar" in the Bash Reference Manual and, where that is silent, bash 5.2 itself.

mod compound;
mod condition;
mod simple;

use super::lex::{Kind, Lexer, Token};
use super::scan::Scan;
use super::syntax::{Stop, unended, unexpected, unfinished};

/// Words that, where a command may begin, end or go on with what is open.
const CLOSING: [&str; 8] = ["fi", "done", "esac", "then", "elif", "else", "do", "}"];

/// Words with which no command begins, although nothing ends with them.
const RESERVED: [&str; 3] = ["!", "in", "]]"];

/// Operators that end a branch of a `case`.
const BRANCH_ENDS: [&str; 3] = [";;", ";&", ";;&"];

type Parsed = Result<(), Stop>;

/// The tokens of the script `text`.
///
/// # Errors
///
/// It is not valid, or nests too deeply.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Stop> {
    let mut parser = Parser { lexer: Lexer::new(Scan::new(text), 0, false), open: Vec::new(), within: false };
    parser.commands(false)?;
    match parser.peek()?.kind {
        Kind::End => Ok(parser.lexer.taken),
        _ => Err(parser.stumbled()?),
    }
}

/// Where the `)` stands that ends the commands which begin at `at`; nothing where none does.
///
/// # Errors
///
/// The commands are not valid, or nest too deeply.
pub(super) fn within(scan: Scan<'_>, at: usize) -> Result<Option<usize>, Stop> {
    let mut parser = Parser { lexer: Lexer::new(scan, at, true), open: Vec::new(), within: true };
    parser.commands(false)?;
    let next = parser.peek()?;
    if next.is_operator(")") {
        parser.lexer.finish()?;
        return Ok(Some(next.at));
    }
    if next.kind == Kind::End { Ok(None) } else { Err(parser.stumbled()?) }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// What has begun and not ended, each with the word that ends it.
    open: Vec<(Token<'t>, &'static str)>,
    /// It stands in `$(…)`.
    within: bool,
}

impl<'t> Parser<'t> {
    fn peek(&mut self) -> Result<Token<'t>, Stop> {
        self.lexer.peek()
    }

    fn take(&mut self) -> Result<Token<'t>, Stop> {
        self.lexer.take()
    }

    /// Takes the next token if it is the word `text`.
    fn word(&mut self, text: &str) -> Result<bool, Stop> {
        let is = self.peek()?.is_word(text);
        if is {
            self.take()?;
        }
        Ok(is)
    }

    /// Takes the next token if it is the operator `text`.
    fn operator(&mut self, text: &str) -> Result<bool, Stop> {
        let is = self.peek()?.is_operator(text);
        if is {
            self.take()?;
        }
        Ok(is)
    }

    /// Takes the next token, which has to be the word `text`.
    fn need(&mut self, text: &str) -> Parsed {
        if self.word(text)? { Ok(()) } else { Err(self.stumbled()?) }
    }

    /// Takes the next token, which has to be a word.
    fn need_word(&mut self) -> Result<Token<'t>, Stop> {
        if self.peek()?.kind == Kind::Word { self.take() } else { Err(self.stumbled()?) }
    }

    fn newlines(&mut self) -> Parsed {
        while self.operator("\n")? {}
        Ok(())
    }

    /// The next token cannot stand here: it is wrong, or something that is open has to end before it.
    fn stumbled(&mut self) -> Result<Stop, Stop> {
        let token = self.peek()?;
        let Some((opened, end)) = self.open.last() else {
            let text = self.lexer.scan.text;
            return Ok(if token.kind == Kind::End { unfinished(text) } else { unexpected(&token) });
        };
        let outer = &self.open[..self.open.len() - 1];
        let ends_outer = outer.iter().any(|(_, end)| *end == token.text) || (self.within && token.is_operator(")"));
        Ok(match token.kind == Kind::End || (ends_outer && token.text != *end) {
            true => unended(opened, end, &self.lexer.taken),
            false => unexpected(&token),
        })
    }

    /// Takes the word or bracket that begins a construct, and reads the construct by `read` up to and with its end.
    fn construct(&mut self, end: &'static str, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        let opened = self.take()?;
        let outer = self.lexer.scan;
        self.lexer.scan = outer.deeper()?;
        self.open.push((opened, end));
        read(self)?;
        self.open.pop();
        self.lexer.scan = outer;
        Ok(())
    }

    /// Commands up to something that cannot begin one; with `needed`, at least one.
    fn commands(&mut self, needed: bool) -> Parsed {
        let mut some = false;
        loop {
            self.newlines()?;
            let next = self.peek()?;
            let ends = match next.kind {
                Kind::End => true,
                Kind::Operator => next.text == ")" || BRANCH_ENDS.contains(&next.text),
                Kind::Word => CLOSING.contains(&next.text),
                Kind::Arithmetic | Kind::Document { .. } => false,
            };
            if ends {
                return if needed && !some { Err(self.stumbled()?) } else { Ok(()) };
            }
            self.chain()?;
            some = true;
            let next = self.peek()?;
            if next.kind != Kind::Operator || ![";", "&", "\n"].contains(&next.text) {
                return Ok(());
            }
            self.take()?;
        }
    }

    /// Pipelines joined by `&&` and `||`.
    fn chain(&mut self) -> Parsed {
        self.pipeline()?;
        while self.operator("&&")? || self.operator("||")? {
            self.newlines()?;
            self.pipeline()?;
        }
        Ok(())
    }

    fn pipeline(&mut self) -> Parsed {
        let mut prefixed = false;
        loop {
            if self.word("time")? {
                self.word("-p")?;
            } else if !self.word("!")? {
                break;
            }
            prefixed = true;
        }
        let next = self.peek()?;
        // `time` and `!` may stand alone.
        let ends = next.kind == Kind::End || (next.kind == Kind::Operator && ["\n", ";", "&"].contains(&next.text));
        if prefixed && ends {
            return Ok(());
        }
        self.command()?;
        while self.operator("|")? || self.operator("|&")? {
            self.newlines()?;
            self.command()?;
        }
        Ok(())
    }

    fn command(&mut self) -> Parsed {
        if self.compound()? {
            return self.redirections();
        }
        let next = self.peek()?;
        match next.kind {
            Kind::Word if next.text == "function" => self.function(),
            Kind::Word if next.text == "coproc" => self.coproc(),
            Kind::Word if CLOSING.contains(&next.text) || RESERVED.contains(&next.text) => Err(self.stumbled()?),
            Kind::Word => self.simple(),
            Kind::Operator if next.redirects() => self.simple(),
            Kind::Operator | Kind::Arithmetic | Kind::Document { .. } | Kind::End => Err(self.stumbled()?),
        }
    }

    /// Takes the next token, which has to be `)`.
    fn closed(&mut self) -> Parsed {
        if self.operator(")")? { Ok(()) } else { Err(self.stumbled()?) }
    }
}
