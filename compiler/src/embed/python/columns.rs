//! Columns and fields of a task's inputs that Python text reads: those that they do not have are mistakes, for a step is
//! given the declared columns and no others; where all that are read are known, it need not be given the rest.

use standpipe_syntax::nearest::nearest;

use super::super::text::Text;
use super::super::{Body, Embedder, errors};
use super::facts::{self, Facts, ReadKind};
use super::parts;
use crate::types::{Field, Type};

/// What the dictionary that a record is can do beside having its fields.
const DICTIONARY: [&str; 11] =
    ["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

impl Embedder<'_> {
    /// Remembers which columns of its tables are all that the body reads. `body` is the text's own body or a function in
    /// it.
    pub(super) fn note_columns(&mut self, at: Body<'_>, facts: &Facts, body: &facts::Body) {
        let Some(signature) = at.signature else { return };
        if facts.open || parts::reached(&facts.imports) || facts.bound.iter().any(|name| name == "len") {
            return;
        }
        for param in signature.params.iter().filter(|param| matches!(param.ty, Type::Table(_))) {
            if let Some(parts) = body.parts.iter().find(|parts| parts.of == param.name) {
                let columns = parts.keys.iter().map(Into::into).collect();
                self.out.columns.entry(at.id).or_default().insert(param.name.clone(), columns);
            }
        }
    }

    /// `body` is the text's own body or a function in it.
    pub(super) fn check_reads(&mut self, at: Body<'_>, facts: &Facts, body: &facts::Body, text: Text<'_>) {
        let Some(signature) = at.signature else { return };
        if facts.open {
            return;
        }
        for read in &body.reads {
            let Some(param) = signature.params.iter().find(|param| param.name == read.of) else { continue };
            let (what, fields) = match (&param.ty, read.kind) {
                (Type::Table(Some(row)), ReadKind::Subscript) => match &**row {
                    Type::Record(fields) => ("column", fields),
                    _ => continue,
                },
                (Type::Record(fields), ReadKind::Subscript) => ("field", fields),
                (Type::Record(fields), ReadKind::Attribute)
                    if !DICTIONARY.contains(&read.key.as_str()) && !read.key.starts_with("__") =>
                {
                    ("field", fields)
                }
                _ => continue,
            };
            if fields.iter().any(|field| field.name == read.key) {
                continue;
            }
            let names: Vec<&str> = fields.iter().map(|field: &Field| field.name.as_str()).collect();
            let near = nearest(&read.key, names.iter().copied());
            let quoted = read.kind == ReadKind::Subscript;
            let declared = at.task.params.iter().find(|param| param.name.text == read.of).map(|param| param.name.span);
            let declared = declared.filter(|span| span.file == at.id.file);
            let lacks = errors::Lacks { of: &read.of, what, key: &read.key, quoted, near: &near, names: &names };
            self.report(errors::no_part(text.span(&read.place), &lacks, declared));
        }
    }
}
