//! Whole runs of Python steps: what they see, what they give, how they fail.

mod common;

use common::{HERE, Maker, int, options, run};
use standpipe_plan::{Body, Expr, NodeKind, Region, Settings, Shape, Value};
use standpipe_runtime::history::History;
use standpipe_runtime::{Event, Options, Status};

fn python(text: &str) -> Body {
    Body::Python { text: text.into(), origin: HERE, modules: Vec::new() }
}

#[test]
fn a_step_runs_and_is_reused_without_python() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let task = maker.task("double", python("print('doubling')\nreturn n * 2"), Settings::default());
    let step = maker.step(task, &[("n", int(21), Shape::Int(None))], Shape::Int(None));
    let result = maker.add(step);
    let plan = maker.done(result, Shape::Int(None));
    let options = options(folder.path());
    let (report, events) = run(&plan, &options);
    let report = report.expect("it starts");
    assert_eq!(report.outputs, 42, "{:?}", report.failures);
    assert!(events.iter().any(|event| matches!(event, Event::Log { text, .. } if text == "doubling")));
    let again = run(&plan, &options).0.expect("it starts");
    assert_eq!((again.outputs, again.counts.cached), (42.into(), 1));
    let history = History::open(&options.state).expect("it opens").expect("something ran");
    let first = history.find(Some(&report.id)).expect("read").expect("there");
    assert_eq!(history.log(&first, "main.double").expect("a log"), "doubling\n");
}

#[test]
fn an_exception_is_a_failure_at_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let task = maker.task("bad", python("x = 1\nraise ValueError('no good')"), Settings::default());
    let step = maker.step(task, &[], Shape::Int(None));
    let result = maker.add(step);
    let report = run(&maker.done(result, Shape::Int(None)), &options(folder.path())).0.expect("it starts");
    let (step, failure) = &report.failures[0];
    assert_eq!((step.as_str(), failure.code.as_str(), failure.line), ("main.bad", "E0601", Some(4)));
}

#[test]
fn files_go_through_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = Shape::Artifact { label: "Words".into(), codec: "json".into() };
    let mut maker = Maker::new();
    let make = maker.task("make", python("return ['a', 'b']"), Settings::default());
    let count = maker.task("count", python("return len(words)"), Settings::default());
    let made = maker.step(make, &[], text.clone());
    let made = maker.add(made);
    let counted = maker.step(count, &[("words", made, text)], Shape::Int(None));
    let result = maker.add(counted);
    let report = run(&maker.done(result, Shape::Int(None)), &options(folder.path())).0.expect("it starts");
    assert_eq!(report.outputs, 2, "{:?}", report.failures);
}

#[test]
fn a_loop_shares_warm_workers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let task = maker.task("which", python("import os\nreturn os.getpid()"), Settings::default());
    let item = maker.node("", NodeKind::Item);
    let step = maker.step(task, &[("n", Expr::Node(item.id), Shape::Int(None))], Shape::Int(None));
    let body = Region { result: Expr::Node(step.id), nodes: vec![item.clone(), step] };
    let items = Expr::Const(Value::Range { start: 0, end: 50 });
    let all = maker.node("all", NodeKind::For { items, limit: None, item: item.id, variable: "n".into(), body });
    let all = maker.add(all);
    let plan = maker.done(all, Shape::List(Box::new(Shape::Int(None))));
    let report = run(&plan, &options(folder.path())).0.expect("it starts");
    let pids: std::collections::BTreeSet<String> =
        report.outputs.as_array().expect("a list").iter().map(ToString::to_string).collect();
    assert!((1..=2).contains(&pids.len()), "{pids:?}");
    for pid in pids {
        assert!(!std::path::Path::new("/proc").join(&pid).exists(), "worker {pid} is gone");
    }
}

#[test]
fn a_step_that_takes_too_long_is_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let timeout = Some(Expr::Const(Value::Duration(300_000_000)));
    let settings = Settings { timeout, ..Settings::default() };
    let task = maker.task("slow", python("import time\ntime.sleep(60)\nreturn 1"), settings);
    let step = maker.step(task, &[], Shape::Int(None));
    let result = maker.add(step);
    let options = Options { keep_going: true, ..options(folder.path()) };
    let report = run(&maker.done(result, Shape::Int(None)), &options).0.expect("it starts");
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.failures[0].1.code, "E0622");
    assert!(report.seconds < 30.0);
}
