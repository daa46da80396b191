//! What can be known of a SQL query before it runs: whether it can be read, what its names stand for, and the columns
//! that it gives. Follows the dialect of DuckDB. Knows nothing of `.pipe` files, and runs nothing.
//!
//! What cannot be known is not reported: [`Type::Unknown`] goes with everything.

mod access;
mod functions;
mod guard;
mod input;
mod known;
mod parse;
mod place;
mod problem;
mod reference;
mod result;
mod taken;
mod types;
mod unreadable;
mod walk;

use standpipe_syntax::Span;

pub use input::{Column, Inputs, Parameter, Rest, Table};
pub use problem::{Near, Problem, ProblemKind};
pub use reference::{Reference, Referent};
pub use result::{ResultColumn, Rows};
pub use taken::Taken;
pub use types::{Field, Type};

/// Where something stands in the query's text: bytes.
pub type Place = std::ops::Range<usize>;

/// Where something stands in the declarations around the query.
pub type Declared = Option<Span>;

/// What is known of a query.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// In order of place.
    pub problems: Vec<Problem>,
    /// In order of place.
    pub references: Vec<Reference>,
    /// The columns of its rows; none when it could not be read.
    pub rows: Option<Rows>,
    /// Whether all of it was understood. When not, nothing is known of what it leaves unused either.
    pub read: bool,
    /// The inputs of which it surely takes no other columns than these.
    pub taken: Vec<Taken>,
}

/// Looks at the query `text`, given what it may refer to. Takes time linear in the text.
#[must_use]
pub fn analyse(text: &str, inputs: &Inputs) -> Query {
    let lines = place::Lines::new(text);
    let depth = match guard::depth(text, &lines) {
        Ok(depth) => depth,
        Err(problem) => return Query { problems: vec![problem], ..Query::default() },
    };
    let run = || {
        let mut query = match parse::parse(text, &lines) {
            Ok(Some(query)) => walk::walk(text, &lines, &query, inputs),
            Ok(None) => Query::default(),
            Err(problem) => Query { problems: vec![problem], ..Query::default() },
        };
        query.problems.sort_by_key(|problem| (problem.place.start, problem.place.end));
        query.problems.dedup();
        query.references.sort_by_key(|reference| (reference.place.start, reference.place.end));
        query.references.dedup();
        query
    };
    // The parser's tree is as deep as the longest chain of operators, and so is the way through it.
    if depth < guard::SHALLOW { run() } else { stacker::grow(guard::STACK, run) }
}
