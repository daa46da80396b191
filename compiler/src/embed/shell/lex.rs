//! Words, operators and here documents of a script, each at its place. What a word is for is the grammar's to know.

use super::facts::Place;
use super::scan::{Quotes, Scan};
use super::syntax::{Stop, endless};

/// How far the end of an index is looked for.
pub(super) const LONGEST_INDEX: usize = 256;

/// A longer operator before those it begins with.
const OPERATORS: [&str; 24] = [
    "\n", "&&", "&>>", "&>", "&", "||", "|&", "|", ";;&", ";;", ";&", ";", "<<<", "<<-", "<<", "<&", "<>", "<", ">>",
    ">&", ">|", ">", "(", ")",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Operator,
    /// `((…))` where a command may stand.
    Arithmetic,
    /// The text of a here document; in one that is quoted, nothing is expanded.
    Document {
        quoted: bool,
    },
    /// The end of the script.
    End,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// The byte at which it stands.
    pub(super) at: usize,
    pub(super) kind: Kind,
}

impl Token<'_> {
    pub(super) fn place(&self) -> Place {
        self.at..self.at + self.text.len()
    }

    pub(super) fn is_word(&self, text: &str) -> bool {
        self.kind == Kind::Word && self.text == text
    }

    pub(super) fn is_operator(&self, text: &str) -> bool {
        self.kind == Kind::Operator && self.text == text
    }

    /// Whether it says where something is read from or written to.
    pub(super) fn redirects(&self) -> bool {
        self.kind == Kind::Operator && (self.text.contains(['<', '>']))
    }
}

/// A here document that begins behind the end of the line.
struct Awaited<'t> {
    /// `<<` and the mark.
    place: Place,
    mark: &'t str,
    /// Tabs at the beginning of lines do not count.
    tabs: bool,
}

