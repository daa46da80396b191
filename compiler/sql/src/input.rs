//! What a query may refer to: tables by name, parameters as `$name`.

use smol_str::SmolStr;

use crate::{Declared, Type};

/// Everything a query is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    pub tables: Vec<Table>,
    pub parameters: Vec<Parameter>,
    /// Whether the engine is the version that [`crate`] has a list of functions for: only then is one that is not on the
    /// list unknown.
    pub engine_known: bool,
}

/// A table as the query sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: SmolStr,
    pub columns: Vec<Column>,
    pub rest: Rest,
    pub declared: Declared,
}

/// The columns of a table beside those that are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// There may be any.
    pub unknown: bool,
    /// Those of the row type parameters of these names: handed on, and never looked at.
    pub open: Vec<SmolStr>,
}

impl Rest {
    /// Whether every column is listed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        !self.unknown && self.open.is_empty()
    }

    pub(crate) fn unknown() -> Self {
        Self { unknown: true, open: Vec::new() }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.unknown |= other.unknown;
        for name in &other.open {
            if !self.open.contains(name) {
                self.open.push(name.clone());
            }
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: SmolStr,
    pub ty: Type,
    /// Whether rows may have no value in it.
    pub optional: bool,
    pub declared: Declared,
}

/// A value that the query is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: SmolStr,
    pub ty: Type,
    /// Whether it is a file, which the query may read.
    pub file: bool,
    pub declared: Declared,
}
