//! Values that are known before anything runs: consts, defaults, bounds. Computed by the plan's own evaluator.

use standpipe_plan::{BinaryOp, EvalError, Expr as Folded, NodeId, Scope, UnaryOp, Value, eval};
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{self, DeclKind, Expr, ExprKind, StrPart};
use standpipe_syntax::diag::{Code, Diagnostic};

use super::{Checker, Conversion};
use crate::paths::beside;
use crate::resolve::{DeclId, Target};
use crate::types::Type;

/// Nothing runs yet, so no node has a value.
struct Nothing;

impl Scope for Nothing {
    fn node(&self, _id: NodeId) -> Option<Value> {
        None
    }
}

/// Most values that a const may be made of, each counted as often as it stands there: a few lines can double one as often.
const MAX_PARTS: usize = 1_000_000;

/// Whether `value` is made of at most `left` values, which are taken from it.
fn is_within(value: &Value, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    match value {
        Value::List(items) => items.len() <= *left && items.iter().all(|item| is_within(item, left)),
        Value::Record(fields) => fields.iter().all(|(_, value)| is_within(value, left)),
        Value::Map(entries) => entries.values().all(|value| is_within(value, left)),
        Value::String(text) => text.len() <= MAX_PARTS,
        _ => true,
    }
}

/// How far a const has come.
#[derive(Clone, Debug)]
pub(super) enum Progress {
    Open,
    Done(Type),
}

impl Progress {
    /// The type, once it is known.
    pub(super) fn done(self) -> Option<Type> {
        match self {
            Self::Open => None,
            Self::Done(ty) => Some(ty),
        }
    }
}

