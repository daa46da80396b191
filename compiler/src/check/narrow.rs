//! What a condition tells of the names in it: after `x != none`, `x` is no longer optional. Names are bound once, so what
//! held when it was asked holds as long as the name is in scope.

use smol_str::SmolStr;
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

use super::Checker;
use super::expect::plain;
use super::expr::unwrapped;
use crate::resolve::Target;
use crate::types::{Type, optional};

/// A name, or a field of what it stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    root: Target,
    fields: Vec<SmolStr>,
}

/// What is known of some places, the newest last.
pub(super) type Facts = Vec<(Place, Type)>;

impl Checker<'_> {
    /// The place that `expr` names, when it is one that facts can be known of.
    pub(super) fn place(&self, expr: &Expr, file: FileId) -> Option<Place> {
        match &expr.kind {
            ExprKind::Name(_) => match self.target(file, expr.id)? {
                root @ (Target::Param(..) | Target::Local(_)) => Some(Place { root, fields: Vec::new() }),
                _ => None,
            },
            ExprKind::Field { of, name } => {
                let mut place = self.place(of, file)?;
                place.fields.push(name.text.clone());
                Some(place)
            }
            ExprKind::Paren(inner) => self.place(inner, file),
            _ => None,
        }
    }

    /// The type of `expr`, which is `ty` by its declaration, where the checker is.
    pub(super) fn narrowed(&self, expr: &Expr, ty: Type, file: FileId) -> Type {
        if self.facts.is_empty() || ty == Type::Error {
            return ty;
        }
        let known = self.place(expr, file).and_then(|place| {
            let fact = self.facts.iter().rev().find(|(known, _)| *known == place)?;
            Some(fact.1.clone())
        });
        known.unwrap_or(ty)
    }

    /// The type of `expr` by its declaration, whatever is known of it where the checker is.
    pub(super) fn declared_type(&mut self, expr: &Expr, file: FileId) -> Type {
        let facts = std::mem::take(&mut self.facts);
        let ty = self.quietly(|checker| checker.expr(expr, None, file));
        self.facts = facts;
        // Notes again what holds here.
        self.quietly(|checker| checker.expr(expr, None, file));
        ty
    }

    /// Checks something under `facts`.
    pub(super) fn under<T>(&mut self, facts: Facts, check: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.facts.len();
        self.facts.extend(facts);
        let result = check(self);
        self.facts.truncate(before);
        result
    }

    /// What is known when `condition`, which has been checked, holds or does not.
    pub(super) fn facts(&self, condition: &Expr, holds: bool, file: FileId) -> Facts {
        match &condition.kind {
            ExprKind::Paren(inner) => self.facts(inner, holds, file),
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.facts(operand, !holds, file),
            ExprKind::Binary { op, left, right, .. } => match op {
                BinaryOp::And if holds => self.both(left, right, true, file),
                BinaryOp::Or if !holds => self.both(left, right, false, file),
                BinaryOp::Equal | BinaryOp::NotEqual => {
                    let equal = (*op == BinaryOp::Equal) == holds;
                    let (one, other) =
                        (self.compared(left, right, equal, file), self.compared(right, left, equal, file));
                    one.into_iter().chain(other).collect()
                }
                BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::Add
                | BinaryOp::Subtract
                | BinaryOp::Multiply
                | BinaryOp::Divide
                | BinaryOp::Less
                | BinaryOp::LessEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterEqual
                | BinaryOp::Coalesce => Facts::new(),
            },
            _ => Facts::new(),
        }
    }

    fn both(&self, left: &Expr, right: &Expr, holds: bool, file: FileId) -> Facts {
        let mut facts = self.facts(left, holds, file);
        facts.extend(self.facts(right, holds, file));
        facts
    }

    /// What is known of `expr` when it is, or is not, equal to `other`.
    fn compared(&self, expr: &Expr, other: &Expr, equal: bool, file: FileId) -> Option<(Place, Type)> {
        let place = self.place(expr, file)?;
        let ty = self.type_of(file, expr);
        let narrow = match (&ty, plain(other), self.type_of(file, other)) {
            (Type::Error, _, _) => return None,
            (Type::Optional(_), _, Type::None) if equal => Type::None,
            (Type::Optional(inner), _, Type::None) => (**inner).clone(),
            (ty, Some(text), _) => {
                let Type::OneOf(members) = unwrapped(ty) else {
                    return (equal && unwrapped(ty) != ty).then(|| (place, unwrapped(ty).clone()));
                };
                if equal {
                    Type::OneOf(vec![text.into()])
                } else {
                    let left: Vec<SmolStr> = members.iter().filter(|member| *member != text).cloned().collect();
                    if left.is_empty() {
                        return None;
                    }
                    if unwrapped(ty) == ty { Type::OneOf(left) } else { optional(Type::OneOf(left)) }
                }
            }
            (Type::Optional(inner), None, other) if equal && !matches!(other, Type::Optional(_) | Type::Error) => {
                (**inner).clone()
            }
            _ => return None,
        };
        Some((place, narrow))
    }
}
