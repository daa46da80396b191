//! Reads a script into [`Facts`]: what it sets, what it reads, what it runs. Follows no order: a variable that is set
//! anywhere is set everywhere.

use brush_parser::{ParserOptions, Token};

use super::facts::Facts;
use super::{known, syntax, words};

/// Brackets and quotes around a place beyond which a script is not read.
const DEEPEST: usize = 24;
/// Command substitutions inside one another that are read.
const NESTED: u32 = 8;

/// What `text` holds. Text that nests too deeply to be read gives no facts, and no error.
pub(crate) fn read(text: &str) -> Facts {
    let mut facts = Facts::default();
    let options = ParserOptions::default();
    into(text, 0, &options, 0, &mut facts);
    facts.uses.sort_by_key(|found| found.place.start);
    facts
}

/// Adds what the script `text` holds, which stands at byte `base`.
pub(super) fn into(text: &str, base: usize, options: &ParserOptions, depth: u32, facts: &mut Facts) {
    if depth > NESTED || nesting(text) > DEEPEST || beyond(text) {
        facts.open = true;
        facts.foreign = true;
        return;
    }
    match syntax::tokens(text, options) {
        Ok(tokens) => {
            let starts = starts(text);
            let mut reader = Reader { text, base, options, depth, facts, starts };
            reader.tokens(&tokens);
        }
        Err(error) if facts.error.is_none() => {
            let place = base + error.place.start..base + error.place.end;
            facts.error = Some(super::facts::SyntaxError { place, ..error });
        }
        Err(_) => {}
    }
}

/// How deep brackets and compound commands stand inside one another, at most, whatever else they stand in.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for word in words(text) {
        match word {
            "if" | "while" | "until" | "for" | "case" => depth += 1,
            "fi" | "done" | "esac" => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    depth = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Whether the text has what the parser does not read as bash does.
fn beyond(text: &str) -> bool {
    text.contains('\0') || words(text).any(|word| matches!(word, "select" | "coproc"))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || letter == ';').filter(|word| !word.is_empty())
}

/// Where each character begins.
fn starts(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|first: char| first.is_ascii_digit())
        && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

struct Reader<'a> {
    text: &'a str,
    base: usize,
    options: &'a ParserOptions,
    depth: u32,
    facts: &'a mut Facts,
    starts: Vec<usize>,
}

/// Where in a command the next word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At<'a> {
    /// It begins one.
    Start,
    /// It is a name to be set: after `for` and `select`.
    Name,
    /// It names a function.
    Function,
    /// It is an argument of that command.
    Argument(&'a str),
}

