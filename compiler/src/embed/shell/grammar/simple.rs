//! Simple commands: words, what they set, redirections.

use super::super::known;
use super::super::lex::Kind;
use super::super::syntax::unexpected;
use super::{Parsed, Parser};

impl<'t> Parser<'t> {
    /// A simple command, or the definition of a function.
    pub(super) fn simple(&mut self) -> Parsed {
        let first = self.peek()?;
        if first.kind != Kind::Word || known::is_assignment(first.text) {
            return self.arguments(None);
        }
        self.take()?;
        if self.peek()?.is_operator("(") {
            let bracket = self.take()?;
            let named = !first.text.contains(['$', '`', '\'', '"', '\\']);
            if !named || (!self.peek()?.is_operator(")") && self.peek()?.kind != Kind::End) {
                return Err(unexpected(&bracket));
            }
            self.closed()?;
            return self.body();
        }
        self.arguments(Some(first.text))
    }

    /// Words and redirections behind the name of the command, or from the beginning where that is still to come.
    pub(super) fn arguments(&mut self, command: Option<&'t str>) -> Parsed {
        let mut command = command;
        loop {
            let next = self.peek()?;
            if next.redirects() {
                self.redirection()?;
                continue;
            }
            if next.kind != Kind::Word {
                return if next.is_operator("(") { Err(self.stumbled()?) } else { Ok(()) };
            }
            self.take()?;
            let assigns = known::is_assignment(next.text);
            if command.is_none() && !assigns {
                command = Some(next.text);
            }
            // `name=(…)`, where something is set.
            let lists = assigns && next.text.ends_with('=') && command.is_none_or(known::declares);
            let bracket = self.peek()?;
            let adjacent = bracket.is_operator("(") && bracket.at == next.place().end;
            if adjacent && lists {
                self.construct(")", |parser| {
                    parser.newlines()?;
                    while parser.peek()?.kind == Kind::Word {
                        parser.take()?;
                        parser.newlines()?;
                    }
                    parser.closed()
                })?;
            }
        }
    }

    pub(super) fn redirections(&mut self) -> Parsed {
        loop {
            let next = self.peek()?;
            // What is redirected stands before the operator: `2>`, `{name}>`.
            let named = next.kind == Kind::Word && known::is_descriptor(next.text);
            if named && self.lexer.scan.byte(next.place().end).is_some_and(|byte| b"<>".contains(&byte)) {
                self.take()?;
            } else if !next.redirects() {
                return Ok(());
            }
            self.redirection()?;
        }
    }

    fn redirection(&mut self) -> Parsed {
        self.take()?;
        self.need_word().map(|_| ())
    }
}
