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
                    let joins = step.joins.map_or(String::new(), |id| format!(", goes on from %{}", id.0));
                    let _ = writeln!(out, "{effect}{called}({}) -> {}{joins}{name}", inputs.join(", "), step.output);
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
                NodeKind::Match { subject, arms, otherwise } => {
                    let _ = writeln!(out, "match {}", show(subject));
                    for (values, body) in arms {
                        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                        let _ = writeln!(out, "{margin}case {}", values.join(" | "));
                        self.dump_region(*body, depth + 1, out);
                    }
                    if let Some(body) = otherwise {
                        let _ = writeln!(out, "{margin}else");
                        self.dump_region(*body, depth + 1, out);
                    }
                }
                NodeKind::Loop { start, limit, until, item, variable, body } => {
                    let until = until.as_ref().map_or(String::new(), |until| format!(" until {}", show(until)));
                    let (start, limit) = (show(start), show(limit));
                    let _ = writeln!(out, "loop {variable} %{} = {start} limit {limit}{until}{name}", item.0);
                    self.dump_region(*body, depth + 1, out);
                }
                NodeKind::Try { body } => {
                    out.push_str("try\n");
                    self.dump_region(*body, depth + 1, out);
                }
                NodeKind::Sweep(sweep) => {
                    let _ = writeln!(out, "sweep %{}{name}", sweep.item.0);
                    for axis in &sweep.axes {
                        let space = axis.space.show(&|id: NodeId| format!("%{}", id.0));
                        let _ = writeln!(out, "{margin}  {} in {space}", axis.name);
                    }
                    for objective in &sweep.objectives {
                        let word = if objective.maximize { "maximize" } else { "minimize" };
                        let _ = writeln!(out, "{margin}  {word} {}", objective.name);
                    }
                    let _ = writeln!(out, "{margin}  using {}", show(&sweep.strategy));
                    self.dump_region(sweep.body, depth + 1, out);
                }
                NodeKind::Result(expr) => {
                    let _ = writeln!(out, "result {}", show(expr));
                }
            }
        }
    }
}
