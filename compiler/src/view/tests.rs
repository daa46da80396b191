//! One small plan in every view.

use standpipe_plan::{
    BinaryOp, Body, Expr, Frame, Input, NodeId, Origin, Param, Settings, Shape, Step, Task, TaskId, Value,
};

use crate::emit::emit;
use crate::graph::{Graph, NodeKind};

/// `rows = clean(raw)`, `models = for depth in 2..5 { fit(rows, depth) }`, `if len(..) > 1 { publish("<best>") }`.
fn plan() -> standpipe_plan::Plan {
    let origin = Origin { file: 0, line: 7 };
    let mut graph = Graph::new("train".into(), vec!["train.pipe".into()], Shape::Nothing);
    for (name, effect) in [("clean", false), ("fit", false), ("publish", true)] {
        let body = Body::Shell { text: "true".into(), origin };
        let (settings, frame) = (Settings::default(), Frame::Pandas);
        graph.tasks.push(Task {
            name: name.into(),
            effect,
            body,
            environment: None,
            frame,
            settings,
            reads: Default::default(),
            service: None,
            origin,
        });
    }
    let step = |task, inputs: Vec<(&str, Expr)>| {
        let input = |(name, value): (&str, Expr)| Input { name: name.into(), value, shape: Shape::Json };
        NodeKind::Step(Step {
            task: TaskId(task),
            inputs: inputs.into_iter().map(input).collect(),
            output: Shape::Json,
            joins: None,
        })
    };
    let raw = graph.add(Graph::ROOT, "".into(), NodeKind::Param(0), origin);
    let shape = Shape::File(Some("csv".into()));
    graph.params.push(Param { name: "raw".into(), node: raw, shape, default: None, doc: "".into() });
    let clean = graph.add(Graph::ROOT, "clean".into(), step(0, vec![("raw", Expr::Node(raw))]), origin);
    let rows = graph.add(
        Graph::ROOT,
        "".into(),
        NodeKind::Value(Expr::Field(Expr::Node(clean).into(), "rows".into())),
        origin,
    );
    let body = graph.add_region();
    let item = graph.add(body, "".into(), NodeKind::Item, origin);
    let fit = step(1, vec![("rows", Expr::Node(rows)), ("depth", Expr::Node(item))]);
    let fit = graph.add(body, "fit".into(), fit, origin);
    graph.add(body, "".into(), NodeKind::Result(Expr::Node(fit)), origin);
    let items = Expr::Const(Value::Range { start: 2, end: 5 });
    let each = NodeKind::For { items, limit: None, item, variable: "depth".into(), body };
    let models = graph.add(Graph::ROOT, "models".into(), each, origin);
    let (then, otherwise) = (graph.add_region(), graph.add_region());
    graph.add(then, "publish".into(), step(2, vec![("to", Expr::Const(Value::string("<best>")))]), origin);
    for region in [then, otherwise] {
        graph.add(region, "".into(), NodeKind::Result(Expr::Const(Value::None)), origin);
    }
    let count = Expr::Call(standpipe_plan::Builtin::Len, vec![Expr::Node(models)]);
    let condition = Expr::Binary(BinaryOp::Greater, count.into(), Expr::Const(Value::Int(1)).into());
    graph.add(Graph::ROOT, "".into(), NodeKind::If { condition, then, otherwise }, origin);
    graph.add(Graph::ROOT, "".into(), NodeKind::Result(Expr::Const(Value::None)), origin);
    emit(&graph)
}

#[test]
fn tree_lines_name_steps_by_path() {
    let lines: Vec<_> = super::tree(&plan())
        .into_iter()
        .map(|line| format!("{}{} {}: {}", "  ".repeat(line.depth), line.kind, line.path, line.detail))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn dot_draws_groups_as_clusters() {
    insta::assert_snapshot!(super::dot(&plan()));
}

#[test]
fn mermaid_draws_groups_as_subgraphs() {
    insta::assert_snapshot!(super::mermaid(&plan()));
}

#[test]
fn svg_draws_groups_as_frames() {
    insta::assert_snapshot!(super::svg(&plan()));
}

#[test]
fn a_million_items_are_one_node() {
    let mut graph = Graph::new("p".into(), vec!["p.pipe".into()], Shape::Nothing);
    let origin = Origin { file: 0, line: 1 };
    let body = graph.add_region();
    let item = graph.add(body, "".into(), NodeKind::Item, origin);
    graph.add(body, "".into(), NodeKind::Result(Expr::Node(item)), origin);
    let items = Expr::Const(Value::Range { start: 0, end: 1_000_000 });
    let each = NodeKind::For { items, limit: None, item, variable: "x".into(), body };
    let each: NodeId = graph.add(Graph::ROOT, "for".into(), each, origin);
    graph.add(Graph::ROOT, "".into(), NodeKind::Result(Expr::Node(each)), origin);
    assert!(standpipe_plan::encode(&emit(&graph)).len() < 1_000);
}
