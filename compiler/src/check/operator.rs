//! Operators, conditions and ranges.

use standpipe_syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::Checker;
use super::expr::unwrapped;
use crate::types::{Type, fits, join};

impl Checker<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &Expr, file: FileId) -> Type {
        match op {
            UnaryOp::Not => {
                self.condition(operand, file);
                Type::Bool
            }
            UnaryOp::Negate => match self.expr(operand, None, file) {
                Type::Int(_) => Type::Int(None),
                Type::Float(_) => Type::Float(None),
                Type::Duration => Type::Duration,
                Type::Error => Type::Error,
                other => {
                    self.report(
                        Diagnostic::new(Code::OPERATOR, operand.span, format!("`-` does not fit `{other}`"))
                            .help("it takes a number or a duration"),
                    );
                    Type::Error
                }
            },
        }
    }

    /// What decides an `if`, or stands beside `and`, `or`, `not`.
    pub(super) fn condition(&mut self, condition: &Expr, file: FileId) {
        let ty = self.expr(condition, None, file);
        let help = match &ty {
            Type::Bool | Type::Error => return,
            Type::Int(_) | Type::Float(_) => "compare it with something: `… > 0`",
            Type::Optional(_) => "compare it with `none`: `… != none`",
            Type::List(_) => "ask for its length: `len(…) > 0`",
            _ => "compare it with something: `… == …`",
        };
        self.report(
            Diagnostic::new(
                Code::NOT_A_CONDITION,
                condition.span,
                format!("a condition is a `Bool`, and this is `{ty}`"),
            )
            .help(help),
        );
    }

    pub(super) fn range(&mut self, start: &Expr, end: &Expr, file: FileId) -> Type {
        let (left, right) = (self.expr(start, None, file), self.expr(end, None, file));
        for (ty, side) in [(left, start), (right, end)] {
            if !matches!(ty, Type::Int(_) | Type::Error) {
                self.report(
                    Diagnostic::new(
                        Code::OPERATOR,
                        side.span,
                        format!("a range goes from `Int` to `Int`, and this is `{ty}`"),
                    )
                    .help("as a list, only whole numbers can be counted through"),
                );
                return Type::Error;
            }
        }
        Type::List(Box::new(Type::Int(None)))
    }

    pub(super) fn binary(&mut self, op: BinaryOp, span: Span, left: &Expr, right: &Expr, file: FileId) -> Type {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.condition(left, file);
                // The right side is looked at only when the left one did not decide.
                let facts = self.facts(left, op == BinaryOp::And, file);
                self.under(facts, |checker| checker.condition(right, file));
                Type::Bool
            }
            BinaryOp::Coalesce => self.coalesce(span, left, right, file),
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let a = self.expr(left, None, file);
                let b = self.expr(right, beside(&a, right), file);
                for (ty, side) in [(&a, left), (&b, right)] {
                    if ty.holds_secret() && ![&a, &b].contains(&&Type::None) {
                        self.seen(side, "comparing it would tell what it is", file);
                        return Type::Bool;
                    }
                }
                self.member(&a, left, right, file);
                self.member(&b, right, left, file);
                self.never_equal(op, span, (left, &a), (right, &b));
                if join(&a, &b).is_none() && a != Type::Error && b != Type::Error {
                    self.does_not_fit("==", span, left, &a, right, &b, "two values of different types are never equal");
                }
                Type::Bool
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                let (a, b) = (self.expr(left, None, file), self.expr(right, None, file));
                let ordered = |ty: &Type| {
                    matches!(
                        ty,
                        Type::Int(_)
                            | Type::Float(_)
                            | Type::String
                            | Type::Duration
                            | Type::Size
                            | Type::Date
                            | Type::Time
                    )
                };
                let date = (matches!(a, Type::Date | Type::Time) && self.date_literal(right, &a, file))
                    || (matches!(b, Type::Date | Type::Time) && self.date_literal(left, &b, file));
                let fine = date || (ordered(&a) && ordered(&b) && join(&a, &b).is_some());
                if !fine && a != Type::Error && b != Type::Error {
                    let help = match (&a, &b) {
                        (Type::Optional(_), _) | (_, Type::Optional(_)) => {
                            "one side may be `none`: give another value with `??` first"
                        }
                        _ => "both sides must be numbers, or both of one other type that has an order",
                    };
                    self.does_not_fit("this comparison", span, left, &a, right, &b, help);
                }
                Type::Bool
            }
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                let (a, b) = (self.expr(left, None, file), self.expr(right, None, file));
                if a == Type::Error || b == Type::Error {
                    return Type::Error;
                }
                arithmetic(op, &a, &b).unwrap_or_else(|| {
                    let help = match (&a, &b) {
                        (Type::String, _) | (_, Type::String) => "put values into a string with `\"${…}\"`",
                        (Type::Optional(_), _) | (_, Type::Optional(_)) => {
                            "one side may be `none`: give another value with `??` first"
                        }
                        _ => "numbers go with numbers, sizes and durations with their own kind or a number",
                    };
                    self.does_not_fit(symbol(op), span, left, &a, right, &b, help);
                    Type::Error
                })
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "both sides, both types and the words for them")]
    fn does_not_fit(&mut self, what: &str, span: Span, left: &Expr, a: &Type, right: &Expr, b: &Type, help: &str) {
        let what = if what.starts_with(char::is_alphabetic) { what.to_string() } else { format!("`{what}`") };
        self.report(
            Diagnostic::new(Code::OPERATOR, span, format!("{what} does not fit `{a}` and `{b}`"))
                .also(left.span, format!("this is `{a}`"))
                .also(right.span, format!("this is `{b}`"))
                .help(help),
        );
    }

    fn coalesce(&mut self, span: Span, left: &Expr, right: &Expr, file: FileId) -> Type {
        let a = self.expr(left, None, file);
        let inner = unwrapped(&a).clone();
        let b = self.expr(right, beside(&inner, right), file);
        if !matches!(a, Type::Optional(_) | Type::None | Type::Error) {
            self.report(
                Diagnostic::new(Code::NEVER_NONE, span, format!("the left side is `{a}`, which is never `none`"))
                    .also(left.span, format!("this is `{a}`"))
                    .help("leave `??` and its right side out")
                    .fix("keep only the left side", left.span.after().to(right.span), ""),
            );
            return a;
        }
        if matches!(a, Type::None) {
            return b;
        }
        join(&inner, &b).unwrap_or_else(|| {
            self.does_not_fit(
                "??",
                span,
                left,
                &a,
                right,
                &b,
                "what is used instead of `none` has the type of the other values",
            );
            Type::Error
        })
    }

    /// A string that `expr`, a union, is compared with is one of its members, or the comparison is never true.
    fn member(&mut self, ty: &Type, expr: &Expr, other: &Expr, file: FileId) {
        let (Type::OneOf(members), Some(text)) = (unwrapped(ty), super::expect::plain(other)) else { return };
        if members.iter().any(|member| member == text) {
            return;
        }
        let declared = self.declared_type(expr, file);
        let ruled_out = matches!(unwrapped(&declared), Type::OneOf(all) if all.iter().any(|member| member == text));
        let diagnostic = if ruled_out {
            Diagnostic::new(Code::NEVER_TRUE, other.span, format!("here this is never {text:?}"))
                .also(expr.span, format!("here this is `{ty}`"))
                .help("a condition around it rules that out: take the comparison away")
        } else {
            super::expect::not_a_member(other.span, text, members)
        };
        self.report(diagnostic);
    }

    /// Warns of a comparison with `none` that always comes out the same.
    fn never_equal(&mut self, op: BinaryOp, span: Span, left: (&Expr, &Type), right: (&Expr, &Type)) {
        let is_none = |expr: &Expr| matches!(expr.kind, ExprKind::None);
        let ((expr, ty), _) = match (is_none(left.0), is_none(right.0)) {
            (false, true) => (left, right),
            (true, false) => (right, left),
            _ => return,
        };
        let same = match ty {
            Type::Optional(_) | Type::Error | Type::Nothing => return,
            Type::None => true,
            _ => false,
        };
        let (code, always) =
            if same == (op == BinaryOp::Equal) { (Code::ALWAYS_TRUE, "always") } else { (Code::NEVER_TRUE, "never") };
        let what = if same { "is `none` here" } else { "cannot be `none` here" };
        self.report(
            Diagnostic::new(code, span, format!("this comparison {always} holds"))
                .also(expr.span, format!("this {what}"))
                .help("take the comparison away"),
        );
    }
}

