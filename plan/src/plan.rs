//! The plan itself: regions of nodes over a table of distinct tasks.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Expr, MatchArm, Schedule, Shape, Sweep, Value};

/// A node's number, unique in its plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

/// An index into [`Plan::tasks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub u32);

/// An index into [`Plan::environments`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnvironmentId(pub u32);

/// One pipeline, ready to run. It grows with the distinct steps, never with their instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The pipeline's name: the first part of every step's path.
    pub pipeline: SmolStr,
    /// The `.pipe` files it was made from, relative to the root; [`Origin::file`] is an index into it.
    pub files: Vec<SmolStr>,
    pub params: Vec<Param>,
    pub environments: Vec<Environment>,
    /// Python modules of the project that tasks refer to or import, embedded so that the plan runs anywhere.
    pub modules: Vec<Module>,
    pub tasks: Vec<Task>,
    pub root: Region,
    /// The shape of `root.result`.
    pub result: Shape,
    /// When it starts by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
}

/// Where something stands in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    pub file: u32,
    /// From 1.
    pub line: u32,
}

/// A parameter of the pipeline; its value is what node `node` produces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    pub name: SmolStr,
    pub node: NodeId,
    pub shape: Shape,
    /// Used when the run gives no value; without it the parameter is required.
    pub default: Option<Value>,
    /// Markdown.
    pub doc: SmolStr,
}

/// A Python environment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Environment {
    pub name: SmolStr,
    /// A version such as `3.11`; any interpreter will do when absent.
    pub python: Option<SmolStr>,
    /// Requirements (PEP 508), in source order.
    pub packages: Vec<SmolStr>,
}

/// A Python module of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Dotted name by which it is imported.
    pub name: SmolStr,
    /// Where it lies, relative to the root.
    pub path: SmolStr,
    pub text: String,
    /// Whether it is a package's `__init__.py`.
    pub package: bool,
}

/// A distinct piece of work: a body and how to run it. Calls of it are [`Step`]s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub name: SmolStr,
    /// Changes the world: never cached, never early, at most once a run.
    pub effect: bool,
    pub body: Body,
    pub environment: Option<EnvironmentId>,
    /// What a `Table` is in Python.
    pub frame: Frame,
    /// Of inputs that are tables, by name: the columns that the body reads, where it surely reads no others and has
    /// others to read. It is given those. No part of what a result is found by: the body says the same.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reads: BTreeMap<SmolStr, Vec<SmolStr>>,
    pub settings: Settings,
    /// What makes it one that stays up: a call of it deploys it, and gives its endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// Where it is declared.
    pub origin: Origin,
}

/// What a task does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A function's body: inputs are local variables, `return` gives the result. It imports the project's `modules`.
    Python {
        text: String,
        origin: Origin,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        modules: Vec<u32>,
    },
    /// A function of an embedded module, called with the inputs by name.
    PythonFunction { module: SmolStr, function: SmolStr, modules: Vec<u32> },
    /// A bash script.
    Shell { text: String, origin: Origin },
    /// A query for DuckDB: tables are views by name, other inputs parameters, its rows the result.
    Sql { text: String, origin: Origin },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    #[default]
    Pandas,
    Polars,
    Pyarrow,
}

/// How a task is run. Expressions read [`Expr::Input`] and [`Expr::Attempt`] only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Cores, a Float; 1 when absent.
    pub cpu: Option<Expr>,
    /// Cards, an Int.
    pub gpu: Option<Expr>,
    /// A Size.
    pub memory: Option<Expr>,
    /// A Size.
    pub disk: Option<Expr>,
    /// A Duration an attempt.
    pub timeout: Option<Expr>,
    pub retry: Retry,
    pub cache: CachePolicy,
    pub limit: Option<Limit>,
    /// Larger goes first.
    pub priority: i64,
    pub tags: Vec<SmolStr>,
    /// The image that it runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<SmolStr>,
    /// `false`: it runs without a network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<bool>,
    /// Of an effect that may be started again: what is the same for attempts that must change the world only once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<Expr>,
    /// Of an effect: a script that finds out whether it happened, asked when nothing says how it ended. It exits with 0
    /// when it did, having written the result, and with 1 when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Body>,
}

/// How a deployed service is reached, how often it runs, and how it says that it is well. Expressions read
/// [`Expr::Input`] only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// An Int, from 1 to 65535.
    pub port: Expr,
    /// An Int; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<Expr>,
    /// The path that answers with success while it is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<SmolStr>,
}

