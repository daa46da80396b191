//! Computes what is known already, with the evaluator that the runtime uses: constant expressions become their values, a
//! name for another value becomes that value, and an `if` or `match` that is decided becomes the branch it takes.
//!
//! ```text
//! before                            after
//! %1 = 2 * 3                        %2 = fit(depth: 6)
//! if %1 > 5                         result %2
//!   %2 = fit(depth: %1)
//! else
//!   %3 = fit(depth: 1)
//! result %2
//! ```

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_plan::{BinaryOp, Expr, NodeId, Scope, Value, equal, eval};

use crate::graph::{Graph, NodeKind, RegionId};

/// Longest text or list that is written out where it was computed before.
const MAX_ITEMS: usize = 1_000;

/// The pass.
pub(super) fn fold(graph: &mut Graph) -> Vec<String> {
    let mut folder = Folder { graph, known: Known::default(), what: Vec::new(), values: 0 };
    folder.region(Graph::ROOT);
    let Folder { mut what, values, .. } = folder;
    if values > 0 {
        what.insert(0, format!("computed {values} {}", if values == 1 { "expression" } else { "expressions" }));
    }
    what
}

struct Folder<'a> {
    graph: &'a mut Graph,
    known: Known,
    what: Vec<String>,
    values: usize,
}

/// What nodes are known to be.
#[derive(Default)]
struct Known {
    values: FxHashMap<NodeId, Value>,
    /// Nodes that are another name for something.
    aliases: FxHashMap<NodeId, Expr>,
    /// What the fields of records are that are put together of what is there anyway.
    fields: FxHashMap<NodeId, Vec<(SmolStr, Expr)>>,
}

impl Scope for Known {
    fn node(&self, id: NodeId) -> Option<Value> {
        self.values.get(&id).cloned()
    }
}

impl Folder<'_> {
    fn region(&mut self, region: RegionId) {
        let mut kept = Vec::new();
        let mut waiting: Vec<NodeId> = self.graph.take_nodes(region).into_iter().rev().collect();
        while let Some(id) = waiting.pop() {
            let (known, values) = (&self.known, &mut self.values);
            self.graph.each_expr_mut(id, &mut |expr| simplify(expr, known, values));
            match self.graph.node(id).kind.clone() {
                NodeKind::If { condition: Expr::Const(Value::Bool(taken)), then, otherwise } => {
                    self.splice(id, &taken.to_string(), if taken { then } else { otherwise }, &mut waiting);
                    continue;
                }
                NodeKind::For { items: Expr::Const(items), .. } if items.items() == Some(0) => {
                    self.what.push(format!("`{}` has nothing to go through", self.graph.path(id)));
                    self.becomes(id, Expr::Const(Value::list(Vec::new())));
                    waiting.push(id);
                    continue;
                }
                NodeKind::Match { subject: Expr::Const(subject), arms, otherwise } => {
                    let arm = arms.iter().find(|(values, _)| values.iter().any(|value| equal(value, &subject)));
                    if let Some(taken) = arm.map(|(_, body)| *body).or(otherwise) {
                        self.splice(id, &subject.to_string(), taken, &mut waiting);
                        continue;
                    }
                    let regions: Vec<_> = self.graph.node(id).kind.regions().collect();
                    regions.into_iter().for_each(|inner| self.region(inner));
                }
                NodeKind::Loop { start, limit: Expr::Const(Value::Int(..=0)), .. } => {
                    self.what.push(format!("`{}` has no rounds", self.graph.path(id)));
                    self.becomes(id, start);
                    waiting.push(id);
                    continue;
                }
                NodeKind::Value(expr) => self.learn(id, expr),
                kind => kind.regions().for_each(|inner| self.region(inner)),
            }
            kept.push(id);
        }
        self.graph.set_nodes(region, kept);
    }

    /// Makes a node of regions the value `expr`.
    fn becomes(&mut self, id: NodeId, expr: Expr) {
        let dropped: Vec<_> = self.graph.node(id).kind.regions().collect();
        for region in dropped {
            for inner in self.graph.take_nodes(region) {
                self.graph.remove(inner);
            }
        }
        self.graph.set(id, NodeKind::Value(expr));
        self.graph.rename(id, "".into());
    }

    /// Puts the nodes of the branch that is taken in the place of the `if` or `match`, to be looked at next.
    fn splice(&mut self, id: NodeId, taken: &str, branch: RegionId, waiting: &mut Vec<NodeId>) {
        let line = self.graph.node(id).origin.line;
        self.what.push(format!("the condition on line {line} is always {taken}, so only one branch is left"));
        let mut nodes = self.graph.take_nodes(branch);
        let result = match nodes.pop() {
            Some(last) => {
                let result = match &self.graph.node(last).kind {
                    NodeKind::Result(expr) => expr.clone(),
                    _ => Expr::Const(Value::None),
                };
                self.graph.remove(last);
                result
            }
            None => Expr::Const(Value::None),
        };
        self.becomes(id, result);
        waiting.push(id);
        waiting.extend(nodes.into_iter().rev());
    }

    fn learn(&mut self, id: NodeId, expr: Expr) {
        match expr {
            Expr::Const(value) => {
                self.known.values.insert(id, value);
            }
            Expr::Node(_) => {
                self.known.aliases.insert(id, expr);
            }
            Expr::Record(fields) if fields.iter().all(|(_, field)| is_named(field)) => {
                self.known.fields.insert(id, fields);
            }
            _ => {}
        }
    }
}

