//! What a drawing of a plan consists of: boxes, groups of boxes, arrows. Values between steps are not drawn: an arrow
//! leads from the step whose result is read, however it is read, to the step that reads it.

use std::collections::{BTreeSet, HashMap};

use standpipe_plan::{Expr, Node, NodeId, NodeKind, Origin, Plan, Region};

use super::Names;

/// A box of the drawing, or a group of them.
pub(super) enum Item {
    Box {
        id: NodeId,
        kind: BoxKind,
        label: String,
        origin: Origin,
    },
    /// The group of an `if`, `for` and the like; its first box is its head.
    Group {
        id: NodeId,
        label: String,
        origin: Origin,
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
                NodeKind::Param(_) => items.push(self.draw(node, BoxKind::Param)),
                NodeKind::Item => continue,
                NodeKind::Value(expr) => sources = self.sources(expr),
                NodeKind::Step(step) => {
                    for input in &step.inputs {
                        self.arrows_to(node.id, &input.value);
                    }
                    let effect = self.plan.tasks.get(step.task.0 as usize).is_some_and(|task| task.effect);
                    items.push(self.draw(node, if effect { BoxKind::Effect } else { BoxKind::Step }));
                }
                NodeKind::If { condition, then, otherwise } => {
                    self.arrows_to(node.id, condition);
                    let label = format!("if {}", self.names.show(condition));
                    let mut inner = vec![Item::Box { id: node.id, kind: BoxKind::Head, label, origin: node.origin }];
                    for branch in [then, otherwise] {
                        inner.append(&mut self.region(branch));
                        sources.append(&mut self.sources(&branch.result));
                    }
                    let label = format!("line {}", node.origin.line);
                    items.push(Item::Group { id: node.id, label, origin: node.origin, items: inner });
                }
                NodeKind::Match { .. } | NodeKind::Try { .. } | NodeKind::Loop { .. } | NodeKind::Sweep(_) => {
                    let (label, group) = self.head(node);
                    node.kind.each_expr(&mut |expr| self.arrows_to(node.id, expr));
                    self.sources.extend(node.kind.item().map(|item| (item, BTreeSet::from([node.id]))));
                    let mut inner = vec![Item::Box { id: node.id, kind: BoxKind::Head, label, origin: node.origin }];
                    let mut results = BTreeSet::new();
                    for region in node.kind.regions() {
                        inner.append(&mut self.region(region));
                        results.append(&mut self.sources(&region.result));
                    }
                    // What a sweep gives, it picks out of all that its trials gave.
                    if !results.is_empty() && !matches!(node.kind, NodeKind::Sweep(_)) {
                        sources.append(&mut results);
                    }
                    items.push(Item::Group { id: node.id, label: group, origin: node.origin, items: inner });
                }
                NodeKind::For { items: list, item, variable, body, .. } => {
                    self.arrows_to(node.id, list);
                    self.sources.insert(*item, BTreeSet::from([node.id]));
                    let label = format!("for {variable} in {}", self.names.show(list));
                    let mut inner = vec![Item::Box { id: node.id, kind: BoxKind::Head, label, origin: node.origin }];
                    inner.append(&mut self.region(body));
                    let results = self.sources(&body.result);
                    if !results.is_empty() {
                        sources = results;
                    }
                    let label = node.name.to_string();
                    items.push(Item::Group { id: node.id, label, origin: node.origin, items: inner });
                }
            }
            for before in &node.after {
                self.arrows.insert((*before, node.id));
            }
            self.sources.insert(node.id, sources);
        }
        items
    }

    /// What the head of a group says, and what the group is called.
    fn head(&self, node: &Node) -> (String, String) {
        let line = format!("line {}", node.origin.line);
        match &node.kind {
            NodeKind::Match { subject, .. } => (format!("match {}", self.names.show(subject)), line),
            NodeKind::Try { .. } => ("try".to_owned(), line),
            NodeKind::Loop { start, limit, until, variable, .. } => {
                let until = until.as_ref().map_or(String::new(), |until| format!(" until {}", self.names.show(until)));
                let (start, limit) = (self.names.show(start), self.names.show(limit));
                (format!("loop {variable} = {start} limit {limit}{until}"), node.name.to_string())
            }
            NodeKind::Sweep(sweep) => (format!("sweep {}", self.names.sweep(sweep)), node.name.to_string()),
            NodeKind::Param(_)
            | NodeKind::Item
            | NodeKind::Value(_)
            | NodeKind::Step(_)
            | NodeKind::If { .. }
            | NodeKind::For { .. } => (String::new(), line),
        }
    }

    fn draw(&self, node: &Node, kind: BoxKind) -> Item {
        let label = self.names.0.get(&node.id).cloned().unwrap_or_default();
        Item::Box { id: node.id, kind, label, origin: node.origin }
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
