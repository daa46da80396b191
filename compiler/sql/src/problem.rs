//! What can be wrong with a query. How it is said is up to others.

use smol_str::SmolStr;

use crate::{Declared, Place};

/// A mistake and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    pub kind: ProblemKind,
}

/// A name that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    pub name: SmolStr,
    pub declared: Declared,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The parser's own sentence, and the keyword that a word may have been meant to be.
    Syntax {
        said: String,
        misspelt: Option<(Place, &'static str)>,
    },
    /// Brackets or operators in each other, deeper than any person writes.
    TooDeep,
    /// A statement that is no query: its first words.
    NotAQuery {
        statement: String,
    },
    /// More than one statement; the place is the second.
    SeveralQueries,
    /// Reaches for files or the network: the function or path.
    Reaches {
        what: String,
    },
    UnknownTable {
        name: SmolStr,
        near: Vec<Near>,
    },
    /// An input that is no table, where a table is wanted.
    NotATable {
        name: SmolStr,
        declared: Declared,
    },
    /// `table` is the one that was named, or the only one there is.
    UnknownColumn {
        name: SmolStr,
        table: Option<SmolStr>,
        declared: Declared,
        near: Vec<Near>,
    },
    /// An input named without `$`.
    ParameterAsColumn {
        name: SmolStr,
        declared: Declared,
    },
    /// A column that the row type parameter does not promise.
    NotPromised {
        name: SmolStr,
        parameter: SmolStr,
        declared: Declared,
    },
    /// A column or table whose name is a word of the language.
    Word {
        name: SmolStr,
    },
    /// In several tables.
    Ambiguous {
        name: SmolStr,
        tables: Vec<SmolStr>,
    },
    UnknownParameter {
        name: SmolStr,
        near: Vec<Near>,
    },
    /// A table as `$name`.
    TableAsParameter {
        name: SmolStr,
        declared: Declared,
    },
    /// `?` or `$1`.
    PositionalParameter,
    UnknownFunction {
        name: SmolStr,
        near: Vec<SmolStr>,
    },
    /// Queries that are put together have differently many columns.
    Widths {
        left: usize,
        right: usize,
    },
    /// A column beside aggregates that the rows are not grouped by.
    NotGrouped {
        name: SmolStr,
    },
}