/// Simplifies `expr` from the inside out.
fn simplify(expr: &mut Expr, known: &Known, values: &mut usize) {
    expr.each_child_mut(&mut |child| simplify(child, known, values));
    match expr {
        Expr::Const(_) | Expr::Input(_) | Expr::Attempt => {}
        Expr::Node(id) => {
            if let Some(alias) = known.aliases.get(id) {
                *expr = alias.clone();
            } else if let Some(value) = known.values.get(id).filter(|value| is_scalar(value)) {
                *expr = Expr::Const(value.clone());
            }
        }
        _ => {
            if let Some(value) = value_of(expr, known) {
                *values += 1;
                *expr = Expr::Const(value);
            } else if let Some(part) = part_of(expr).or_else(|| field_of(expr, known)) {
                *expr = part;
            }
        }
    }
}

/// The value of an expression whose operands are all known, unless it would be long to write out.
fn value_of(expr: &Expr, known: &Known) -> Option<Value> {
    let mut all = true;
    let mut items = 0;
    expr.each_child(&mut |child| {
        let value = match child {
            Expr::Const(value) => Some(value),
            Expr::Node(id) => known.values.get(id),
            _ => None,
        };
        all &= value.is_some();
        items += value.map_or(0, length);
    });
    let joins = matches!(expr, Expr::Binary(BinaryOp::Add, ..) | Expr::Concat(_));
    if !all || (joins && items > MAX_ITEMS) {
        return None;
    }
    eval(expr, known).ok()
}

/// The part of an expression that it comes down to, when that is known without its value.
fn part_of(expr: &mut Expr) -> Option<Expr> {
    let take = |part: &mut Box<Expr>| std::mem::replace(&mut **part, Expr::Const(Value::None));
    match expr {
        Expr::If { condition, then, otherwise } => match **condition {
            Expr::Const(Value::Bool(true)) => Some(take(then)),
            Expr::Const(Value::Bool(false)) => Some(take(otherwise)),
            _ => None,
        },
        Expr::Match { subject, arms, otherwise } => {
            let Expr::Const(subject) = &**subject else { return None };
            let at = arms.iter().position(|(values, _)| values.iter().any(|value| equal(value, subject)));
            match at {
                Some(at) => Some(arms.swap_remove(at).1),
                None => otherwise.as_mut().map(take),
            }
        }
        Expr::Binary(BinaryOp::And, left, right) if **right == Expr::Const(Value::Bool(true)) => Some(take(left)),
        Expr::Binary(BinaryOp::Or, left, right) if **right == Expr::Const(Value::Bool(false)) => Some(take(left)),
        Expr::Binary(op, left, right) => match (op, &**left) {
            (BinaryOp::And, Expr::Const(Value::Bool(true)))
            | (BinaryOp::Or, Expr::Const(Value::Bool(false)))
            | (BinaryOp::Coalesce, Expr::Const(Value::None)) => Some(take(right)),
            (BinaryOp::And, Expr::Const(Value::Bool(false)))
            | (BinaryOp::Or, Expr::Const(Value::Bool(true)))
            | (BinaryOp::Coalesce, Expr::Const(_)) => Some(take(left)),
            _ => None,
        },
        Expr::Field(of, name) => match &mut **of {
            Expr::Record(fields) => {
                let at = fields.iter().position(|(field, _)| field == name)?;
                Some(fields.swap_remove(at).1)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The field of a record that is put together elsewhere: who reads one need not wait for the others.
fn field_of(expr: &Expr, known: &Known) -> Option<Expr> {
    let Expr::Field(of, name) = expr else { return None };
    let Expr::Node(id) = &**of else { return None };
    known.fields.get(id)?.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
}

/// Whether an expression only names what is there anyway.
fn is_named(expr: &Expr) -> bool {
    match expr {
        Expr::Node(_) => true,
        Expr::Const(value) => is_scalar(value),
        Expr::Field(of, _) => is_named(of),
        _ => false,
    }
}

/// Whether a value is so small that it may stand wherever it is read.
fn is_scalar(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= 64,
        Value::List(items) => items.is_empty(),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::Size(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Range { .. }
        | Value::Path(_)
        | Value::Secret(_) => true,
        Value::Json(_) | Value::Record(_) | Value::Map(_) | Value::Blob(_) => false,
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        value => value.items().unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use standpipe_plan::{BinaryOp, Expr};

    use super::super::tests::{Builder, before_and_after, int};
    use crate::graph::{Graph, NodeKind};

    #[test]
    fn a_known_condition_leaves_one_branch() {
        let mut builder = Builder::new();
        let six = Expr::Binary(BinaryOp::Multiply, Box::new(int(2)), Box::new(int(3)));
        let six = builder.node(Graph::ROOT, "", NodeKind::Value(six));
        let large = Expr::Binary(BinaryOp::Greater, Box::new(Expr::Node(six)), Box::new(int(5)));
        let (then, otherwise) = (builder.graph.add_region(), builder.graph.add_region());
        for (region, input) in [(then, Expr::Node(six)), (otherwise, int(1))] {
            let fit = builder.step(region, 1, vec![input]);
            builder.node(region, "", NodeKind::Result(Expr::Node(fit)));
        }
        let either = builder.node(Graph::ROOT, "", NodeKind::If { condition: large, then, otherwise });
        builder.node(Graph::ROOT, "", NodeKind::Result(Expr::Node(either)));
        insta::assert_snapshot!(before_and_after(builder.graph, super::fold));
    }
}
