//! Where quotes and expansions end. Of commands it knows only that they stand in `$(…)`.

use super::grammar;
use super::syntax::{Stop, unclosed};

/// How deep quotes, expansions and commands may stand inside one another.
const DEEPEST: usize = 40;

/// A script, looked at from within so and so many quotes, expansions and commands.
#[derive(Clone, Copy)]
pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
    depth: usize,
}

/// What quotes mean where a piece of a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// They quote.
    Quote,
    /// Single ones stand for themselves: within double quotes, and in here documents.
    Single,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Scan { text, depth: 0 }
    }

    /// One level further in.
    pub(super) fn deeper(self) -> Result<Self, Stop> {
        if self.depth == DEEPEST { Err(Stop::Deep) } else { Ok(Scan { depth: self.depth + 1, ..self }) }
    }

    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// How many bytes from `at` mean themselves wherever they stand in a word.
    pub(super) fn plain(self, at: usize) -> usize {
        let bytes = self.text.as_bytes().get(at..).unwrap_or_default();
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_-./,:=%".contains(byte);
        bytes.iter().position(|byte| !plain(byte)).unwrap_or(bytes.len())
    }

    /// Where the piece of a word ends that begins at `at`: something quoted, an expansion, one byte of plain text.
    pub(super) fn piece(self, at: usize, quotes: Quotes) -> Result<usize, Stop> {
        match self.byte(at) {
            Some(b'\\') => Ok(self.text.len().min(at + 2)),
            Some(b'\'') if quotes == Quotes::Quote => self.single(at),
            Some(b'"') => self.double(at),
            Some(b'$') => self.dollar(at, quotes),
            Some(b'`') => self.backquoted(at),
            _ => Ok(at + 1),
        }
    }

    fn single(self, at: usize) -> Result<usize, Stop> {
        let length = self.text.as_bytes()[at + 1..].iter().position(|byte| *byte == b'\'');
        length.map(|length| at + length + 2).ok_or_else(|| unclosed(at, "'", "'"))
    }

    fn double(self, at: usize) -> Result<usize, Stop> {
        let inside = self.deeper()?;
        let mut end = at + 1;
        loop {
            end += self.plain(end);
            end = match self.byte(end) {
                Some(b'"') => return Ok(end + 1),
                Some(_) => inside.piece(end, Quotes::Single)?,
                None => return Err(unclosed(at, "\"", "\"")),
            };
        }
    }

    /// Where the text in backquotes ends that begins at `at`.
    fn backquoted(self, at: usize) -> Result<usize, Stop> {
        self.escaped(at + 1, b'`').ok_or_else(|| unclosed(at, "`", "`"))
    }

    /// Behind the next `closing` that no backslash stands before.
    fn escaped(self, from: usize, closing: u8) -> Option<usize> {
        let mut at = from;
        loop {
            at = match self.byte(at)? {
                b'\\' => at + 2,
                byte if byte == closing => return Some(at + 1),
                _ => at + 1,
            };
        }
    }

    /// Where the expansion ends whose `$` stands at `at`; a lone `$` is plain text.
    fn dollar(self, at: usize, quotes: Quotes) -> Result<usize, Stop> {
        match self.byte(at + 1) {
            Some(b'(') => match self.arithmetic(at + 1, at)? {
                Some(end) => Ok(end),
                None => self.command(at, at + 1),
            },
            Some(b'{') => self.braces(at),
            Some(b'\'') if quotes == Quotes::Quote => {
                self.escaped(at + 2, b'\'').ok_or_else(|| unclosed(at, "$'", "'"))
            }
            Some(b'"') if quotes == Quotes::Quote => self.double(at + 1),
            Some(_) => Ok(at + 1 + self.name(at + 1).max(usize::from(self.is_special(at + 1)))),
            None => Ok(at + 1),
        }
    }

    /// How long the name of a variable is that stands at `at`: nothing where none does.
    pub(super) fn name(self, at: usize) -> usize {
        let bytes = self.text.as_bytes().get(at..).unwrap_or_default();
        match bytes.first() {
            Some(first) if first.is_ascii_alphabetic() || *first == b'_' => {
                bytes.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(bytes.len())
            }
            _ => 0,
        }
    }

    /// Whether a parameter of one letter stands at `at` that is no variable: `$1`, `$?`.
    pub(super) fn is_special(self, at: usize) -> bool {
        self.byte(at).is_some_and(|byte| byte.is_ascii_digit() || b"@*#?-$!".contains(&byte))
    }

    /// `${…}`, whose `$` stands at `at`. Its quotes come in pairs, whatever they mean.
    fn braces(self, at: usize) -> Result<usize, Stop> {
        let inside = self.deeper()?;
        let mut end = at + 2;
        loop {
            end = match self.byte(end) {
                Some(b'}') => return Ok(end + 1),
                Some(_) => inside.piece(end, Quotes::Quote)?,
                None => return Err(unclosed(at, "${", "}")),
            };
        }
    }

    /// `$(…)`, `<(…)` or `>(…)`, which begins at `at` and has its bracket at `bracket`.
    pub(super) fn command(self, at: usize, bracket: usize) -> Result<usize, Stop> {
        match grammar::within(self.deeper()?, bracket + 1)? {
            Some(end) => Ok(end + 1),
            None => Err(unclosed(at, &self.text[at..=bracket], ")")),
        }
    }

    /// `((…))`, whose first bracket stands at `at`; nothing where the brackets are those of commands. What begins with it
    /// stands at `start`. Reads brackets and quotes only.
    pub(super) fn arithmetic(self, at: usize, start: usize) -> Result<Option<usize>, Stop> {
        if self.byte(at + 1) != Some(b'(') {
            return Ok(None);
        }
        let (mut depth, mut end) = (2_usize, at + 2);
        loop {
            end = match self.byte(end) {
                Some(b'\\') => end + 2,
                Some(b'\'') => self.single(end)?,
                Some(b'"') => self.escaped(end + 1, b'"').ok_or_else(|| unclosed(end, "\"", "\""))?,
                Some(b'`') => self.backquoted(end)?,
                Some(b'(') => {
                    depth += 1;
                    end + 1
                }
                // At the end, the second one is missing.
                Some(b')') if depth == 2 && self.text[end + 1..].trim_end().is_empty() => {
                    return Err(unclosed(start, &self.text[start..at + 2], "))"));
                }
                Some(b')') if depth == 2 => {
                    return Ok((self.byte(end + 1) == Some(b')')).then_some(end + 2));
                }
                Some(b')') => {
                    depth -= 1;
                    end + 1
                }
                Some(_) => end + 1,
                None => return Err(unclosed(start, &self.text[start..at + 2], "))")),
            };
        }
    }

    /// Brackets in a pattern, the first of which stands at `at`.
    pub(super) fn brackets(self, at: usize) -> Result<usize, Stop> {
        let inside = self.deeper()?;
        let (mut depth, mut end) = (1_usize, at + 1);
        while depth > 0 {
            end = match self.byte(end) {
                Some(b'(') => {
                    depth += 1;
                    end + 1
                }
                Some(b')') => {
                    depth -= 1;
                    end + 1
                }
                Some(_) => inside.piece(end, Quotes::Quote)?,
                None => return Err(unclosed(at, "(", ")")),
            };
        }
        Ok(end)
    }
}
