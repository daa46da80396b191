//! Every expression has a type. Side tables over the tree; the tree itself is never changed.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_plan::{Builtin, Value};
use standpipe_syntax::FileId;
use standpipe_syntax::ast::ExprId;
use standpipe_syntax::diag::Diagnostic;

use crate::resolve::{DeclId, Resolved};
use crate::types::Type;

/// A checked program: the tree, and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    pub resolved: Resolved,
    /// The type of each expression before any conversion, by file and [`ExprId`].
    pub types: Vec<Vec<Type>>,
    /// Expressions that become another type where they stand.
    pub conversions: FxHashMap<(FileId, ExprId), Conversion>,
    /// What each call calls and with what; keyed by the `Call` expression (for `x |> f(y)`: the right side's id).
    pub calls: FxHashMap<(FileId, ExprId), Call>,
    /// Of tasks, effects and pipelines.
    pub signatures: FxHashMap<DeclId, Signature>,
    /// Of consts: folded.
    pub consts: FxHashMap<DeclId, Value>,
    /// Of reading, parsing, resolving and checking, in order of file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// An implicit conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Int to Float.
    ToFloat,
    /// A String literal to a File or Dir: relative to the file it stands in, existence already checked.
    ToPath,
    /// A String literal to a Date or Time, form already checked.
    ToDate,
    ToTime,
}

/// A resolved call.
#[derive(Clone, Debug)]
pub struct Call {
    pub callee: Callee,
    /// For each parameter of the callee, in order, where its value comes from.
    pub args: Vec<Given>,
    /// What the callee's type parameters are here.
    pub type_args: Vec<Type>,
    /// The result's type, type parameters replaced.
    pub result: Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A task, effect or pipeline.
    Decl(DeclId),
    Builtin(Builtin),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// `args[index]` of the call expression.
    Arg(u32),
    /// What stands left of `|>`.
    Piped,
    /// The parameter's default.
    Default,
}

/// The outside of a task, effect or pipeline.
#[derive(Clone, Debug)]
pub struct Signature {
    pub type_params: Vec<SmolStr>,
    pub params: Vec<ParamType>,
    pub result: Type,
}

#[derive(Clone, Debug)]
pub struct ParamType {
    pub name: SmolStr,
    pub ty: Type,
    /// Folded default, where there is one.
    pub default: Option<Value>,
}
