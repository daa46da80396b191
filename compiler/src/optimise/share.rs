//! Shares equal pure work: a step or value that was already computed from the same inputs, in the same region or one
//! around it, is not computed again. Steps whose results are not cached (`cache: false`) are left as they are: whoever
//! writes that wants each of them to run.
//!
//! ```text
//! before                            after
//! %1 = clean(raw: %0)               %1 = clean(raw: %0)
//! %2 = clean(raw: %0)               result { a: %1, b: %1 }
//! result { a: %1, b: %2 }
//! ```

use rustc_hash::FxHashMap;
use standpipe_plan::{CachePolicy, Expr, NodeId};

use crate::graph::{Graph, NodeKind, RegionId};

/// The pass.
pub(super) fn share(graph: &mut Graph) -> Vec<String> {
    let mut sharer = Sharer { graph, known: FxHashMap::default(), same: FxHashMap::default(), what: Vec::new() };
    sharer.region(Graph::ROOT);
    sharer.what
}

/// Whether what a node of that kind works out may be worked out once where the program says it several times.
pub(super) fn shareable(graph: &Graph, kind: &NodeKind) -> bool {
    match kind {
        NodeKind::Value(_) => true,
        NodeKind::Step(step) => {
            graph.task_of(step).is_some_and(|task| !task.effect && task.settings.cache != CachePolicy::Off)
        }
        NodeKind::Param(_)
        | NodeKind::Item
        | NodeKind::If { .. }
        | NodeKind::For { .. }
        | NodeKind::Match { .. }
        | NodeKind::Loop { .. }
        | NodeKind::Try { .. }
        | NodeKind::Sweep(_)
        | NodeKind::Result(_) => false,
    }
}

struct Sharer<'a> {
    graph: &'a mut Graph,
    /// What is already computed where we are, by its work written out.
    known: FxHashMap<String, NodeId>,
    /// Nodes that are gone, and what stands for them.
    same: FxHashMap<NodeId, NodeId>,
    what: Vec<String>,
}

impl Sharer<'_> {
    fn region(&mut self, region: RegionId) {
        let mut kept = Vec::new();
        let mut added = Vec::new();
        for id in self.graph.take_nodes(region) {
            let same = &self.same;
            if !same.is_empty() {
                self.graph.each_expr_mut(id, &mut |expr| replace(expr, same));
            }
            if let Some(key) = self.key(id) {
                if let Some(first) = self.known.get(&key) {
                    self.same.insert(id, *first);
                    let node = self.graph.node(id);
                    if !node.name.is_empty() {
                        let (again, first) = (self.graph.path(id), self.graph.path(*first));
                        self.what.push(format!("`{again}` is `{first}` again: the same task with the same inputs"));
                    }
                    self.graph.remove(id);
                    continue;
                }
                self.known.insert(key.clone(), id);
                added.push(key);
            }
            self.graph.node(id).kind.regions().for_each(|inner| self.region(inner));
            kept.push(id);
        }
        self.graph.set_nodes(region, kept);
        for key in added {
            self.known.remove(&key);
        }
    }

    /// The node's work written out; none when it may not be shared.
    fn key(&self, id: NodeId) -> Option<String> {
        let kind = &self.graph.node(id).kind;
        match kind {
            NodeKind::Value(expr) => serde_json::to_string(expr).ok(),
            NodeKind::Step(step) if shareable(self.graph, kind) => serde_json::to_string(step).ok(),
            NodeKind::Step(_)
            | NodeKind::Param(_)
            | NodeKind::Item
            | NodeKind::If { .. }
            | NodeKind::For { .. }
            | NodeKind::Match { .. }
            | NodeKind::Loop { .. }
            | NodeKind::Try { .. }
            | NodeKind::Sweep(_)
            | NodeKind::Result(_) => None,
        }
    }
}

/// Makes `expr` read what `same` says instead.
pub(super) fn replace(expr: &mut Expr, same: &FxHashMap<NodeId, NodeId>) {
    if let Expr::Node(id) = expr
        && let Some(first) = same.get(id)
    {
        *id = *first;
    }
    expr.each_child_mut(&mut |child| replace(child, same));
}

#[cfg(test)]
mod tests {
    use standpipe_plan::Expr;

    use super::super::tests::{Builder, before_and_after, int};
    use crate::graph::{Graph, NodeKind};

    #[test]
    fn an_equal_step_inside_a_for_is_the_one_outside() {
        let mut builder = Builder::new();
        let first = builder.step(Graph::ROOT, 0, vec![int(1)]);
        builder.step(Graph::ROOT, 2, vec![int(1)]);
        builder.step(Graph::ROOT, 2, vec![int(1)]);
        let (each, body, item) = builder.each(Graph::ROOT, Expr::List(vec![Expr::Node(first)]));
        let again = builder.step(body, 0, vec![int(1)]);
        let fit = builder.step(body, 1, vec![Expr::Node(again), Expr::Node(item)]);
        builder.node(body, "", NodeKind::Result(Expr::Node(fit)));
        builder.node(Graph::ROOT, "", NodeKind::Result(Expr::Node(each)));
        insta::assert_snapshot!(before_and_after(builder.graph, super::share));
    }
}
