//! The graph between tree and plan: nodes in nested regions, and which node reads which. Knows nothing of source names
//! in scope, and nothing of how a plan is written down.
//!
//! A region's nodes stand in an order in which each comes after what it reads; effects run in that order too, so a pass
//! that keeps the order keeps the effects' order.

mod dump;

use petgraph::Direction;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use standpipe_plan::{
    Axis, Environment, Expr, Field, Module, NodeId, Objective, Origin, Param, Schedule, Shape, Step, Task, Value,
};

/// A region's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(u32);

/// A program of one pipeline, everything it calls inlined.
#[derive(Clone, Debug)]
pub struct Graph {
    pub pipeline: SmolStr,
    /// All `.pipe` files of the compilation, by their number.
    pub files: Vec<SmolStr>,
    pub params: Vec<Param>,
    pub environments: Vec<Environment>,
    pub modules: Vec<Module>,
    /// Every task that a step may name; not all need be in use.
    pub tasks: Vec<Task>,
    pub result: Shape,
    /// When the pipeline starts by itself.
    pub schedules: Vec<Schedule>,
    /// An edge leads from what is read to what reads it.
    nodes: StableDiGraph<Node, ()>,
    regions: Vec<Region>,
}

/// Nodes in order; the last one is its [`NodeKind::Result`] once it is complete.
#[derive(Clone, Debug, Default)]
pub struct Region {
    pub nodes: Vec<NodeId>,
    /// The node whose region this is; none for the root.
    pub owner: Option<NodeId>,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub region: RegionId,
    /// Its part of the step's path; empty where it adds none.
    pub name: SmolStr,
    pub kind: NodeKind,
    pub origin: Origin,
}

/// As [`standpipe_plan::NodeKind`], with regions by number and a region's result as a node of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    Param(u32),
    Item,
    Value(Expr),
    Step(Step),
    If {
        condition: Expr,
        then: RegionId,
        otherwise: RegionId,
    },
    For {
        items: Expr,
        limit: Option<Expr>,
        item: NodeId,
        variable: SmolStr,
        body: RegionId,
    },
    Match {
        subject: Expr,
        arms: Vec<(Vec<Value>, RegionId)>,
        otherwise: Option<RegionId>,
    },
    Loop {
        start: Expr,
        limit: Expr,
        until: Option<Expr>,
        item: NodeId,
        variable: SmolStr,
        body: RegionId,
    },
    Try {
        body: RegionId,
    },
    Sweep(Box<Sweep>),
    /// What the region is worth.
    Result(Expr),
}

/// As [`standpipe_plan::Sweep`].
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    pub axes: Vec<Axis>,
    pub objectives: Vec<Objective>,
    pub strategy: Expr,
    pub item: NodeId,
    pub trials: Vec<Field>,
    pub body: RegionId,
}

impl Graph {
    /// A graph with an empty root region.
    #[must_use]
    pub fn new(pipeline: SmolStr, files: Vec<SmolStr>, result: Shape) -> Self {
        Self {
            pipeline,
            files,
            params: Vec::new(),
            environments: Vec::new(),
            modules: Vec::new(),
            tasks: Vec::new(),
            result,
            schedules: Vec::new(),
            nodes: StableDiGraph::new(),
            regions: vec![Region::default()],
        }
    }

    /// The outermost region.
    pub const ROOT: RegionId = RegionId(0);

    /// A new region without nodes.
    pub fn add_region(&mut self) -> RegionId {
        #[expect(clippy::cast_possible_truncation, reason = "lowering bounds the number of nodes and so of regions")]
        let id = RegionId(self.regions.len() as u32);
        self.regions.push(Region::default());
        id
    }

    /// Adds a node at the end of `region`. Edges are made by [`Graph::link`].
    pub fn add(&mut self, region: RegionId, name: SmolStr, kind: NodeKind, origin: Origin) -> NodeId {
        let id = id_of(self.nodes.add_node(Node { region, name, kind, origin }));
        self.own_regions(id);
        self.regions[region.0 as usize].nodes.push(id);
        id
    }

