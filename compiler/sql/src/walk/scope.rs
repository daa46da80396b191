//! What names can stand for at a place in a query.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::{Declared, Rest, ResultColumn, Rows, Type};

/// A table in a `FROM`.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    /// The name that it goes by there; empty without one.
    pub(super) name: SmolStr,
    /// The input that it is, under whatever name.
    pub(super) input: Option<SmolStr>,
    /// Of that input.
    pub(super) declared: Declared,
    pub(super) columns: Vec<Column>,
    pub(super) rest: Rest,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: SmolStr,
    pub(super) ty: Type,
    pub(super) optional: bool,
    pub(super) declared: Declared,
    /// One with a column of another table that both were joined by: without the table's name it is that one.
    pub(super) merged: bool,
}

/// A name as it is looked up: case says nothing.
pub(super) fn key(name: &str) -> SmolStr {
    SmolStr::new(name.to_ascii_lowercase())
}

impl Relation {
    /// The rows of a query, or of a table, under a name.
    pub(super) fn new(name: SmolStr, rows: Rows) -> Self {
        let columns = rows.columns.into_iter().map(|column| Column {
            // What the engine makes up is a name that nobody writes.
            name: column.name.unwrap_or_default(),
            ty: column.ty,
            optional: column.optional,
            declared: column.declared,
            merged: false,
        });
        Self { name, input: None, declared: None, columns: columns.collect(), rest: rows.rest }
    }

    /// One of which nothing is known.
    pub(super) fn unknown(name: SmolStr) -> Self {
        Self { name, input: None, declared: None, columns: Vec::new(), rest: Rest::unknown() }
    }

    pub(super) fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn all_optional(&mut self) {
        self.columns.iter_mut().for_each(|column| column.optional = true);
    }
}

/// A place in a query, and those around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'o> {
    pub(super) outer: Option<&'o Scope<'o>>,
    pub(super) relations: Vec<Relation>,
    /// Names that the query gives to expressions, by their [`key`].
    pub(super) aliases: FxHashMap<SmolStr, Type>,
    /// Parameters of lambdas.
    pub(super) lambdas: Vec<SmolStr>,
}

impl<'o> Scope<'o> {
    pub(super) fn inside(outer: Option<&'o Scope<'o>>) -> Self {
        Self { outer, ..Self::default() }
    }

    pub(super) fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn alias(&self, name: &str) -> Option<&Type> {
        if self.aliases.is_empty() { None } else { self.aliases.get(key(name).as_str()) }
    }

    /// Every place from here outwards.
    pub(super) fn outwards(&self) -> impl Iterator<Item = &Scope<'o>> {
        let mut next = Some(self);
        std::iter::from_fn(move || {
            let scope = next?;
            next = scope.outer;
            Some(scope)
        })
    }
}

impl Column {
    /// As a column of rows.
    pub(super) fn result(&self, place: crate::Place, starred: bool) -> ResultColumn {
        ResultColumn {
            name: Some(self.name.clone()).filter(|name| !name.is_empty()),
            ty: self.ty.clone(),
            optional: self.optional,
            place,
            aliased: false,
            starred,
            declared: self.declared,
        }
    }
}
