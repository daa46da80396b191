//! What the names in a query stand for: for editors.

use smol_str::SmolStr;

use crate::{Declared, Place};

/// A name in the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub place: Place,
    pub referent: Referent,
    /// Its type, as the language writes it; empty where unknown.
    pub ty: SmolStr,
    /// Where what it stands for is declared, when that is outside the query.
    pub declared: Declared,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referent {
    /// An input that is a table.
    Table { name: SmolStr },
    /// A column of an input, or of a table made in the query; `table` is the name it is known under there.
    Column { table: SmolStr, name: SmolStr },
    /// An input as `$name`.
    Parameter { name: SmolStr },
    /// A name that the query gives to something itself: `WITH name`, `FROM … name`, `… AS name`.
    Own { name: SmolStr },
}
