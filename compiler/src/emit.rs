//! From graph to plan: dense numbers, only what is used, effects chained in their order. Deterministic to the byte.
//! Decides nothing that changes what the program means.

use rustc_hash::{FxHashMap, FxHashSet};
use standpipe_plan::{
    Body, EnvironmentId, Expr, Input, MatchArm, Node, NodeId, NodeKind, Param, Plan, Region, Shape, Step, Sweep, Task,
    TaskId,
};

use crate::graph::{self, Graph, RegionId};

/// The plan of `graph`.
#[must_use]
pub fn emit(graph: &Graph) -> Plan {
    let mut emitter = Emitter::new(graph);
    emitter.number(Graph::ROOT);
    let root = emitter.region(Graph::ROOT);
    let params = graph.params.iter().map(|param| Param { node: emitter.id(param.node), ..param.clone() }).collect();
    Plan {
        pipeline: graph.pipeline.clone(),
        files: graph.files.clone(),
        params,
        environments: emitter.environments.used(&graph.environments),
        modules: emitter.modules.used(&graph.modules),
        tasks: emitter.emitted,
        root,
        result: Shape::clone(&graph.result),
        schedules: graph.schedules.clone(),
    }
}

struct Emitter<'a> {
    graph: &'a Graph,
    effects: FxHashSet<NodeId>,
    ids: FxHashMap<NodeId, NodeId>,
    tasks: Used,
    emitted: Vec<Task>,
    environments: Used,
    modules: Used,
}

/// Which entries of a table are in use, numbered by first use.
#[derive(Default)]
struct Used {
    order: Vec<u32>,
    numbers: FxHashMap<u32, u32>,
}

impl Used {
    /// The number of entry `index` in the plan, and whether this is its first use.
    fn number(&mut self, index: u32) -> (u32, bool) {
        #[expect(clippy::cast_possible_truncation, reason = "no more entries than 32-bit indices into them")]
        let next = self.order.len() as u32;
        let number = *self.numbers.entry(index).or_insert(next);
        if number == next {
            self.order.push(index);
        }
        (number, number == next)
    }

    fn used<T: Clone>(&self, table: &[T]) -> Vec<T> {
        self.order.iter().filter_map(|index| table.get(*index as usize).cloned()).collect()
    }
}

impl<'a> Emitter<'a> {
    fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            effects: graph.effectful(),
            ids: FxHashMap::default(),
            tasks: Used::default(),
            emitted: Vec::new(),
            environments: Used::default(),
            modules: Used::default(),
        }
    }

    /// Numbers the nodes of `region` and its inner regions in the order in which they are written down.
    fn number(&mut self, region: RegionId) {
        for id in &self.graph.region(region).nodes {
            let kind = &self.graph.node(*id).kind;
            if !matches!(kind, graph::NodeKind::Result(_)) {
                #[expect(clippy::cast_possible_truncation, reason = "no more nodes than 32-bit numbers of them")]
                let next = NodeId(self.ids.len() as u32);
                self.ids.insert(*id, next);
                kind.regions().for_each(|inner| self.number(inner));
            }
        }
    }

    fn id(&self, id: NodeId) -> NodeId {
        self.ids.get(&id).copied().unwrap_or(id)
    }

    fn expr(&self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        self.renumber(&mut expr);
        expr
    }

    fn renumber(&self, expr: &mut Expr) {
        if let Expr::Node(id) = expr {
            *id = self.id(*id);
        }
        expr.each_child_mut(&mut |child| self.renumber(child));
    }

    fn region(&mut self, region: RegionId) -> Region {
        let graph = self.graph;
        let mut nodes = Vec::new();
        let mut last_effect = None;
        for id in &graph.region(region).nodes {
            let node = graph.node(*id);
            let Some(kind) = self.kind(&node.kind) else { continue };
            let mut after = Vec::new();
            if self.effects.contains(id) {
                after.extend(last_effect.replace(self.id(*id)));
            }
            nodes.push(Node { id: self.id(*id), name: node.name.clone(), kind, after, origin: node.origin });
        }
        Region { nodes, result: self.expr(&graph.result_of(region)) }
    }

    fn kind(&mut self, kind: &graph::NodeKind) -> Option<NodeKind> {
        Some(match kind {
            graph::NodeKind::Param(index) => NodeKind::Param(*index),
            graph::NodeKind::Item => NodeKind::Item,
            graph::NodeKind::Value(expr) => NodeKind::Value(self.expr(expr)),
            graph::NodeKind::Step(step) => NodeKind::Step(self.step(step)),
            graph::NodeKind::If { condition, then, otherwise } => NodeKind::If {
                condition: self.expr(condition),
                then: self.region(*then),
                otherwise: self.region(*otherwise),
            },
            graph::NodeKind::For { items, limit, item, variable, body } => NodeKind::For {
                items: self.expr(items),
                limit: limit.as_ref().map(|limit| self.expr(limit)),
                item: self.id(*item),
                variable: variable.clone(),
                body: self.region(*body),
            },
            graph::NodeKind::Match { subject, arms, otherwise } => {
                let subject = self.expr(subject);
                let arm =
                    |(values, body): &(_, RegionId)| MatchArm { values: Vec::clone(values), body: self.region(*body) };
                let arms = arms.iter().map(arm).collect();
                NodeKind::Match { subject, arms, otherwise: otherwise.map(|body| self.region(body)) }
            }
            graph::NodeKind::Loop { start, limit, until, item, variable, body } => NodeKind::Loop {
                start: self.expr(start),
                limit: self.expr(limit),
                until: until.as_ref().map(|until| self.expr(until)),
                item: self.id(*item),
                variable: variable.clone(),
                body: self.region(*body),
            },
            graph::NodeKind::Try { body } => NodeKind::Try { body: self.region(*body) },
            graph::NodeKind::Sweep(sweep) => NodeKind::Sweep(Box::new(self.sweep(sweep))),
            graph::NodeKind::Result(_) => return None,
        })
    }

    fn sweep(&mut self, sweep: &graph::Sweep) -> Sweep {
        let mut axes = sweep.axes.clone();
        for axis in &mut axes {
            axis.space.each_expr_mut(&mut |expr| self.renumber(expr));
        }
        Sweep {
            axes,
            objectives: sweep.objectives.clone(),
            strategy: self.expr(&sweep.strategy),
            item: self.id(sweep.item),
            trials: sweep.trials.clone(),
            body: self.region(sweep.body),
        }
    }

    fn step(&mut self, step: &Step) -> Step {
        let value = |input: &Input| Input { value: self.expr(&input.value), ..input.clone() };
        let inputs = step.inputs.iter().map(value).collect();
        let (task, new) = self.tasks.number(step.task.0);
        if new && let Some(task) = self.graph.task_of(step) {
            let mut task = task.clone();
            task.environment = task.environment.map(|id| EnvironmentId(self.environments.number(id.0).0));
            if let Body::PythonFunction { modules, .. } | Body::Python { modules, .. } = &mut task.body {
                modules.iter_mut().for_each(|index| *index = self.modules.number(*index).0);
            }
            self.emitted.push(task);
        }
        let joins = step.joins.map(|id| self.id(id));
        Step { task: TaskId(task), inputs, output: step.output.clone(), joins }
    }
}
