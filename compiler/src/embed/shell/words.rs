//! Variables in words: `$name`, `${name:-other}`, what stands in `$(…)` and `$((…))`. With `read` and `syntax` the one
//! place that knows the shell's parser.

use brush_parser::ParserOptions;
use brush_parser::word::{self, Parameter, ParameterExpr, WordPiece, WordPieceWithSource};

use super::facts::{Facts, Use};
use super::plain;
use super::read::{self, is_name};

/// Adds the variables of the word `text`, which stands at byte `base` of the script.
pub(super) fn look(text: &str, base: usize, options: &ParserOptions, depth: u32, facts: &mut Facts) {
    if !text.contains(['$', '`']) {
        return;
    }
    let Some(variables) = plain::variables(text) else { return look_parsed(text, base, options, depth, facts) };
    facts.uses.extend(variables.into_iter().map(|whole| {
        let inside = if text[whole.start + 1..].starts_with('{') { 2..whole.len() - 1 } else { 1..whole.len() };
        let name = text[whole.clone()][inside.clone()].to_owned();
        let at = base + whole.start;
        Use { name, place: at + inside.start..at + inside.end, whole: Some(at..at + whole.len()) }
    }));
}

/// The same by the shell's parser.
pub(super) fn look_parsed(text: &str, base: usize, options: &ParserOptions, depth: u32, facts: &mut Facts) {
    let Ok(pieces) = word::parse(text, options) else { return };
    Words { text, base, options, depth, facts }.pieces(&pieces);
}

/// Adds the variables of a here document, in which quotes mean nothing.
pub(super) fn look_document(text: &str, base: usize, options: &ParserOptions, depth: u32, facts: &mut Facts) {
    look(&text.replace(['\'', '"'], " "), base, options, depth, facts);
}

struct Words<'a> {
    text: &'a str,
    base: usize,
    options: &'a ParserOptions,
    depth: u32,
    facts: &'a mut Facts,
}