    /// Node `id`, which must be of this graph.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[index_of(id)]
    }

    /// Region `id`, which must be of this graph.
    #[must_use]
    pub fn region(&self, id: RegionId) -> &Region {
        &self.regions[id.0 as usize]
    }

    /// What region `id` is worth; nothing while it is incomplete.
    #[must_use]
    pub fn result_of(&self, id: RegionId) -> Expr {
        match self.region(id).nodes.last().map(|last| &self.node(*last).kind) {
            Some(NodeKind::Result(expr)) => expr.clone(),
            _ => Expr::Const(Value::None),
        }
    }

    /// All nodes in no particular region's order, but always the same one.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes.node_indices().map(id_of)
    }

    /// How many nodes there are, those of inner regions included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.node_count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Replaces what node `id` is.
    pub fn set(&mut self, id: NodeId, kind: NodeKind) {
        self.nodes[index_of(id)].kind = kind;
        self.own_regions(id);
    }

    /// Replaces the node's part of its step's path.
    pub fn rename(&mut self, id: NodeId, name: SmolStr) {
        self.nodes[index_of(id)].name = name;
    }

    /// Changes the expressions of node `id` itself, not those of nodes in its regions.
    pub fn each_expr_mut(&mut self, id: NodeId, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.nodes[index_of(id)].kind {
            NodeKind::Param(_) | NodeKind::Item | NodeKind::Try { .. } => {}
            NodeKind::Value(expr)
            | NodeKind::Result(expr)
            | NodeKind::If { condition: expr, .. }
            | NodeKind::Match { subject: expr, .. } => visit(expr),
            NodeKind::Step(step) => step.inputs.iter_mut().for_each(|input| visit(&mut input.value)),
            NodeKind::For { items, limit, .. } => {
                visit(items);
                limit.iter_mut().for_each(visit);
            }
            NodeKind::Loop { start, limit, until, .. } => [start, limit].into_iter().chain(until).for_each(visit),
            NodeKind::Sweep(sweep) => {
                sweep.axes.iter_mut().for_each(|axis| axis.space.each_expr_mut(visit));
                visit(&mut sweep.strategy);
            }
        }
    }

    /// Makes `nodes` the nodes of `region`, in that order. Nodes it loses must find another region or be removed.
    pub fn set_nodes(&mut self, region: RegionId, nodes: Vec<NodeId>) {
        for id in &nodes {
            self.nodes[index_of(*id)].region = region;
        }
        self.regions[region.0 as usize].nodes = nodes;
    }

    /// Takes `region`'s nodes out of it, to be placed elsewhere.
    pub fn take_nodes(&mut self, region: RegionId) -> Vec<NodeId> {
        std::mem::take(&mut self.regions[region.0 as usize].nodes)
    }

    /// Removes node `id` and everything in its regions, however deep. Its own region's list is the caller's to mend.
    pub fn remove(&mut self, id: NodeId) {
        let mut doomed = vec![id];
        while let Some(id) = doomed.pop() {
            if let Some(node) = self.nodes.remove_node(index_of(id)) {
                for region in node.kind.regions() {
                    doomed.append(&mut self.take_nodes(region));
                }
            }
        }
    }

    /// Makes the edges anew from the expressions. The optimiser does so after every pass.
    pub fn link(&mut self) {
        self.nodes.clear_edges();
        for reader in self.nodes.node_indices().collect::<Vec<_>>() {
            let mut reads = Vec::new();
            self.nodes[reader].kind.each_read(&mut |id| reads.push(id));
            reads.sort_unstable();
            reads.dedup();
            for id in reads {
                self.nodes.add_edge(index_of(id), reader, ());
            }
        }
    }

    /// The nodes that node `id` reads by itself, as of the last [`Graph::link`].
    pub fn reads(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes.neighbors_directed(index_of(id), Direction::Incoming).map(id_of)
    }

    /// The nodes that read node `id` by themselves, as of the last [`Graph::link`].
    pub fn readers(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes.neighbors_directed(index_of(id), Direction::Outgoing).map(id_of)
    }

    /// Nodes that change the world: effects, and whatever holds one.
    #[must_use]
    pub fn effectful(&self) -> FxHashSet<NodeId> {
        let mut found = FxHashSet::default();
        for id in self.ids() {
            let effect = matches!(&self.node(id).kind, NodeKind::Step(step) if self.task_of(step).is_some_and(|task| task.effect));
            let mut next = effect.then_some(id);
            while let Some(id) = next.filter(|id| found.insert(*id)) {
                next = self.region(self.node(id).region).owner;
            }
        }
        found
    }

    /// The task that a step calls.
    #[must_use]
    pub fn task_of(&self, step: &Step) -> Option<&Task> {
        self.tasks.get(step.task.0 as usize)
    }

    /// The node's path as people read it, `train.models[].fit`.
    #[must_use]
    pub fn path(&self, id: NodeId) -> String {
        let mut parts = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            let node = self.node(id);
            match &node.kind {
                kind if kind.item().is_some() && !parts.is_empty() => parts.push(format!("{}[]", node.name)),
                _ if !node.name.is_empty() => parts.push(node.name.to_string()),
                _ => {}
            }
            next = self.region(node.region).owner;
        }
        parts.push(self.pipeline.to_string());
        parts.reverse();
        parts.join(".")
    }

    fn own_regions(&mut self, id: NodeId) {
        for region in self.nodes[index_of(id)].kind.regions() {
            self.regions[region.0 as usize].owner = Some(id);
        }
    }
}

