//! Generated programs, and their graphs.

use proptest::prelude::*;
use standpipe_plan::{Axis, BinaryOp, Builtin, Expr, Field, Measure, Objective, Shape, Space, Value};

use super::building::{Builder, int};
use crate::graph::{Graph, NodeKind, RegionId, Sweep};

/// A statement of a generated program; numbers choose among what is in scope.
#[derive(Clone, Debug)]
pub(super) enum Stmt {
    Step(u32, u8, u8),
    Value(u8, u8, u8),
    If(u8, u8, Vec<Stmt>, Vec<Stmt>),
    For(u8, Vec<Stmt>),
    /// On what, then each arm and the rest.
    Match(u8, Vec<Stmt>, Vec<Stmt>, Vec<Stmt>),
    /// From where, how often, whether it may end early.
    Loop(u8, u8, bool, Vec<Stmt>),
    Try(Vec<Stmt>),
    Sweep(u8, Vec<Stmt>),
    /// A step of a task that reads some columns; which it declares beside them; what is in the table.
    Table(bool, u8, u8),
}

pub(super) fn program() -> impl Strategy<Value = Vec<Stmt>> {
    let leaf = prop_oneof![
        3 => (0_u32..6, any::<u8>(), any::<u8>()).prop_map(|(task, a, b)| Stmt::Step(task, a, b)),
        2 => (0_u8..7, any::<u8>(), any::<u8>()).prop_map(|(op, a, b)| Stmt::Value(op, a, b)),
        1 => (any::<bool>(), any::<u8>(), any::<u8>()).prop_map(|(both, more, a)| Stmt::Table(both, more, a)),
    ];
    let stmt = leaf.prop_recursive(3, 24, 4, |inner| {
        let block = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            (any::<u8>(), any::<u8>(), block(), block()).prop_map(|(a, b, then, other)| Stmt::If(a, b, then, other)),
            (any::<u8>(), block()).prop_map(|(items, body)| Stmt::For(items, body)),
            (any::<u8>(), block(), block(), block()).prop_map(|(of, a, b, rest)| Stmt::Match(of, a, b, rest)),
            (any::<u8>(), 0_u8..4, any::<bool>(), block())
                .prop_map(|(start, limit, until, body)| Stmt::Loop(start, limit, until, body)),
            block().prop_map(Stmt::Try),
            (any::<u8>(), block()).prop_map(|(space, body)| Stmt::Sweep(space, body)),
        ]
    });
    prop::collection::vec(stmt, 0..8)
}

