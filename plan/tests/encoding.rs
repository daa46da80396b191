//! A plan comes back as it was written, and nothing else is taken for one.

use proptest::prelude::*;
use standpipe_plan::{
    BinaryOp, Blob, BlobKind, Body, Bound, Builtin, CachePolicy, CatchUp, Digest, Environment, EnvironmentId, Expr,
    Fault, Field, Frame, Input, Limit, Module, Node, NodeId, NodeKind, Origin, Overlap, Param, Plan, PlanError, Region,
    Retry, Schedule, Service, Settings, Shape, Step, Task, TaskId, Trigger, UnaryOp, Value, decode, encode,
};

const ORIGIN: Origin = Origin { file: 0, line: 3 };

fn value() -> impl Strategy<Value = Value> {
    let text = "[a-z\"\\\\\u{e9}\n]{0,6}";
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("NaN is not equal to itself", |number| !number.is_nan()).prop_map(Value::Float),
        Just(Value::Float(f64::INFINITY)),
        text.prop_map(|text| Value::string(&text)),
        any::<i64>().prop_map(Value::Duration),
        any::<u64>().prop_map(Value::Size),
        Just(Value::Date("2013-09-30".into())),
        Just(Value::Json(std::sync::Arc::new(serde_json::json!({ "a": [1, null, "x"] })))),
        (any::<i64>(), any::<i64>()).prop_map(|(start, end)| Value::Range { start, end }),
        text.prop_map(|text| Value::Path(text.into())),
        any::<Option<u64>>().prop_map(|rows| {
            let digest = Digest::of(b"x");
            Value::Blob(std::sync::Arc::new(Blob {
                kind: BlobKind::Table,
                digest,
                bytes: 1,
                format: "".into(),
                rows,
                path: None,
            }))
        }),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            prop::collection::vec(("[a-z]{1,3}", inner.clone()), 0..4).prop_map(|fields| Value::record(
                fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
            )),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(|entries| {
                Value::Map(std::sync::Arc::new(entries.into_iter().map(|(name, value)| (name.into(), value)).collect()))
            }),
        ]
    })
}

/// Expressions over node 0.
fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![value().prop_map(Expr::Const), Just(Expr::Node(NodeId(0))), Just(Expr::Attempt)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed().prop_map(|of| Expr::Field(of, "x".into())),
            (boxed(), boxed()).prop_map(|(list, index)| Expr::Index(list, index)),
            (boxed(), boxed()).prop_map(|(a, b)| Expr::Binary(BinaryOp::Coalesce, a, b)),
            boxed().prop_map(|of| Expr::Unary(UnaryOp::Not, of)),
            boxed().prop_map(Expr::ToFloat),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|args| Expr::Call(Builtin::Len, args)),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Expr::Concat),
            (boxed(), boxed(), boxed()).prop_map(|(condition, then, otherwise)| Expr::If {
                condition,
                then,
                otherwise
            }),
            (boxed(), boxed()).prop_map(|(start, end)| Expr::Range { start, end, inclusive: true }),
        ]
    })
}

/// A plan with every kind of node, and `value` and `expr` in it.
fn plan_of(value: Value, expr: Expr) -> Plan {
    let bound = Bound { low: Some(0.5), high: None, inclusive: true };
    let row = vec![Field { name: "id".into(), shape: Shape::Optional(Box::new(Shape::Int(Some(bound)))) }];
    let input = Input { name: "rows".into(), value: expr.clone(), shape: Shape::Table(Some(row)) };
    let output = Shape::Artifact { label: "Model".into(), codec: "joblib".into() };
    let step = |task| {
        NodeKind::Step(Step { task: TaskId(task), inputs: vec![input.clone()], output: output.clone(), joins: None })
    };
    let node = |id, name: &str, kind| Node { id: NodeId(id), name: name.into(), kind, after: vec![], origin: ORIGIN };
    let result = |node| Expr::Node(NodeId(node));
    let region = |nodes, result| Region { nodes, result };
    let body = region(vec![node(4, "", NodeKind::Item), node(5, "fit", step(0))], result(5));
    let each = NodeKind::For {
        items: Expr::Const(Value::Range { start: 0, end: 9 }),
        limit: Some(Expr::Const(Value::Int(2))),
        item: NodeId(4),
        variable: "x".into(),
        body,
    };
    let branch = NodeKind::If {
        condition: expr.clone(),
        then: region(vec![node(7, "publish", step(1))], result(0)),
        otherwise: region(vec![], Expr::Const(Value::None)),
    };
    let mut publish = node(8, "publish_2", step(1));
    publish.after = vec![NodeId(6)];
    if let NodeKind::Step(step) = &mut publish.kind {
        step.joins = Some(NodeId(2));
    }
    let task = |name: &str, body| Task {
        name: name.into(),
        effect: name == "publish",
        body,
        environment: Some(EnvironmentId(0)),
        frame: Frame::Polars,
        reads: [("rows".into(), vec!["id".into()])].into(),
        settings: Settings {
            cpu: Some(Expr::Const(Value::Float(0.5))),
            memory: Some(Expr::Input("rows".into())),
            retry: Retry { times: 3, backoff: 1, backoff_max: 5, on: vec![Fault::Timeout] },
            cache: CachePolicy::For(7),
            limit: Some(Limit { name: "api".into(), slots: 4 }),
            tags: vec!["slow".into()],
            ..Settings::default()
        },
        service: (name == "publish").then(|| Service {
            port: Expr::Const(Value::Int(80)),
            replicas: None,
            health: Some("/health".into()),
        }),
        origin: ORIGIN,
    };
    let function = Body::PythonFunction { module: "m".into(), function: "f".into(), modules: vec![0] };
    Plan {
        pipeline: "train".into(),
        files: vec!["train.pipe".into()],
        params: vec![Param {
            name: "raw".into(),
            node: NodeId(0),
            shape: Shape::Json,
            default: Some(value),
            doc: "".into(),
        }],
        environments: vec![Environment {
            name: "ml".into(),
            python: Some("3.11".into()),
            packages: vec!["x==1".into()],
        }],
        modules: vec![Module { name: "m".into(), path: "m.py".into(), text: "x = 1\n".into(), package: false }],
        tasks: vec![task("fit", function), task("publish", Body::Shell { text: "true\n".into(), origin: ORIGIN })],
        root: region(
            vec![
                node(0, "", NodeKind::Param(0)),
                node(1, "", NodeKind::Value(expr)),
                node(2, "models", each),
                node(6, "", branch),
                publish,
            ],
            result(2),
        ),
        result: Shape::List(Box::new(Shape::Json)),
        schedules: vec![Schedule {
            name: "nightly".into(),
            params: vec![("raw".into(), Value::Int(1))],
            trigger: Trigger::Cron { expression: "0 2 * * *".into(), timezone: "Europe/Berlin".into() },
            catch_up: CatchUp::One,
            overlap: Overlap::Queue,
            origin: ORIGIN,
        }],
    }
}