/// What helps a literal to be of the type beside it. An `if` is looked at branch by branch where something is wanted, and
/// here nothing is.
fn beside<'a>(ty: &'a Type, expr: &Expr) -> Option<&'a Type> {
    (!matches!(expr.kind, ExprKind::If { .. } | ExprKind::Match(_) | ExprKind::Paren(_))).then_some(ty)
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Coalesce => "??",
    }
}

/// The type of arithmetic, as `standpipe_plan::eval` computes it.
fn arithmetic(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    use BinaryOp::{Add, Divide, Multiply, Subtract};
    use Type::{Duration, Float, Int, List, OneOf, Size, String};
    Some(match (op, left, right) {
        (Divide, Int(_), Int(_)) => Float(None),
        (_, Int(_), Int(_)) => Int(None),
        (_, Int(_) | Float(_), Int(_) | Float(_)) => Float(None),
        (Add | Subtract, Duration, Duration) => Duration,
        (Divide, Duration, Duration) | (Divide, Size, Size) => Float(None),
        (Multiply | Divide, Duration, Int(_) | Float(_)) | (Multiply, Int(_) | Float(_), Duration) => Duration,
        (Add | Subtract, Size, Size) => Size,
        (Multiply | Divide, Size, Int(_) | Float(_)) | (Multiply, Int(_) | Float(_), Size) => Size,
        (Add, String | OneOf(_), String | OneOf(_)) => String,
        (Add, List(a), List(b)) if fits(a, b) || fits(b, a) => List(Box::new(join(a, b)?)),
        _ => return None,
    })
}
