//! A plan as people look at it: lines of a tree, a picture, Graphviz, Mermaid. Only shows what the plan says.

mod dot;
mod drawing;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashMap;

pub use dot::dot;
pub use mermaid::mermaid;
use standpipe_plan::{Expr, NodeId, NodeKind, Plan, Region, Sweep, Value};
pub use svg::svg;
pub use tree::{TreeLine, tree};

/// Longest text of an expression, in characters.
const WIDTH: usize = 60;

/// What people call each node: a step's name, a parameter's, or the expression itself, cut to [`WIDTH`].
struct Names(HashMap<NodeId, String>);

impl Names {
    fn of(plan: &Plan) -> Self {
        let mut names = Self(HashMap::new());
        names.add(plan, &plan.root);
        names
    }

    fn add(&mut self, plan: &Plan, region: &Region) {
        for node in &region.nodes {
            let name = match &node.kind {
                NodeKind::Param(index) => {
                    plan.params.get(*index as usize).map_or_else(String::new, |param| param.name.to_string())
                }
                NodeKind::Item => continue,
                NodeKind::Value(expr) => self.show(expr),
                NodeKind::Step(_) => node.name.to_string(),
                NodeKind::If { then, otherwise, .. } => {
                    self.add(plan, then);
                    self.add(plan, otherwise);
                    format!("if on line {}", node.origin.line)
                }
                NodeKind::Match { .. } => {
                    node.kind.regions().for_each(|region| self.add(plan, region));
                    format!("match on line {}", node.origin.line)
                }
                NodeKind::Try { body } => {
                    self.add(plan, body);
                    match &body.result {
                        Expr::Node(id) => format!("try {}", self.0.get(id).cloned().unwrap_or_default()),
                        _ => format!("try on line {}", node.origin.line),
                    }
                }
                NodeKind::Sweep(sweep) => {
                    self.0.insert(sweep.item, "trial".into());
                    self.add(plan, &sweep.body);
                    node.name.to_string()
                }
                NodeKind::For { item, variable, body, .. } | NodeKind::Loop { item, variable, body, .. } => {
                    self.0.insert(*item, variable.to_string());
                    self.add(plan, body);
                    node.name.to_string()
                }
            };
            self.0.insert(node.id, name);
        }
    }

    fn show(&self, expr: &Expr) -> String {
        self.cut(expr.show(&|id| self.0.get(&id).cloned().unwrap_or_default()))
    }

    /// What a sweep looks for, where, and how.
    fn sweep(&self, sweep: &Sweep) -> String {
        let name = |id: NodeId| self.0.get(&id).cloned().unwrap_or_default();
        let axes: Vec<String> =
            sweep.axes.iter().map(|axis| format!("{} in {}", axis.name, self.cut(axis.space.show(&name)))).collect();
        let objectives: Vec<String> = sweep
            .objectives
            .iter()
            .map(|objective| format!("{} {}", if objective.maximize { "maximize" } else { "minimize" }, objective.name))
            .collect();
        let known = |name: &str| match &sweep.strategy {
            Expr::Const(value) => value.field(name).map(Expr::Const),
            Expr::Record(fields) => fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()),
            _ => None,
        };
        let kind = match known("kind") {
            Some(Expr::Const(kind)) => format!(" using {}", kind.text()),
            _ => String::new(),
        };
        let trials = match known("trials") {
            None | Some(Expr::Const(Value::None)) => String::new(),
            Some(most) => format!(", trials: up to {}", self.show(&most)),
        };
        format!("{} {}{kind}{trials}", axes.join(", "), objectives.join(", "))
    }

    #[expect(clippy::unused_self, reason = "beside the others that show")]
    fn cut(&self, text: String) -> String {
        match text.char_indices().nth(WIDTH) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}
