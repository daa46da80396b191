//! Every pass, on generated programs: the pipeline's value and its effects, in order, stay what they were. The reference
//! is a tiny interpreter of plans in which a task's result is a hash of its name and inputs.

use std::collections::HashMap;

use proptest::prelude::*;
use standpipe_plan::{
    Axis, BinaryOp, Body, Builtin, CachePolicy, Digest, EvalError, Expr, Field, Frame, Input, Measure, Node, NodeId,
    NodeKind as PlanKind, Objective, Origin, Plan, Region, Scope, Settings, Shape, Space, Step, Task, TaskId, Value,
    decode, encode, equal, eval, uses,
};

use super::{PASSES, Pass, optimise};
use crate::emit::emit;
use crate::graph::{Graph, NodeKind, RegionId, Sweep};

const ORIGIN: Origin = Origin { file: 0, line: 1 };

/// Builds graphs by hand.
pub(super) struct Builder {
    pub(super) graph: Graph,
    names: u32,
}

impl Builder {
    /// Task 0 and 1 are pure, 2 is pure but never cached, 3 is an effect; 4, never cached, and 5 are in Python. So are
    /// 6 and 7, which read only those columns of a table that their names say.
    pub(super) fn new() -> Self {
        let mut graph = Graph::new("p".into(), vec!["p.pipe".into()], Shape::Json);
        for (name, effect, cache) in [
            ("clean", false, CachePolicy::On),
            ("fit", false, CachePolicy::On),
            ("sample", false, CachePolicy::Off),
            ("publish", true, CachePolicy::On),
            ("draw", false, CachePolicy::Off),
            ("score", false, CachePolicy::On),
            ("reads_x", false, CachePolicy::On),
            ("reads_xz", false, CachePolicy::Off),
        ] {
            let python = ["draw", "score", "reads_x", "reads_xz"].contains(&name);
            let text = "true".to_owned();
            let columns = name.strip_prefix("reads_").map(|columns| columns.chars().map(String::from).map(Into::into));
            graph.tasks.push(Task {
                name: name.into(),
                effect,
                body: match python {
                    true => Body::Python { text, origin: ORIGIN, modules: Vec::new() },
                    false => Body::Shell { text, origin: ORIGIN },
                },
                environment: None,
                frame: Frame::Pandas,
                settings: Settings { cache, ..Settings::default() },
                reads: columns.map(|columns| ("a".into(), columns.collect())).into_iter().collect(),
                service: None,
                origin: ORIGIN,
            });
        }
        Self { graph, names: 0 }
    }

    pub(super) fn step(&mut self, region: RegionId, task: u32, inputs: Vec<Expr>) -> NodeId {
        self.names += 1;
        let name = format!("{}_{}", self.graph.tasks[task as usize].name, self.names).into();
        let input = |(value, name): (Expr, &str)| Input { name: name.into(), value, shape: Shape::Json };
        let inputs = inputs.into_iter().zip(["a", "b"]).map(input).collect();
        let step = Step { task: TaskId(task), inputs, output: Shape::Int(None), joins: None };
        self.graph.add(region, name, NodeKind::Step(step), ORIGIN)
    }

    /// A node with a part of its own in paths.
    fn named(&mut self, region: RegionId, name: &str, kind: NodeKind) -> NodeId {
        self.names += 1;
        self.graph.add(region, format!("{name}_{}", self.names).into(), kind, ORIGIN)
    }

    pub(super) fn node(&mut self, region: RegionId, name: &str, kind: NodeKind) -> NodeId {
        self.graph.add(region, name.into(), kind, ORIGIN)
    }

    /// A `for` whose body is still empty but for its item.
    pub(super) fn each(&mut self, region: RegionId, items: Expr) -> (NodeId, RegionId, NodeId) {
        self.names += 1;
        let body = self.graph.add_region();
        let item = self.graph.add(body, "".into(), NodeKind::Item, ORIGIN);
        let kind = NodeKind::For { items, limit: None, item, variable: "x".into(), body };
        let id = self.graph.add(region, format!("for_{}", self.names).into(), kind, ORIGIN);
        (id, body, item)
    }
}

pub(super) fn int(number: i64) -> Expr {
    Expr::Const(Value::Int(number))
}

