//! The rows that a query gives.

use smol_str::SmolStr;

use crate::{Declared, Place, Rest, Type};

/// The columns of a query's rows, in order.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub columns: Vec<ResultColumn>,
    /// Those beside.
    pub rest: Rest,
}

/// A column of the result.
#[derive(Clone, Debug)]
pub struct ResultColumn {
    /// None when the engine makes one up: the text of an expression.
    pub name: Option<SmolStr>,
    pub ty: Type,
    /// Whether rows surely can be without a value in it: it is a column that may be so, and nothing looks at that.
    pub optional: bool,
    /// Where the query says it.
    pub place: Place,
    /// Whether its name was given with `AS`, and stands at `place`.
    pub aliased: bool,
    /// One of the columns that a `*` stands for.
    pub starred: bool,
    /// Of the column that it is, if it is one.
    pub declared: Declared,
}
