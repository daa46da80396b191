//! From text to one query. Refuses statements that are none.

use sqlparser::ast;
use sqlparser::dialect::DuckDbDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use crate::place::Lines;
use crate::unreadable::is_unreadable;
use crate::{Place, Problem, ProblemKind};
use standpipe_syntax::nearest::nearest;

/// Words that a query begins with.
const QUERIES: [&str; 5] = ["SELECT", "WITH", "FROM", "VALUES", "TABLE"];

/// Words that other statements begin with; what follows them is not looked at.
const STATEMENTS: [&str; 33] = [
    "ALTER",
    "ANALYZE",
    "ATTACH",
    "BEGIN",
    "CALL",
    "CHECKPOINT",
    "COMMENT",
    "COMMIT",
    "COPY",
    "CREATE",
    "DEALLOCATE",
    "DELETE",
    "DETACH",
    "DROP",
    "EXECUTE",
    "EXPLAIN",
    "EXPORT",
    "FORCE",
    "IMPORT",
    "INSERT",
    "INSTALL",
    "LOAD",
    "MERGE",
    "PRAGMA",
    "PREPARE",
    "REPLACE",
    "RESET",
    "ROLLBACK",
    "SET",
    "TRUNCATE",
    "UPDATE",
    "USE",
    "VACUUM",
];

/// Words that one may have meant to write.
const KEYWORDS: [&str; 28] = [
    "AND",
    "BETWEEN",
    "CASE",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCLUDE",
    "FROM",
    "GROUP",
    "HAVING",
    "INNER",
    "JOIN",
    "LEFT",
    "LIMIT",
    "OFFSET",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "QUALIFY",
    "SELECT",
    "THEN",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
];

/// Deepest recursion of the parser: brackets are counted before, chains of `NOT` and the like are not.
const RECURSION: usize = 400;

/// The query; none when it uses what the parser does not know of the dialect.
pub(crate) fn parse(text: &str, lines: &Lines<'_>) -> Result<Option<ast::Query>, Problem> {
    let tokens = match Tokenizer::new(&DuckDbDialect, text).tokenize_with_location() {
        Ok(tokens) => tokens,
        Err(error) => {
            let place = spot(text, lines.byte(error.location));
            return Err(Problem {
                place,
                kind: ProblemKind::Syntax { said: sentence(&error.message), misspelt: None },
            });
        }
    };
    let words: Vec<&TokenWithSpan> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF)).collect();
    let Some(first) = words.first() else {
        let kind = ProblemKind::Syntax { said: "there is nothing here".into(), misspelt: None };
        return Err(Problem { place: 0..0, kind });
    };
    if let Some(statement) = word(first).filter(|word| STATEMENTS.contains(&word.to_uppercase().as_str())) {
        let place = lines.place(first.span).unwrap_or(0..0);
        return Err(Problem { place, kind: ProblemKind::NotAQuery { statement: statement.to_uppercase() } });
    }
    if let Some(second) = words.windows(2).find(|pair| pair[0].token == Token::SemiColon).map(|pair| pair[1]) {
        let place = lines.place(second.span).unwrap_or(0..0);
        return Err(Problem { place, kind: ProblemKind::SeveralQueries });
    }
    if is_unreadable(&words) {
        return Ok(None);
    }
    let mut parser =
        Parser::new(&DuckDbDialect).with_recursion_limit(RECURSION).with_tokens_with_locations(tokens.clone());
    let parsed = parser.parse_query().and_then(|query| {
        while parser.consume_token(&Token::SemiColon) {}
        let next = parser.peek_token();
        if next.token == Token::EOF { Ok(query) } else { parser.expected("the end of the query", next) }
    });
    match parsed {
        Ok(query) => Ok(Some(*query)),
        Err(ParserError::RecursionLimitExceeded) => {
            Err(Problem { place: 0..text.len().min(1), kind: ProblemKind::TooDeep })
        }
        Err(ParserError::TokenizerError(said) | ParserError::ParserError(said)) => {
            Err(problem(&said, text, lines, &words))
        }
    }
}

