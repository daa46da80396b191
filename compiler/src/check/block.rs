//! Blocks, `if` and `for`. Knows which values are used, and says so of those that are not.

use standpipe_syntax::ast::{Block, Else, Expr, ExprKind, Name, Pattern, StmtKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::{Checker, broken_within};
use crate::types::{Type, find, join};

impl Checker<'_> {
    /// `if`. With a type that is wanted, whoever wants it looks at each branch on its own.
    pub(super) fn choice(&mut self, expr: &Expr, wanted: Option<&Type>, used: Use, file: FileId) -> Type {
        let ExprKind::If { condition, then, otherwise } = &expr.kind else { return Type::Error };
        self.condition(condition, file);
        let facts = self.facts(condition, true, file);
        let first = self.under(facts, |checker| checker.block(then, wanted, used, file));
        let facts = self.facts(condition, false, file);
        let second = self.under(facts, |checker| match otherwise {
            None => None,
            Some(Else::Block(block)) => Some(checker.block(block, wanted, used, file)),
            Some(Else::If(inner)) => {
                let ty = checker.choice(inner, wanted, used, file);
                checker.note(file, inner, ty.clone());
                Some(ty)
            }
        });
        let Some(second) = second else { return Type::Nothing };
        match (used, wanted) {
            (Use::Nobody, _) => Type::Nothing,
            (Use::Value, wanted) => self.branches(expr, &first, &second, wanted),
        }
    }

    pub(super) fn iteration(&mut self, expr: &Expr, wanted: Option<&Type>, used: Use, file: FileId) -> Type {
        let ExprKind::For { pattern, items, limit, body } = &expr.kind else { return Type::Error };
        let over = self.expr(items, None, file);
        self.iterable(items, &over);
        if let (Pattern::Fields(names), Type::List(item)) = (pattern, &over) {
            self.take_apart(names, item, items.span);
        }
        if let Some(limit) = limit {
            self.expect(limit, &Type::Int(None), file, None);
        }
        let wanted = match wanted {
            Some(Type::List(item)) => Some(&**item),
            _ => None,
        };
        Type::List(Box::new(self.block(body, wanted, used, file)))
    }

    /// The type of a block's value: its last statement's, when that is an expression.
    pub(super) fn block(&mut self, block: &Block, wanted: Option<&Type>, used: Use, file: FileId) -> Type {
        let mut value = Type::Nothing;
        let last = block.stmts.len().saturating_sub(1);
        for (index, stmt) in block.stmts.iter().enumerate() {
            value = Type::Nothing;
            let before = self.diagnostics.len();
            match &stmt.kind {
                StmtKind::Bind { value, name } => {
                    self.bind(name, value, file);
                    self.spare(before, std::slice::from_ref(name));
                }
                StmtKind::Unpack { names, value } => {
                    self.unpack(names, value, file);
                    self.spare(before, names);
                }
                StmtKind::Expr(inner) if index == last && used == Use::Value => value = self.expr(inner, wanted, file),
                StmtKind::Expr(inner) => {
                    let ty = match &inner.kind {
                        ExprKind::If { .. } => self.choice(inner, None, Use::Nobody, file),
                        ExprKind::For { .. } => self.iteration(inner, None, Use::Nobody, file),
                        ExprKind::Match(_) => self.matched(inner, None, Use::Nobody, file),
                        _ => self.expr(inner, None, file),
                    };
                    self.note(file, inner, ty.clone());
                    // What ends a block inside a statement is reported with the whole statement.
                    if index != last && self.diagnostics.len() == before {
                        self.nobody_uses(inner, file);
                    } else if index == last {
                        value = ty;
                    }
                }
                StmtKind::Expect(inner) => self.condition(inner, file),
                StmtKind::Broken => value = Type::Error,
            }
        }
        value
    }

    fn bind(&mut self, name: &Name, value: &Expr, file: FileId) {
        if self.expr(value, None, file) != Type::Nothing {
            return;
        }
        let message = match &value.kind {
            ExprKind::If { otherwise: None, .. } => {
                format!("`{}` gets no value when the condition does not hold", name.text)
            }
            _ => format!("`{}` gets no value: this returns nothing", name.text),
        };
        let diagnostic = Diagnostic::new(Code::NO_VALUE, value.span, message);
        self.report(match &value.kind {
            ExprKind::If { otherwise: None, .. } => diagnostic.help("add `else { … }` with the other value"),
            _ => diagnostic.help(format!("leave out `{} =`", name.text)),
        });
    }

    /// Says nothing of unused `names` when something was reported where they are bound: it is mended first.
    fn spare(&mut self, before: usize, names: &[Name]) {
        if self.diagnostics[before..].iter().any(Diagnostic::is_error) {
            self.spared.extend(names.iter().map(|name| name.span));
        }
    }

    fn unpack(&mut self, names: &[Name], value: &Expr, file: FileId) {
        let ty = self.expr(value, None, file);
        self.take_apart(names, &ty, value.span);
    }

    /// Checks that `ty`, the type of what stands at `span`, has the fields `names`.
    pub(super) fn take_apart(&mut self, names: &[Name], ty: &Type, span: Span) {
        match ty {
            Type::Record(fields) => {
                for name in names {
                    if find(fields, &name.text).is_none() {
                        self.no_field(name, ty, fields);
                    }
                }
            }
            Type::Error => {}
            other => self.report(
                Diagnostic::new(Code::NOT_A_RECORD, span, format!("`{other}` has no fields to take apart"))
                    .help("only records can be taken apart with `{ … }`"),
            ),
        }
    }

    /// Warns of a statement whose value goes nowhere and that changes nothing: it never runs.
    pub(super) fn nobody_uses(&mut self, expr: &Expr, file: FileId) {
        let broken = self.type_of(file, expr) == Type::Error
            || broken_within(&self.diagnostics, self.resolved.file(file).source.span());
        if broken || self.has_effect(expr, file) {
            return;
        }
        self.report(
            Diagnostic::new(Code::UNUSED_RESULT, expr.span, "nothing uses this result, so this never runs")
                .help("give it a name and use it, or remove it"),
        );
    }

    fn branches(&mut self, expr: &Expr, then: &Type, otherwise: &Type, wanted: Option<&Type>) -> Type {
        if *then == Type::Error || *otherwise == Type::Error {
            return if *then == Type::Error { otherwise.clone() } else { then.clone() };
        }
        if *then == Type::Nothing || *otherwise == Type::Nothing {
            return Type::Nothing;
        }
        if let Some(joined) = join(then, otherwise) {
            return joined;
        }
        if let Some(wanted) = wanted {
            return wanted.clone();
        }
        let mut diagnostic =
            Diagnostic::new(Code::BRANCHES, expr.span, format!("one branch is `{then}`, the other `{otherwise}`"));
        if let [first, .., last] = ends(expr).as_slice() {
            diagnostic.span = last.span;
            diagnostic =
                diagnostic.here(format!("this is `{otherwise}`")).also(first.span, format!("this is `{then}`"));
        }
        self.report(diagnostic.help("all branches of an `if` that is used as a value have one type"));
        Type::Error
    }
}

