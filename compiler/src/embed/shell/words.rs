//! Variables in words: `$name`, `${name:-other}`, what stands in `$(…)` and `$((…))`.

use super::facts::{Facts, Use};
use super::lex::{LONGEST_INDEX, Token};
use super::read;
use super::scan::{Quotes, Scan};
use super::syntax::Stop;

/// What a command, a pattern or an expression is made of holds variables only behind these.
const EXPANDING: [char; 4] = ['$', '`', '<', '>'];

/// How variables are set in an expression.
const ASSIGNING: [&str; 13] = ["++", "--", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|=", "="];

/// Looks for variables in the words of a script.
pub(super) struct Words<'a, 't> {
    pub(super) text: &'t str,
    /// The byte at which it stands.
    pub(super) base: usize,
    pub(super) depth: u32,
    pub(super) facts: &'a mut Facts,
}

impl<'t> Words<'_, 't> {
    /// Adds the variables of a word.
    pub(super) fn look(&mut self, word: &Token<'_>) {
        if word.text.contains(EXPANDING) {
            self.inner(word.at, word.place().end, Quotes::Quote);
        }
    }

    /// Adds the variables of a here document, in which quotes mean nothing.
    pub(super) fn document(&mut self, document: &Token<'_>) {
        if document.text.contains(EXPANDING)
            && let Err(Stop::Error(error)) = self.pieces(document.at, document.place().end, Quotes::Single)
        {
            self.facts.fail(self.base, error);
        }
    }

    fn scan(&self) -> Scan<'t> {
        Scan::new(self.text)
    }

    /// The pieces from byte `from` up to byte `to`; gives what is wrong with one, and leaves alone what follows.
    fn pieces(&mut self, from: usize, to: usize, quotes: Quotes) -> Result<(), Stop> {
        let scan = Scan::new(&self.text[..to]);
        let (mut at, mut double) = (from, false);
        loop {
            at += scan.plain(at);
            if at >= to {
                return Ok(());
            }
            let inside = if double { Quotes::Single } else { quotes };
            let byte = self.text.as_bytes()[at];
            if byte == b'"' {
                double = !double && quotes == Quotes::Quote;
                at += 1;
                continue;
            }
            let substitutes = matches!(byte, b'<' | b'>') && inside == Quotes::Quote;
            let end = match substitutes && scan.byte(at + 1) == Some(b'(') {
                true => scan.command(at, at + 1)?,
                false => scan.piece(at, inside)?,
            };
            match byte {
                b'$' => self.dollar(at, end, inside),
                b'`' => self.backquoted(at + 1, end - 1),
                b'<' | b'>' if end > at + 1 => self.commands(at + 2, end - 1),
                _ => {}
            }
            at = end;
        }
    }

    /// The pieces of what is known to be whole.
    fn inner(&mut self, from: usize, to: usize, quotes: Quotes) {
        // Where the parts of an expansion are not told apart as the shell does, nothing is said of them.
        let _ = self.pieces(from, to, quotes);
    }

    /// Commands that stand from byte `from` up to byte `to`.
    fn commands(&mut self, from: usize, to: usize) {
        read::into(&self.text[from..to], self.base + from, self.depth + 1, self.facts);
    }

    fn backquoted(&mut self, from: usize, to: usize) {
        // Escapes: what it sets is not known.
        let escaped = |pair: &str| self.text[from..to].contains(pair);
        if ["\\$", "\\`", "\\\\"].into_iter().any(escaped) {
            self.facts.open = true;
        } else {
            self.commands(from, to);
        }
    }

    /// The expansion from byte `at` up to byte `end`.
    fn dollar(&mut self, at: usize, end: usize, quotes: Quotes) {
        match &self.text[at..end] {
            text if text.starts_with("$((") && text.ends_with("))") && self.is_arithmetic(at, end) => {
                self.arithmetic(at + 3, end - 2);
            }
            text if text.starts_with("$(") => self.commands(at + 2, end - 1),
            text if text.starts_with("${") => self.braces(at, end, quotes),
            text if text.starts_with("$\"") => self.inner(at + 2, end - 1, Quotes::Single),
            _ => {
                let name = self.scan().name(at + 1);
                self.variable(at + 1, name, Some((at, end)));
            }
        }
    }

    fn is_arithmetic(&self, at: usize, end: usize) -> bool {
        self.scan().arithmetic(at + 1, at).ok().flatten() == Some(end)
    }

    /// A variable that is read, and has to be set then; its name stands at byte `at`. `whole` is `$name` or `${name}`.
    fn variable(&mut self, at: usize, length: usize, whole: Option<(usize, usize)>) {
        if length > 0 {
            let place = self.base + at..self.base + at + length;
            let whole = whole.map(|(start, end)| self.base + start..self.base + end);
            self.facts.uses.push(Use { name: self.text[at..at + length].to_owned(), place, whole });
        }
    }

    /// `${…}` from byte `at` up to byte `end`.
    fn braces(&mut self, at: usize, end: usize, quotes: Quotes) {
        let close = end - 1;
        let mark = self.scan().byte(at + 2).filter(|mark| b"!#".contains(mark));
        let start = at + 2 + usize::from(mark.is_some());
        let length = self.scan().name(start);
        // `${#}`, `${!}` and `${#-…}` are of the parameters `#` and `!`.
        let length = length.min(close.saturating_sub(start));
        let mut next = start + if length > 0 { length } else { usize::from(self.scan().is_special(start)) };
        let mut all = false;
        if length > 0 && self.scan().byte(next) == Some(b'[') {
            let Some(index) = self.index(next, close) else { return };
            all = matches!(&self.text[next + 1..index], "@" | "*");
            self.inner(next + 1, index, quotes);
            next = index + 1;
        }
        let rest = self.text.get(next..close).unwrap_or_default();
        // `${!prefix*}` and `${!array[@]}` are empty where nothing is set.
        if mark == Some(b'!') && (all || ["*", "@"].contains(&rest)) {
            return;
        }
        let name = &self.text[start..start + length];
        let operator = rest.trim_start_matches(':');
        let colon = operator.len() + 1 == rest.len();
        let guards = operator.starts_with(['-', '=', '?', '+']) && (colon || operator.len() == rest.len());
        if !guards {
            let whole = (mark.is_none() && next == start + length && rest.is_empty()).then_some((at, end));
            self.variable(start, length, whole);
        } else if length > 0 {
            self.facts.guarded.insert(name.to_owned());
            if operator.starts_with('=') {
                self.facts.set.insert(name.to_owned());
            }
        }
        // Within double quotes, single ones quote in patterns only.
        let quotes = if operator.starts_with(['#', '%', '/', '^', ',']) { Quotes::Quote } else { quotes };
        self.inner(next.min(close), close, quotes);
    }

    /// Where the `]` stands that closes the bracket at byte `at`, before byte `to`.
    fn index(&self, at: usize, to: usize) -> Option<usize> {
        let (mut depth, mut end) = (0_usize, at);
        while end < to {
            match self.text.as_bytes()[end] {
                b'[' => depth += 1,
                b']' if depth == 1 => return Some(end),
                b']' => depth -= 1,
                _ => {}
            }
            end = match self.text.as_bytes()[end] {
                b'[' | b']' => end + 1,
                _ => self.scan().piece(end, Quotes::Quote).ok()?,
            };
        }
        None
    }

    /// An expression from byte `from` up to byte `to`, in which names need no `$`.
    pub(super) fn arithmetic(&mut self, from: usize, to: usize) {
        self.inner(from, to, Quotes::Single);
        // What stands in an index may be a key then.
        let keys = self.text.contains(" -A");
        let mut at = from;
        while at < to {
            let byte = self.text.as_bytes()[at];
            at = match byte {
                b'$' | b'`' => match self.scan().piece(at, Quotes::Single) {
                    Ok(end) if end <= to => end,
                    Ok(_) | Err(_) => return,
                },
                // `16#ff` and `0x1f` are numbers.
                b'0'..=b'9' => at + self.digits(at),
                _ => {
                    let length = self.scan().name(at);
                    self.operand(from, at, length, to);
                    let next = at + length.max(1);
                    let index = keys && length > 0 && self.scan().byte(next) == Some(b'[');
                    let end = if index { self.index(next, to.min(next + LONGEST_INDEX)) } else { None };
                    end.map_or(next, |end| end + 1)
                }
            };
        }
    }

    fn digits(&self, at: usize) -> usize {
        let bytes = &self.text.as_bytes()[at..];
        bytes.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#').unwrap_or(bytes.len())
    }

    /// A name in the expression that goes from byte `from` up to byte `to`.
    fn operand(&mut self, from: usize, at: usize, length: usize, to: usize) {
        if length == 0 {
            return;
        }
        let before = self.text[from..at].trim_end();
        let mut after = self.text[at + length..to].trim_start();
        if after.starts_with('[') {
            let bracket = to - after.len();
            after = self
                .index(bracket, to.min(bracket + LONGEST_INDEX))
                .map_or("", |end| self.text[end + 1..to].trim_start());
        }
        let assigned = ASSIGNING.iter().any(|sign| after.starts_with(sign)) && !after.starts_with("==");
        if assigned || before.ends_with("++") || before.ends_with("--") {
            self.facts.set.insert(self.text[at..at + length].to_owned());
        } else {
            self.variable(at, length, None);
        }
    }
}
