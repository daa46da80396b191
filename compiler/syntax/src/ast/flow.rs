//! The tree of what decides and repeats: patterns, `match`, `loop`, `sweep`.

use smol_str::SmolStr;

use super::{Block, Expr, Name};
use crate::Span;

/// What a value is bound to: `name`, or `{ a, b }` for fields of it.
#[derive(Clone, Debug)]
pub enum Pattern {
    Name(Name),
    Fields(Vec<Name>),
}

impl Pattern {
    /// The names that it binds, in order.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        match self {
            Self::Name(name) => std::slice::from_ref(name),
            Self::Fields(names) => names,
        }
    }

    /// As it is written: `name`, `{ a, b }`.
    #[must_use]
    pub fn text(&self) -> SmolStr {
        match self {
            Self::Name(name) => name.text.clone(),
            Self::Fields(names) => {
                let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
                format!("{{ {} }}", names.join(", ")).into()
            }
        }
    }
}

/// `match subject { "a" | "b" { … } none { … } else { … } }`.
#[derive(Clone, Debug)]
pub struct Match {
    pub subject: Box<Expr>,
    pub arms: Vec<Arm>,
    /// The braces around the arms.
    pub span: Span,
    /// Some arm could not be read: nobody knows what it covers.
    pub broken: bool,
}

/// Cases, and what is done in them.
#[derive(Clone, Debug)]
pub struct Arm {
    pub span: Span,
    pub cases: Vec<Case>,
    pub body: Block,
}

/// One case of an arm.
#[derive(Clone, Debug)]
pub struct Case {
    pub span: Span,
    pub kind: CaseKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CaseKind {
    String(SmolStr),
    Int(i64),
    Bool(bool),
    None,
    /// Whatever the cases before leave.
    Else,
    Broken,
}

/// `loop state = start limit 20 until state.auc >= 0.9 { … }`.
#[derive(Clone, Debug)]
pub struct Loop {
    pub state: Pattern,
    pub start: Box<Expr>,
    pub limit: Option<Box<Expr>>,
    pub until: Option<Box<Expr>>,
    pub body: Block,
}

/// `sweep depth in 2..=12, rate in log(0.001, 0.3) maximize auc using asha(81) { … }`.
#[derive(Clone, Debug)]
pub struct Sweep {
    pub axes: Vec<Axis>,
    pub objectives: Vec<Objective>,
    pub strategy: Box<Expr>,
    pub body: Block,
}

/// `depth in 2..=12 step 2`: a parameter and the space it is looked for in.
#[derive(Clone, Debug)]
pub struct Axis {
    pub name: Name,
    /// A range, `log(low, high)`, a list, the name of a type with few values, or an `if` or `match` of such.
    pub space: Expr,
    pub step: Option<Expr>,
}

/// `maximize auc`, `minimize error.mean`.
#[derive(Clone, Debug)]
pub struct Objective {
    pub span: Span,
    pub maximize: bool,
    /// A field of the body's result, or of a record in it.
    pub field: Vec<Name>,
}
