//! Joins steps that follow each other: where a Python step reads one whose result is not kept (`cache: false`) and that
//! nothing else reads, it goes on from it. The runtime starts it in the place of the other as soon as that is done, so
//! that the two go through the queue once and what is between them is used at once. Each stays a step of its own, with
//! its record, its log and its failure; a result that later runs may reuse is a boundary, as is a `retry`.
//!
//! ```text
//! before                            after
//! %1 = sample(rows: %0)             %1 = sample(rows: %0)
//! %2 = fit(rows: %1)                %2 = fit(rows: %1), goes on from %1
//! ```

use standpipe_plan::{Body, CachePolicy, NodeId, Step, Task};

use crate::graph::{Graph, NodeKind, RegionId};

/// The pass.
pub(super) fn join(graph: &mut Graph) -> Vec<String> {
    let mut joined = Vec::new();
    region(graph, Graph::ROOT, &mut joined);
    let mut what = Vec::new();
    for (id, first, mut step) in joined {
        let (own, other) = (graph.path(id), graph.path(first));
        what.push(format!("`{own}` goes on from `{other}`, which nothing else reads: it starts in its place"));
        step.joins = Some(first);
        graph.set(id, NodeKind::Step(step));
    }
    what
}

fn region(graph: &Graph, id: RegionId, joined: &mut Vec<(NodeId, NodeId, Step)>) {
    for node in &graph.region(id).nodes {
        let kind = &graph.node(*node).kind;
        if let NodeKind::Step(step) = kind {
            // Of several the last one: what stands later is likely to end later.
            let first = graph.reads(*node).filter(|read| graph.node(*read).region == id && fits(graph, *read, step));
            joined.extend(first.max().map(|first| (*node, first, step.clone())));
        }
        kind.regions().for_each(|inner| region(graph, inner, joined));
    }
}

/// Whether `step`, which reads node `first`, may go on from it.
fn fits(graph: &Graph, first: NodeId, step: &Step) -> bool {
    let NodeKind::Step(other) = &graph.node(first).kind else { return false };
    let (Some(task), Some(before)) = (graph.task_of(step), graph.task_of(other)) else { return false };
    before.settings.cache == CachePolicy::Off
        && graph.readers(first).count() == 1
        && may(before)
        && may(task)
        && before.environment == task.environment
        && same_needs(before, task)
}

/// What has a slot of a limit or a card, or is tried again, has its own turn.
fn may(task: &Task) -> bool {
    let python = match task.body {
        Body::Python { .. } | Body::PythonFunction { .. } => true,
        Body::Shell { .. } | Body::Sql { .. } => false,
    };
    let settings = &task.settings;
    python && !task.effect && settings.retry.times == 0 && settings.limit.is_none() && settings.gpu.is_none()
}

fn same_needs(a: &Task, b: &Task) -> bool {
    let (a, b) = (&a.settings, &b.settings);
    (&a.cpu, &a.memory, &a.disk, a.priority, &a.container, a.network)
        == (&b.cpu, &b.memory, &b.disk, b.priority, &b.container, b.network)
}

#[cfg(test)]
mod tests {
    use standpipe_plan::Expr;

    use super::super::tests::{Builder, before_and_after, int};
    use crate::graph::{Graph, NodeKind};

    #[test]
    fn a_step_goes_on_from_one_that_is_not_kept_and_that_only_it_reads() {
        let mut builder = Builder::new();
        let draw = builder.step(Graph::ROOT, 4, vec![int(1)]);
        let fit = builder.step(Graph::ROOT, 5, vec![Expr::Node(draw)]);
        // What is kept is a boundary.
        let again = builder.step(Graph::ROOT, 5, vec![Expr::Node(fit)]);
        // What two read has no one that goes on from it.
        let shared = builder.step(Graph::ROOT, 4, vec![Expr::Node(again)]);
        let (a, b) = (
            builder.step(Graph::ROOT, 5, vec![Expr::Node(shared)]),
            builder.step(Graph::ROOT, 5, vec![Expr::Node(shared), int(2)]),
        );
        // What a shell runs is a process of its own.
        let shell = builder.step(Graph::ROOT, 2, vec![int(1)]);
        let last = builder.step(Graph::ROOT, 5, vec![Expr::Node(shell)]);
        let result = Expr::List(vec![Expr::Node(a), Expr::Node(b), Expr::Node(last)]);
        builder.node(Graph::ROOT, "", NodeKind::Result(result));
        insta::assert_snapshot!(before_and_after(builder.graph, super::join));
    }

    #[test]
    fn in_a_for_too_but_not_across_its_border() {
        let mut builder = Builder::new();
        let outside = builder.step(Graph::ROOT, 4, vec![int(1)]);
        let (each, body, item) = builder.each(Graph::ROOT, Expr::List(vec![int(1), int(2)]));
        let draw = builder.step(body, 4, vec![Expr::Node(item), Expr::Node(outside)]);
        let fit = builder.step(body, 4, vec![Expr::Field(Box::new(Expr::Node(draw)), "x".into())]);
        let last = builder.step(body, 5, vec![Expr::Node(fit)]);
        builder.node(body, "", NodeKind::Result(Expr::Node(last)));
        builder.node(Graph::ROOT, "", NodeKind::Result(Expr::Node(each)));
        insta::assert_snapshot!(before_and_after(builder.graph, super::join));
    }
}
