//! What a key depends on, and what it does not.

use std::sync::Arc;

use standpipe_plan::{
    Blob, BlobKind, Body, Digest, Expr, Frame, Input, Module, NodeId, Origin, Plan, Region, Settings, Shape, Step,
    Task, TaskId, Value,
};

use super::*;
use crate::sandbox::Tier;

fn origin(line: u32) -> Origin {
    Origin { file: 0, line }
}

/// One step as the key sees it.
struct Case {
    plan: Plan,
    task: Task,
    step: Step,
    input: Value,
    environment: Option<Digest>,
    tier: Tier,
}

fn case() -> Case {
    let body = Body::Python { text: "return n".into(), origin: origin(3), modules: vec![0] };
    let task = Task {
        name: "work".into(),
        effect: false,
        body,
        environment: None,
        frame: Frame::Pandas,
        settings: Settings::default(),
        reads: Default::default(),
        service: None,
        origin: origin(1),
    };
    let module = Module { name: "helper".into(), path: "helper.py".into(), text: "x = 1".into(), package: false };
    let plan = Plan {
        pipeline: "main".into(),
        files: Vec::new(),
        params: Vec::new(),
        environments: Vec::new(),
        modules: vec![module],
        tasks: Vec::new(),
        root: Region { nodes: Vec::new(), result: Expr::Const(Value::None) },
        result: Shape::Nothing,
        schedules: Vec::new(),
    };
    let value = Expr::Const(Value::None);
    let step = Step {
        task: TaskId(0),
        inputs: vec![Input { name: "n".into(), value, shape: Shape::Json }],
        output: Shape::Int(None),
        joins: None,
    };
    Case { plan, task, step, input: Value::Int(1), environment: Some(Digest::of(b"environment")), tier: Tier::Off }
}

/// Something that is changed, and how.
type Change = (&'static str, fn(&mut Case));

fn key(change: impl FnOnce(&mut Case)) -> Digest {
    let mut case = case();
    change(&mut case);
    let mut keys = Keys::new(&case.plan);
    keys.confined(case.tier);
    keys.key(NodeId(0), &case.task, &case.step, &[case.input], case.environment).digest
}

fn file(path: &str, content: &str) -> Value {
    Value::Blob(Arc::new(Blob {
        kind: BlobKind::File,
        digest: Digest::of(content.as_bytes()),
        bytes: content.len() as u64,
        format: "csv".into(),
        rows: None,
        path: Some(path.into()),
    }))
}

#[test]
pub(crate) fn stays_when_only_places_and_names_change() {
    let same = key(|_| {});
    assert_eq!(same, key(|case| case.task.name = "other".into()));
    assert_eq!(same, key(|case| case.task.origin = origin(9)));
    assert_eq!(same, key(|case| case.task.settings.priority = 5));
    assert_eq!(same, key(|case| case.task.settings.network = Some(true)));
    assert_eq!(same, key(|case| case.plan.modules[0].path = "lib/helper.py".into()));
    assert_eq!(
        same,
        key(|case| case.task.body = Body::Python { text: "return n".into(), origin: origin(7), modules: vec![0] })
    );
    assert_eq!(key(|case| case.input = file("a.csv", "x")), key(|case| case.input = file("b.csv", "x")));
    let range = Value::Range { start: 0, end: 2 };
    let list = Value::list(vec![Value::Int(0), Value::Int(1)]);
    assert_eq!(key(|case| case.input = range), key(|case| case.input = list));
}

#[test]
pub(crate) fn changes_with_everything_that_has_a_say() {
    let changes: [Change; 15] = [
        ("nothing", |_| {}),
        ("body", |case| case.task.body = Body::Python { text: "return 2".into(), origin: origin(3), modules: vec![0] }),
        ("language", |case| case.task.body = Body::Shell { text: "return n".into(), origin: origin(3) }),
        ("module", |case| case.plan.modules[0].text = "x = 2".into()),
        ("frame", |case| case.task.frame = Frame::Polars),
        ("environment", |case| case.environment = Some(Digest::of(b"another"))),
        ("no network", |case| case.task.settings.network = Some(false)),
        ("sandbox", |case| case.tier = Tier::T1),
        ("stronger sandbox", |case| case.tier = Tier::T2),
        ("sandbox with a network", |case| {
            case.tier = Tier::T1;
            case.task.settings.network = Some(true);
        }),
        ("input", |case| case.input = Value::Int(2)),
        ("kind of input", |case| case.input = Value::Float(1.0)),
        ("content", |case| case.input = file("a.csv", "y")),
        ("input's name", |case| case.step.inputs[0].name = "m".into()),
        ("output", |case| case.step.output = Shape::String),
    ];
    let keys: Vec<_> = changes.iter().map(|(what, change)| (what, key(change))).collect();
    for (index, (what, one)) in keys.iter().enumerate() {
        for (other, another) in &keys[index + 1..] {
            assert_ne!(one, another, "{what} and {other}");
        }
    }
}

#[test]
pub(crate) fn a_stale_result_is_not_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = journal::open(folder.path()).expect("opened");
    let store = Store::open(folder.path()).expect("a store");
    let key = Digest::of(b"key");
    let insert = "INSERT INTO results VALUES (?1, '{\"int\":5}', 'calm-crab', ?2, 0.5, '')";
    connection.execute(insert, params![key.0.as_slice(), journal::now() - 10_000]).expect("kept");
    let find = |policy| match find(&connection, &store, key, policy, &[]).expect("read") {
        Found::Hit(hit) => Some(hit.value),
        Found::Lost(_) | Found::Nothing => None,
    };
    assert_eq!(find(CachePolicy::On), Some(Value::Int(5)));
    assert_eq!(find(CachePolicy::For(60_000_000_000)), Some(Value::Int(5)));
    assert_eq!(find(CachePolicy::For(1_000_000_000)), None);
    assert_eq!(find(CachePolicy::Off), None);
}

