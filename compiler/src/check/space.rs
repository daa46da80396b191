//! The space of a parameter: what values it may take, as a type with bounds. Noted as the list of them, so that the
//! parameter is one item.

use standpipe_syntax::FileId;
use standpipe_syntax::ast::{Block, Else, Expr, ExprKind, Name, StmtKind, TypeExpr, TypeKind};

use super::Checker;
use super::declare::Place;
use crate::resolve::{DeclId, Target};
use crate::types::{Bound, Type, join};

impl Checker<'_> {
    /// The type of one value of the space `expr`.
    pub(super) fn space(&mut self, expr: &Expr, step: Option<&Expr>, file: FileId) -> Type {
        let ty = match &expr.kind {
            ExprKind::Paren(inner) => self.space(inner, step, file),
            ExprKind::Name(name) if self.target(file, expr.id) == Some(Target::Type) => self.space_of_type(name, file),
            ExprKind::Range { start, end, inclusive } => self.numbers(expr, (start, end), *inclusive, false, file),
            ExprKind::Call { callee, args }
                if matches!(callee.kind, ExprKind::Name(_)) && self.target(file, callee.id).is_none() =>
            {
                match args.as_slice() {
                    [low, high] => self.numbers(expr, (&low.value, &high.value), true, true, file),
                    _ => {
                        self.no_space(expr.span, "`log` takes two numbers", "write `log(low, high)`, both more than 0")
                    }
                }
            }
            ExprKind::If { condition, then, otherwise } => {
                self.condition(condition, file);
                self.no_calls(condition, "a space", file);
                let then = self.space_in(then, step, file);
                let otherwise = match otherwise {
                    Some(Else::Block(block)) => self.space_in(block, step, file),
                    Some(Else::If(inner)) => self.space(inner, step, file),
                    None => self.no_space(
                        expr.span,
                        "this is a space only when its condition holds",
                        "add `else { … }` with the other space",
                    ),
                };
                self.joined(expr, &then, &otherwise)
            }
            ExprKind::Match(matched) => {
                self.no_calls(&matched.subject, "a space", file);
                let spaces: Vec<Type> = matched.arms.iter().map(|arm| self.space_in(&arm.body, step, file)).collect();
                self.only_cases(expr, matched, file);
                let first = spaces.first().cloned().unwrap_or(Type::Error);
                spaces.iter().skip(1).fold(first, |so_far, next| self.joined(expr, &so_far, next))
            }
            _ => self.choice_of(expr, file),
        };
        if let Some(step) = step.filter(|_| matches!(expr.kind, ExprKind::Range { .. })) {
            self.step(step, &ty, file);
        } else if let Some(step) =
            step.filter(|_| !matches!(expr.kind, ExprKind::If { .. } | ExprKind::Match(_) | ExprKind::Paren(_)))
        {
            self.expr(step, None, file);
            self.no_space(step.span, "only a range goes in steps", "leave `step` out");
        }
        self.note(file, expr, Type::List(Box::new(ty.clone())));
        ty
    }

    fn space_in(&mut self, block: &Block, step: Option<&Expr>, file: FileId) -> Type {
        match block.stmts.as_slice() {
            [only] => match &only.kind {
                StmtKind::Expr(space) => self.space(space, step, file),
                StmtKind::Broken => Type::Error,
                StmtKind::Bind { .. } | StmtKind::Unpack { .. } | StmtKind::Expect(_) => {
                    self.no_space(only.span, "this is no space", "put the space here alone")
                }
            },
            _ => self.no_space(block.span, "a branch of a space is one space", "put the space here alone"),
        }
    }

    fn joined(&mut self, expr: &Expr, left: &Type, right: &Type) -> Type {
        match (left, right) {
            (Type::Error, other) | (other, Type::Error) => other.clone(),
            (Type::Int(Some(a)), Type::Int(Some(b))) => Type::Int(hull(a, b)),
            (Type::Float(Some(a)), Type::Float(Some(b))) => Type::Float(hull(a, b)),
            _ => match join(left, right) {
                Some(both) => both,
                None => self.no_space(
                    expr.span,
                    format!("one branch is a space of `{left}`, the other of `{right}`"),
                    "all values of a parameter have one type",
                ),
            },
        }
    }

    /// `Bool`, a union, an Int or Float within bounds.
    fn space_of_type(&mut self, name: &Name, file: FileId) -> Type {
        let kind = TypeKind::Named { module: None, name: name.clone(), args: Vec::new() };
        let decl = DeclId { file, index: 0 };
        let ty = self.ty(&TypeExpr { span: name.span, kind }, Place { file, params: &[], sizes: &[], decl });
        match &ty {
            Type::Bool | Type::OneOf(_) | Type::Error => ty,
            Type::Int(Some(Bound { low: Some(_), high: Some(_), .. }))
            | Type::Float(Some(Bound { low: Some(_), high: Some(_), .. })) => ty,
            _ => self.no_space(
                name.span,
                format!("`{ty}` has too many values to search"),
                "a type is a space when it is `Bool`, a union, or a number between two bounds",
            ),
        }
    }

    /// A list of which one item is taken.
    fn choice_of(&mut self, expr: &Expr, file: FileId) -> Type {
        self.no_calls(expr, "a space", file);
        let ty = self.expr(expr, None, file);
        let item = match ty {
            Type::List(item) => *item,
            Type::Error => return Type::Error,
            other => {
                return self.no_space(
                    expr.span,
                    format!("`{other}` is no space to search"),
                    "a space is a range, `log(low, high)`, or a list",
                );
            }
        };
        let ExprKind::List(items) = &expr.kind else { return self.scalar(expr, item) };
        let texts: Option<Vec<_>> =
            items.iter().map(|item| super::expect::plain(item).map(smol_str::SmolStr::new)).collect();
        if let Some(mut members) = texts.filter(|texts| !texts.is_empty()) {
            let mut seen = rustc_hash::FxHashSet::default();
            members.retain(|member| seen.insert(member.clone()));
            return Type::OneOf(members);
        }
        let numbers: Option<Vec<f64>> = items.iter().map(|item| self.number(item, file)).collect();
        let bound = numbers.filter(|numbers| !numbers.is_empty()).map(|numbers| Bound {
            low: numbers.iter().copied().reduce(f64::min),
            high: numbers.iter().copied().reduce(f64::max),
            inclusive: true,
        });
        match item {
            Type::Error => self.no_space(expr.span, "this space is empty", "name at least one value"),
            Type::Int(_) => Type::Int(bound),
            Type::Float(_) => Type::Float(bound),
            other => self.scalar(expr, other),
        }
    }

    fn scalar(&mut self, expr: &Expr, item: Type) -> Type {
        let plain = matches!(
            item,
            Type::Error
                | Type::Bool
                | Type::Int(_)
                | Type::Float(_)
                | Type::String
                | Type::OneOf(_)
                | Type::Duration
                | Type::Size
        );
        if plain {
            return item;
        }
        self.no_space(
            expr.span,
            format!("a parameter cannot be `{item}`"),
            "choose between numbers, strings or other plain values, and look the rest up in the body",
        )
    }

    /// The numbers from `low` to `high`.
    fn numbers(&mut self, expr: &Expr, (low, high): (&Expr, &Expr), inclusive: bool, log: bool, file: FileId) -> Type {
        let mut whole = true;
        for end in [low, high] {
            self.no_calls(end, "a space", file);
            match self.expr(end, None, file) {
                Type::Int(_) => {}
                Type::Float(_) => whole = false,
                Type::Error => return Type::Error,
                other => {
                    return self.no_space(
                        end.span,
                        format!("a space goes from number to number, and this is `{other}`"),
                        "of other values, list those to choose from: `[…]`",
                    );
                }
            }
        }
        let (from, to) = (self.number(low, file), self.number(high, file));
        if let (Some(from), Some(to)) = (from, to)
            && (from > to || (from == to && !inclusive))
        {
            return self.no_space(expr.span, "this space is empty", "write the smaller number first");
        }
        if log && from.is_some_and(|from| from <= 0.0) {
            return self.no_space(
                low.span,
                "`log` begins above 0",
                "0 has no magnitude: begin with a small number such as `0.001`",
            );
        }
        let widened = if whole { Type::Int(None) } else { Type::Float(None) };
        self.widen(file, low, &widened);
        self.widen(file, high, &widened);
        let bound = from.zip(to).map(|(low, high)| Bound { low: Some(low), high: Some(high), inclusive });
        if whole { Type::Int(bound) } else { Type::Float(bound) }
    }

    fn step(&mut self, step: &Expr, ty: &Type, file: FileId) {
        self.no_calls(step, "a space", file);
        let wanted = match ty {
            Type::Int(_) => Type::Int(None),
            _ => Type::Float(None),
        };
        self.expect(step, &wanted, file, None);
        if self.number(step, file).is_some_and(|step| step <= 0.0) {
            self.no_space(step.span, "a step is more than 0", "write how far apart the values are");
        }
    }
}

fn hull(a: &Bound, b: &Bound) -> Option<Bound> {
    let low = a.low.zip(b.low).map(|(a, b)| a.min(b));
    let (high, inclusive) = match (a.high, b.high) {
        (Some(one), Some(other)) if one == other => (Some(one), a.inclusive || b.inclusive),
        (Some(one), Some(other)) if one > other => (Some(one), a.inclusive),
        (Some(_), other) => (other, b.inclusive),
        (None, _) => (None, false),
    };
    Some(Bound { low, high, inclusive })
}
