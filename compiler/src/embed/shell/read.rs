//! Reads a script into [`Facts`]: what it sets, what it reads, what it runs. Follows no order: a variable that is set
//! anywhere is set everywhere.

use super::facts::Facts;
use super::grammar;
use super::known;
use super::lex::{Kind, Token};
use super::syntax::Stop;
use super::words::Words;

/// Command substitutions inside one another that are read.
const NESTED: u32 = 8;

/// What `text` holds. Text that nests too deeply to be read gives no facts, and no error.
pub(crate) fn read(text: &str) -> Facts {
    let mut facts = Facts::default();
    into(text, 0, 0, &mut facts);
    facts.uses.sort_by_key(|found| found.place.start);
    facts
}

/// Adds what the script `text` holds, which stands at byte `base`.
pub(super) fn into(text: &str, base: usize, depth: u32, facts: &mut Facts) {
    let tokens = if depth > NESTED || text.contains('\0') { Err(Stop::Deep) } else { grammar::tokens(text) };
    match tokens {
        Ok(tokens) => Reader { words: Words { text, base, depth, facts } }.tokens(&tokens),
        Err(Stop::Deep) => {
            facts.open = true;
            facts.foreign = true;
        }
        Err(Stop::Error(error)) => facts.fail(base, error),
    }
}

struct Reader<'a, 't> {
    words: Words<'a, 't>,
}

/// Where in a command the next word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At<'t> {
    /// It begins one.
    Start,
    /// It is a name to be set: after `for` and `select`.
    Name,
    /// It names a function.
    Function,
    /// It is a pattern of a `case`, or what stands before the first one.
    Pattern,
    /// It is part of `[[ … ]]`.
    Condition,
    /// It is an argument of that command.
    Argument(&'t str),
}

impl<'t> Reader<'_, 't> {
    fn tokens(&mut self, tokens: &[Token<'t>]) {
        let mut at = At::Start;
        let mut functions = Vec::new();
        let mut commands = Vec::new();
        let mut tokens = tokens.iter().peekable();
        let mut before: Option<&str> = None;
        while let Some(token) = tokens.next() {
            let text = token.text;
            match token.kind {
                Kind::Word => {}
                Kind::Operator if token.redirects() => {
                    // What follows is a file or the mark of a here document, not an argument.
                    if let Some(file) = tokens.next().filter(|_| !text.starts_with("<<") || text == "<<<") {
                        self.words.look(file);
                    }
                    before = None;
                    continue;
                }
                Kind::Operator => {
                    let list = before.is_some_and(|before| before.ends_with('=')) && at != At::Pattern;
                    at = match (text, at) {
                        // `name=(…)`
                        ("(", _) if list => {
                            let is_list = |token: &&Token<'_>| !token.is_operator(")");
                            while let Some(item) = tokens.next_if(is_list) {
                                self.words.look(item);
                            }
                            tokens.next();
                            at
                        }
                        ("(" | "|" | "\n", At::Pattern) => At::Pattern,
                        (_, At::Condition) => At::Condition,
                        (";;" | ";&" | ";;&", _) => At::Pattern,
                        ("(", At::Argument(_)) => {
                            functions.extend(before);
                            At::Start
                        }
                        _ => At::Start,
                    };
                    before = None;
                    continue;
                }
                Kind::Arithmetic => {
                    self.words.arithmetic(token.at + 2, token.at + text.len() - 2);
                    (at, before) = (At::Start, None);
                    continue;
                }
                Kind::Document { quoted } => {
                    if !quoted {
                        self.words.document(token);
                    }
                    continue;
                }
                Kind::End => continue,
            }
            self.words.look(token);
            self.sets(text, before);
            let described = tokens.peek().is_some_and(|next| next.redirects() && next.at == token.place().end);
            if described && known::is_descriptor(text) {
                continue;
            }
            at = match at {
                At::Start if known::leads(text) => {
                    self.facts().open |= text == "coproc";
                    At::Start
                }
                At::Start if known::is_assignment(text) => At::Start,
                At::Start if matches!(text, "for" | "select") => At::Name,
                At::Start if text == "function" => At::Function,
                At::Start if text == "case" => At::Pattern,
                At::Start if text == "[[" => At::Condition,
                At::Start => {
                    if !known::is_structure(text) {
                        commands.push(text);
                    }
                    self.facts().open |= known::opens(text);
                    At::Argument(text)
                }
                At::Name => {
                    self.facts().set.insert(text.to_owned());
                    At::Argument("for")
                }
                At::Function => {
                    functions.push(text);
                    At::Start
                }
                At::Pattern if text == "esac" => At::Argument("esac"),
                At::Pattern => At::Pattern,
                At::Condition if text == "]]" => At::Argument("]]"),
                At::Condition => At::Condition,
                At::Argument(command) => {
                    self.argument(command, text, before);
                    At::Argument(command)
                }
            };
            before = Some(text);
        }
        self.facts().foreign |=
            commands.iter().any(|command| !known::is_everyday(command) && !functions.contains(command));
    }

    fn facts(&mut self) -> &mut Facts {
        self.words.facts
    }

    /// What an argument of `command` sets.
    fn argument(&mut self, command: &str, text: &str, before: Option<&str>) {
        match command {
            "set" if text.starts_with('+') && text.contains('u') || text == "nounset" => self.facts().open = true,
            "declare" | "local" | "typeset" if text.starts_with('-') && text.contains('n') => self.facts().open = true,
            _ if known::sets(command) || (before == Some("-v")) || (before == Some("-p") && command == "wait") => {
                let name = text.split(['=', '[', '+']).next().unwrap_or_default();
                // A name that is made while it runs.
                self.facts().open |=
                    name.contains(['$', '`']) && !name.contains(['"', '\'', ' ']) || name.starts_with("\"$");
                let words =
                    name.trim_matches(['"', '\'']).split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                self.facts().set.extend(words.filter(|word| known::is_name(word)).map(str::to_owned));
            }
            _ => {}
        }
    }

    /// What a word sets by its form, wherever it stands: `name=…`, `name+=…`, `name[1]=…`, `{name}`.
    fn sets(&mut self, text: &str, before: Option<&str>) {
        let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
        let name = &text[..end];
        if known::is_assignment(text) || (before == Some("-v") && known::is_name(name)) {
            self.facts().set.insert(name.to_owned());
        }
        let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        if let Some(name) = inside.filter(|name| known::is_name(name)) {
            self.facts().set.insert(name.to_owned());
        }
    }
}