#[test]
pub(crate) fn inputs_are_told_apart_by_their_lengths() {
    let list = |first: &str, second: &str| Value::list(vec![Value::string(first), Value::string(second)]);
    assert_ne!(key(|case| case.input = list("a\u{4}b", "c")), key(|case| case.input = list("a", "b\u{4}c")));
}

#[test]
pub(crate) fn a_result_whose_content_is_gone_is_not_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = journal::open(folder.path()).expect("opened");
    let store = Store::open(folder.path()).expect("a store");
    let key = Digest::of(b"key");
    let value = without_places(&file("a.csv", "x"));
    let text = serde_json::to_string(&value).expect("JSON");
    let insert = "INSERT INTO results VALUES (?1, ?2, 'calm-crab', ?3, 0.5, '')";
    connection.execute(insert, params![key.0.as_slice(), text, journal::now()]).expect("kept");
    let found = find(&connection, &store, key, CachePolicy::On, &[]).expect("read");
    assert!(matches!(found, Found::Lost(Lost { damaged: false, .. })), "{found:?}");
}

#[test]
fn a_result_whose_content_has_changed_is_not_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = journal::open(folder.path()).expect("opened");
    let store = Store::open(folder.path()).expect("a store");
    let out = folder.path().join("out");
    std::fs::write(&out, "content").expect("written");
    let blob = store.adopt(&out, true, BlobKind::File, &"csv".into(), None).expect("adopted").blob;
    let key = Digest::of(b"key");
    let text = serde_json::to_string(&Value::Blob(Arc::new(blob.clone()))).expect("JSON");
    let insert = "INSERT INTO results VALUES (?1, ?2, 'calm-crab', ?3, 0.5, '')";
    connection.execute(insert, params![key.0.as_slice(), text, journal::now()]).expect("kept");
    let look = || find(&connection, &store, key, CachePolicy::On, &[]).expect("read");
    assert!(matches!(look(), Found::Hit(_)));
    std::fs::remove_file(store.path(&blob)).expect("removed");
    std::fs::write(store.path(&blob), "CONTENT").expect("written");
    assert!(matches!(look(), Found::Lost(Lost { damaged: true, .. })));
}
