//! `match`, `loop` and `try`. A `match` becomes a region for each arm only where one holds work; a `loop` and a `try` are
//! always nodes, for what they mean is only known when they run.

use standpipe_plan::{Expr, NodeId, Value};
use standpipe_syntax::Span;
use standpipe_syntax::ast::{self, CaseKind, ExprKind, Loop, Match, Pattern};

use super::{Lowerer, errors};
use crate::graph::{NodeKind, RegionId};

impl Lowerer<'_> {
    pub(super) fn matched(&mut self, matched: &Match, span: Span) -> Expr {
        let subject = self.expr(&matched.subject);
        let mut arms: Vec<(Vec<Value>, (RegionId, Expr))> = Vec::new();
        let mut otherwise = None;
        for arm in &matched.arms {
            let inside = self.inside(|lowerer| lowerer.block(&arm.body));
            if arm.cases.iter().any(|case| case.kind == CaseKind::Else) {
                otherwise = Some(inside);
                // What follows never comes.
                break;
            }
            arms.push((arm.cases.iter().filter_map(|case| value(&case.kind)).collect(), inside));
        }
        // The last of arms that cover everything needs no look at its cases.
        if otherwise.is_none() {
            otherwise = arms.pop().map(|(_, inside)| inside);
        }
        let mut all = arms.iter().map(|(_, inside)| inside).chain(&otherwise);
        if all.all(|(region, _)| !self.has_work(*region)) {
            let arms = arms.into_iter().map(|(values, (_, value))| (values, value)).collect();
            let otherwise = otherwise.map(|(_, value)| Box::new(value));
            return Expr::Match { subject: Box::new(subject), arms, otherwise };
        }
        let mut close = |(region, value): (RegionId, Expr)| {
            self.result(region, value, span);
            region
        };
        let arms = arms.into_iter().map(|(values, inside)| (values, close(inside))).collect();
        let otherwise = otherwise.map(close);
        self.add_nested("", NodeKind::Match { subject, arms, otherwise }, span)
    }

    /// A `loop`, whose part of its steps' paths is `name`.
    pub(super) fn looped(&mut self, expr: &ast::Expr, name: &str) -> Expr {
        let ExprKind::Loop(repeated) = &expr.kind else { return self.expr(expr) };
        let Loop { state, start, limit, until, body } = repeated.as_ref();
        let start = self.expr(start);
        // Checking has refused a loop without a limit.
        let limit = limit.as_ref().map_or(Expr::Const(Value::Int(0)), |limit| self.expr(limit));
        if let Expr::Const(Value::Int(..=0)) = limit {
            self.report(errors::bad_setting(expr.span, "`limit`", "is at least 1"));
        }
        let name = self.names.unique(name);
        self.names.enter();
        let (mut item, mut end) = (None, None);
        let (region, value) = self.inside(|lowerer| {
            let node = lowerer.item(state, expr.span);
            item = Some(node);
            end = until.as_ref().map(|until| lowerer.plain(until));
            lowerer.block(body)
        });
        self.names.leave();
        let Some(item) = item else { return Expr::Const(Value::None) };
        self.result(region, value, expr.span);
        let kind = NodeKind::Loop { start, limit, until: end, item, variable: state.text(), body: region };
        self.add_nested(&name, kind, expr.span)
    }

    pub(super) fn tried(&mut self, inner: &ast::Expr, span: Span) -> Expr {
        let (region, value) = self.inside(|lowerer| lowerer.expr(inner));
        self.result(region, value, span);
        self.add_nested("", NodeKind::Try { body: region }, span)
    }

    /// The item of a body, bound to `pattern`.
    pub(super) fn item(&mut self, pattern: &Pattern, span: Span) -> NodeId {
        let node = self.add("", NodeKind::Item, span);
        match pattern {
            Pattern::Name(name) => self.bind(name, Expr::Node(node)),
            Pattern::Fields(names) => {
                for name in names {
                    self.bind(name, Expr::Field(Box::new(Expr::Node(node)), name.text.clone()));
                }
            }
        }
        node
    }

    /// An expression that is worked out where no node of its own could stand.
    pub(super) fn plain(&mut self, expr: &ast::Expr) -> Expr {
        let (region, value) = self.inside(|lowerer| lowerer.expr(expr));
        if self.has_work(region) {
            self.report(errors::too_deep(expr.span));
        }
        value
    }

    /// Ends `region`, which is worth `value`.
    pub(super) fn result(&mut self, region: RegionId, value: Expr, span: Span) {
        let origin = self.origin(span);
        self.graph.add(region, "".into(), NodeKind::Result(value), origin);
    }
}

pub(super) fn value(case: &CaseKind) -> Option<Value> {
    match case {
        CaseKind::String(text) => Some(Value::String(text.clone())),
        CaseKind::Int(number) => Some(Value::Int(*number)),
        CaseKind::Bool(value) => Some(Value::Bool(*value)),
        CaseKind::None => Some(Value::None),
        CaseKind::Else | CaseKind::Broken => None,
    }
}