impl NodeKind {
    /// The regions inside, in order.
    pub fn regions(&self) -> impl Iterator<Item = RegionId> + use<> {
        let regions = match self {
            Self::If { then, otherwise, .. } => vec![*then, *otherwise],
            Self::For { body, .. } | Self::Loop { body, .. } | Self::Try { body } => vec![*body],
            Self::Match { arms, otherwise, .. } => arms.iter().map(|(_, body)| *body).chain(*otherwise).collect(),
            Self::Sweep(sweep) => vec![sweep.body],
            Self::Param(_) | Self::Item | Self::Value(_) | Self::Step(_) | Self::Result(_) => Vec::new(),
        };
        regions.into_iter()
    }

    /// The node of kind [`NodeKind::Item`] that the body has of its own.
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
            | Self::Try { .. }
            | Self::Result(_) => None,
        }
    }

    /// Calls `visit` with every node that this one's own expressions read.
    pub fn each_read(&self, visit: &mut dyn FnMut(NodeId)) {
        match self {
            Self::Param(_) | Self::Item | Self::Try { .. } => {}
            Self::Value(expr)
            | Self::Result(expr)
            | Self::If { condition: expr, .. }
            | Self::Match { subject: expr, .. } => expr.each_node(visit),
            Self::Step(step) => step.inputs.iter().for_each(|input| input.value.each_node(visit)),
            Self::For { items, limit, .. } => {
                items.each_node(visit);
                limit.iter().for_each(|limit| limit.each_node(visit));
            }
            Self::Loop { start, limit, until, .. } => {
                [start, limit].into_iter().chain(until).for_each(|expr| expr.each_node(visit));
            }
            Self::Sweep(sweep) => {
                sweep.axes.iter().for_each(|axis| axis.space.each_expr(&mut |expr| expr.each_node(visit)));
                sweep.strategy.each_node(visit);
            }
        }
    }
}

fn id_of(index: NodeIndex) -> NodeId {
    #[expect(clippy::cast_possible_truncation, reason = "petgraph's indices are 32-bit here")]
    NodeId(index.index() as u32)
}

fn index_of(id: NodeId) -> NodeIndex {
    NodeIndex::new(id.0 as usize)
}
