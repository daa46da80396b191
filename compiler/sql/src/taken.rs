//! What a query takes of a table.

use smol_str::SmolStr;

/// A table of which a query takes some columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub table: SmolStr,
    /// In the order of the table: those that the query may name. None when it only counts rows.
    pub columns: Vec<SmolStr>,
}
