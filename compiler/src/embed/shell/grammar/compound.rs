//! Compound commands, functions, and the words that begin them.

use super::super::lex::Kind;
use super::super::syntax::Stop;
use super::{BRANCH_ENDS, Parsed, Parser};

impl Parser<'_> {
    /// A compound command, without the redirections behind it, if one begins here.
    pub(super) fn compound(&mut self) -> Result<bool, Stop> {
        let next = self.peek()?;
        if next.is_operator("(") {
            if self.lexer.arithmetic()? {
                self.take()?;
            } else {
                self.subshell()?;
            }
            return Ok(true);
        }
        if next.kind == Kind::Arithmetic {
            self.take()?;
            return Ok(true);
        }
        if next.kind != Kind::Word {
            return Ok(false);
        }
        match next.text {
            "{" => self.group()?,
            "if" => self.construct("fi", Self::branches)?,
            "while" | "until" => self.construct("done", |parser| {
                parser.commands(true)?;
                parser.need("do")?;
                parser.commands(true)?;
                parser.need("done")
            })?,
            "for" | "select" => self.construct("done", Self::each)?,
            "case" => self.construct("esac", Self::cases)?,
            "[[" => self.construct("]]", |parser| {
                parser.condition()?;
                parser.need("]]")
            })?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn group(&mut self) -> Parsed {
        self.construct("}", |parser| {
            parser.commands(true)?;
            parser.need("}")
        })
    }

    fn subshell(&mut self) -> Parsed {
        self.construct(")", |parser| {
            parser.commands(true)?;
            parser.closed()
        })
    }

    /// What follows `if`.
    fn branches(&mut self) -> Parsed {
        loop {
            self.commands(true)?;
            self.need("then")?;
            self.commands(true)?;
            if !self.word("elif")? {
                break;
            }
        }
        if self.word("else")? {
            self.commands(true)?;
        }
        self.need("fi")
    }

    /// What follows `for` and `select`.
    fn each(&mut self) -> Parsed {
        let next = self.peek()?;
        if next.is_operator("(") && self.lexer.arithmetic()? {
            self.take()?;
            self.operator(";")?;
        } else {
            self.need_word()?;
            self.newlines()?;
            if self.word("in")? {
                while self.peek()?.kind == Kind::Word {
                    self.take()?;
                }
                if !self.operator(";")? && !self.operator("\n")? {
                    return Err(self.stumbled()?);
                }
            } else {
                self.operator(";")?;
            }
        }
        self.newlines()?;
        if self.peek()?.is_word("{") {
            return self.group();
        }
        self.need("do")?;
        self.commands(true)?;
        self.need("done")
    }

    /// What follows `case`.
    fn cases(&mut self) -> Parsed {
        self.need_word()?;
        self.newlines()?;
        self.need("in")?;
        loop {
            self.newlines()?;
            if self.word("esac")? {
                return Ok(());
            }
            self.operator("(")?;
            self.need_word()?;
            while self.operator("|")? {
                self.need_word()?;
            }
            self.closed()?;
            self.commands(false)?;
            let next = self.peek()?;
            if next.kind != Kind::Operator || !BRANCH_ENDS.contains(&next.text) {
                return self.need("esac");
            }
            self.take()?;
        }
    }

    /// `function name …`.
    pub(super) fn function(&mut self) -> Parsed {
        self.take()?;
        self.need_word()?;
        let next = self.peek()?;
        if next.is_operator("(") && !self.lexer.arithmetic()? {
            self.construct(")", |parser| {
                // With commands in them, the brackets are the body.
                parser.commands(false)?;
                parser.closed()
            })?;
            let empty = matches!(self.lexer.taken.as_slice(), [.., open, _] if open.is_operator("("));
            if !empty {
                return self.redirections();
            }
        }
        self.body()
    }

    /// What a function does.
    pub(super) fn body(&mut self) -> Parsed {
        self.newlines()?;
        if self.compound()? { self.redirections() } else { Err(self.stumbled()?) }
    }

    pub(super) fn coproc(&mut self) -> Parsed {
        self.take()?;
        if self.compound()? {
            return self.redirections();
        }
        if self.peek()?.redirects() {
            return self.simple();
        }
        let first = self.need_word()?;
        if self.compound()? { self.redirections() } else { self.arguments(Some(first.text)) }
    }
}