impl Checker<'_> {
    /// The type of const `id`; its value is noted.
    pub(super) fn constant_of(&mut self, id: DeclId) -> Type {
        let DeclKind::Const(constant) = &self.resolved.decl(id).kind else { return Type::Error };
        match self.constants.get(&id) {
            Some(Progress::Done(ty)) => return ty.clone(),
            Some(Progress::Open) => {
                let name = &constant.name;
                self.report(
                    Diagnostic::new(Code::CYCLIC, name.span, format!("the const `{}` needs its own value", name.text))
                        .help("give one of the consts in the circle a value of its own"),
                );
                return Type::Error;
            }
            None => {}
        }
        self.constants.insert(id, Progress::Open);
        self.nesting += 1;
        let ty = match &constant.ty {
            _ if self.nesting >= super::declare::MAX_NESTING => {
                let name = &constant.name;
                let message = format!("the const `{}` needs too many others before it", name.text);
                self.report(
                    Diagnostic::new(Code::NO_CONSTANT, name.span, message).help("declare consts before they are used"),
                );
                Type::Error
            }
            Some(ty) => {
                let wanted = self.ty(ty, super::declare::Place { file: id.file, params: &[], sizes: &[], decl: id });
                self.expect(&constant.value, &wanted, id.file, Some((ty.span, "the const")));
                wanted
            }
            None => self.expr(&constant.value, None, id.file),
        };
        self.nesting -= 1;
        self.constants.insert(id, Progress::Done(ty.clone()));
        if let Some(value) = self.constant_or_report(&constant.value, id.file, "a const") {
            if is_within(&value, &mut { MAX_PARTS }) {
                self.consts.insert(id, value);
            } else {
                let message = format!("the const `{}` has more than {MAX_PARTS} parts", constant.name.text);
                self.report(
                    Diagnostic::new(Code::NO_CONSTANT, constant.name.span, message)
                        .help("keep large data in a file, and have a task read it"),
                );
            }
        }
        ty
    }

    /// The value of `expr`, or a message: `what` has to be known before anything runs.
    pub(super) fn constant_or_report(&mut self, expr: &Expr, file: FileId, what: &str) -> Option<Value> {
        match self.fold(expr, file).map(|folded| eval(&folded, &Nothing)) {
            Some(Ok(value)) => Some(value),
            _ if self.type_of(file, expr) == Type::Error => None,
            Some(Err(error)) if error != EvalError::Unknown => {
                self.report(
                    Diagnostic::new(Code::NO_CONSTANT, expr.span, format!("{what} has no value: {error}"))
                        .help("it is worked out before anything runs"),
                );
                None
            }
            _ => {
                // Calls have been reported where they stand.
                if !self.reported_inside(expr) && !self.needs_failed(expr, file) {
                    self.report(
                        Diagnostic::new(
                            Code::NO_CONSTANT,
                            expr.span,
                            format!("{what} has to be known before anything runs"),
                        )
                        .help("it is made of literals and consts"),
                    );
                }
                None
            }
        }
    }

    /// The value of `expr` when it is known before anything runs.
    pub(super) fn constant(&self, expr: &Expr, file: FileId) -> Option<Value> {
        eval(&self.fold(expr, file)?, &Nothing).ok()
    }

    fn fold(&self, expr: &Expr, file: FileId) -> Option<Folded> {
        let folded = self.fold_kind(expr, file)?;
        Some(match self.conversions.get(&(file, expr.id)) {
            Some(Conversion::ToFloat) => Folded::ToFloat(Box::new(folded)),
            Some(Conversion::ToPath) => match folded {
                Folded::Const(Value::String(text)) => {
                    Folded::Const(Value::Path(beside(&self.resolved.file(file).path, &text)))
                }
                other => other,
            },
            Some(Conversion::ToDate) => match folded {
                Folded::Const(Value::String(text)) => Folded::Const(Value::Date(text)),
                other => other,
            },
            Some(Conversion::ToTime) => match folded {
                Folded::Const(Value::String(text)) => Folded::Const(Value::Time(text)),
                other => other,
            },
            None => folded,
        })
    }

    fn fold_kind(&self, expr: &Expr, file: FileId) -> Option<Folded> {
        let inner = |expr: &Expr| self.fold(expr, file).map(Box::new);
        Some(match &expr.kind {
            ExprKind::Int(number) => Folded::Const(Value::Int(*number)),
            ExprKind::Float(number) => Folded::Const(Value::Float(*number)),
            ExprKind::Bool(value) => Folded::Const(Value::Bool(*value)),
            ExprKind::None => Folded::Const(Value::None),
            ExprKind::Duration(nanos) => Folded::Const(Value::Duration(*nanos)),
            ExprKind::Size(bytes) => Folded::Const(Value::Size(*bytes)),
            ExprKind::String(parts) => match parts.as_slice() {
                [] => Folded::Const(Value::string("")),
                [StrPart::Text(text)] => Folded::Const(Value::String(text.clone())),
                parts => {
                    let parts = parts.iter().map(|part| match part {
                        StrPart::Text(text) => Some(Folded::Const(Value::String(text.clone()))),
                        StrPart::Expr(part) => self.fold(part, file),
                    });
                    Folded::Concat(parts.collect::<Option<_>>()?)
                }
            },
            ExprKind::Name(_) => self.fold_name(expr, file)?,
            ExprKind::Field { of, name } => match self.target(file, expr.id) {
                Some(_) => self.fold_name(expr, file)?,
                None => Folded::Field(inner(of)?, name.text.clone()),
            },
            ExprKind::Index { of, index } => Folded::Index(inner(of)?, inner(index)?),
            ExprKind::Call { callee, args } => {
                let Some(Target::Builtin(builtin)) = self.target(file, callee.id) else { return None };
                let args = args.iter().map(|arg| self.fold(&arg.value, file));
                Folded::Call(builtin, args.collect::<Option<_>>()?)
            }
            ExprKind::Record(fields) => Folded::Record(
                fields
                    .iter()
                    .map(|field| Some((field.name.text.clone(), self.fold(&field.value, file)?)))
                    .collect::<Option<_>>()?,
            ),
            ExprKind::List(items) => {
                Folded::List(items.iter().map(|item| self.fold(item, file)).collect::<Option<_>>()?)
            }
            ExprKind::Unary { op, operand } => Folded::Unary(unary(*op), inner(operand)?),
            ExprKind::Binary { op, left, right, .. } => Folded::Binary(binary(*op), inner(left)?, inner(right)?),
            ExprKind::Range { start, end, inclusive } => {
                Folded::Range { start: inner(start)?, end: inner(end)?, inclusive: *inclusive }
            }
            ExprKind::Paren(inner) => self.fold(inner, file)?,
            ExprKind::Pipe { .. }
            | ExprKind::If { .. }
            | ExprKind::For { .. }
            | ExprKind::Deploy(_)
            | ExprKind::Match(_)
            | ExprKind::Loop(_)
            | ExprKind::Sweep(_)
            | ExprKind::Try(_)
            | ExprKind::Broken => return None,
        })
    }

    fn fold_name(&self, expr: &Expr, file: FileId) -> Option<Folded> {
        match self.target(file, expr.id)? {
            Target::Decl(id) => self.consts.get(&id).cloned().map(Folded::Const),
            Target::Param(..)
            | Target::Local(_)
            | Target::Builtin(_)
            | Target::Module(_)
            | Target::Attempt
            | Target::Type
            | Target::Unknown => None,
        }
    }

    /// Whether `expr` reads a const that has no value, which has been reported there.
    fn needs_failed(&self, expr: &Expr, file: FileId) -> bool {
        match &expr.kind {
            ExprKind::Name(_) | ExprKind::Field { .. } => match self.target(file, expr.id) {
                Some(Target::Decl(id)) => {
                    matches!(self.resolved.decl(id).kind, DeclKind::Const(_)) && !self.consts.contains_key(&id)
                }
                Some(Target::Unknown) => true,
                _ => false,
            },
            ExprKind::Paren(inner) | ExprKind::Unary { operand: inner, .. } => self.needs_failed(inner, file),
            ExprKind::Binary { left, right, .. } | ExprKind::Range { start: left, end: right, .. } => {
                self.needs_failed(left, file) || self.needs_failed(right, file)
            }
            ExprKind::List(items) => items.iter().any(|item| self.needs_failed(item, file)),
            ExprKind::String(parts) => parts.iter().any(|part| match part {
                StrPart::Expr(part) => self.needs_failed(part, file),
                StrPart::Text(_) => false,
            }),
            ExprKind::Record(fields) => fields.iter().any(|field| self.needs_failed(&field.value, file)),
            ExprKind::Call { args, .. } => args.iter().any(|arg| self.needs_failed(&arg.value, file)),
            _ => false,
        }
    }

    /// Whether a message about a part of `expr` has been given already.
    fn reported_inside(&self, expr: &Expr) -> bool {
        self.diagnostics.iter().rev().take(4).any(|diagnostic| {
            diagnostic.is_error()
                && diagnostic.span.file == expr.span.file
                && diagnostic.span.start >= expr.span.start
                && diagnostic.span.end <= expr.span.end
        })
    }
}

