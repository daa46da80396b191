//! Reads a script into [`Facts`]: what it sets, what it reads, what it runs. Follows no order: a variable that is set
//! anywhere is set everywhere.

use brush_parser::{ParserOptions, Token as Parsed};

use super::facts::Facts;
use super::{known, plain, syntax, words};

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
    let mut reader = Reader { base, options, depth, facts };
    if let Some(tokens) = plain::tokens(text) {
        reader.tokens(&tokens);
        return;
    }
    match syntax::tokens(text, options) {
        Ok(tokens) => reader.tokens(&located(text, &tokens)),
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
            b"if" | b"while" | b"until" | b"for" | b"case" => depth += 1,
            b"fi" | b"done" | b"esac" => depth = depth.saturating_sub(1),
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
    text.contains('\0') || words(text).any(|word| matches!(word, b"select" | b"coproc"))
}

fn words(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(|byte| byte.is_ascii_whitespace() || *byte == b';').filter(|word| !word.is_empty())
}

/// A word or an operator of a script.
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// The byte of the script at which it stands; of a word that is not always known.
    pub(super) at: Option<usize>,
    pub(super) operator: bool,
}

/// What the parser found in `text`, by bytes.
pub(super) fn located<'t>(text: &str, tokens: &'t [Parsed]) -> Vec<Token<'t>> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let place = |word: &str, index: usize| {
        let at = *starts.get(index)?;
        let exact = text.get(at..)?.starts_with(word);
        // The parser leaves out escaped line ends, and counts a here document from the line before it.
        exact.then_some(at).or_else(|| Some(at + text.get(at..)?.find(word).filter(|skipped| *skipped <= 256)?))
    };
    let located = tokens.iter().map(|token| match token {
        Parsed::Word(word, location) => Token { text: word, at: place(word, location.start.index), operator: false },
        Parsed::Operator(operator, _) => Token { text: operator, at: None, operator: true },
    });
    located.collect()
}

pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|first: char| first.is_ascii_digit())
        && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

struct Reader<'a> {
    base: usize,
    options: &'a ParserOptions,
    depth: u32,
    facts: &'a mut Facts,
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
    fn tokens(&mut self, tokens: &[Token<'_>]) {
        let mut at = At::Start;
        let mut functions = Vec::new();
        let mut commands = Vec::new();
        let mut tokens = tokens.iter().peekable();
        let mut before: Option<&str> = None;
        while let Some(token) = tokens.next() {
            let text = token.text;
            if token.operator {
                match text {
                    "<<" | "<<-" => self.document(&mut tokens),
                    "<" | ">" | ">>" | "<<<" | "<&" | ">&" | "&>" | "&>>" | "<>" | ">|" => {
                        // What follows is a file, not an argument.
                        if let Some(file) = tokens.next_if(|token| !token.operator) {
                            self.word(file);
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
            self.word(token);
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
    fn sets(&mut self, text: &str, before: Option<&str>, after: Option<&Token<'_>>) {
        let bare = match text.starts_with(['+', '-']) {
            true => text.trim_start_matches("++").trim_start_matches("--"),
            false => text,
        };
        let end = bare.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(bare.len());
        let (name, rest) = bare.split_at(end);
        let changes = |rest: &str| rest.contains('=') || rest.contains("++") || rest.contains("--");
        let changed = (!rest.is_empty() && changes(rest)) || bare.len() < text.len();
        let followed = |operator: &str| matches!(operator, "=" | "+=" | "-=" | "*=" | "/=" | "++" | "--");
        let followed = rest.is_empty() && after.is_some_and(|after| followed(after.text));
        if is_name(name) && (changed || followed || before == Some("-v")) {
            self.facts.set.insert(name.to_owned());
        }
        if let Some(name) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).filter(|name| is_name(name))
        {
            self.facts.set.insert(name.to_owned());
        }
    }

    /// A here document: its mark, its text and its end.
    fn document<'t>(&mut self, tokens: &mut impl Iterator<Item = &'t Token<'t>>) {
        let Some(mark) = tokens.next().filter(|token| !token.operator) else { return };
        let Some(document) = tokens.next().filter(|token| !token.operator) else { return };
        if mark.text.contains(['\'', '"', '\\']) {
            return;
        }
        if let Some(at) = document.at {
            words::look_document(document.text, self.base + at, self.options, self.depth, self.facts);
        }
    }

    fn word(&mut self, word: &Token<'_>) {
        if let Some(at) = word.at {
            words::look(word.text, self.base + at, self.options, self.depth, self.facts);
        } else if word.text.contains('$') {
            self.facts.open = true;
        }
    }
}

fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else { return false };
    let name = name.trim_end_matches('+');
    is_name(name.split('[').next().unwrap_or(name))
}
