//! Takes out of a `for`, `loop` or `sweep` what is the same in every round, so that it runs once. Only pure work moves,
//! and only out of what is known to have a round: work that would not have run at all never starts to. Steps with `cache: false`
//! stay, as they do in `share`.
//!
//! ```text
//! before                            after
//! %1 = for depth %2 in [2, 4]       %3 = clean(raw: %0)
//!   %3 = clean(raw: %0)             %1 = for depth %2 in [2, 4]
//!   %4 = fit(rows: %3, depth: %2)     %4 = fit(rows: %3, depth: %2)
//!   result %4                         result %4
//! result %1                         result %1
//! ```

use rustc_hash::FxHashSet;
use smol_str::format_smolstr;
use standpipe_plan::{Expr, NodeId, Value};

use super::share::shareable;
use crate::graph::{Graph, NodeKind, RegionId};

/// The pass.
pub(super) fn hoist(graph: &mut Graph) -> Vec<String> {
    let mut hoister = Hoister { lists: lists(graph), graph, what: Vec::new() };
    hoister.region(Graph::ROOT);
    hoister.what
}

/// Nodes whose value is a list that is known to have an item.
fn lists(graph: &Graph) -> FxHashSet<NodeId> {
    let has_item = |id: &NodeId| match &graph.node(*id).kind {
        NodeKind::Value(Expr::Const(value)) => value.items().is_some_and(|items| items > 0),
        NodeKind::Value(Expr::List(items)) => !items.is_empty(),
        _ => false,
    };
    graph.ids().filter(has_item).collect()
}

struct Hoister<'a> {
    graph: &'a mut Graph,
    lists: FxHashSet<NodeId>,
    what: Vec<String>,
}

impl Hoister<'_> {
    /// Innermost first, so that what leaves an inner `for` may leave the outer one too.
    fn region(&mut self, region: RegionId) {
        let mut kept = Vec::new();
        for id in self.graph.take_nodes(region) {
            let kind = self.graph.node(id).kind.clone();
            kind.regions().for_each(|inner| self.region(inner));
            if let Some(body) = self.surely_runs(&kind) {
                kept.append(&mut self.invariant(id, body));
            }
            kept.push(id);
        }
        self.graph.set_nodes(region, kept);
    }

    /// The body of what repeats it, when that is known to run it at least once.
    fn surely_runs(&self, kind: &NodeKind) -> Option<RegionId> {
        match kind {
            NodeKind::For { items, body, .. } => self.has_item(items).then_some(*body),
            // Whatever the state it begins with, nothing ends it before its first round.
            NodeKind::Loop { limit: Expr::Const(Value::Int(1..)), until: None, body, .. } => Some(*body),
            NodeKind::Sweep(sweep) => Some(sweep.body),
            NodeKind::Loop { .. }
            | NodeKind::Param(_)
            | NodeKind::Item
            | NodeKind::Value(_)
            | NodeKind::Step(_)
            | NodeKind::If { .. }
            | NodeKind::Match { .. }
            | NodeKind::Try { .. }
            | NodeKind::Result(_) => None,
        }
    }

    fn has_item(&self, items: &Expr) -> bool {
        match items {
            Expr::Const(value) => value.items().is_some_and(|items| items > 0),
            Expr::List(items) => !items.is_empty(),
            Expr::Node(id) => self.lists.contains(id),
            _ => false,
        }
    }

    /// Takes the nodes that do not depend on the item out of `body`.
    fn invariant(&mut self, owner: NodeId, body: RegionId) -> Vec<NodeId> {
        let around = self.graph.node(owner).name.clone();
        let mut own: FxHashSet<NodeId> = FxHashSet::default();
        let mut out = Vec::new();
        let mut kept = Vec::new();
        for id in self.graph.take_nodes(body) {
            let mut depends = false;
            self.graph.node(id).kind.each_read(&mut |read| depends |= own.contains(&read));
            if depends || !shareable(self.graph, &self.graph.node(id).kind) {
                own.insert(id);
                kept.push(id);
                continue;
            }
            let name = self.graph.node(id).name.clone();
            if !name.is_empty() {
                self.what.push(format!("`{}` runs once, not in every round", self.graph.path(id)));
                self.graph.rename(id, format_smolstr!("{around}.{name}"));
            }
            out.push(id);
        }
        self.graph.set_nodes(body, kept);
        out
    }
}

#[cfg(test)]
mod tests {
    use standpipe_plan::Expr;

    use super::super::tests::{Builder, before_and_after, int};
    use crate::graph::{Graph, NodeKind};

    #[test]
    fn what_no_item_changes_leaves_the_for() {
        let mut builder = Builder::new();
        let (each, body, item) = builder.each(Graph::ROOT, Expr::List(vec![int(2), int(4)]));
        let clean = builder.step(body, 0, vec![int(1)]);
        builder.step(body, 2, vec![int(1)]);
        builder.step(body, 3, vec![int(1)]);
        let fit = builder.step(body, 1, vec![Expr::Node(clean), Expr::Node(item)]);
        builder.node(body, "", NodeKind::Result(Expr::Node(fit)));
        builder.node(Graph::ROOT, "", NodeKind::Result(Expr::Node(each)));
        insta::assert_snapshot!(before_and_after(builder.graph, super::hoist));
    }
}
