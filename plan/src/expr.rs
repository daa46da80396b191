//! Expressions over values: everything of a program that is not a step.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{NodeId, Value};

/// An expression, typed and resolved: it names nodes, never source names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    Const(Value),
    /// What a node produced.
    Node(NodeId),
    /// An input of the task whose settings this expression belongs to.
    Input(SmolStr),
    /// The attempt's number, from 1; in settings only.
    Attempt,
    Field(Box<Expr>, SmolStr),
    Index(Box<Expr>, Box<Expr>),
    Record(Vec<(SmolStr, Expr)>),
    List(Vec<Expr>),
    Range {
        start: Box<Expr>,
        end: Box<Expr>,
        inclusive: bool,
    },
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// The value of the first arm that has the subject's value.
    Match {
        subject: Box<Expr>,
        arms: Vec<(Vec<Value>, Expr)>,
        /// When no arm has it; absent where the arms cover every case.
        otherwise: Option<Box<Expr>>,
    },
    /// String interpolation: the parts' texts, joined.
    Concat(Vec<Expr>),
    Call(Builtin, Vec<Expr>),
    /// An `Int` where a `Float` is wanted.
    ToFloat(Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnaryOp {
    Negate,
    Not,
}

/// Binary operators. `And`, `Or` and `Coalesce` evaluate their right side only when it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    /// `a ?? b`: `b` when `a` is `none`.
    Coalesce,
}

/// Functions of the language itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Builtin {
    /// `len(x)`: items of a list, entries of a map, characters of a string.
    Len,
    /// `size(x)`: bytes of a file, folder, table or artifact.
    Size,
    /// `max_by(list, "field")`: the record with the largest field; the first of equals. An empty list is an error.
    MaxBy,
    /// `min_by(list, "field")`.
    MinBy,
    /// `secret("NAME")`: the secret of that name, not what it is.
    Secret,
}

impl Builtin {
    pub const ALL: [(&'static str, Builtin); 5] = [
        ("len", Self::Len),
        ("size", Self::Size),
        ("max_by", Self::MaxBy),
        ("min_by", Self::MinBy),
        ("secret", Self::Secret),
    ];

    /// The builtin of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, builtin)| *builtin)
    }
}

impl Expr {
    /// Calls `visit` with every node this expression reads.
    pub fn each_node(&self, visit: &mut dyn FnMut(NodeId)) {
        if let Self::Node(id) = self {
            visit(*id);
        }
        self.each_child(&mut |child| child.each_node(visit));
    }

    /// Calls `visit` with every direct sub-expression.
    pub fn each_child(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            Self::Const(_) | Self::Node(_) | Self::Input(_) | Self::Attempt => {}
            Self::Field(of, _) | Self::Unary(_, of) | Self::ToFloat(of) => visit(of),
            Self::Index(a, b) | Self::Binary(_, a, b) => {
                visit(a);
                visit(b);
            }
            Self::Range { start, end, .. } => {
                visit(start);
                visit(end);
            }
            Self::Record(fields) => fields.iter().for_each(|(_, value)| visit(value)),
            Self::List(items) | Self::Concat(items) | Self::Call(_, items) => items.iter().for_each(visit),
            Self::If { condition, then, otherwise } => {
                visit(condition);
                visit(then);
                visit(otherwise);
            }
            Self::Match { subject, arms, otherwise } => {
                visit(subject);
                arms.iter().for_each(|(_, value)| visit(value));
                otherwise.iter().for_each(|otherwise| visit(otherwise));
            }
        }
    }

    /// As [`Expr::each_child`], to change them in place.
    pub fn each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Self::Const(_) | Self::Node(_) | Self::Input(_) | Self::Attempt => {}
            Self::Field(of, _) | Self::Unary(_, of) | Self::ToFloat(of) => visit(of),
            Self::Index(a, b) | Self::Binary(_, a, b) => {
                visit(a);
                visit(b);
            }
            Self::Range { start, end, .. } => {
                visit(start);
                visit(end);
            }
            Self::Record(fields) => fields.iter_mut().for_each(|(_, value)| visit(value)),
            Self::List(items) | Self::Concat(items) | Self::Call(_, items) => items.iter_mut().for_each(visit),
            Self::If { condition, then, otherwise } => {
                visit(condition);
                visit(then);
                visit(otherwise);
            }
            Self::Match { subject, arms, otherwise } => {
                visit(subject);
                arms.iter_mut().for_each(|(_, value)| visit(value));
                otherwise.iter_mut().for_each(|otherwise| visit(otherwise));
            }
        }
    }
}
