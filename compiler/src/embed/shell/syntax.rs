//! Whether a script is valid shell, and where it is not.

use brush_parser::{ParseError, ParserOptions, SourceInfo, Token, TokenizerError, parse_tokens, uncached_tokenize_str};

use super::facts::{Place, SyntaxError};
use super::known;

/// What opens a construct, and the word that ends it.
const PAIRS: [(&str, &str); 8] = [
    ("if", "fi"),
    ("do", "done"),
    ("case", "esac"),
    ("for", "done"),
    ("while", "done"),
    ("until", "done"),
    ("{", "}"),
    ("(", ")"),
];

/// The tokens of `text`, or what is wrong with it.
pub(super) fn tokens(text: &str, options: &ParserOptions) -> Result<Vec<Token>, SyntaxError> {
    let tokens = match uncached_tokenize_str(text, &options.tokenizer_options()) {
        Ok(tokens) => tokens,
        Err(error) => return Err(open(text, &error)),
    };
    match parse_tokens(&tokens, options, &SourceInfo::default()) {
        Ok(_) => Ok(tokens),
        Err(ParseError::ParsingNearToken(token)) => Err(unexpected(text, culprit(&token, &tokens))),
        Err(ParseError::ParsingAtEndOfInput | ParseError::Tokenizing { .. }) => Err(unfinished(text, &tokens)),
    }
}

/// Words that only end or go on with what is open.
const CLOSING: [&str; 8] = ["fi", "done", "esac", "then", "elif", "else", "do", "}"];

/// The parser stumbles behind a word that cannot stand where it does, and at the end of a line before one.
fn culprit<'a>(found: &'a Token, tokens: &'a [Token]) -> &'a Token {
    if !matches!(found, Token::Operator(..)) {
        return found;
    }
    let at = |token: &Token| token.location().start.index;
    let before = tokens.iter().rfind(|token| at(token) < at(found));
    if let Some(before) = before.filter(|before| CLOSING.contains(&before.to_str())) {
        return before;
    }
    let after = || tokens.iter().find(|token| at(token) > at(found) && token.to_str() != "\n");
    if found.to_str() == "\n" { after().unwrap_or(found) } else { found }
}

fn error(place: Place, message: impl Into<String>, help: Option<String>) -> SyntaxError {
    SyntaxError { place, message: message.into(), help }
}

/// What begins and does not end.
fn open(text: &str, found: &TokenizerError) -> SyntaxError {
    use TokenizerError as T;
    let at = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    let closed = |start: usize, length: usize, opening: &str, closing: &str| {
        let end = text.len().min(start + length);
        error(start..end, format!("`{opening}` is never closed"), Some(format!("close it with `{closing}`")))
    };
    let last = |opening: &str| text.rfind(opening).unwrap_or(0);
    match found {
        T::UnterminatedSingleQuote(from) => closed(at(from.index), 1, "'", "'"),
        T::UnterminatedDoubleQuote(from) => closed(at(from.index), 1, "\"", "\""),
        T::UnterminatedAnsiCQuote(from) => closed(at(from.index), 2, "$'", "'"),
        T::UnterminatedBackquote(from) => closed(at(from.index), 1, "`", "`"),
        T::UnterminatedExtendedGlob(from) => closed(at(from.index), 1, "(", ")"),
        T::UnterminatedVariable => closed(last("${"), 2, "${", "}"),
        T::UnterminatedCommandSubstitution => closed(last("$("), 2, "$(", ")"),
        T::UnterminatedHereDocuments(..) | T::MissingHereTagForDocumentBody | T::MissingHereTag(_) => {
            let start = last("<<");
            let line = text[start..].lines().next().unwrap_or_default().trim_end();
            let mark = line.trim_start_matches(['<', '-', ' ']).trim_matches(['\'', '"']);
            let help = format!("end it with a line that has only `{mark}`");
            error(start..start + line.len(), "this here document has no end", Some(help))
        }
        T::UnterminatedEscapeSequence | T::FailedDecoding | T::ReadError(_) => {
            let start = text.trim_end().rfind('\n').map_or(0, |end| end + 1);
            error(start..text.trim_end().len(), "it ends in the middle of something", None)
        }
    }
}

fn place(text: &str, token: &Token) -> Place {
    let index = token.location().start.index;
    let start = text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    start..text.len().min(start + token.to_str().len().max(1))
}

/// A word or an operator that cannot stand where it does.
fn unexpected(text: &str, token: &Token) -> SyntaxError {
    let written = token.to_str();
    let shown = if written == "\n" { "the end of the line".to_owned() } else { format!("`{written}`") };
    let help = match written {
        "fi" | "then" | "elif" | "else" => Some("an `if` is `if command; then … fi`"),
        "done" | "do" => Some("a loop is `for name in words; do … done`"),
        "}" => Some("before `}` there has to be a `;` or a new line"),
        ")" => Some("no `(` is open here"),
        "(" => Some("quote it when it is meant as text"),
        ";;" | "esac" => Some("a `case` is `case word in pattern) … ;; esac`"),
        _ => None,
    };
    error(place(text, token), format!("{shown} cannot stand here"), help.map(str::to_owned))
}

/// The script ends, and something in it has not.
fn unfinished(text: &str, tokens: &[Token]) -> SyntaxError {
    let mut waiting: Vec<(&Token, &str)> = Vec::new();
    let mut starts = true;
    for token in tokens {
        let written = token.to_str();
        let word = matches!(token, Token::Word(..));
        if starts || !word {
            if waiting.last().is_some_and(|(_, end)| *end == written) {
                waiting.pop();
            } else if let Some((_, end)) = PAIRS.iter().find(|(begin, _)| *begin == written) {
                // The `do` of a loop is part of it.
                if written != "do" || waiting.last().is_none_or(|(_, end)| *end != "done") {
                    waiting.push((token, end));
                }
            }
        }
        starts = if word { known::leads(written) } else { true };
    }
    match waiting.last() {
        Some((token, end)) => error(
            place(text, token),
            format!("`{}` is never ended", token.to_str()),
            Some(format!("end it with `{end}`")),
        ),
        None => {
            let end = text.trim_end().len();
            let start = text[..end].rfind('\n').map_or(0, |end| end + 1);
            error(start..end, "the command is not finished", None)
        }
    }
}
