//! Random plans: chains, fans, branches, loops and sweeps over tasks of every temper. Everything is an Int.
//!
//! Sweeps go through a grid: what other strategies try, and how many trials a `budget` or `max_failures` leaves, depends
//! on the order in which trials end, which no reference can know.

use standpipe_plan::{
    Axis, BinaryOp, Body, Builtin, CachePolicy, Expr, Frame, Input, Limit, Measure, Node, NodeId, NodeKind, Objective,
    Origin, Plan, Region, Retry, Settings, Shape, Space, Step, Sweep, Task, TaskId, Value,
};

use super::rng::{Rng, mix};
use crate::admission::Capacity;
use crate::peaks::Peaks;

const HERE: Origin = Origin { file: 0, line: 1 };

/// What the names of sweeps begin with; no other name does.
pub(super) const SWEEP: char = 'w';

/// What the simulated machine has.
pub(super) const MACHINE: Capacity =
    Capacity { cpu: 3000, memory: 100, gpu: 2, disk: 50, steps: None, limits: Vec::new() };

/// What a task takes, kept beside the plan so that the auditor need not believe the scheduler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Takes {
    pub cpu: u64,
    pub memory: u64,
    /// Its memory grows with each attempt.
    pub grows: bool,
    /// It does not say what memory it takes: that is known from earlier.
    pub silent: bool,
    pub gpu: u64,
    pub disk: u64,
    pub limited: bool,
}

pub(super) struct Drawn {
    pub plan: Plan,
    pub takes: Vec<Takes>,
    /// Slots of the one named limit.
    pub slots: u64,
}

pub(super) fn draw(rng: &mut Rng) -> Drawn {
    let slots = 1 + rng.below(2);
    let (tasks, takes): (Vec<_>, Vec<_>) = (0..8).map(|index| task(rng, index, slots)).unzip();
    let depth = u32::try_from(rng.below(3)).unwrap_or(0);
    let root = Builder { next: 0, effects: true }.region(rng, depth, &[], None);
    let plan = Plan {
        pipeline: "p".into(),
        files: Vec::new(),
        params: Vec::new(),
        environments: Vec::new(),
        modules: Vec::new(),
        tasks,
        root,
        result: Shape::Int(None),
        schedules: Vec::new(),
    };
    Drawn { plan, takes, slots }
}

/// The last two are effects.
fn task(rng: &mut Rng, index: u64, slots: u64) -> (Task, Takes) {
    let effect = index >= 6;
    let takes = Takes {
        cpu: [500, 1000, 1000, 2000, 3000][rng.index(5)],
        memory: [0, 10, 30, 60][rng.index(4)],
        grows: rng.chance(30),
        silent: matches!(index, 2 | 4),
        gpu: [0, 0, 0, 1, 2][rng.index(5)],
        disk: [0, 0, 20, 40][rng.index(4)],
        limited: rng.chance(25),
    };
    // Now and then one that no machine has room for.
    let takes = if rng.chance(2) { Takes { gpu: 5, ..takes } } else { takes };
    let takes = Takes { grows: takes.grows && !takes.silent, ..takes };
    let size = Expr::Const(Value::Size(takes.memory));
    let times = |expr: Expr| Expr::Binary(BinaryOp::Multiply, Box::new(expr), Box::new(Expr::Attempt));
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let cores = takes.cpu as f64 / 1000.0;
    let settings = Settings {
        cpu: Some(Expr::Const(Value::Float(cores))),
        memory: (!takes.silent).then(|| if takes.grows { times(size) } else { size }),
        gpu: (takes.gpu > 0).then(|| Expr::Const(Value::Int(i64::try_from(takes.gpu).unwrap_or(0)))),
        disk: Some(Expr::Const(Value::Size(takes.disk))),
        timeout: rng.chance(20).then_some(Expr::Const(Value::Duration(500))),
        retry: match rng.below(3) {
            0 if !effect => Retry {
                times: u32::try_from(1 + rng.below(3)).unwrap_or(1),
                backoff: i64::try_from(1 + rng.below(300)).unwrap_or(1),
                backoff_max: 400,
                on: Vec::new(),
            },
            _ => Retry::default(),
        },
        cache: match rng.below(6) {
            0 => CachePolicy::Off,
            1 => CachePolicy::For(1 << 40),
            _ => CachePolicy::On,
        },
        limit: takes.limited.then(|| Limit { name: "api".into(), slots: u32::try_from(slots).unwrap_or(1) }),
        priority: i64::try_from(rng.below(3)).unwrap_or(0),
        ..Settings::default()
    };
    let text = format!("task {index}");
    let body = if rng.chance(30) {
        Body::Python { text, origin: HERE, modules: Vec::new() }
    } else {
        Body::Shell { text, origin: HERE }
    };
    let name = format!("t{index}").into();
    (
        Task {
            name,
            effect,
            body,
            environment: None,
            frame: Frame::Pandas,
            settings,
            reads: Default::default(),
            service: None,
            origin: HERE,
        },
        takes,
    )
}

