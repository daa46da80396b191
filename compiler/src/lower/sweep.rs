//! `sweep`: its spaces as expressions over the parameters before them, its body as a region over all of them.

use smol_str::SmolStr;
use standpipe_plan::{
    Axis, BinaryOp, Body, Expr, Field, Frame, Input, Measure, Objective, Settings, Shape, Space, Step, Task, TaskId,
    Value,
};
use standpipe_syntax::Span;
use standpipe_syntax::ast::{self, Block, CaseKind, Else, ExprKind, StmtKind};

use super::Lowerer;
use crate::check::Conversion;
use crate::graph::{NodeKind, Sweep};
use crate::types::{Type, find, shape};

impl Lowerer<'_> {
    /// A `sweep`, whose part of its steps' paths is `name`.
    pub(super) fn sweep(&mut self, expr: &ast::Expr, name: &str) -> Expr {
        let ExprKind::Sweep(sweep) = &expr.kind else { return self.expr(expr) };
        let strategy = self.expr(&sweep.strategy);
        let strategy = self.once(strategy, sweep.strategy.span);
        let name = self.names.unique(name);
        self.names.enter();
        let (mut axes, mut item) = (Vec::new(), None);
        let (region, value) = self.inside(|lowerer| {
            let node = lowerer.add("", NodeKind::Item, expr.span);
            item = Some(node);
            for axis in &sweep.axes {
                let space = lowerer.space(&axis.space, axis.step.as_ref());
                let shape = lowerer.shape_of(&axis.space);
                axes.push(Axis { name: axis.name.text.clone(), space, shape });
                lowerer.bind(&axis.name, Expr::Field(Box::new(Expr::Node(node)), axis.name.text.clone()));
            }
            lowerer.block(&sweep.body)
        });
        self.names.leave();
        let Some(item) = item else { return Expr::Const(Value::None) };
        self.result(region, value, expr.span);
        let whole = self.type_of(expr);
        let (best, trials) = match &whole {
            Type::Record(fields) => (find(fields, "best"), find(fields, "trials")),
            _ => (None, None),
        };
        let objective = |objective: &ast::Objective| {
            let path: Vec<SmolStr> = objective.field.iter().map(|name| name.text.clone()).collect();
            let own =
                matches!(best.map(|best| &best.ty), Some(Type::Record(fields)) if find(fields, "seconds").is_some());
            let of = if path == ["seconds"] && !own { Measure::Seconds } else { Measure::Field(path.clone()) };
            Objective { name: path.join("_").into(), maximize: objective.maximize, of }
        };
        let objectives = sweep.objectives.iter().map(objective).collect();
        let trials = match trials.map(|trials| shape(&trials.ty, &self.checked.resolved)) {
            Some(Shape::Table(Some(columns))) => columns,
            _ => Vec::new(),
        };
        let columns = trials.clone();
        let sweep = Sweep { axes, objectives, strategy, item, trials, body: region };
        let found = self.add_nested(&name, NodeKind::Sweep(Box::new(sweep)), expr.span);
        let table = self.table_of_trials(&name, &found, columns, expr.span);
        let field = |name: &str| Expr::Field(Box::new(found.clone()), name.into());
        let parts = ["best", "params", "score"].map(|name| (SmolStr::new_static(name), field(name)));
        Expr::Record(parts.into_iter().chain([(SmolStr::new_static("trials"), table)]).collect())
    }

    /// The trials of a sweep, a List of records, as a table: a step like any other, which nobody runs who does not look
    /// at the table.
    fn table_of_trials(&mut self, name: &str, found: &Expr, columns: Vec<Field>, span: Span) -> Expr {
        let origin = self.origin(span);
        let text = "return {name: [row[name] for row in rows] for name in rows[0]}\n";
        let body = Body::Python { text: text.to_owned(), origin, modules: Vec::new() };
        #[expect(clippy::cast_possible_truncation, reason = "fewer tasks than expressions")]
        let task = TaskId(self.graph.tasks.len() as u32);
        self.graph.tasks.push(Task {
            name: "trials".into(),
            effect: false,
            reads: Default::default(),
            service: None,
            body,
            environment: None,
            frame: Frame::Pyarrow,
            settings: Settings::default(),
            origin,
        });
        let rows = Input {
            name: "rows".into(),
            value: Expr::Field(Box::new(found.clone()), "trials".into()),
            shape: Shape::List(Box::new(Shape::Record(columns.clone()))),
        };
        let step = Step { task, inputs: vec![rows], output: Shape::Table(Some(columns)), joins: None };
        let name = self.names.unique(&format!("{name}.trials"));
        Expr::Node(self.add(&name, NodeKind::Step(step), span))
    }

    fn type_of(&self, expr: &ast::Expr) -> Type {
        let types = self.checked.types.get(self.file().0 as usize);
        types.and_then(|types| types.get(expr.id.0 as usize)).cloned().unwrap_or(Type::Error)
    }

    /// The type of one value of a space.
    fn item_type(&self, space: &ast::Expr) -> Type {
        match self.type_of(space) {
            Type::List(item) => *item,
            _ => Type::Error,
        }
    }

    fn shape_of(&self, space: &ast::Expr) -> Shape {
        shape(&self.item_type(space), &self.checked.resolved)
    }

    fn space(&mut self, expr: &ast::Expr, step: Option<&ast::Expr>) -> Space {
        match &expr.kind {
            ExprKind::Paren(inner) => self.space(inner, step),
            ExprKind::Range { start, end, inclusive } => self.numbers(expr, (start, end), *inclusive, step, false),
            ExprKind::Call { callee, args } if !self.frame.file.names.contains_key(&callee.id) => {
                match args.as_slice() {
                    [low, high] => self.numbers(expr, (&low.value, &high.value), true, None, true),
                    _ => Space::Choice(Expr::List(Vec::new())),
                }
            }
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.plain(condition);
                let then = Box::new(self.space_in(then, step));
                let otherwise = match otherwise {
                    Some(Else::Block(block)) => self.space_in(block, step),
                    Some(Else::If(inner)) => self.space(inner, step),
                    None => Space::Choice(Expr::List(Vec::new())),
                };
                Space::If { condition, then, otherwise: Box::new(otherwise) }
            }
            ExprKind::Match(matched) => {
                let subject = self.plain(&matched.subject);
                let mut arms = matched.arms.iter().rev();
                // The last of arms that cover everything needs no look at its cases.
                let last = arms.next().map(|arm| self.space_in(&arm.body, step));
                let last = last.unwrap_or(Space::Choice(Expr::List(Vec::new())));
                arms.fold(last, |otherwise, arm| {
                    let equal = |case: &ast::Case| {
                        let value = super::flow::value(&case.kind)?;
                        Some(Expr::Binary(BinaryOp::Equal, Box::new(subject.clone()), Box::new(Expr::Const(value))))
                    };
                    let either = |a, b| Expr::Binary(BinaryOp::Or, Box::new(a), Box::new(b));
                    let all = arm.cases.iter().any(|case| case.kind == CaseKind::Else);
                    let condition = arm.cases.iter().filter_map(equal).reduce(either).filter(|_| !all);
                    let condition = condition.unwrap_or(Expr::Const(Value::Bool(true)));
                    let then = Box::new(self.space_in(&arm.body, step));
                    Space::If { condition, then, otherwise: Box::new(otherwise) }
                })
            }
            ExprKind::Name(name) if name.text.starts_with(char::is_uppercase) => self.space_of_type(expr),
            _ => Space::Choice(self.plain(expr)),
        }
    }

    fn space_in(&mut self, block: &Block, step: Option<&ast::Expr>) -> Space {
        match block.stmts.first().map(|stmt| &stmt.kind) {
            Some(StmtKind::Expr(space)) => self.space(space, step),
            _ => Space::Choice(Expr::List(Vec::new())),
        }
    }

    fn numbers(
        &mut self,
        expr: &ast::Expr,
        (low, high): (&ast::Expr, &ast::Expr),
        inclusive: bool,
        step: Option<&ast::Expr>,
        log: bool,
    ) -> Space {
        let whole = matches!(self.item_type(expr), Type::Int(_));
        let mut end = |expr: &ast::Expr| {
            let value = self.plain(expr);
            if whole { value } else { self.floated(value) }
        };
        let (low, high, step) = (end(low), end(high), step.map(end));
        Space::Numbers { low, high, inclusive, step, log, whole }
    }

    /// `value` as a Float; nothing changes when it is one.
    fn floated(&self, value: Expr) -> Expr {
        match value {
            Expr::Const(Value::Int(_)) => self.converted(value, Conversion::ToFloat),
            value @ (Expr::Const(_) | Expr::ToFloat(_)) => value,
            value => Expr::ToFloat(Box::new(value)),
        }
    }

    /// The values of a type that has few, or lie between two bounds.
    fn space_of_type(&self, expr: &ast::Expr) -> Space {
        let choice = |values: Vec<Value>| Space::Choice(Expr::Const(Value::list(values)));
        #[expect(clippy::cast_possible_truncation, reason = "the bounds of an Int were written as Ints")]
        match self.item_type(expr) {
            Type::Bool => choice(vec![Value::Bool(true), Value::Bool(false)]),
            Type::OneOf(members) => choice(members.into_iter().map(Value::String).collect()),
            ty @ (Type::Int(Some(bound)) | Type::Float(Some(bound))) => {
                let whole = matches!(ty, Type::Int(_));
                let end = |end: Option<f64>| {
                    let end = end.unwrap_or(0.0);
                    Expr::Const(if whole { Value::Int(end as i64) } else { Value::Float(end) })
                };
                let (low, high) = (end(bound.low), end(bound.high));
                Space::Numbers { low, high, inclusive: bound.inclusive, step: None, log: false, whole }
            }
            _ => choice(Vec::new()),
        }
    }
}