/// Adds `stmts` to `region` and ends it with a result that reads the last thing in scope.
fn build(builder: &mut Builder, region: RegionId, stmts: &[Stmt], scope: &mut Vec<Expr>) {
    let depth = scope.len();
    for stmt in stmts {
        let pick = |at: u8| scope[usize::from(at) % scope.len()].clone();
        let id = match stmt {
            Stmt::Step(task, a, b) => builder.step(region, *task, vec![pick(*a), pick(*b)]),
            Stmt::Value(op, a, b) => {
                let (a, b) = (Box::new(pick(*a)), Box::new(pick(*b)));
                let expr = match op {
                    0 => Expr::Binary(BinaryOp::Add, a, b),
                    1 => Expr::Binary(BinaryOp::Subtract, a, b),
                    2 => *a,
                    3 => Expr::Field(Box::new(Expr::Record(vec![("x".into(), *a), ("y".into(), *b)])), "y".into()),
                    4 => Expr::Index(Box::new(Expr::List(vec![*a, int(5)])), b),
                    5 => {
                        let less = Box::new(Expr::Binary(BinaryOp::Less, a.clone(), b.clone()));
                        Expr::If { condition: less, then: a, otherwise: b }
                    }
                    _ => Expr::Binary(BinaryOp::Coalesce, a, b),
                };
                builder.node(region, "", NodeKind::Value(expr))
            }
            Stmt::If(a, b, then, otherwise) => {
                let condition = Expr::Binary(BinaryOp::Less, Box::new(pick(*a)), Box::new(pick(*b)));
                let (first, second) = (builder.graph.add_region(), builder.graph.add_region());
                build(builder, first, then, scope);
                build(builder, second, otherwise, scope);
                builder.node(region, "", NodeKind::If { condition, then: first, otherwise: second })
            }
            Stmt::Match(of, a, b, rest) => {
                let subject = pick(*of);
                let mut arm = |stmts: &[Stmt]| {
                    let arm = builder.graph.add_region();
                    build(builder, arm, stmts, scope);
                    arm
                };
                let arms = vec![(vec![Value::Int(1)], arm(a)), (vec![Value::Int(0), Value::Int(3)], arm(b))];
                let otherwise = Some(arm(rest));
                builder.node(region, "", NodeKind::Match { subject, arms, otherwise })
            }
            Stmt::Loop(start, limit, until, body) => {
                let (start, limit) = (pick(*start), int(i64::from(*limit)));
                let inner = builder.graph.add_region();
                let item = builder.node(inner, "", NodeKind::Item);
                scope.push(Expr::Node(item));
                build(builder, inner, body, scope);
                scope.pop();
                let ends = Expr::Binary(BinaryOp::Less, Box::new(int(2)), Box::new(Expr::Node(item)));
                let until = until.then_some(ends);
                let kind = NodeKind::Loop { start, limit, until, item, variable: "m".into(), body: inner };
                builder.named(region, "loop", kind)
            }
            Stmt::Try(body) => {
                let inner = builder.graph.add_region();
                build(builder, inner, body, scope);
                let tried = builder.node(region, "", NodeKind::Try { body: inner });
                let value = Expr::Binary(BinaryOp::Coalesce, Box::new(Expr::Node(tried)), Box::new(int(2)));
                builder.node(region, "", NodeKind::Value(value))
            }
            Stmt::Sweep(space, body) => {
                let inner = builder.graph.add_region();
                let item = builder.node(inner, "", NodeKind::Item);
                let space = Space::Choice(Expr::List(vec![pick(*space), int(4)]));
                scope.push(Expr::Field(Box::new(Expr::Node(item)), "x".into()));
                build(builder, inner, body, scope);
                scope.pop();
                let axes = vec![Axis { name: "x".into(), space, shape: Shape::Json }];
                let objectives = vec![Objective { name: "y".into(), maximize: true, of: Measure::Seconds }];
                let strategy = Expr::Const(Value::None);
                let sweep = Sweep { axes, objectives, strategy, item, trials: Vec::new(), body: inner };
                let all = builder.named(region, "sweep", NodeKind::Sweep(Box::new(sweep)));
                let first = Expr::Index(Box::new(Expr::Node(all)), Box::new(int(0)));
                builder.node(region, "", NodeKind::Value(first))
            }
            Stmt::Table(both, more, a) => {
                let columns = ["w", "x", "y", "z"].map(|name| (name.into(), pick(*a)));
                let rows = builder.node(region, "", NodeKind::Value(Expr::Record(columns.into())));
                let id = builder.step(region, 6 + u32::from(*both), vec![Expr::Node(rows)]);
                let declared = [("w", more % 2 == 0), ("x", true), ("y", more % 3 == 0), ("z", *both || more % 5 == 0)];
                let declared = declared.iter().filter(|(_, is)| *is);
                let field = |(name, _): &(&str, bool)| Field { name: (*name).into(), shape: Shape::Json };
                if let NodeKind::Step(mut step) = builder.graph.node(id).kind.clone() {
                    step.inputs[0].shape = Shape::Table(Some(declared.map(field).collect()));
                    builder.graph.set(id, NodeKind::Step(step));
                }
                id
            }
            Stmt::For(items, body) => {
                let end = Box::new(pick(*items));
                let items = match items % 4 {
                    0 => Expr::Const(Value::list(vec![])),
                    1 => Expr::Const(Value::list(vec![Value::Int(4), Value::Int(2)])),
                    2 => Expr::List(vec![*end, int(3)]),
                    _ => Expr::Range { start: Box::new(int(2)), end, inclusive: false },
                };
                let (id, inner, item) = builder.each(region, items);
                scope.push(Expr::Node(item));
                build(builder, inner, body, scope);
                scope.pop();
                let length = Expr::Call(Builtin::Len, vec![Expr::Node(id)]);
                builder.node(region, "", NodeKind::Value(length));
                let first = Expr::Index(Box::new(Expr::Node(id)), Box::new(int(0)));
                builder.node(region, "", NodeKind::Value(first))
            }
        };
        scope.push(Expr::Node(id));
    }
    let result = scope.last().cloned().unwrap_or_else(|| int(0));
    builder.node(region, "", NodeKind::Result(result));
    scope.truncate(depth);
}

pub(super) fn graph_of(stmts: &[Stmt]) -> Graph {
    let mut builder = Builder::new();
    build(&mut builder, Graph::ROOT, stmts, &mut vec![int(1), int(3)]);
    builder.graph.link();
    builder.graph
}