/// What is known from earlier of what the plan's steps take, also of those that say it themselves, of which it is more than
/// there is.
pub(super) fn peaks(drawn: &Drawn) -> Peaks {
    fn places(region: &Region, path: &str, takes: &[Takes], all: &mut Vec<(String, u64)>) {
        for node in &region.nodes {
            let path = format!("{path}.{}", node.name);
            if let NodeKind::Step(step) = &node.kind
                && let Some(takes) = takes.get(step.task.0 as usize)
            {
                all.push((path.clone(), if takes.silent { takes.memory } else { 1000 }));
            }
            let rounds = matches!(node.kind, NodeKind::For { .. } | NodeKind::Loop { .. } | NodeKind::Sweep(_));
            let inside = if rounds { path + "[]" } else { path };
            node.kind.regions().for_each(|region| places(region, &inside, takes, all));
        }
    }
    let mut all = Vec::new();
    places(&drawn.plan.root, &drawn.plan.pipeline, &drawn.takes, &mut all);
    Peaks::new(all)
}

/// What a step of `task` gives for `inputs`: a small number that depends on all of them.
pub(super) fn output(task: TaskId, inputs: &[Value]) -> Value {
    let number = inputs.iter().fold(mix(u64::from(task.0) + 1), |sum, input| match input {
        Value::Int(number) => mix(sum ^ number.cast_unsigned()),
        _ => mix(sum),
    });
    Value::Int(i64::try_from(number % 1000).unwrap_or(0))
}

struct Builder {
    next: u32,
    effects: bool,
}

impl Builder {
    fn id(&mut self) -> NodeId {
        self.next += 1;
        NodeId(self.next)
    }

    fn region(&mut self, rng: &mut Rng, depth: u32, scope: &[NodeId], item: Option<NodeId>) -> Region {
        let mut nodes = Vec::new();
        let mut seen = scope.to_vec();
        let mut own = Vec::new();
        let mut last_effect = None;
        if let Some(item) = item {
            nodes.push(Node { id: item, name: "".into(), kind: NodeKind::Item, after: Vec::new(), origin: HERE });
            seen.push(item);
        }
        let chain = rng.chance(25);
        for _ in 0..rng.below(if depth == 0 { 5 } else { 7 }) {
            let read = |rng: &mut Rng| match seen.len() {
                0 => Expr::Const(Value::Int(7)),
                length if chain => Expr::Node(seen[length - 1]),
                length => Expr::Node(seen[rng.index(length)]),
            };
            let id = self.id();
            let mut after: Vec<NodeId> = Vec::new();
            if !own.is_empty() && rng.chance(15) {
                after.push(own[rng.index(own.len())]);
            }
            let kind = match rng.below(if depth == 0 { 12 } else { 20 }) {
                0..10 => {
                    let effect = self.effects && rng.chance(15);
                    let task = if effect { 6 + rng.index(2) } else { rng.index(6) };
                    if effect {
                        after.extend(last_effect.replace(id));
                    }
                    let inputs = (0..rng.below(3)).map(|number| Input {
                        name: format!("i{number}").into(),
                        value: read(rng),
                        shape: Shape::Int(None),
                    });
                    let inputs: Vec<Input> = inputs.collect();
                    // Whatever the compiler would say of it: a step may go on from any that it reads.
                    let reads = inputs.iter().filter_map(|input| match &input.value {
                        Expr::Node(read) if own.contains(read) && rng.chance(40) => Some(*read),
                        _ => None,
                    });
                    let joins = reads.last();
                    let task = TaskId(u32::try_from(task).unwrap_or(0));
                    NodeKind::Step(Step { task, inputs, output: Shape::Int(None), joins })
                }
                10 | 11 => {
                    // Seldom a division by zero: an expression may fail too.
                    let by = Expr::Const(Value::Int(i64::from(!rng.chance(3))));
                    let (left, right) = (read(rng), read(rng));
                    let sum = Expr::Binary(BinaryOp::Add, Box::new(left), Box::new(right));
                    NodeKind::Value(Expr::Binary(BinaryOp::Divide, Box::new(sum), Box::new(by)))
                }
                12..15 => NodeKind::If {
                    condition: Expr::Binary(
                        BinaryOp::Less,
                        Box::new(read(rng)),
                        Box::new(Expr::Const(Value::Int(500))),
                    ),
                    then: self.region(rng, depth - 1, &seen, None),
                    otherwise: self.region(rng, depth - 1, &seen, None),
                },
                18 | 19 => {
                    let all = self.id();
                    let sweep = self.sweep(rng, depth, &seen);
                    let name = format!("{SWEEP}{}", all.0).into();
                    let kind = NodeKind::Sweep(Box::new(sweep));
                    nodes.push(Node { id: all, name, kind, after: std::mem::take(&mut after), origin: HERE });
                    let best = Expr::Field(Box::new(Expr::Node(all)), "best".into());
                    NodeKind::Value(Expr::Field(Box::new(best), "v".into()))
                }
                _ => {
                    let item = self.id();
                    let all = self.id();
                    let body = self.region(rng, depth - 1, &seen, Some(item));
                    let most = if rng.chance(4) { 40 } else { 7 };
                    let end = i64::try_from(rng.below(most)).unwrap_or(0);
                    let items = Expr::Const(Value::Range { start: 0, end });
                    let limit = rng.chance(40).then(|| Expr::Const(Value::Int(1 + i64::from(rng.chance(50)))));
                    let kind = NodeKind::For { items, limit, item, variable: "i".into(), body };
                    let name = format!("n{}", all.0).into();
                    nodes.push(Node { id: all, name, kind, after: std::mem::take(&mut after), origin: HERE });
                    // A number that depends on which result stands where.
                    let length = Expr::Call(Builtin::Len, vec![Expr::Node(all)]);
                    let first = Expr::Index(Box::new(Expr::Node(all)), Box::new(Expr::Const(Value::Int(0))));
                    let any =
                        Expr::Binary(BinaryOp::Greater, Box::new(length.clone()), Box::new(Expr::Const(Value::Int(0))));
                    let (any, then) = (Box::new(any), Box::new(first));
                    NodeKind::Value(Expr::If { condition: any, then, otherwise: Box::new(length) })
                }
            };
            nodes.push(Node { id, name: format!("s{}", id.0).into(), kind, after, origin: HERE });
            seen.push(id);
            own.push(id);
        }
        let result = match own.len() {
            0 => Expr::Const(Value::Int(0)),
            length => Expr::Node(own[rng.index(length)]),
        };
        Region { nodes, result }
    }

