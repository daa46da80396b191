//! What could stand at a place: the grammar is fed what comes before it and then nothing that it knows, and says what it
//! would have taken. For completion; wording and names are the caller's business.

use std::ops::Range;

use lalrpop_util::ParseError;

use super::feed::Fed;
use super::token::{Start, Tok};
use super::{Parser, errors};
use crate::Source;

/// What fits at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fits {
    /// Words of the language, in the grammar's order.
    pub keywords: Vec<String>,
    pub expression: bool,
    pub ty: bool,
    /// A name that is new, or means something by itself.
    pub name: bool,
    /// What stands before is whole, and an operator could follow.
    pub operator: bool,
    /// A statement of a pipeline starts here.
    pub statement: bool,
    /// An attribute starts here.
    pub attribute: bool,
}

/// A question under way.
pub(super) struct Probe {
    at: u32,
    found: Option<Fits>,
}

/// What fits at byte `at` of a file; nothing is known outside of declarations.
#[must_use]
pub fn fits(source: &Source, at: u32) -> Fits {
    super::read_with(source, Some(Probe { at, found: None })).1.and_then(|probe| probe.found).unwrap_or_default()
}

impl Parser<'_> {
    /// Whether somebody asks about a place in what `range` holds, or behind it on its line, and has no answer yet.
    pub(super) fn asked(&self, range: &Range<usize>) -> bool {
        let Some(probe) = self.probe.as_ref().filter(|probe| probe.found.is_none()) else { return false };
        if range.is_empty() {
            return false;
        }
        let span = self.tokens.span_all(range);
        let between = self.tokens.source.text.get(span.end as usize..probe.at as usize).unwrap_or("");
        span.start <= probe.at && (probe.at <= span.end || !between.contains('\n'))
    }

    /// Answers a question about a place in `fed`.
    pub(super) fn answer(&mut self, start: Start, fed: Vec<Fed>) {
        let Some(at) = self.probe.as_ref().map(|probe| probe.at) else { return };
        let mut before: Vec<Fed> = fed
            .into_iter()
            .enumerate()
            .filter(|(index, (_, _, end))| *index == 0 || *end <= at)
            .map(|(_, fed)| fed)
            .collect();
        let first = before.len() == 1;
        // A marker that nothing but the start of an item can be: unlike `Error` the grammar knows it, and so looks for
        // what else could be.
        before.push((at, Tok::Start(Start::Type), at));
        let expected = match self.grammar.parse(&mut self.builder, before) {
            Err(ParseError::UnrecognizedToken { expected, .. } | ParseError::UnrecognizedEof { expected, .. }) => {
                expected
            }
            Ok(_) | Err(ParseError::ExtraToken { .. } | ParseError::InvalidToken { .. } | ParseError::User { .. }) => {
                Vec::new()
            }
        };
        let words = errors::Expected(&expected);
        let keywords = expected.iter().filter_map(|token| {
            let word = token.trim_matches('"');
            // Where a name can stand, `limit` is one.
            let plain = word == "limit" && words.has("name");
            let is_word = word.len() + 2 == token.len() && word.bytes().all(|byte| byte.is_ascii_lowercase());
            (is_word && !plain).then(|| word.to_owned())
        });
        // In brackets a type may be a number, where no other expression stands. A pattern is a name or names in braces,
        // and no text.
        let expression = words.expression() && words.has("\"true\"");
        let found = Fits {
            keywords: keywords.collect(),
            expression,
            ty: !expression && words.has("name") && words.has("\"{\"") && words.has("string"),
            name: words.has("name"),
            operator: words.operator(),
            statement: first && start == Start::Stmt,
            attribute: first && start == Start::Attr,
        };
        if let Some(probe) = &mut self.probe {
            probe.found = Some(found);
        }
    }

    /// Answers a question about an empty line between the things that start with `start`.
    pub(super) fn answer_between(&mut self, start: Start, open: usize, close: usize) {
        let inside = self.tokens.span(open).end..=self.tokens.span(close).start;
        if self.probe.as_ref().is_some_and(|probe| probe.found.is_none() && inside.contains(&probe.at)) {
            self.answer(start, vec![(*inside.start(), Tok::Start(start), *inside.start())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    /// What fits at the `|` of the text.
    fn at(text: &str) -> String {
        let at = text.find('|').unwrap();
        let source = Source::new(FileId(0), "a.pipe", &text.replacen('|', "", 1));
        let fits = fits(&source, u32::try_from(at).unwrap());
        let flags = [
            (fits.statement, "statement"),
            (fits.attribute, "attribute"),
            (fits.expression, "expression"),
            (fits.ty, "type"),
            (fits.operator, "operator"),
        ];
        let flags: Vec<&str> = flags.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
        format!("{} {}", flags.join(" "), fits.keywords.join(" "))
    }

    #[test]
    fn the_grammar_says_what_fits() {
        assert_eq!(
            at("pipeline main() {\n  |\n}\n"),
            "statement expression true false none for if loop match not sweep try deploy"
        );
        assert!(at("pipeline main() {\n  x = f()\n  |\n}\n").starts_with("statement expression "));
        assert!(at("pipeline main() {\n  x = |\n}\n").starts_with("expression "));
        assert!(at("pipeline main() {\n  x = f(a, |)\n}\n").starts_with("expression "));
        let after = at("pipeline main() {\n  x = f() |\n}\n");
        assert!(after.starts_with("operator ") && after.contains("and") && !after.contains("else"), "{after}");
        assert!(at("task t(a: |) -> Int {\n}\n").starts_with("type "));
        assert!(at("task t(a: Int) -> | {\n}\n").starts_with("type "));
        assert!(at("task t(a: Table[|]) -> Int {\n}\n").starts_with("type "));
        assert!(at("type A = Int in |\n").starts_with("expression "));
        assert_eq!(at("pipeline main() {\n  x = for |\n}\n"), " ");
        assert_eq!(at("task t(a: Int) -> Int {\n  |\n}\n"), "attribute ");
        assert!(at("task t(a: Int) -> Int {\n  memory: |\n  sh:\n    a\n}\n").starts_with("expression "));
        assert!(at("pipeline main() {\n  for x |\n}\n").contains("in"));
    }
}