/// Reads tokens one at a time, since what a letter means hangs on where it stands.
pub(super) struct Lexer<'t> {
    pub(super) scan: Scan<'t>,
    at: usize,
    peeked: Option<Token<'t>>,
    /// What was taken so far.
    pub(super) taken: Vec<Token<'t>>,
    awaited: Vec<Awaited<'t>>,
    /// Here documents behind the end of the line that was read last.
    documents: Vec<Token<'t>>,
    /// It stands in `$(…)`.
    within: bool,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(scan: Scan<'t>, at: usize, within: bool) -> Self {
        Lexer { scan, at, peeked: None, taken: Vec::new(), awaited: Vec::new(), documents: Vec::new(), within }
    }

    /// The next token, which stays the next one.
    pub(super) fn peek(&mut self) -> Result<Token<'t>, Stop> {
        if let Some(token) = self.peeked {
            return Ok(token);
        }
        let token = self.read()?;
        self.peeked = Some(token);
        Ok(token)
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Result<Token<'t>, Stop> {
        let token = self.peek()?;
        self.peeked = None;
        let mark = self.taken.last().copied().filter(|before| ["<<", "<<-"].contains(&before.text));
        if let Some(before) = mark.filter(|before| before.kind == Kind::Operator && token.kind == Kind::Word) {
            self.awaited.push(Awaited {
                place: before.at..token.place().end,
                mark: token.text,
                tabs: before.text == "<<-",
            });
        }
        self.taken.push(token);
        self.taken.append(&mut self.documents);
        Ok(token)
    }

    /// Reads the next token, a `(`, as the beginning of `((…))` if it is that.
    pub(super) fn arithmetic(&mut self) -> Result<bool, Stop> {
        let token = self.peek()?;
        let Some(end) = self.scan.arithmetic(token.at, token.at)? else { return Ok(false) };
        self.at = end;
        self.peeked = Some(Token { text: &self.scan.text[token.at..end], kind: Kind::Arithmetic, ..token });
        Ok(true)
    }

    /// Reads what comes next as a pattern or a regular expression, in which brackets need no quotes. Nothing must have
    /// been looked at.
    pub(super) fn pattern(&mut self) -> Result<(), Stop> {
        debug_assert!(self.peeked.is_none(), "the pattern has been read as something else");
        let start = self.blanks();
        let mut end = start;
        while let Some(byte) = self.scan.byte(end) {
            end = match byte {
                b' ' | b'\t' | b'\n' | b'&' | b';' | b'<' | b'>' | b')' => break,
                b'|' if self.scan.byte(end + 1) == Some(b'|') => break,
                b'(' => self.scan.brackets(end)?,
                _ => self.scan.piece(end, Quotes::Quote)?,
            };
        }
        if end > start {
            self.at = end;
            self.peeked = Some(Token { text: &self.scan.text[start..end], at: start, kind: Kind::Word });
        }
        Ok(())
    }

    /// Nothing is left to be read of here documents.
    pub(super) fn finish(&self) -> Result<(), Stop> {
        match self.awaited.first() {
            Some(awaited) => Err(endless(awaited.place.clone(), &unquoted(awaited.mark))),
            None => Ok(()),
        }
    }

    /// Goes to where the next token begins: over blanks, ends of lines that are taken away, and comments.
    fn blanks(&mut self) -> usize {
        loop {
            let rest = &self.scan.text.as_bytes()[self.at..];
            match rest {
                [b' ' | b'\t', ..] => self.at += 1,
                [b'\\', b'\n', ..] => self.at += 2,
                [b'#', ..] => self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
                _ => return self.at,
            }
        }
    }

    fn read(&mut self) -> Result<Token<'t>, Stop> {
        let at = self.blanks();
        let rest = &self.scan.text[at..];
        let operates = rest.starts_with(['\n', '&', '|', ';', '<', '>', '(', ')']);
        let substitutes = rest.starts_with("<(") || rest.starts_with(">(");
        let operator = match operates && !substitutes {
            true => OPERATORS.iter().find(|operator| rest.starts_with(**operator)),
            false => None,
        };
        let (end, kind) = match operator {
            Some(operator) => (at + operator.len(), Kind::Operator),
            None if rest.is_empty() => (at, Kind::End),
            None => (self.word(at)?, Kind::Word),
        };
        self.at = end;
        let token = Token { text: &self.scan.text[at..end], at, kind };
        if token.text == "\n" {
            self.documents()?;
        } else if kind == Kind::End {
            self.finish()?;
        }
        Ok(token)
    }

    /// Where the word ends that begins at `start`.
    fn word(&self, start: usize) -> Result<usize, Stop> {
        let mut end = start;
        loop {
            end += self.scan.plain(end);
            let Some(byte) = self.scan.byte(end) else { break };
            let bracket = self.scan.byte(end + 1) == Some(b'(');
            end = match byte {
                b'<' | b'>' if bracket => self.scan.command(end, end + 1)?,
                b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b'<' | b'>' | b'(' | b')' => break,
                b'?' | b'*' | b'+' | b'@' | b'!' if bracket => self.scan.brackets(end + 1)?,
                b'[' if end > start && self.scan.name(start) == end - start => {
                    self.index(end).unwrap_or(Ok(end + 1))?
                }
                _ => self.scan.piece(end, Quotes::Quote)?,
            };
        }
        Ok(end)
    }

    /// Where the index ends of an element that is set: `[…]` before `=`.
    fn index(&self, at: usize) -> Option<Result<usize, Stop>> {
        let (mut depth, mut end) = (1_usize, at + 1);
        while depth > 0 {
            end = match self.scan.byte(end).filter(|byte| *byte != b'\n' && end - at < LONGEST_INDEX)? {
                b'[' => {
                    depth += 1;
                    end + 1
                }
                b']' => {
                    depth -= 1;
                    end + 1
                }
                _ => match self.scan.piece(end, Quotes::Quote) {
                    Ok(end) => end,
                    Err(stop) => return Some(Err(stop)),
                },
            };
        }
        let rest = self.scan.text.get(end..)?;
        (rest.starts_with('=') || rest.starts_with("+=")).then_some(Ok(end))
    }

    /// Reads the here documents that the line announces which has just ended.
    fn documents(&mut self) -> Result<(), Stop> {
        let text = self.scan.text;
        for awaited in std::mem::take(&mut self.awaited) {
            let mark = unquoted(awaited.mark);
            let start = self.at;
            let mut line = start;
            let (end, next) = loop {
                if line >= text.len() {
                    return Err(endless(awaited.place, &mark));
                }
                let whole = &text[line..];
                let whole = &whole[..whole.find('\n').unwrap_or(whole.len())];
                let bare = if awaited.tabs { whole.trim_start_matches('\t') } else { whole };
                if bare == mark {
                    break (line, text.len().min(line + whole.len() + 1));
                }
                let closes = bare.strip_prefix(mark.as_str()).is_some_and(|rest| rest.starts_with(')'));
                if self.within && closes {
                    break (line, line + (whole.len() - bare.len()) + mark.len());
                }
                line += whole.len() + 1;
            };
            let quoted = mark != awaited.mark;
            self.documents.push(Token { text: &text[start..end], at: start, kind: Kind::Document { quoted } });
            self.at = next;
        }
        Ok(())
    }
}

/// A mark as it stands at the end of its document.
fn unquoted(mark: &str) -> String {
    let mut text = String::new();
    let mut letters = mark.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' | '"' => {}
            '\\' => text.extend(letters.next()),
            letter => text.push(letter),
        }
    }
    text
}
