//! The fields of a record: shared, as thousands of steps hand on tables of one type.

use std::ops::Deref;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{Extent, Field};

/// Fields in source order, each name once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fields {
    /// The name that the record was declared under, for messages; it says nothing about what the record is.
    name: Option<SmolStr>,
    /// Of the record itself.
    pub(super) extent: Extent,
    fields: Arc<[Field]>,
}

impl Fields {
    /// The same fields, to be shown as `name`.
    pub(crate) fn named(self, name: &SmolStr) -> Self {
        Self { name: Some(name.clone()), ..self }
    }

    /// The name that the record was declared under.
    #[must_use]
    pub fn name(&self) -> Option<&SmolStr> {
        self.name.as_ref()
    }

    /// Whether both are the very same declaration.
    pub(super) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.fields, &other.fields)
    }

    /// The field of that name, looked for at place `likely` first.
    pub(crate) fn find_at(&self, likely: usize, name: &str) -> Option<&Field> {
        let there = self.fields.get(likely).filter(|field| field.name == name);
        there.or_else(|| super::find(self, name))
    }
}

impl FromIterator<Field> for Fields {
    fn from_iter<T: IntoIterator<Item = Field>>(fields: T) -> Self {
        let fields: Arc<[Field]> = fields.into_iter().collect();
        let extent = Extent::around(fields.iter().map(|field| &field.ty));
        Self { name: None, extent, fields }
    }
}

impl Deref for Fields {
    type Target = [Field];

    fn deref(&self) -> &[Field] {
        &self.fields
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.same(other) || self.fields == other.fields
    }
}