/// What happens after a failed attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Further attempts after the first.
    pub times: u32,
    /// The first wait in nanoseconds; each following one doubles, up to `backoff_max`.
    pub backoff: i64,
    pub backoff_max: i64,
    /// The kinds of failure that another attempt may mend; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<Fault>,
}

/// A kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The body itself failed: an exception, an exit status, a result of another type.
    Error,
    /// It took longer than its timeout.
    Timeout,
    /// Its process was killed from outside, as the system does when memory runs out.
    Killed,
}

impl Fault {
    /// With their names in a `.pipe` file.
    pub const ALL: [(&'static str, Fault); 3] =
        [("error", Self::Error), ("killed", Self::Killed), ("timeout", Self::Timeout)];
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CachePolicy {
    #[default]
    On,
    Off,
    /// A result older than this many nanoseconds is stale.
    For(i64),
}

/// A named limit shared by every task that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub name: SmolStr,
    pub slots: u32,
}

/// Nodes that are evaluated together, each after what it reads; and what the region is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// In an order in which every node stands after the nodes it reads. Inner regions may read outer nodes.
    pub nodes: Vec<Node>,
    pub result: Expr,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub id: NodeId,
    /// Its part of the step's path, unique in its region; empty where it adds none (parameters, values, conditions).
    pub name: SmolStr,
    pub kind: NodeKind,
    /// Nodes of the same region that must have finished first although nothing is read from them (order of effects).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<NodeId>,
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A parameter of the pipeline, by its place in [`Plan::params`].
    Param(u32),
    /// The item of the `for`, the state of the `loop` or the parameters of the `sweep` whose body this stands in.
    Item,
    /// A value computed from others.
    Value(Expr),
    /// A call of a task.
    Step(Step),
    /// One of two regions. Its value is the taken region's result.
    If {
        condition: Expr,
        then: Region,
        otherwise: Region,
    },
    /// The body once for each item, in parallel. Its value is the list of results, in order.
    For {
        items: Expr,
        /// Most iterations under way at once.
        limit: Option<Expr>,
        /// The node of kind [`NodeKind::Item`] in `body`.
        item: NodeId,
        /// The loop variable's name, for people.
        variable: SmolStr,
        body: Region,
    },
    /// The first arm that has the subject's value. Its value is that region's result.
    Match {
        subject: Expr,
        arms: Vec<MatchArm>,
        /// Taken when no arm is; `none` where the arms cover every case.
        otherwise: Option<Region>,
    },
    /// The body again and again, each time with what it gave before. Its value is the last state.
    Loop {
        /// The first state.
        start: Expr,
        /// Most iterations, an Int.
        limit: Expr,
        /// No further iteration once this holds; reads `item`, the state.
        until: Option<Expr>,
        /// The node of kind [`NodeKind::Item`] in `body`.
        item: NodeId,
        /// The state's name, for people.
        variable: SmolStr,
        body: Region,
    },
    /// The body's result, or `none` when something in it failed, which then is no failure of the run.
    Try {
        body: Region,
    },
    Sweep(Box<Sweep>),
}

impl NodeKind {
    /// The regions inside, in order.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        let (one, two, arms): (Option<&Region>, Option<&Region>, &[MatchArm]) = match self {
            Self::Param(_) | Self::Item | Self::Value(_) | Self::Step(_) => (None, None, &[]),
            Self::If { then, otherwise, .. } => (Some(then), Some(otherwise), &[]),
            Self::Match { arms, otherwise, .. } => (None, otherwise.as_ref(), arms),
            Self::For { body, .. } | Self::Loop { body, .. } | Self::Try { body } => (Some(body), None, &[]),
            Self::Sweep(sweep) => (Some(&sweep.body), None, &[]),
        };
        arms.iter().map(|arm| &arm.body).chain(one).chain(two)
    }

    /// As [`NodeKind::regions`], to change them in place.
    pub fn regions_mut(&mut self) -> Vec<&mut Region> {
        match self {
            Self::Param(_) | Self::Item | Self::Value(_) | Self::Step(_) => Vec::new(),
            Self::If { then, otherwise, .. } => vec![then, otherwise],
            Self::Match { arms, otherwise, .. } => arms.iter_mut().map(|arm| &mut arm.body).chain(otherwise).collect(),
            Self::For { body, .. } | Self::Loop { body, .. } | Self::Try { body } => vec![body],
            Self::Sweep(sweep) => vec![&mut sweep.body],
        }
    }

    /// The node of kind [`NodeKind::Item`] that a body has of its own.
    #[must_use]
    pub fn item(&self) -> Option<NodeId> {
        match self {
            Self::For { item, .. } | Self::Loop { item, .. } => Some(*item),
            Self::Sweep(sweep) => Some(sweep.item),
            Self::Param(_)
            | Self::Item
            | Self::Value(_)
            | Self::Step(_)
            | Self::If { .. }
            | Self::Match { .. }
            | Self::Try { .. } => None,
        }
    }

    /// As [`NodeKind::each_expr`], to change them in place.
    pub fn each_expr_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Self::Param(_) | Self::Item | Self::Try { .. } => {}
            Self::Value(expr) | Self::If { condition: expr, .. } | Self::Match { subject: expr, .. } => visit(expr),
            Self::Step(step) => step.inputs.iter_mut().for_each(|input| visit(&mut input.value)),
            Self::For { items, limit, .. } => [items].into_iter().chain(limit).for_each(visit),
            Self::Loop { start, limit, until, .. } => [start, limit].into_iter().chain(until).for_each(visit),
            Self::Sweep(sweep) => {
                sweep.axes.iter_mut().for_each(|axis| axis.space.each_expr_mut(visit));
                visit(&mut sweep.strategy);
            }
        }
    }

    /// Calls `visit` with every expression of the node itself, not of those in its regions.
    pub fn each_expr<'s>(&'s self, visit: &mut dyn FnMut(&'s Expr)) {
        match self {
            Self::Param(_) | Self::Item | Self::Try { .. } => {}
            Self::Value(expr) | Self::If { condition: expr, .. } | Self::Match { subject: expr, .. } => visit(expr),
            Self::Step(step) => step.inputs.iter().for_each(|input| visit(&input.value)),
            Self::For { items, limit, .. } => [items].into_iter().chain(limit).for_each(visit),
            Self::Loop { start, limit, until, .. } => [start, limit].into_iter().chain(until).for_each(visit),
            Self::Sweep(sweep) => sweep.each_expr(visit),
        }
    }
}