impl Reader<'_> {
    fn tokens(&mut self, tokens: &[Token]) {
        let mut at = At::Start;
        let mut functions = Vec::new();
        let mut commands = Vec::new();
        let mut tokens = tokens.iter().peekable();
        let mut before: Option<&str> = None;
        while let Some(token) = tokens.next() {
            let (text, location) = match token {
                Token::Word(text, location) => (text.as_str(), location),
                Token::Operator(operator, _) => {
                    match operator.as_str() {
                        "<<" | "<<-" => self.document(&mut tokens),
                        "<" | ">" | ">>" | "<<<" | "<&" | ">&" | "&>" | "&>>" | "<>" | ">|" => {
                            // What follows is a file, not an argument.
                            if let Some(Token::Word(text, location)) = tokens.peek() {
                                self.word(text, location.start.index);
                                tokens.next();
                            }
                        }
                        "(" if matches!(at, At::Argument(_)) && before.is_some_and(is_name) => {
                            functions.extend(before);
                            at = At::Start;
                        }
                        _ => at = At::Start,
                    }
                    before = None;
                    continue;
                }
            };
            self.word(text, location.start.index);
            self.sets(text, before, tokens.peek().copied());
            at = match at {
                At::Start if known::leads(text) => At::Start,
                At::Start if is_assignment(text) => At::Start,
                At::Start if matches!(text, "for" | "select") => At::Name,
                At::Start if text == "function" => At::Function,
                At::Start => {
                    if !known::is_structure(text) {
                        commands.push(text);
                    }
                    self.facts.open |= known::opens(text);
                    At::Argument(text)
                }
                At::Name => {
                    self.facts.set.insert(text.to_owned());
                    At::Argument("for")
                }
                At::Function => {
                    functions.push(text);
                    At::Start
                }
                At::Argument(command) => {
                    self.argument(command, text, before);
                    At::Argument(command)
                }
            };
            before = Some(text);
        }
        self.facts.foreign |=
            commands.iter().any(|command| !known::is_everyday(command) && !functions.contains(command));
    }

    /// What an argument of `command` sets.
    fn argument(&mut self, command: &str, text: &str, before: Option<&str>) {
        match command {
            "set" if text.starts_with('+') && text.contains('u') || text == "nounset" => self.facts.open = true,
            "declare" | "local" | "typeset" if text.starts_with('-') && text.contains('n') => self.facts.open = true,
            _ if known::sets(command) || (before == Some("-v")) || (before == Some("-p") && command == "wait") => {
                let name = text.split(['=', '[', '+']).next().unwrap_or_default();
                // A name that is made while it runs.
                self.facts.open |=
                    name.contains(['$', '`']) && !name.contains(['"', '\'', ' ']) || name.starts_with("\"$");
                let words =
                    name.trim_matches(['"', '\'']).split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                self.facts.set.extend(words.filter(|word| is_name(word)).map(str::to_owned));
            }
            _ => {}
        }
    }

    /// What a word sets by its form, wherever it stands: `name=…`, `name+=…`, `name[1]=…`, `++name`, `{name}`.
    fn sets(&mut self, text: &str, before: Option<&str>, after: Option<&Token>) {
        let bare = text.trim_start_matches("++").trim_start_matches("--");
        let end = bare.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(bare.len());
        let (name, rest) = bare.split_at(end);
        let changed = rest.contains('=') || rest.contains("++") || rest.contains("--") || bare.len() < text.len();
        let followed = |operator: &str| matches!(operator, "=" | "+=" | "-=" | "*=" | "/=" | "++" | "--");
        let followed = rest.is_empty() && after.is_some_and(|after| followed(after.to_str()));
        if is_name(name) && (changed || followed || before == Some("-v")) {
            self.facts.set.insert(name.to_owned());
        }
        if let Some(name) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).filter(|name| is_name(name))
        {
            self.facts.set.insert(name.to_owned());
        }
    }

    /// A here document: its mark, its text and its end.
    fn document<'t>(&mut self, tokens: &mut std::iter::Peekable<impl Iterator<Item = &'t Token>>) {
        let Some(Token::Word(mark, _)) = tokens.next() else { return };
        let Some(Token::Word(text, location)) = tokens.next() else { return };
        if mark.contains(['\'', '"', '\\']) {
            return;
        }
        if let Some(at) = self.place(text, location.start.index) {
            words::look_document(text, self.base + at, self.options, self.depth, self.facts);
        }
    }

    fn word(&mut self, text: &str, index: usize) {
        if let Some(at) = self.place(text, index) {
            words::look(text, self.base + at, self.options, self.depth, self.facts);
        } else if text.contains('$') {
            self.facts.open = true;
        }
    }

    /// The byte at which the token stands that begins with character `index`: exactly there, or not known.
    fn place(&self, text: &str, index: usize) -> Option<usize> {
        let at = *self.starts.get(index)?;
        let exact = self.text.get(at..)?.starts_with(text);
        // The parser leaves out escaped line ends, and counts a here document from the line before it.
        exact.then_some(at).or_else(|| Some(at + self.text.get(at..)?.find(text).filter(|skipped| *skipped <= 256)?))
    }
}

fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else { return false };
    let name = name.trim_end_matches('+');
    is_name(name.split('[').next().unwrap_or(name))
}
