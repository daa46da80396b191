//! Expressions. A call of a task becomes a node, everything around it a plan's expression over nodes.

use standpipe_plan::{BinaryOp, EvalError, Expr, NodeId, Scope, Value, eval};
use standpipe_syntax::Span;
use standpipe_syntax::ast::{self, ExprId, ExprKind, StrPart};

use super::{Lowerer, errors};
use crate::check::{self, Conversion};
use crate::graph::NodeKind;
use crate::paths::beside;
use crate::resolve::Target;

/// An expression that nests deeper than this is cut into values of their own, so that no plan is too deep to read.
const MAX_DEPTH: u32 = 32;

impl Lowerer<'_> {
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        self.depth += 1;
        let mut value = self.kind(expr);
        if let Some(conversion) = self.checked.conversions.get(&(self.file(), expr.id)) {
            value = self.converted(value, *conversion);
        }
        if self.depth.is_multiple_of(MAX_DEPTH) {
            value = self.once(value, expr.span);
        }
        self.depth -= 1;
        value
    }

    /// The expression before any conversion.
    pub(super) fn kind(&mut self, expr: &ast::Expr) -> Expr {
        match &expr.kind {
            ExprKind::Int(number) => Expr::Const(Value::Int(*number)),
            ExprKind::Float(number) => Expr::Const(Value::Float(*number)),
            ExprKind::Bool(value) => Expr::Const(Value::Bool(*value)),
            ExprKind::None | ExprKind::Broken => Expr::Const(Value::None),
            ExprKind::Duration(nanos) => Expr::Const(Value::Duration(*nanos)),
            ExprKind::Size(bytes) => Expr::Const(Value::Size(*bytes)),
            ExprKind::String(parts) => self.string(parts),
            ExprKind::Name(_) => self.name(expr.id),
            ExprKind::Field { of, name } => match self.frame.file.names.get(&expr.id) {
                // `metrics.threshold` of an imported module.
                Some(_) => self.name(expr.id),
                None => Expr::Field(Box::new(self.expr(of)), name.text.clone()),
            },
            ExprKind::Index { of, index } => {
                let (of, index) = (self.expr(of), self.expr(index));
                self.sound(Expr::Index(Box::new(of), Box::new(index)), expr.span)
            }
            ExprKind::Call { args, .. } => self.call(expr, args, None),
            ExprKind::Pipe { value, call } => {
                let piped = self.expr(value);
                match &call.kind {
                    ExprKind::Call { args, .. } => self.call(call, args, Some(piped)),
                    _ => self.call(call, &[], Some(piped)),
                }
            }
            ExprKind::Record(fields) => {
                Expr::Record(fields.iter().map(|field| (field.name.text.clone(), self.expr(&field.value))).collect())
            }
            ExprKind::List(items) => Expr::List(items.iter().map(|item| self.expr(item)).collect()),
            ExprKind::Unary { op, operand } => {
                let operand = Box::new(self.expr(operand));
                self.sound(Expr::Unary(check::unary(*op), operand), expr.span)
            }
            ExprKind::Binary { op, left, right, .. } => self.binary(*op, left, right, expr.span),
            ExprKind::Range { start, end, inclusive } => {
                let (start, end) = (Box::new(self.expr(start)), Box::new(self.expr(end)));
                self.sound(Expr::Range { start, end, inclusive: *inclusive }, expr.span)
            }
            ExprKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise.as_ref(), expr.span),
            ExprKind::For { .. } => self.each(expr, "for"),
            ExprKind::Match(matched) => self.matched(matched, expr.span),
            ExprKind::Loop(_) => self.looped(expr, "loop"),
            ExprKind::Sweep(_) => self.sweep(expr, "sweep"),
            ExprKind::Try(inner) => self.tried(inner, expr.span),
            ExprKind::Deploy(inner) | ExprKind::Paren(inner) => self.expr(inner),
        }
    }

    fn string(&mut self, parts: &[StrPart]) -> Expr {
        match parts {
            [] => Expr::Const(Value::string("")),
            [StrPart::Text(text)] => Expr::Const(Value::String(text.clone())),
            parts => {
                let part = |part: &StrPart| match part {
                    StrPart::Text(text) => Expr::Const(Value::String(text.clone())),
                    StrPart::Expr(expr) => self.expr(expr),
                };
                Expr::Concat(parts.iter().map(part).collect())
            }
        }
    }

    fn name(&mut self, id: ExprId) -> Expr {
        match self.frame.file.names.get(&id) {
            Some(Target::Decl(decl)) => Expr::Const(self.checked.consts.get(decl).cloned().unwrap_or(Value::None)),
            Some(Target::Param(_, index)) => {
                self.frame.params.get(*index as usize).cloned().unwrap_or(Expr::Const(Value::None))
            }
            Some(Target::Local(id)) => self.frame.locals.get(id).cloned().unwrap_or(Expr::Const(Value::None)),
            Some(Target::Attempt) => Expr::Attempt,
            Some(Target::Builtin(_) | Target::Module(_) | Target::Type | Target::Unknown) | None => {
                Expr::Const(Value::None)
            }
        }
    }

    pub(super) fn converted(&self, value: Expr, conversion: Conversion) -> Expr {
        match (conversion, value) {
            (Conversion::ToFloat, Expr::Const(Value::Int(number))) => {
                #[expect(clippy::cast_precision_loss, reason = "Int widens to Float by definition")]
                let number = number as f64;
                Expr::Const(Value::Float(number))
            }
            (Conversion::ToFloat, value) => Expr::ToFloat(Box::new(value)),
            (Conversion::ToPath, Expr::Const(Value::String(text))) => {
                Expr::Const(Value::Path(beside(&self.frame.file.path, &text)))
            }
            (Conversion::ToDate, Expr::Const(Value::String(text))) => Expr::Const(Value::Date(text)),
            (Conversion::ToTime, Expr::Const(Value::String(text))) => Expr::Const(Value::Time(text)),
            (Conversion::ToPath | Conversion::ToDate | Conversion::ToTime, value) => value,
        }
    }

    fn binary(&mut self, op: ast::BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let op = check::binary(op);
        if matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Coalesce) {
            return self.lazy(op, left, right, span);
        }
        let (left, right) = (self.expr(left), self.expr(right));
        self.sound(Expr::Binary(op, Box::new(left), Box::new(right)), span)
    }

    /// Reports an operation on known values that has no result; it would fail in every run.
    pub(super) fn sound(&mut self, expr: Expr, span: Span) -> Expr {
        struct Nothing;
        impl Scope for Nothing {
            fn node(&self, _: NodeId) -> Option<Value> {
                None
            }
        }
        let mut known = true;
        expr.each_child(&mut |child| known &= matches!(child, Expr::Const(_)));
        if known {
            match eval(&expr, &Nothing) {
                Ok(_) | Err(EvalError::Unknown | EvalError::Mistyped(_)) => {}
                Err(why) => self.report(errors::always_fails(span, &why)),
            }
        }
        expr
    }

    /// An expression that stands for `value` and is cheap to repeat: large ones become a node of their own.
    pub(super) fn once(&mut self, value: Expr, span: Span) -> Expr {
        if is_plain(&value, 4) {
            return value;
        }
        Expr::Node(self.add("", NodeKind::Value(value), span))
    }
}

/// Whether an expression is so small that it may be written out wherever it is used.
fn is_plain(expr: &Expr, depth: u32) -> bool {
    match expr {
        Expr::Node(_) | Expr::Input(_) | Expr::Attempt => true,
        Expr::Const(value) => match value {
            Value::String(text) => text.len() <= 64,
            Value::List(items) => items.is_empty(),
            Value::Record(_) | Value::Map(_) | Value::Json(_) => false,
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Duration(_)
            | Value::Size(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Range { .. }
            | Value::Path(_)
            | Value::Secret(_)
            | Value::Blob(_) => true,
        },
        Expr::Field(of, _) => depth > 0 && is_plain(of, depth - 1),
        _ => false,
    }
}
