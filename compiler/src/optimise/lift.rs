//! Takes work that every branch of an `if` or `match` does out of them, so that it stands there once and what reads the
//! same elsewhere can share it. Only pure work moves, and only where every branch has it: whichever is taken, it runs.
//!
//! ```text
//! before                            after
//! if %0 > 3                         %1 = clean(raw: %9)
//!   %1 = clean(raw: %9)             if %0 > 3
//!   %2 = fit(rows: %1)                %2 = fit(rows: %1)
//!   result %2                         result %2
//! else                              else
//!   %3 = clean(raw: %9)               result %1
//!   result %3
//! ```

use rustc_hash::{FxHashMap, FxHashSet};
use standpipe_plan::{Expr, NodeId};

use super::share::{replace, shareable};
use crate::graph::{Graph, NodeKind, RegionId};

/// The pass.
pub(super) fn lift(graph: &mut Graph) -> Vec<String> {
    let mut lifter = Lifter { graph, what: Vec::new() };
    lifter.region(Graph::ROOT);
    lifter.what
}

struct Lifter<'a> {
    graph: &'a mut Graph,
    what: Vec<String>,
}

/// Equal work has one number, whatever its nodes are called in each branch.
#[derive(Default)]
struct Numbers(FxHashMap<String, u32>);

impl Numbers {
    fn of(&mut self, work: String) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(work).or_insert(next)
    }
}

impl Lifter<'_> {
    /// Innermost first, so that what leaves an inner branch may leave the outer one too.
    fn region(&mut self, region: RegionId) {
        let mut kept = Vec::new();
        for id in self.graph.take_nodes(region) {
            let kind = self.graph.node(id).kind.clone();
            kind.regions().for_each(|inner| self.region(inner));
            let branches: Vec<RegionId> = match &kind {
                NodeKind::If { .. } | NodeKind::Match { otherwise: Some(_), .. } => kind.regions().collect(),
                // Without an `else` nobody knows here that one of the arms is taken.
                NodeKind::Match { otherwise: None, .. }
                | NodeKind::Param(_)
                | NodeKind::Item
                | NodeKind::Value(_)
                | NodeKind::Step(_)
                | NodeKind::For { .. }
                | NodeKind::Loop { .. }
                | NodeKind::Try { .. }
                | NodeKind::Sweep(_)
                | NodeKind::Result(_) => Vec::new(),
            };
            kept.append(&mut self.common(&branches));
            kept.push(id);
        }
        self.graph.set_nodes(region, kept);
    }

    /// Takes what all of `branches` do out of them; gives the nodes that do it from now on.
    fn common(&mut self, branches: &[RegionId]) -> Vec<NodeId> {
        let mut numbers = Numbers::default();
        let works: Vec<Vec<(u32, NodeId)>> = branches.iter().map(|branch| self.works(*branch, &mut numbers)).collect();
        let Some((first, others)) = works.split_first() else { return Vec::new() };
        let in_all = |number: u32| others.iter().all(|other| other.iter().any(|(own, _)| *own == number));
        let lifted: FxHashMap<u32, NodeId> =
            first.iter().rev().filter(|(number, _)| in_all(*number)).copied().collect();
        if lifted.is_empty() {
            return Vec::new();
        }
        let mut out = Vec::new();
        for (branch, works) in branches.iter().zip(&works) {
            let mut same: FxHashMap<NodeId, NodeId> = FxHashMap::default();
            let gone: FxHashMap<NodeId, NodeId> =
                works.iter().filter_map(|(number, id)| Some((*id, *lifted.get(number)?))).collect();
            let mut kept = Vec::new();
            for id in self.graph.take_nodes(*branch) {
                match gone.get(&id) {
                    None => kept.push(id),
                    Some(first) if *first == id => {
                        if !self.graph.node(id).name.is_empty() {
                            let path = self.graph.path(id);
                            self.what.push(format!("`{path}` stands in every branch and is done once, before them"));
                        }
                        out.push(id);
                    }
                    Some(first) => {
                        same.insert(id, *first);
                        self.graph.remove(id);
                    }
                }
            }
            self.graph.set_nodes(*branch, kept);
            self.rename(*branch, &same);
        }
        out
    }

    /// The work of a branch that depends on nothing in it but such work, by number, each once.
    fn works(&self, branch: RegionId, numbers: &mut Numbers) -> Vec<(u32, NodeId)> {
        let own: FxHashSet<NodeId> = self.graph.region(branch).nodes.iter().copied().collect();
        let mut known: FxHashMap<NodeId, u32> = FxHashMap::default();
        let mut works = Vec::new();
        for id in &self.graph.region(branch).nodes {
            let kind = &self.graph.node(*id).kind;
            let mut free = shareable(self.graph, kind);
            kind.each_read(&mut |read| free &= !own.contains(&read) || known.contains_key(&read));
            if !free {
                continue;
            }
            let Some(work) = written(kind, &known) else { continue };
            let number = numbers.of(work);
            known.insert(*id, number);
            works.push((number, *id));
        }
        works
    }

    /// Makes everything in `region`, however deep, read what `same` says instead.
    fn rename(&mut self, region: RegionId, same: &FxHashMap<NodeId, NodeId>) {
        if same.is_empty() {
            return;
        }
        for id in self.graph.region(region).nodes.clone() {
            self.graph.each_expr_mut(id, &mut |expr| replace(expr, same));
            let inner: Vec<RegionId> = self.graph.node(id).kind.regions().collect();
            inner.into_iter().for_each(|inner| self.rename(inner, same));
        }
    }
}