    /// A sweep of one parameter, each trial with at least one step and no effects.
    fn sweep(&mut self, rng: &mut Rng, depth: u32, seen: &[NodeId]) -> Sweep {
        let (item, value, first) = (self.id(), self.id(), self.id());
        let effects = std::mem::replace(&mut self.effects, false);
        let inside = [seen, &[value, first]].concat();
        let mut body = self.region(rng, depth - 1, &inside, None);
        self.effects = effects;
        let node =
            |id: NodeId, name: String, kind| Node { id, name: name.into(), kind, after: Vec::new(), origin: HERE };
        let parameter = Expr::Field(Box::new(Expr::Node(item)), "x".into());
        let input = Input { name: "i0".into(), value: Expr::Node(value), shape: Shape::Int(None) };
        let task = TaskId(u32::try_from(rng.index(6)).unwrap_or(0));
        let step = Step { task, inputs: vec![input], output: Shape::Int(None), joins: None };
        let begin = [
            node(item, String::new(), NodeKind::Item),
            node(value, String::new(), NodeKind::Value(parameter)),
            node(first, format!("s{}", first.0), NodeKind::Step(step)),
        ];
        body.nodes.splice(0..0, begin);
        body.result = Expr::Record(vec![("v".into(), body.result)]);
        let items = (0..=rng.below(3)).map(|number| Value::Int(i64::try_from(number).unwrap_or(0)));
        let space = Space::Choice(Expr::Const(Value::list(items.collect())));
        let parallel = if rng.chance(50) { Value::Int(1 + i64::from(rng.chance(50))) } else { Value::None };
        // Trials of an earlier run are told to a grid as well, which goes its own way.
        let from = if rng.chance(20) { Value::string("earlier") } else { Value::None };
        let strategy = Sweep::STRATEGY.map(|name| {
            let value = match name {
                "kind" => Value::string("grid"),
                "pruner" => Value::string("none"),
                "seed" => Value::Int(0),
                "reduction" => Value::Int(3),
                "parallel" => parallel.clone(),
                "from" => from.clone(),
                _ => Value::None,
            };
            (name.into(), value)
        });
        let of = Measure::Field(vec!["v".into()]);
        Sweep {
            axes: vec![Axis { name: "x".into(), space, shape: Shape::Int(None) }],
            objectives: vec![Objective { name: "v".into(), maximize: rng.chance(50), of }],
            strategy: Expr::Const(Value::record(strategy.into())),
            item,
            trials: Vec::new(),
            body,
        }
    }
}
