//! Drops what nothing needs: pure nodes that no output and no effect reads, directly or not.
//!
//! ```text
//! before                            after
//! %1 = clean(raw: %0)               %1 = clean(raw: %0)
//! %2 = describe(rows: %1)           %3 = effect publish(rows: %1)
//! %3 = effect publish(rows: %1)     result none
//! result none
//! ```

use rustc_hash::FxHashSet;
use standpipe_plan::NodeId;

use crate::graph::{Graph, NodeKind, RegionId};

/// The pass.
pub(super) fn dead(graph: &mut Graph) -> Vec<String> {
    let live = live(graph);
    let mut what = Vec::new();
    sweep(graph, Graph::ROOT, &live, &mut what);
    what
}

/// What an output or an effect needs. Parameters always stay: they are the pipeline's face.
fn live(graph: &Graph) -> FxHashSet<NodeId> {
    let mut live = FxHashSet::default();
    let mut found: Vec<NodeId> = graph.effectful().into_iter().collect();
    found.extend(graph.ids().filter(|id| matches!(graph.node(*id).kind, NodeKind::Param(_))));
    found.extend(graph.region(Graph::ROOT).nodes.last());
    while let Some(id) = found.pop() {
        if !live.insert(id) {
            continue;
        }
        found.extend(graph.reads(id));
        // What is needed inside a region needs the node that holds it; and that node needs its regions' results.
        let node = graph.node(id);
        found.extend(graph.region(node.region).owner);
        for region in node.kind.regions() {
            found.extend(graph.region(region).nodes.last());
        }
        found.extend(node.kind.item());
    }
    live
}

fn sweep(graph: &mut Graph, region: RegionId, live: &FxHashSet<NodeId>, what: &mut Vec<String>) {
    let mut kept = Vec::new();
    for id in graph.take_nodes(region) {
        if live.contains(&id) {
            graph.node(id).kind.regions().for_each(|inner| sweep(graph, inner, live, what));
            kept.push(id);
            continue;
        }
        if !graph.node(id).name.is_empty() {
            what.push(format!("dropped `{}`: nothing needs what it gives", graph.path(id)));
        }
        graph.remove(id);
    }
    graph.set_nodes(region, kept);
}

#[cfg(test)]
mod tests {
    use standpipe_plan::{Expr, Value};

    use super::super::tests::{Builder, before_and_after, int};
    use crate::graph::{Graph, NodeKind};

    #[test]
    fn a_step_that_nothing_reads_goes() {
        let mut builder = Builder::new();
        let clean = builder.step(Graph::ROOT, 0, vec![int(1)]);
        builder.step(Graph::ROOT, 1, vec![Expr::Node(clean)]);
        builder.step(Graph::ROOT, 3, vec![Expr::Node(clean)]);
        builder.node(Graph::ROOT, "", NodeKind::Result(Expr::Const(Value::None)));
        insta::assert_snapshot!(before_and_after(builder.graph, super::dead));
    }
}