/// The expressions that an `if` or `match` is worth, one for each branch that ends with one; of anything else, itself.
pub(super) fn ends(expr: &Expr) -> Vec<&Expr> {
    if let ExprKind::Match(matched) = &expr.kind {
        let lasts = matched.arms.iter().filter_map(|arm| match &arm.body.stmts.last()?.kind {
            StmtKind::Expr(last) => Some(last),
            StmtKind::Bind { .. } | StmtKind::Unpack { .. } | StmtKind::Expect(_) | StmtKind::Broken => None,
        });
        return lasts.flat_map(ends).collect();
    }
    let ExprKind::If { then, otherwise, .. } = &expr.kind else { return vec![expr] };
    let last = |block: &'_ Block| block.stmts.len().checked_sub(1);
    let mut out = Vec::new();
    for block in
        [Some(then), if let Some(Else::Block(block)) = otherwise { Some(block) } else { None }].into_iter().flatten()
    {
        if let Some(StmtKind::Expr(inner)) = last(block).and_then(|last| block.stmts.get(last)).map(|stmt| &stmt.kind) {
            out.extend(ends(inner));
        }
    }
    if let Some(Else::If(inner)) = otherwise {
        out.extend(ends(inner));
    }
    out
}

/// Whether somebody needs the value of a block or expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Value,
    Nobody,
}
