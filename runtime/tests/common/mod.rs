//! Plans made by hand, and runs of them in a folder of their own.

#![allow(dead_code, reason = "each test file uses its part of it")]

use std::path::Path;

use standpipe_plan::{
    Body, Expr, Field, Frame, Input, Node, NodeId, NodeKind, Origin, Plan, Region, Settings, Shape, Step, Task, TaskId,
    Value,
};
use standpipe_runtime::{Event, Failure, Observer, Options, RunReport};

pub(crate) const HERE: Origin = Origin { file: 0, line: 3 };

/// An observer that keeps what it hears.
#[derive(Default)]
pub(crate) struct Heard(pub(crate) Vec<Event>);

impl Observer for Heard {
    fn event(&mut self, event: &Event) {
        self.0.push(event.clone());
    }
}

/// A plan called `main` that grows by one node at a time.
pub(crate) struct Maker {
    pub(crate) plan: Plan,
    next: u32,
}

impl Maker {
    pub(crate) fn new() -> Self {
        let plan = Plan {
            pipeline: "main".into(),
            files: vec!["main.pipe".into()],
            params: Vec::new(),
            environments: Vec::new(),
            modules: Vec::new(),
            tasks: Vec::new(),
            root: Region { nodes: Vec::new(), result: Expr::Const(Value::None) },
            result: Shape::Json,
            schedules: Vec::new(),
        };
        Self { plan, next: 0 }
    }

    pub(crate) fn id(&mut self) -> NodeId {
        self.next += 1;
        NodeId(self.next)
    }

    pub(crate) fn shell(&mut self, name: &str, body: &str, settings: Settings) -> TaskId {
        self.task(name, Body::Shell { text: body.into(), origin: HERE }, settings)
    }

    pub(crate) fn task(&mut self, name: &str, body: Body, settings: Settings) -> TaskId {
        self.plan.tasks.push(Task {
            name: name.into(),
            effect: false,
            body,
            environment: None,
            frame: Frame::Pandas,
            settings,
            reads: Default::default(),
            service: None,
            origin: HERE,
        });
        TaskId(u32::try_from(self.plan.tasks.len() - 1).expect("few tasks"))
    }

    /// A node of any kind, not yet in a region.
    pub(crate) fn node(&mut self, name: &str, kind: NodeKind) -> Node {
        Node { id: self.id(), name: name.into(), kind, after: Vec::new(), origin: HERE }
    }

    /// A step called as its task.
    pub(crate) fn step(&mut self, task: TaskId, inputs: &[(&str, Expr, Shape)], output: Shape) -> Node {
        let name = self.plan.tasks[task.0 as usize].name.clone();
        let inputs = inputs
            .iter()
            .map(|(name, value, shape)| Input { name: (*name).into(), value: value.clone(), shape: shape.clone() })
            .collect();
        self.node(&name, NodeKind::Step(Step { task, inputs, output, joins: None }))
    }

    /// Puts a node into the root region.
    pub(crate) fn add(&mut self, node: Node) -> Expr {
        let id = node.id;
        self.plan.root.nodes.push(node);
        Expr::Node(id)
    }

    /// The plan with that result.
    pub(crate) fn done(mut self, result: Expr, shape: Shape) -> Plan {
        self.plan.root.result = result;
        self.plan.result = shape;
        self.plan
    }
}

pub(crate) fn field(name: &str, shape: Shape) -> Field {
    Field { name: name.into(), shape }
}

pub(crate) fn int(number: i64) -> Expr {
    Expr::Const(Value::Int(number))
}

pub(crate) fn options(root: &Path) -> Options {
    Options {
        root: root.to_owned(),
        state: root.join(".standpipe"),
        jobs: Some(2),
        memory: None,
        gpus: None,
        workers: None,
        cache: true,
        keep_going: false,
        python: None,
        signals: false,
        max_log: None,
        keeper: None,
        call: None,
        resume: None,
        secrets: standpipe_runtime::Secrets::default(),
        only: None,
        sandbox: standpipe_runtime::sandbox::Wanted::default(),
    }
}

pub(crate) fn run(plan: &Plan, options: &Options) -> (Result<RunReport, Failure>, Vec<Event>) {
    let mut heard = Heard::default();
    let report = standpipe_runtime::run(plan, Vec::new(), options, &mut heard);
    (report, heard.0)
}
