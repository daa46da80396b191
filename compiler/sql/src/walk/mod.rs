//! The way through a query: every name is looked up where it stands, every expression gets a type.

mod expr;
mod from;
mod grouping;
mod names;
mod query;
mod scope;
mod select;
mod star;
mod taken;

use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};
use sqlparser::ast;

use crate::place::Lines;
use crate::{Declared, Inputs, Place, Problem, ProblemKind, Query, Reference, Referent, Rows, Type};

/// What is known of a query that was read.
pub(crate) fn walk(text: &str, lines: &Lines<'_>, query: &ast::Query, inputs: &Inputs) -> Query {
    let mut walker = Walker {
        text,
        lines,
        inputs,
        ctes: Vec::new(),
        problems: Vec::new(),
        references: Vec::new(),
        looked_at: FxHashSet::default(),
        seen: taken::Seen::default(),
    };
    let rows = walker.query(query, None);
    let taken = walker.seen.taken(text, inputs);
    Query { problems: walker.problems, references: walker.references, rows: Some(rows), read: true, taken }
}

/// A table that a `WITH` makes.
struct Cte {
    name: SmolStr,
    rows: Rows,
}

/// Most problems that are reported of one query.
const MOST: usize = 100;

struct Walker<'a> {
    text: &'a str,
    lines: &'a Lines<'a>,
    inputs: &'a Inputs,
    /// Those in scope, innermost last.
    ctes: Vec<Cte>,
    problems: Vec<Problem>,
    references: Vec<Reference>,
    /// Tables, by the names that they go by, of which a condition looks at some column.
    looked_at: FxHashSet<SmolStr>,
    seen: taken::Seen,
}

/// What is known of an expression.
struct Typed {
    ty: Type,
    /// Whether it is a column that may be without a value.
    optional: bool,
    /// The name of the column that it is.
    name: Option<SmolStr>,
    declared: Declared,
}

impl From<Type> for Typed {
    fn from(ty: Type) -> Self {
        Self { ty, optional: false, name: None, declared: None }
    }
}

impl Walker<'_> {
    fn report(&mut self, place: Place, kind: ProblemKind) {
        if !self.is_full() {
            self.problems.push(Problem { place, kind });
        }
    }

    /// Whether more has been found than anybody reads: looking for what was meant takes time.
    fn is_full(&self) -> bool {
        self.problems.len() >= MOST
    }

    fn refer(&mut self, ident: &ast::Ident, referent: Referent, ty: &Type, declared: Declared) {
        let Some(place) = self.lines.place(ident.span) else { return };
        let ty = if *ty == Type::Unknown { SmolStr::default() } else { format_smolstr!("{ty}") };
        self.references.push(Reference { place, referent, ty, declared });
    }

    /// A name that the query gives itself.
    fn own(&mut self, ident: &ast::Ident) {
        let referent = Referent::Own { name: SmolStr::new(&ident.value) };
        self.refer(ident, referent, &Type::Unknown, None);
    }

    /// Where an identifier stands; the whole text when the parser does not say.
    fn place(&self, ident: &ast::Ident) -> Place {
        self.lines.place(ident.span).unwrap_or(0..self.text.len())
    }

    fn span(&self, part: &impl ast::Spanned) -> Place {
        self.lines.place(part.span()).unwrap_or(0..self.text.len())
    }
}