impl Words<'_> {
    fn pieces(&mut self, pieces: &[WordPieceWithSource]) {
        for part in pieces {
            let Some(source) = self.text.get(part.start_index..part.end_index) else { continue };
            let at = self.base + part.start_index;
            match &part.piece {
                WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                    self.pieces(inner);
                }
                WordPiece::ParameterExpansion(expr) => self.expansion(expr, source, at),
                WordPiece::CommandSubstitution(inner) | WordPiece::BackquotedCommandSubstitution(inner) => {
                    match source.find(inner.as_str()) {
                        Some(start) => read::into(inner, at + start, self.options, self.depth + 1, self.facts),
                        // Escapes in backquotes: what it sets is not known.
                        None => self.facts.open = true,
                    }
                }
                WordPiece::ArithmeticExpression(expr) => {
                    if let Some(start) = source.find(expr.value.as_str()) {
                        self.arithmetic(&expr.value, at + start);
                    }
                }
                WordPiece::Text(_)
                | WordPiece::SingleQuotedText(_)
                | WordPiece::AnsiCQuotedText(_)
                | WordPiece::TildePrefix(_)
                | WordPiece::EscapeSequence(_) => {}
            }
        }
    }

    /// `$name` or `${…}`, written as `source` at byte `at`.
    fn expansion(&mut self, expr: &ParameterExpr, source: &str, at: usize) {
        use ParameterExpr as E;
        match expr {
            E::Parameter { parameter, .. } => self.plain(parameter, source, at, true),
            E::ParameterLength { parameter, .. } | E::Transform { parameter, .. } => {
                self.plain(parameter, source, at, false);
            }
            E::UseDefaultValues { parameter, default_value: value, .. }
            | E::IndicateErrorIfNullOrUnset { parameter, error_message: value, .. }
            | E::UseAlternativeValue { parameter, alternative_value: value, .. } => {
                self.guarded(parameter);
                self.inner(value.as_deref(), source, at);
            }
            E::AssignDefaultValues { parameter, default_value, .. } => {
                self.guarded(parameter);
                self.facts.set.extend(named(parameter).map(str::to_owned));
                self.inner(default_value.as_deref(), source, at);
            }
            E::RemoveSmallestSuffixPattern { parameter, pattern, .. }
            | E::RemoveLargestSuffixPattern { parameter, pattern, .. }
            | E::RemoveSmallestPrefixPattern { parameter, pattern, .. }
            | E::RemoveLargestPrefixPattern { parameter, pattern, .. }
            | E::UppercaseFirstChar { parameter, pattern, .. }
            | E::UppercasePattern { parameter, pattern, .. }
            | E::LowercaseFirstChar { parameter, pattern, .. }
            | E::LowercasePattern { parameter, pattern, .. } => {
                self.plain(parameter, source, at, false);
                self.inner(pattern.as_deref(), source, at);
            }
            E::ReplaceSubstring { parameter, pattern, replacement, .. } => {
                self.plain(parameter, source, at, false);
                self.inner(Some(pattern), source, at);
                self.inner(replacement.as_deref(), source, at);
            }
            E::Substring { parameter, offset, length, .. } => {
                self.plain(parameter, source, at, false);
                self.inner(Some(&offset.value), source, at);
                self.inner(length.as_ref().map(|length| length.value.as_str()), source, at);
            }
            // `${!prefix*}` and `${!array[@]}` are empty where nothing is set.
            E::VariableNames { .. } | E::MemberKeys { .. } => {}
        }
    }

    /// A variable that is read, and has to be set then.
    fn plain(&mut self, parameter: &Parameter, source: &str, at: usize, alone: bool) {
        match parameter {
            Parameter::NamedWithIndex { index, .. } => self.inner(Some(index), source, at),
            // Of no elements as of some.
            Parameter::NamedWithAllIndices { .. } => {}
            Parameter::Positional(_) | Parameter::Special(_) | Parameter::Named(_) => {}
        }
        let Some(name) = named(parameter) else { return };
        let Some(start) = source.find(name) else { return };
        let place = at + start..at + start + name.len();
        let written = [format!("${name}"), format!("${{{name}}}")];
        let whole = (alone && written.iter().any(|text| text == source)).then(|| at..at + source.len());
        self.facts.uses.push(Use { name: name.to_owned(), place, whole });
    }

    fn guarded(&mut self, parameter: &Parameter) {
        self.facts.guarded.extend(named(parameter).map(str::to_owned));
    }

    /// What stands inside an expansion: another word.
    fn inner(&mut self, value: Option<&str>, source: &str, at: usize) {
        let Some(value) = value else { return };
        if let Some(start) = source.find(value) {
            look(value, at + start, self.options, self.depth, self.facts);
        }
    }

    /// Names in `$((…))` need no `$`.
    fn arithmetic(&mut self, expr: &str, at: usize) {
        look(expr, at, self.options, self.depth, self.facts);
        let mut bare = expr.to_owned();
        if let Ok(pieces) = word::parse(expr, self.options) {
            blank_expansions(&mut bare, &pieces);
        }
        let compared = bare.replace("==", " ").replace("!=", " ").replace("<=", " ").replace(">=", " ");
        let assigns = compared.contains('=') || bare.contains("++") || bare.contains("--");
        for (start, name) in bare_names(&bare) {
            if assigns {
                self.facts.set.insert(name.to_owned());
            } else {
                let place = at + start..at + start + name.len();
                self.facts.uses.push(Use { name: name.to_owned(), place, whole: None });
            }
        }
    }
}

fn named(parameter: &Parameter) -> Option<&str> {
    match parameter {
        Parameter::Named(name)
        | Parameter::NamedWithIndex { name, .. }
        | Parameter::NamedWithAllIndices { name, .. } => Some(name),
        Parameter::Positional(_) | Parameter::Special(_) => None,
    }
}

/// Blanks what begins with `$` or a backquote: the words in it are no names of the expression around it.
fn blank_expansions(text: &mut String, pieces: &[WordPieceWithSource]) {
    for part in pieces {
        match &part.piece {
            WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                blank_expansions(text, inner);
            }
            WordPiece::ParameterExpansion(_)
            | WordPiece::CommandSubstitution(_)
            | WordPiece::BackquotedCommandSubstitution(_)
            | WordPiece::ArithmeticExpression(_) => {
                let whole = part.start_index..part.end_index;
                if text.get(whole.clone()).is_some() {
                    text.replace_range(whole.clone(), &" ".repeat(whole.len()));
                }
            }
            WordPiece::Text(_)
            | WordPiece::SingleQuotedText(_)
            | WordPiece::AnsiCQuotedText(_)
            | WordPiece::TildePrefix(_)
            | WordPiece::EscapeSequence(_) => {}
        }
    }
}

/// Names in an arithmetic expression that stand without `$`, with where they begin.
fn bare_names(expr: &str) -> Vec<(usize, &str)> {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(rest) = expr.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.find(|letter| !part(letter)).unwrap_or(rest.len());
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let word = &rest[..length];
        // `$name`, `${name}` and `16#ff` are no bare names.
        if is_name(word) && !expr[..at].ends_with(['$', '{', '#', '!']) {
            names.push((at, word));
        }
        at += length;
    }
    names
}
