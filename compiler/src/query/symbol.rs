//! What a name can mean, how it stands where it stands, and where it was declared.

use smol_str::SmolStr;
use standpipe_plan::Builtin;
use standpipe_syntax::{FileId, Span};

use crate::check::Checked;
use crate::resolve::{DeclId, LocalId, declared};

/// What a name can mean.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    Decl(DeclId),
    /// The module `of` as the first file knows it.
    Module {
        within: FileId,
        of: FileId,
    },
    /// Parameter by index.
    Param(DeclId, u32),
    TypeParam(DeclId, u32),
    Local(FileId, LocalId),
    /// A field or column, by where it was declared.
    Field(Span),
    Builtin(Builtin),
    BuiltinType(SmolStr),
    /// An attribute of a task or an environment.
    Attribute(SmolStr),
    /// A limit that tasks share, `api` of `limit: api(4)`.
    Limit(SmolStr),
    Codec(SmolStr),
    /// `attempt` in a task's attributes.
    Attempt,
    /// `table.rows`
    Rows,
}

/// How a name stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Declares,
    Uses,
    /// The name of an argument or of a field in a record: `depth:`.
    Label,
    /// `b` in `{ b }`, which is `{ b: b }`: the field here, the value under [`Role::ShortValue`] at the same place.
    ShortLabel,
    ShortValue,
    /// A name of `{ a, b } = …`: the field here, the local under [`Role::Declares`] at the same place.
    Unpacks,
    /// The name after `as`.
    Alias,
    /// In a body of another language.
    Embedded,
}

/// A name in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    pub span: Span,
    pub symbol: Symbol,
    pub role: Role,
}

/// Where a symbol is declared, for those that a program declares.
#[must_use]
pub fn declared_at(checked: &Checked, symbol: &Symbol) -> Option<Span> {
    let resolved = &checked.resolved;
    let decl = |id: DeclId| resolved.files.get(id.file.0 as usize)?.tree.decls.get(id.index as usize);
    match symbol {
        Symbol::Decl(id) => declared(decl(*id)?).map(|name| name.span),
        Symbol::Module { of, .. } => Some(Span { file: *of, start: 0, end: 0 }),
        Symbol::Param(id, index) => decl(*id)?.kind.params().get(*index as usize).map(|param| param.name.span),
        Symbol::TypeParam(id, index) => {
            decl(*id)?.kind.type_params().get(*index as usize).copied().map(|name| name.span)
        }
        Symbol::Local(file, local) => {
            resolved.files.get(file.0 as usize)?.locals.get(local.0 as usize).map(|local| local.span)
        }
        Symbol::Field(span) => Some(*span),
        Symbol::Builtin(_)
        | Symbol::BuiltinType(_)
        | Symbol::Attribute(_)
        | Symbol::Limit(_)
        | Symbol::Codec(_)
        | Symbol::Attempt
        | Symbol::Rows => None,
    }
}