/// Work written out, with what it reads of its own branch by number.
fn written(kind: &NodeKind, known: &FxHashMap<NodeId, u32>) -> Option<String> {
    let numbered = |expr: &Expr| {
        let mut expr = expr.clone();
        number(&mut expr, known);
        expr
    };
    match kind {
        NodeKind::Value(expr) => serde_json::to_string(&numbered(expr)).ok(),
        NodeKind::Step(step) => {
            let mut step = step.clone();
            step.inputs.iter_mut().for_each(|input| input.value = numbered(&input.value));
            serde_json::to_string(&step).ok()
        }
        NodeKind::Param(_)
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

/// No graph has so many nodes that these numbers are theirs.
fn number(expr: &mut Expr, known: &FxHashMap<NodeId, u32>) {
    if let Expr::Node(id) = expr
        && let Some(number) = known.get(id)
    {
        *id = NodeId(u32::MAX - number);
    }
    expr.each_child_mut(&mut |child| self::number(child, known));
}

#[cfg(test)]
mod tests {
    use standpipe_plan::{BinaryOp, Expr};

    use super::super::tests::{Builder, before_and_after, int};
    use crate::graph::{Graph, NodeKind};

    #[test]
    fn what_every_branch_does_is_done_before_them() {
        let mut builder = Builder::new();
        let outside = builder.step(Graph::ROOT, 2, vec![int(9)]);
        let large = Expr::Binary(BinaryOp::Greater, Box::new(Expr::Node(outside)), Box::new(int(5)));
        let (then, otherwise) = (builder.graph.add_region(), builder.graph.add_region());
        let clean = builder.step(then, 0, vec![int(1)]);
        let fit = builder.step(then, 1, vec![Expr::Node(clean), int(3)]);
        builder.step(then, 1, vec![Expr::Node(clean), int(4)]);
        builder.step(then, 3, vec![int(1)]);
        builder.node(then, "", NodeKind::Result(Expr::Node(fit)));
        builder.step(otherwise, 3, vec![int(1)]);
        builder.step(otherwise, 2, vec![int(1)]);
        let clean = builder.step(otherwise, 0, vec![int(1)]);
        let fit = builder.step(otherwise, 1, vec![Expr::Node(clean), int(3)]);
        builder.node(otherwise, "", NodeKind::Result(Expr::Node(fit)));
        let either = builder.node(Graph::ROOT, "", NodeKind::If { condition: large, then, otherwise });
        builder.node(Graph::ROOT, "", NodeKind::Result(Expr::Node(either)));
        insta::assert_snapshot!(before_and_after(builder.graph, super::lift));
    }
}