/// The graph's text before and after `pass`, and what the pass says.
pub(super) fn before_and_after(mut graph: Graph, pass: Pass) -> String {
    graph.link();
    let before = graph.dump();
    let what = pass(&mut graph).join("\n");
    format!("{before}---\n{}---\n{what}", graph.dump())
}

/// A statement of a generated program; numbers choose among what is in scope.
#[derive(Clone, Debug)]
enum Stmt {
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

fn program() -> impl Strategy<Value = Vec<Stmt>> {
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

fn graph_of(stmts: &[Stmt]) -> Graph {
    let mut builder = Builder::new();
    build(&mut builder, Graph::ROOT, stmts, &mut vec![int(1), int(3)]);
    builder.graph.link();
    builder.graph
}

/// The reference: runs a plan one node after another.
struct Machine<'a> {
    plan: &'a Plan,
    values: HashMap<NodeId, Value>,
    effects: Vec<String>,
    /// A `try` took a failure for `none`.
    caught: bool,
    /// Values are let go of after their last use.
    lets_go: bool,
}

impl Scope for Machine<'_> {
    fn node(&self, id: NodeId) -> Option<Value> {
        self.values.get(&id).cloned()
    }
}

impl Machine<'_> {
    fn region(&mut self, region: &Region) -> Result<Value, EvalError> {
        let uses = uses(region);
        for (place, node) in region.nodes.iter().enumerate() {
            let value = self.run(node)?;
            self.values.insert(node.id, value);
            for (node, uses) in region.nodes.iter().zip(&uses).filter(|_| self.lets_go) {
                if uses.readers.last() == Some(&place) && !uses.in_result {
                    self.values.remove(&node.id);
                }
            }
        }
        eval(&region.result, self)
    }

    /// What a body makes of its input: of a table only the columns that it reads, which it must be given.
    fn body(&self, task: &Task, input: &Input, value: Value) -> Result<Value, EvalError> {
        let (Shape::Table(Some(declared)), Some(read)) = (&input.shape, task.name.strip_prefix("reads_")) else {
            return Ok(value);
        };
        let projected = task.reads.get(&input.name);
        let given = |name: &str| {
            declared.iter().any(|column| column.name == name)
                && projected.is_none_or(|columns| columns.iter().any(|column| column == name))
        };
        let column = |name: char| {
            let name = name.to_string();
            value.field(&name).filter(|_| given(&name)).ok_or(EvalError::Mistyped("a column that it is not given"))
        };
        Ok(Value::list(read.chars().map(column).collect::<Result<_, _>>()?))
    }

    fn run(&mut self, node: &Node) -> Result<Value, EvalError> {
        match &node.kind {
            PlanKind::Param(_) | PlanKind::Item => self.values.get(&node.id).cloned().ok_or(EvalError::Unknown),
            PlanKind::Value(expr) => eval(expr, self),
            PlanKind::Step(step) => {
                let task = &self.plan.tasks[step.task.0 as usize];
                let given = |input: &Input| self.body(task, input, eval(&input.value, self)?);
                let inputs: Vec<_> = step.inputs.iter().map(given).collect::<Result<_, _>>()?;
                let call = format!("{}{inputs:?}", task.name);
                if task.effect {
                    self.effects.push(call.clone());
                }
                Ok(Value::Int(i64::from(Digest::of(call.as_bytes()).0[0] % 5)))
            }
            PlanKind::If { condition, then, otherwise } => match eval(condition, self)? {
                Value::Bool(true) => self.region(then),
                _ => self.region(otherwise),
            },
            PlanKind::For { items, item, body, .. } => {
                let items = eval(items, self)?;
                let mut results = Vec::new();
                for index in 0..items.items().ok_or(EvalError::Mistyped("items"))? {
                    self.values.insert(*item, items.item(index).unwrap_or(Value::None));
                    results.push(self.region(body)?);
                }
                Ok(Value::list(results))
            }
            PlanKind::Match { subject, arms, otherwise } => {
                let subject = eval(subject, self)?;
                let arm = arms.iter().find(|arm| arm.values.iter().any(|value| equal(value, &subject)));
                let taken = arm.map(|arm| &arm.body).or(otherwise.as_ref());
                taken.map_or(Err(EvalError::Mistyped("no arm")), |body| self.region(body))
            }
            PlanKind::Loop { start, limit, until, item, body, .. } => {
                let mut state = eval(start, self)?;
                let Value::Int(limit) = eval(limit, self)? else { return Err(EvalError::Mistyped("limit")) };
                for _ in 0..limit {
                    self.values.insert(*item, state.clone());
                    if let Some(until) = until
                        && eval(until, self)? == Value::Bool(true)
                    {
                        break;
                    }
                    state = self.region(body)?;
                }
                Ok(state)
            }
            PlanKind::Try { body } => Ok(self.region(body).unwrap_or_else(|_| {
                self.caught = true;
                Value::None
            })),
            // Two trials, of each parameter the first of a choice.
            PlanKind::Sweep(sweep) => {
                let mut results = Vec::new();
                for _ in 0..2 {
                    let first = |axis: &standpipe_plan::Axis| match &axis.space {
                        Space::Choice(items) => eval(items, self).map(|items| items.item(0).unwrap_or(Value::None)),
                        Space::Numbers { low, .. } => eval(low, self),
                        Space::If { condition, .. } => eval(condition, self),
                    };
                    let params = sweep.axes.iter().map(|axis| Ok((axis.name.clone(), first(axis)?)));
                    let params = Value::record(params.collect::<Result<_, EvalError>>()?);
                    self.values.insert(sweep.item, params);
                    results.push(self.region(&sweep.body)?);
                }
                Ok(Value::list(results))
            }
        }
    }
}

