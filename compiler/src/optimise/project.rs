//! Takes away the columns of a step's tables that it does not read. The table that a step gives is left whole: its
//! columns are part of what its result is found by. Who reads it is given those columns that it declares, and of these
//! only those that its body reads, where that is surely known; the others are neither mapped nor converted.
//!
//! ```text
//! before                            after
//! task fit(rows: Table[{a, b, c}])  task fit(rows: Table[{a, b, c}])
//!   return rows["a"].sum()            return rows["a"].sum()
//!                                     is given a of rows
//! task top(rows: Table[{a, b, c}])  task top(rows: Table[{a, b, c}])
//!   SELECT max(a) AS a FROM rows      SELECT max(a) AS a FROM rows
//!                                     is given a of rows
//! ```

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use standpipe_plan::{Expr, Field, Input, NodeId, Shape, TaskId};

use crate::graph::{Graph, NodeKind, RegionId};

/// Longest list of columns that is written out.
const SHOWN: usize = 8;

/// The pass.
pub(super) fn project(graph: &mut Graph) -> Vec<String> {
    let mut found = Found::default();
    region(graph, Graph::ROOT, &mut found);
    for (index, task) in (0..).zip(&mut graph.tasks) {
        task.reads.retain(|input, _| found.narrower.contains(&(TaskId(index), input.clone())));
    }
    found.what
}

#[derive(Default)]
struct Found {
    /// Inputs of tasks that have columns which the body does not read.
    narrower: FxHashSet<(TaskId, SmolStr)>,
    what: Vec<String>,
}

fn region(graph: &Graph, id: RegionId, found: &mut Found) {
    for node in &graph.region(id).nodes {
        let kind = &graph.node(*node).kind;
        if let NodeKind::Step(step) = kind {
            for input in &step.inputs {
                if let Shape::Table(declared) = &input.shape {
                    table(graph, *node, step.task, input, declared.as_deref(), found);
                }
            }
        }
        kind.regions().for_each(|inner| region(graph, inner, found));
    }
}

fn table(graph: &Graph, node: NodeId, task: TaskId, input: &Input, declared: Option<&[Field]>, found: &mut Found) {
    let read = graph.tasks.get(task.0 as usize).and_then(|task| task.reads.get(&input.name));
    let there = match shape_of(graph, &input.value) {
        Some(Shape::Table(Some(columns))) => Some(columns.as_slice()),
        _ => declared,
    };
    let given: Vec<&SmolStr> = match (declared, read) {
        (Some(declared), Some(read)) => {
            declared.iter().map(|column| &column.name).filter(|name| read.contains(name)).collect()
        }
        (Some(declared), None) => declared.iter().map(|column| &column.name).collect(),
        (None, Some(read)) => read.iter().collect(),
        (None, None) => return,
    };
    if read.is_some() && declared.is_none_or(|declared| given.len() < declared.len()) && !given.is_empty() {
        found.narrower.insert((task, input.name.clone()));
    }
    let (path, name) = (graph.path(node), &input.name);
    let listed = || given.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match there {
        _ if given.is_empty() => {}
        Some(there) if given.len() < there.len() => {
            let which = if given.len() <= SHOWN { format!(": {}", listed()) } else { String::new() };
            found.what.push(format!(
                "`{path}` is given {} of the {} columns of `{name}`{which}",
                given.len(),
                there.len()
            ));
        }
        None => found.what.push(format!("`{path}` is given no columns of `{name}` but {}", listed())),
        Some(_) => {}
    }
}

/// What an expression is, where that stands at a step or a parameter.
fn shape_of<'g>(graph: &'g Graph, expr: &Expr) -> Option<&'g Shape> {
    if let Expr::Field(of, name) = expr {
        let Shape::Record(fields) = shape_of(graph, of)? else { return None };
        return fields.iter().find(|field| field.name == *name).map(|field| &field.shape);
    }
    let Expr::Node(id) = expr else { return None };
    match &graph.node(*id).kind {
        NodeKind::Step(step) => Some(&step.output),
        NodeKind::Param(index) => graph.params.get(*index as usize).map(|param| &param.shape),
        NodeKind::Value(expr) => shape_of(graph, expr),
        NodeKind::Item
        | NodeKind::If { .. }
        | NodeKind::For { .. }
        | NodeKind::Match { .. }
        | NodeKind::Loop { .. }
        | NodeKind::Try { .. }
        | NodeKind::Sweep(_)
        | NodeKind::Result(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use standpipe_plan::{Expr, Field, NodeId, Shape, Step, TaskId};

    use super::super::tests::{Builder, before_and_after, int};
    use crate::graph::{Graph, NodeKind};

    fn row(names: &[&str]) -> Shape {
        Shape::Table(Some(names.iter().map(|name| Field { name: (*name).into(), shape: Shape::Int(None) }).collect()))
    }

    fn shaped(builder: &mut Builder, id: NodeId, change: impl FnOnce(&mut Step)) {
        let NodeKind::Step(mut step) = builder.graph.node(id).kind.clone() else { return };
        change(&mut step);
        builder.graph.set(id, NodeKind::Step(step));
    }

    #[test]
    fn a_step_is_given_what_it_declares_and_reads() {
        let mut builder = Builder::new();
        builder.graph.tasks[5].reads = [("a".into(), vec!["x".into(), "z".into()])].into();
        builder.graph.tasks[4].reads = [("a".into(), vec!["x".into()])].into();
        let made = builder.step(Graph::ROOT, 0, vec![int(1)]);
        shaped(&mut builder, made, |step| step.output = row(&["w", "x", "y", "z"]));
        // Two columns of the four that it could have, then one of the three that it declares, then all that it declares.
        let both = builder.step(Graph::ROOT, 5, vec![Expr::Node(made)]);
        shaped(&mut builder, both, |step| step.inputs[0].shape = row(&["x", "y", "z"]));
        let declared = builder.step(Graph::ROOT, 1, vec![Expr::Node(made)]);
        shaped(&mut builder, declared, |step| step.inputs[0].shape = row(&["x", "y"]));
        let all = builder.step(Graph::ROOT, 4, vec![Expr::Node(made)]);
        shaped(&mut builder, all, |step| step.inputs[0].shape = row(&["x"]));
        let unknown = builder.step(Graph::ROOT, 5, vec![int(1)]);
        shaped(&mut builder, unknown, |step| step.inputs[0].shape = Shape::Table(None));
        let result = Expr::List([both, declared, all, unknown].map(Expr::Node).into());
        builder.node(Graph::ROOT, "", NodeKind::Result(result));
        builder.graph.link();
        let mut graph = builder.graph.clone();
        super::project(&mut graph);
        let reads = |id: u32| graph.tasks[TaskId(id).0 as usize].reads.keys().cloned().collect::<Vec<_>>();
        assert_eq!(reads(5), ["a"]);
        assert_eq!(reads(4), Vec::<smol_str::SmolStr>::new(), "there is nothing to take away");
        insta::assert_snapshot!(before_and_after(builder.graph, super::project));
    }
}