/// A call of a task: what goes in, what must come out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub task: TaskId,
    /// One for each input, in the order of the declaration.
    pub inputs: Vec<Input>,
    pub output: Shape,
    /// The step of the same region that this one goes on from: as soon as that is done, and all else that this one
    /// waits for, it starts in that one's place, ahead of what waits for room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joins: Option<NodeId>,
}

/// One input of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub name: SmolStr,
    pub value: Expr,
    pub shape: Shape,
}

impl Node {
    /// The path of the node in a region at `path`; one without a name is where its region is.
    #[must_use]
    pub fn path_in(&self, path: &str) -> String {
        if self.name.is_empty() { path.to_owned() } else { format!("{path}.{}", self.name) }
    }

    /// The path of its inner regions, the node being in a region at `path`; the numbers of iterations are left out, as
    /// [`crate::place`] has it.
    #[must_use]
    pub fn path_inside(&self, path: &str) -> String {
        let own = self.path_in(path);
        if self.kind.item().is_some() { own + "[]" } else { own }
    }

    /// Calls `visit` with every node this one reads directly, its inner regions' reads of outer nodes included.
    pub fn each_read(&self, visit: &mut dyn FnMut(NodeId)) {
        // The end of a loop and the spaces of a sweep read the item of their own body.
        let item = self.kind.item();
        let mut outer = |id: NodeId| {
            if Some(id) != item {
                visit(id);
            }
        };
        self.kind.each_expr(&mut |expr| expr.each_node(&mut outer));
        self.kind.regions().for_each(|region| region.each_outer_read(&mut outer));
    }
}

impl Region {
    /// Calls `visit` with every node outside this region that it reads.
    pub fn each_outer_read(&self, visit: &mut dyn FnMut(NodeId)) {
        let own: std::collections::HashSet<NodeId> = self.nodes.iter().map(|node| node.id).collect();
        let mut outer = |id: NodeId| {
            if !own.contains(&id) {
                visit(id);
            }
        };
        for node in &self.nodes {
            node.each_read(&mut outer);
        }
        self.result.each_node(&mut outer);
    }
}
