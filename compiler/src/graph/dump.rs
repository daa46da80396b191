//! The graph as text, for `plan --stage`, reports and snapshots.

use std::fmt::Write;

use standpipe_plan::{Expr, NodeId};

use super::{Graph, NodeKind, RegionId};

impl Graph {
    /// One line a node, inner regions indented; the same text for the same graph.
    #[must_use]
    pub fn dump(&self) -> String {
        let mut out = format!("pipeline {} -> {}\n", self.pipeline, self.result);
        self.dump_region(Self::ROOT, 1, &mut out);
        out
    }

    fn dump_region(&self, region: RegionId, depth: usize, out: &mut String) {
        let show = |expr: &Expr| expr.show(&|id: NodeId| format!("%{}", id.0));
        let margin = "  ".repeat(depth);
        for id in &self.region(region).nodes {
            let node = self.node(*id);
            let name = if node.name.is_empty() { String::new() } else { format!("  # {}", node.name) };
            let _ = write!(out, "{margin}%{} = ", id.0);
            match &node.kind {
                NodeKind::Param(index) => {
                    let param = self.params.get(*index as usize);
                    let _ = writeln!(out, "param {}", param.map_or("?", |param| param.name.as_str()));
                }
                NodeKind::Item => out.push_str("item\n"),
                NodeKind::Value(expr) => {
                    let _ = writeln!(out, "{}", show(expr));
                }
                NodeKind::Step(step) => {
                    let task = self.task_of(step);
                    let inputs: Vec<_> =
                        step.inputs.iter().map(|input| format!("{}: {}", input.name, show(&input.value))).collect();
                    let effect = if task.is_some_and(|task| task.effect) { "effect " } else { "" };
                    let called = task.map_or("?", |task| task.name.as_str());
                    let _ = writeln!(out, "{effect}{called}({}) -> {}{name}", inputs.join(", "), step.output);
                }
                NodeKind::If { condition, then, otherwise } => {
                    let _ = writeln!(out, "if {}", show(condition));
                    self.dump_region(*then, depth + 1, out);
                    let _ = writeln!(out, "{margin}else");
                    self.dump_region(*otherwise, depth + 1, out);
                }
                NodeKind::For { items, limit, item, variable, body } => {
                    let limit = limit.as_ref().map_or(String::new(), |limit| format!(" limit {}", show(limit)));
                    let _ = writeln!(out, "for {variable} %{} in {}{limit}{name}", item.0, show(items));
                    self.dump_region(*body, depth + 1, out);
                }
                NodeKind::Result(expr) => {
                    let _ = writeln!(out, "result {}", show(expr));
                }
            }
        }
    }
}
