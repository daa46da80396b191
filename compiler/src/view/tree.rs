//! A plan as indented lines, one for each step, condition and fan-out.

use standpipe_plan::{Node, NodeKind, Plan, Region};

use super::Names;

/// One line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeLine {
    /// How many levels it is indented.
    pub depth: usize,
    /// The step's path, `train.models[].fit`; what a condition stands in.
    pub path: String,
    /// `step`, `effect`, `deploy`, `if`, `else`, `match`, `case`, `for`, `loop`, `try` or `sweep`.
    pub kind: &'static str,
    /// What it does: `fit(rows: clean, depth: depth)`, a condition, what a `for` goes through.
    pub detail: String,
}

/// The lines of `plan`, in the order in which they are written.
#[must_use]
pub fn tree(plan: &Plan) -> Vec<TreeLine> {
    let mut tree = Tree { plan, names: Names::of(plan), lines: Vec::new() };
    tree.region(&plan.root, 0, &plan.pipeline);
    tree.lines
}

struct Tree<'a> {
    plan: &'a Plan,
    names: Names,
    lines: Vec<TreeLine>,
}

impl Tree<'_> {
    fn region(&mut self, region: &Region, depth: usize, path: &str) {
        for node in &region.nodes {
            self.node(node, depth, path);
        }
    }

    fn node(&mut self, node: &Node, depth: usize, path: &str) {
        let own = node.path_in(path);
        match &node.kind {
            NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => {}
            NodeKind::Step(step) => {
                let task = self.plan.tasks.get(step.task.0 as usize);
                let inputs: Vec<_> = step
                    .inputs
                    .iter()
                    .map(|input| format!("{}: {}", input.name, self.names.show(&input.value)))
                    .collect();
                let kind = match task {
                    Some(task) if task.service.is_some() => "deploy",
                    Some(task) if task.effect => "effect",
                    _ => "step",
                };
                let name = task.map_or("", |task| task.name.as_str());
                self.line(depth, own, kind, format!("{name}({})", inputs.join(", ")));
            }
            NodeKind::If { condition, then, otherwise } => {
                self.line(depth, own.clone(), "if", self.names.show(condition));
                self.region(then, depth + 1, &own);
                if !otherwise.nodes.is_empty() {
                    self.line(depth, own.clone(), "else", String::new());
                    self.region(otherwise, depth + 1, &own);
                }
            }
            NodeKind::Match { subject, arms, otherwise } => {
                self.line(depth, own.clone(), "match", self.names.show(subject));
                for arm in arms {
                    let values: Vec<String> = arm.values.iter().map(ToString::to_string).collect();
                    self.line(depth, own.clone(), "case", values.join(" | "));
                    self.region(&arm.body, depth + 1, &own);
                }
                if let Some(otherwise) = otherwise {
                    self.line(depth, own.clone(), "else", String::new());
                    self.region(otherwise, depth + 1, &own);
                }
            }
            NodeKind::Try { body } => {
                self.line(depth, own.clone(), "try", String::new());
                self.region(body, depth + 1, &own);
            }
            NodeKind::Loop { start, limit, until, variable, body, .. } => {
                let until = until.as_ref().map_or(String::new(), |until| format!(" until {}", self.names.show(until)));
                let (start, limit) = (self.names.show(start), self.names.show(limit));
                self.line(depth, own.clone(), "loop", format!("{variable} = {start} limit {limit}{until}"));
                self.region(body, depth + 1, &format!("{own}[]"));
            }
            NodeKind::Sweep(sweep) => {
                self.line(depth, own.clone(), "sweep", self.names.sweep(sweep));
                self.region(&sweep.body, depth + 1, &format!("{own}[]"));
            }
            NodeKind::For { items, limit, variable, body, .. } => {
                let limit = limit.as_ref().map_or(String::new(), |limit| format!(" limit {}", self.names.show(limit)));
                let detail = format!("{variable} in {}{limit}", self.names.show(items));
                self.line(depth, own.clone(), "for", detail);
                self.region(body, depth + 1, &format!("{own}[]"));
            }
        }
    }

    fn line(&mut self, depth: usize, path: String, kind: &'static str, detail: String) {
        self.lines.push(TreeLine { depth, path, kind, detail });
    }
}