/// What a graph is worth and the effects that it has; and whether a `try` in it took a failure for `none`.
fn outcome(graph: &Graph) -> (Result<Value, EvalError>, Vec<String>, bool) {
    let plan = emit(graph);
    assert_eq!(decode(encode(&plan).as_bytes()).as_ref(), Ok(&plan), "an emitted plan is sound");
    played(&plan, false)
}

fn played(plan: &Plan, lets_go: bool) -> (Result<Value, EvalError>, Vec<String>, bool) {
    let mut machine = Machine { plan, values: HashMap::new(), effects: Vec::new(), caught: false, lets_go };
    (machine.region(&plan.root), machine.effects, machine.caught)
}

/// A program that fails may do less after a pass, never something else; one that succeeds does the same. What would have
/// failed inside a `try` may be gone, so that it has a value then; it never fails outside of it.
fn same(stmts: &[Stmt], change: impl FnOnce(&mut Graph)) -> Result<(), TestCaseError> {
    let mut graph = graph_of(stmts);
    let before = outcome(&graph);
    change(&mut graph);
    graph.link();
    if before.0.is_ok() {
        let after = outcome(&graph);
        if before.2 {
            prop_assert!(after.0.is_ok(), "{}", graph.dump());
        } else {
            prop_assert_eq!(&before, &after, "{}", graph.dump());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn each_pass_keeps_value_and_effects(stmts in program(), pass in 0..PASSES.len()) {
        same(&stmts, |graph| { PASSES[pass].1(graph); })?;
    }

    #[test]
    fn all_passes_together_keep_value_and_effects(stmts in program()) {
        same(&stmts, |graph| { optimise(graph); })?;
    }

    #[test]
    fn letting_go_after_the_last_use_changes_nothing(stmts in program()) {
        let plan = emit(&graph_of(&stmts));
        prop_assert_eq!(played(&plan, true), played(&plan, false));
    }

    #[test]
    fn who_goes_on_from_a_step_is_all_that_reads_it(stmts in program()) {
        let mut graph = graph_of(&stmts);
        optimise(&mut graph);
        for id in graph.ids() {
            let NodeKind::Step(step) = &graph.node(id).kind else { continue };
            let Some(first) = step.joins else { continue };
            prop_assert_eq!(graph.readers(first).collect::<Vec<_>>(), [id]);
            prop_assert_eq!(graph.node(first).region, graph.node(id).region);
            let NodeKind::Step(other) = &graph.node(first).kind else { panic!("no step") };
            prop_assert_eq!(graph.task_of(other).map(|task| task.settings.cache), Some(CachePolicy::Off));
        }
    }

    #[test]
    fn a_second_round_of_dead_finds_nothing(stmts in program()) {
        let mut graph = graph_of(&stmts);
        super::dead::dead(&mut graph);
        graph.link();
        prop_assert_eq!(super::dead::dead(&mut graph), Vec::<String>::new());
    }

    #[test]
    fn emitting_twice_gives_the_same_bytes(stmts in program()) {
        prop_assert_eq!(encode(&emit(&graph_of(&stmts))), encode(&emit(&graph_of(&stmts))));
    }
}
