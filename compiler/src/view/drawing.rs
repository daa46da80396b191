//! What a drawing of a plan consists of: boxes, groups of boxes, arrows. Values between steps are not drawn: an arrow
//! leads from the step whose result is read, however it is read, to the step that reads it.

use std::collections::{BTreeSet, HashMap};

use standpipe_plan::{Expr, NodeId, NodeKind, Plan, Region};

use super::Names;

/// A box of the drawing, or a group of them.
pub(super) enum Item {
    Box {
        id: NodeId,
        kind: BoxKind,
        label: String,
    },
    /// The group of an `if` or `for`; its first box is its head.
    Group {
        id: NodeId,
        label: String,
        items: Vec<Item>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BoxKind {
    Param,
    Step,
    Effect,
    /// What a group begins with: its condition or items.
    Head,
}

/// Boxes in the plan's order; arrows sorted, each once.
pub(super) struct Drawing {
    pub(super) items: Vec<Item>,
    pub(super) arrows: BTreeSet<(NodeId, NodeId)>,
}

impl Drawing {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut artist = Artist { plan, names: Names::of(plan), sources: HashMap::new(), arrows: BTreeSet::new() };
        let items = artist.region(&plan.root);
        Self { items, arrows: artist.arrows }
    }
}

struct Artist<'a> {
    plan: &'a Plan,
    names: Names,
    /// The boxes that a node's value comes from.
    sources: HashMap<NodeId, BTreeSet<NodeId>>,
    arrows: BTreeSet<(NodeId, NodeId)>,
}

impl Artist<'_> {
    fn region(&mut self, region: &Region) -> Vec<Item> {
        let mut items = Vec::new();
        for node in &region.nodes {
            let mut sources = BTreeSet::from([node.id]);
            match &node.kind {
                NodeKind::Param(_) => items.push(self.draw(node.id, BoxKind::Param)),
                NodeKind::Item => continue,
                NodeKind::Value(expr) => sources = self.sources(expr),
                NodeKind::Step(step) => {
                    for input in &step.inputs {
                        self.arrows_to(node.id, &input.value);
                    }
                    let effect = self.plan.tasks.get(step.task.0 as usize).is_some_and(|task| task.effect);
                    items.push(self.draw(node.id, if effect { BoxKind::Effect } else { BoxKind::Step }));
                }
                NodeKind::If { condition, then, otherwise } => {
                    self.arrows_to(node.id, condition);
                    let label = format!("if {}", self.names.show(condition));
                    let mut inner = vec![Item::Box { id: node.id, kind: BoxKind::Head, label }];
                    for branch in [then, otherwise] {
                        inner.append(&mut self.region(branch));
                        sources.append(&mut self.sources(&branch.result));
                    }
                    items.push(Item::Group { id: node.id, label: format!("line {}", node.origin.line), items: inner });
                }
                NodeKind::For { items: list, item, variable, body, .. } => {
                    self.arrows_to(node.id, list);
                    self.sources.insert(*item, BTreeSet::from([node.id]));
                    let label = format!("for {variable} in {}", self.names.show(list));
                    let mut inner = vec![Item::Box { id: node.id, kind: BoxKind::Head, label }];
                    inner.append(&mut self.region(body));
                    let results = self.sources(&body.result);
                    if !results.is_empty() {
                        sources = results;
                    }
                    items.push(Item::Group { id: node.id, label: node.name.to_string(), items: inner });
                }
            }
            for before in &node.after {
                self.arrows.insert((*before, node.id));
            }
            self.sources.insert(node.id, sources);
        }
        items
    }

    fn draw(&self, id: NodeId, kind: BoxKind) -> Item {
        Item::Box { id, kind, label: self.names.0.get(&id).cloned().unwrap_or_default() }
    }

    fn sources(&self, expr: &Expr) -> BTreeSet<NodeId> {
        let mut found = BTreeSet::new();
        expr.each_node(&mut |id| found.extend(self.sources.get(&id).into_iter().flatten()));
        found
    }

    fn arrows_to(&mut self, id: NodeId, expr: &Expr) {
        let sources = self.sources(expr);
        self.arrows.extend(sources.into_iter().map(|source| (source, id)));
    }
}