fn word(token: &TokenWithSpan) -> Option<&str> {
    match &token.token {
        Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
        _ => None,
    }
}

/// What the parser said, at the place that it said it of.
fn problem(said: &str, text: &str, lines: &Lines<'_>, words: &[&TokenWithSpan]) -> Problem {
    let (said, at) = match said.rsplit_once(" at Line: ") {
        Some((said, place)) => (said, location(place)),
        None => (said, None),
    };
    let finish = words.last().and_then(|last| lines.place(last.span)).unwrap_or_else(|| end(text));
    let mut place = at.map_or(finish, |at| spot(text, lines.byte(at)));
    let index =
        |place: &Place| words.iter().position(|token| lines.place(token.span).is_some_and(|own| own.end > place.start));
    // Now and then the parser tells the place after the word that it speaks of.
    let named = said.rsplit_once("found: ").map_or("", |(_, found)| found);
    if let Some(before) = index(&place).and_then(|index| words.get(index.checked_sub(1)?))
        && word(before).is_some_and(|word| word == named)
    {
        place = lines.place(before.span).unwrap_or(place);
    }
    if let Some(at) = index(&place)
        && let Some(first) =
            word(words[at]).filter(|word| ["GROUP", "ORDER", "PARTITION"].contains(&word.to_uppercase().as_str()))
    {
        let by = match first.to_uppercase().as_str() {
            "GROUP" => "GROUP BY",
            "ORDER" => "ORDER BY",
            _ => "PARTITION BY",
        };
        let said = format!("`{first}` stands without `BY`");
        return Problem { place: place.clone(), kind: ProblemKind::Syntax { said, misspelt: Some((place, by)) } };
    }
    // The word that is not understood, or the one before it that was taken for a name.
    let last = index(&place).unwrap_or(words.len());
    let candidates = [last.checked_sub(1), Some(last), (last == 1).then_some(0)];
    let misspelt = candidates.into_iter().flatten().find_map(|index| {
        let token = words.get(index)?;
        let word = word(token)?.to_uppercase();
        if KEYWORDS.contains(&word.as_str()) || QUERIES.contains(&word.as_str()) {
            return None;
        }
        let meant = *nearest(&word, KEYWORDS).first()?;
        let close = strsim::damerau_levenshtein(&word, meant) <= if word.len() < 6 { 1 } else { 2 };
        (close && word.len() >= 3).then_some((lines.place(token.span)?, meant))
    });
    Problem { place, kind: ProblemKind::Syntax { said: sentence(said), misspelt } }
}

fn location(place: &str) -> Option<Location> {
    let (line, column) = place.split_once(", Column: ")?;
    Some(Location { line: line.parse().ok()?, column: column.parse().ok()? })
}

/// The last word.
fn end(text: &str) -> Place {
    let text = text.trim_end();
    let start =
        text.rfind(char::is_whitespace).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    start..text.len()
}

/// The word, or the one character, that starts at byte `at`.
fn spot(text: &str, at: usize) -> Place {
    let rest = text.get(at..).unwrap_or_default();
    if rest.trim().is_empty() {
        return end(text);
    }
    let is_part = |part: char| part.is_alphanumeric() || part == '_';
    let length = rest.find(|part| !is_part(part)).unwrap_or(rest.len());
    at..at + length.max(rest.chars().next().map_or(0, char::len_utf8))
}

/// The parser's words as half a sentence.
fn sentence(said: &str) -> String {
    let said = said.trim().trim_end_matches('.');
    let said = said.strip_prefix("Expected: ").map_or_else(|| said.to_owned(), |rest| format!("expected {rest}"));
    let said = match said.rsplit_once(", found: ") {
        Some((expected, "EOF")) => format!("{expected}, found the end"),
        Some((expected, found)) => format!("{expected}, found `{found}`"),
        None => said,
    };
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + letters.as_str())
}