fn example() -> Plan {
    plan_of(Value::Int(1), Expr::Node(NodeId(0)))
}

/// A file with the right digest whose plan is `change`d.
fn forged(change: impl FnOnce(&mut Plan)) -> Result<Plan, PlanError> {
    let mut plan = example();
    change(&mut plan);
    decode(encode(&plan).as_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_plan_comes_back_as_it_was(value in value(), expr in expr()) {
        let plan = plan_of(value, expr);
        let text = encode(&plan);
        let back = decode(text.as_bytes());
        prop_assert_eq!(back.as_ref(), Ok(&plan));
        prop_assert_eq!(encode(&plan), text);
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn any_json_of_the_right_digest_is_no_panic(json in "[\\[\\]{}\",:0-9a-z]{0,60}") {
        let text = format!("standpipe-plan 3\n{}\n{json}\n", Digest::of(json.as_bytes()));
        prop_assert!(decode(text.as_bytes()).is_err());
    }
}

#[test]
fn a_plan_cut_anywhere_is_refused() {
    let text = encode(&example());
    for end in 0..text.len() {
        assert!(decode(&text.as_bytes()[..end]).is_err(), "cut at {end}");
    }
    assert!(decode(format!("{text}x").as_bytes()).is_err());
}

#[test]
fn a_plan_with_one_changed_byte_is_refused() {
    let text = encode(&example());
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        assert!(decode(&bytes).is_err(), "changed at {at}");
    }
}

#[test]
fn another_version_and_other_files_say_what_they_are() {
    let text = encode(&example());
    let newer = text.replacen("standpipe-plan 3", "standpipe-plan 4", 1);
    assert_eq!(decode(newer.as_bytes()), Err(PlanError::Version { found: "4".into() }));
    assert_eq!(decode(b"pipeline main() {}\n"), Err(PlanError::NotAPlan));
    assert_eq!(decode(b""), Err(PlanError::NotAPlan));
    assert_eq!(decode(b"standpipe-plan"), Err(PlanError::Damaged));
    assert_eq!(decode(b"\xff\xfe"), Err(PlanError::NotAPlan));
}

#[test]
fn a_plan_that_makes_no_sense_is_refused() {
    let says = |result: Result<Plan, PlanError>| result.expect_err("it makes no sense").to_string();
    let cases = [
        (says(forged(|plan| plan.root.nodes.swap(0, 1))), "node %1 reads %0"),
        (says(forged(|plan| plan.root.result = Expr::Node(NodeId(5)))), "a result reads %5"),
        (says(forged(|plan| plan.root.nodes[1].id = NodeId(0))), "node %0 stands twice"),
        (says(forged(|plan| plan.root.nodes[1].after = vec![NodeId(8)])), "node %1 reads %8"),
        (says(forged(|plan| plan.params.clear())), "names a parameter that is not there"),
        (says(forged(|plan| plan.params[0].node = NodeId(99))), "parameter raw has no node"),
        (says(forged(|plan| plan.params[0].node = NodeId(1))), "parameter raw has no node"),
        (says(forged(|plan| drop(plan.tasks.pop()))), "names a task that is not there"),
        (says(forged(|plan| plan.environments.clear())), "names an environment that is not there"),
        (says(forged(|plan| plan.modules.clear())), "names a module that is not there"),
        (
            says(forged(|plan| plan.root.nodes[2].kind = item_outside(&plan.root.nodes[2].kind))),
            "is an item and stands in no",
        ),
        (says(forged(|plan| plan.root.nodes[0].kind = NodeKind::Item)), "is an item and stands in no"),
        (says(forged(|plan| plan.files.clear())), "file that is not there"),
        (says(forged(|plan| plan.root.result = deep(300))), "levels deep"),
    ];
    for (said, expected) in cases {
        assert!(said.contains(expected), "{said:?} has not {expected:?}");
    }
}

/// The `for` with another item than its body has.
fn item_outside(kind: &NodeKind) -> NodeKind {
    match kind.clone() {
        NodeKind::For { items, limit, variable, body, .. } => {
            NodeKind::For { items, limit, item: NodeId(0), variable, body }
        }
        other => other,
    }
}

fn deep(levels: usize) -> Expr {
    (0..levels).fold(Expr::Node(NodeId(0)), |inner, _| Expr::Unary(UnaryOp::Not, Box::new(inner)))
}