/// An operator as the plan names it.
#[must_use]
pub fn unary(op: ast::UnaryOp) -> UnaryOp {
    match op {
        ast::UnaryOp::Negate => UnaryOp::Negate,
        ast::UnaryOp::Not => UnaryOp::Not,
    }
}

/// An operator as the plan names it.
#[must_use]
pub fn binary(op: ast::BinaryOp) -> BinaryOp {
    match op {
        ast::BinaryOp::Add => BinaryOp::Add,
        ast::BinaryOp::Subtract => BinaryOp::Subtract,
        ast::BinaryOp::Multiply => BinaryOp::Multiply,
        ast::BinaryOp::Divide => BinaryOp::Divide,
        ast::BinaryOp::Equal => BinaryOp::Equal,
        ast::BinaryOp::NotEqual => BinaryOp::NotEqual,
        ast::BinaryOp::Less => BinaryOp::Less,
        ast::BinaryOp::LessEqual => BinaryOp::LessEqual,
        ast::BinaryOp::Greater => BinaryOp::Greater,
        ast::BinaryOp::GreaterEqual => BinaryOp::GreaterEqual,
        ast::BinaryOp::And => BinaryOp::And,
        ast::BinaryOp::Or => BinaryOp::Or,
        ast::BinaryOp::Coalesce => BinaryOp::Coalesce,
    }
}
