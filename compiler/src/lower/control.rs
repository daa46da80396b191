//! Blocks, `if`, `for`, and operators that look at their right side only when they must. What is inside becomes a region
//! only where it holds work; pure expressions stay expressions.

use standpipe_plan::{BinaryOp, Expr, Value};
use standpipe_syntax::Span;
use standpipe_syntax::ast::{self, Block, Else, ExprKind, Name, Stmt, StmtKind};

use super::{Lowerer, errors};
use crate::graph::{NodeKind, RegionId};

/// Regions that may nest, inlined pipelines included.
const MAX_REGIONS: u32 = 40;

impl Lowerer<'_> {
    /// The statements of `block`, and what the block is worth.
    pub(super) fn block(&mut self, block: &Block) -> Expr {
        let mut value = Expr::Const(Value::None);
        for stmt in &block.stmts {
            value = self.stmt(stmt);
        }
        value
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) -> Expr {
        match &stmt.kind {
            StmtKind::Bind { name, value } => {
                let bound = match &unwrapped(value).kind {
                    ExprKind::For { .. } => self.each(unwrapped(value), &name.text),
                    ExprKind::Loop(_) => self.looped(unwrapped(value), &name.text),
                    ExprKind::Sweep(_) => self.sweep(unwrapped(value), &name.text),
                    _ => self.expr(value),
                };
                let bound = self.once(bound, value.span);
                self.bind(name, bound);
            }
            StmtKind::Unpack { names, value } => {
                let bound = self.expr(value);
                let bound = self.once(bound, value.span);
                for name in names {
                    self.bind(name, Expr::Field(Box::new(bound.clone()), name.text.clone()));
                }
            }
            StmtKind::Expect(_) => {}
            StmtKind::Expr(expr) => return self.expr(expr),
            StmtKind::Broken => {}
        }
        Expr::Const(Value::None)
    }

    /// Makes `name` stand for `value` from here on.
    pub(super) fn bind(&mut self, name: &Name, value: Expr) {
        if let Some(id) = self.checked.resolved.file(name.span.file).local_at(name.span) {
            self.frame.locals.insert(id, value);
        }
    }

    /// Lowers into a new region; gives the region and what it is worth. The region has no result yet.
    pub(super) fn inside(&mut self, lower: impl FnOnce(&mut Self) -> Expr) -> (RegionId, Expr) {
        let region = self.graph.add_region();
        self.regions += 1;
        let outer = std::mem::replace(&mut self.region, region);
        let value = lower(self);
        self.region = outer;
        self.regions -= 1;
        (region, value)
    }

    /// Adds a node that has regions.
    pub(super) fn add_nested(&mut self, name: &str, kind: NodeKind, span: Span) -> Expr {
        if self.regions >= MAX_REGIONS {
            self.report(errors::too_deep(span));
        }
        Expr::Node(self.add(name, kind, span))
    }

    pub(super) fn has_work(&self, region: RegionId) -> bool {
        !self.graph.region(region).nodes.is_empty()
    }

    /// An expression where both regions hold no work, a node where one does.
    fn either(&mut self, condition: Expr, then: (RegionId, Expr), otherwise: (RegionId, Expr), span: Span) -> Expr {
        if !self.has_work(then.0) && !self.has_work(otherwise.0) {
            let (then, otherwise) = (Box::new(then.1), Box::new(otherwise.1));
            return Expr::If { condition: Box::new(condition), then, otherwise };
        }
        for (region, value) in [&then, &otherwise] {
            let origin = self.origin(span);
            self.graph.add(*region, "".into(), NodeKind::Result(value.clone()), origin);
        }
        let kind = NodeKind::If { condition, then: then.0, otherwise: otherwise.0 };
        self.add_nested("", kind, span)
    }

    pub(super) fn branch(&mut self, condition: &ast::Expr, then: &Block, otherwise: Option<&Else>, span: Span) -> Expr {
        let condition = self.expr(condition);
        let first = self.inside(|lowerer| lowerer.block(then));
        let second = self.inside(|lowerer| match otherwise {
            Some(Else::Block(block)) => lowerer.block(block),
            // A chain of `else if` is long, not deep.
            Some(Else::If(expr)) => lowerer.kind(expr),
            None => Expr::Const(Value::None),
        });
        self.either(condition, first, second, span)
    }

    /// `and`, `or` and `??`: work on the right side is done only when it is needed.
    pub(super) fn lazy(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let left = self.expr(left);
        let (region, right) = self.inside(|lowerer| lowerer.expr(right));
        let known = match op {
            BinaryOp::And => Value::Bool(false),
            BinaryOp::Or => Value::Bool(true),
            _ => Value::None,
        };
        if !self.has_work(region) {
            return Expr::Binary(op, Box::new(left), Box::new(right));
        }
        let left = self.once(left, span);
        let empty = self.graph.add_region();
        let (then, otherwise, condition) = match op {
            BinaryOp::And => ((region, right), (empty, Expr::Const(known)), left),
            BinaryOp::Or => ((empty, Expr::Const(known)), (region, right), left),
            _ => {
                let none = Expr::Binary(BinaryOp::Equal, Box::new(left.clone()), Box::new(Expr::Const(known)));
                ((region, right), (empty, left), none)
            }
        };
        self.either(condition, then, otherwise, span)
    }

    /// A `for`, whose part of its steps' paths is `name`.
    pub(super) fn each(&mut self, expr: &ast::Expr, name: &str) -> Expr {
        let ExprKind::For { pattern, items, limit, body } = &expr.kind else { return self.expr(expr) };
        let items = self.expr(items);
        let limit = limit.as_ref().map(|limit| self.expr(limit));
        if let Some(Expr::Const(Value::Int(..=0))) = limit {
            self.report(errors::bad_setting(expr.span, "`limit`", "is at least 1"));
        }
        let name = self.names.unique(name);
        self.names.enter();
        let mut item = None;
        let (region, value) = self.inside(|lowerer| {
            let first = pattern.names().first().map_or(expr.span, |name| name.span);
            item = Some(lowerer.item(pattern, first));
            lowerer.block(body)
        });
        self.names.leave();
        let Some(item) = item else { return Expr::Const(Value::None) };
        self.result(region, value, expr.span);
        let kind = NodeKind::For { items, limit, item, variable: pattern.text(), body: region };
        self.add_nested(&name, kind, expr.span)
    }
}

fn unwrapped(expr: &ast::Expr) -> &ast::Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => unwrapped(inner),
        _ => expr,
    }
}
