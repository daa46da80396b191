//! Whole runs of shell steps: what they see, what they give, how they fail.

mod common;

use common::{HERE, Maker, field, int, options, run};
use standpipe_plan::{Expr, NodeKind, Region, Settings, Shape, Value};
use standpipe_runtime::history::History;
use standpipe_runtime::{Event, Status};

/// The outcome of one step with that body.
fn one(body: &str, inputs: &[(&str, Expr, Shape)], output: Shape) -> Result<serde_json::Value, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let task = maker.shell("work", body, Settings::default());
    let step = maker.step(task, inputs, output.clone());
    let result = maker.add(step);
    let (report, _) = run(&maker.done(result, output), &options(folder.path()));
    let report = report.expect("it starts");
    match report.failures.first() {
        None => Ok(report.outputs),
        Some((step, failure)) => {
            let place = failure.line.map(|line| format!(" at {}:{line}", failure.file.as_deref().unwrap_or("?")));
            Err(format!(
                "{step}: {} {}{}\n{}",
                failure.code,
                failure.message,
                place.unwrap_or_default(),
                failure.detail
            ))
        }
    }
}

#[test]
fn reads_scalars_from_what_was_written() {
    assert_eq!(one("echo 41 > $out", &[], Shape::Int(None)), Ok(41.into()));
    assert_eq!(one("printf 'two\nlines\n' > $out", &[], Shape::String), Ok("two\nlines".into()));
    let pair = Shape::Record(vec![field("a", Shape::Int(None)), field("b", Shape::Optional(Box::new(Shape::Bool)))]);
    assert_eq!(one("echo 1 > $out_a", &[], pair), Ok(serde_json::json!({ "a": 1, "b": null })));
}

#[test]
fn inputs_are_variables() {
    let list = Expr::Const(Value::list(vec![Value::string("a b"), Value::string("it's")]));
    let record = Expr::Record(vec![("x".into(), int(1))]);
    let inputs = [
        ("n", int(3), Shape::Int(None)),
        ("xs", list, Shape::List(Box::new(Shape::String))),
        ("gone", Expr::Const(Value::None), Shape::Optional(Box::new(Shape::Int(None)))),
        ("wait", Expr::Const(Value::Duration(1_500_000_000)), Shape::Duration),
        ("record", record, Shape::Record(vec![field("x", Shape::Int(None))])),
    ];
    let body =
        r#"printf '%s|' "$n" "${#xs[@]}" "${xs[0]}" "${xs[1]}" "${gone-unset}" "$wait" "$(cat "$record")" > $out"#;
    assert_eq!(one(body, &inputs, Shape::String), Ok(r#"3|2|a b|it's|unset|1.5|{"x":1}|"#.into()));
}

/// Bash before 4.4, which macOS has, takes such an array for one that is not set.
#[test]
fn an_empty_list_can_be_gone_through() {
    let inputs = [("xs", Expr::Const(Value::list(Vec::new())), Shape::List(Box::new(Shape::String)))];
    let body = r#"for x in "${xs[@]}"; do echo "$x"; done; echo "${#xs[@]}" > $out"#;
    assert_eq!(one(body, &inputs, Shape::Int(None)), Ok(0.into()));
}

#[test]
fn failures_name_their_cause() {
    insta::assert_snapshot!(one("echo oops >&2; exit 3", &[], Shape::Int(None)).expect_err("it fails"), @"
    main.work: E0620 `main.work` ended with exit status 3 at main.pipe:3
    oops
    ");
    insta::assert_snapshot!(one("kill -SEGV $$", &[], Shape::Int(None)).expect_err("it fails"), @"main.work: E0621 `main.work` was ended by signal 11 (SIGSEGV), which Standpipe did not send at main.pipe:3");
    insta::assert_snapshot!(one("false | cat; true > $out", &[], Shape::Int(None)).expect_err("it fails"), @"main.work: E0620 `main.work` ended with exit status 1 at main.pipe:3");
    insta::assert_snapshot!(one("true", &[], Shape::Int(None)).expect_err("it fails"), @"main.work: E0625 `main.work` ended without writing its result to `$out` at main.pipe:3");
    insta::assert_snapshot!(one("echo x > $out", &[], Shape::Int(None)).expect_err("it fails"), @r#"main.work: E0602 what `main.work` wrote to `$out` does not fit its type: expected Int, found "x" at main.pipe:3"#);
    insta::assert_snapshot!(one("mkdir $out", &[], Shape::File(None)).expect_err("it fails"), @"main.work: E0602 what `main.work` left at `$out` is no File: it is not a regular file at main.pipe:3");
}

#[test]
fn a_file_is_kept_and_handed_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let make = maker.shell("make", "echo a,b > $out", Settings::default());
    let count = maker.shell("count", "wc -c < $csv > $out", Settings::default());
    let csv = Shape::File(Some("csv".into()));
    let made = maker.step(make, &[], csv.clone());
    let made = maker.add(made);
    let counted = maker.step(count, &[("csv", made.clone(), csv.clone())], Shape::Int(None));
    let counted = maker.add(counted);
    let shape = Shape::Record(vec![field("file", csv), field("bytes", Shape::Int(None))]);
    let plan = maker.done(Expr::Record(vec![("file".into(), made), ("bytes".into(), counted)]), shape);
    let options = options(folder.path());

    let (report, _) = run(&plan, &options);
    let report = report.expect("it starts");
    assert_eq!(report.status, Status::Succeeded);
    assert_eq!(report.outputs["bytes"], 4);
    assert_eq!(report.outputs["file"]["type"], "File[csv]");
    let path = report.outputs["file"]["path"].as_str().expect("a path").to_owned();
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "a,b\n");

    let (again, _) = run(&plan, &options);
    let again = again.expect("it starts");
    assert_eq!((again.counts.cached, again.counts.succeeded), (2, 0));
    assert_eq!(again.outputs, report.outputs);

    std::fs::remove_file(path).expect("it was there");
    let (third, _) = run(&plan, &options);
    let third = third.expect("it starts");
    assert_eq!((third.counts.cached, third.counts.succeeded), (1, 1), "what is gone is made again");
}

#[test]
fn a_loop_gives_its_results_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let task = maker.shell("square", "echo $((n * n)) > $out", Settings::default());
    let item = maker.node("", NodeKind::Item);
    let step = maker.step(task, &[("n", Expr::Node(item.id), Shape::Int(None))], Shape::Int(None));
    let body = Region { result: Expr::Node(step.id), nodes: vec![item.clone(), step] };
    let items = Expr::Range { start: Box::new(int(0)), end: Box::new(int(20)), inclusive: false };
    let all = maker.node("all", NodeKind::For { items, limit: None, item: item.id, variable: "n".into(), body });
    let all = maker.add(all);
    let (report, events) = run(&maker.done(all, Shape::List(Box::new(Shape::Int(None)))), &options(folder.path()));
    let squares: Vec<i64> = (0..20).map(|n| n * n).collect();
    assert_eq!(report.expect("it starts").outputs, serde_json::json!(squares));
    assert!(events.contains(&Event::Fanout { step: "main.all".into(), count: 20 }));
    assert!(events.iter().any(|event| matches!(event, Event::StepStarted { step, label, .. }
        if step == "main.all[3].square" && label == "n=3")));
}

#[test]
fn one_branch_is_taken_and_the_other_skipped() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let mut branch = |name: &str| {
        let task = maker.shell(name, &format!("echo {name} > $out"), Settings::default());
        let step = maker.step(task, &[], Shape::String);
        Region { result: Expr::Node(step.id), nodes: vec![step] }
    };
    let (then, otherwise) = (branch("yes"), branch("no"));
    let condition = Expr::Const(Value::Bool(true));
    let node = maker.node("", NodeKind::If { condition, then, otherwise });
    let result = maker.add(node);
    let (report, _) = run(&maker.done(result, Shape::String), &options(folder.path()));
    let report = report.expect("it starts");
    assert_eq!(report.outputs, "yes");
    assert_eq!((report.counts.succeeded, report.counts.skipped, report.counts.failed), (1, 1, 0));
}

#[test]
fn a_failure_stops_what_follows_and_keep_going_only_what_needs_it() {
    for (keep_going, expected) in [(false, 0), (true, 1)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut maker = Maker::new();
        let bad = maker.shell("bad", "exit 1", Settings::default());
        let fine = maker.shell("fine", "echo 1 > $out", Settings::default());
        let needs = maker.shell("needs", "echo 1 > $out", Settings::default());
        let node = maker.step(bad, &[], Shape::Int(None));
        let bad = maker.add(node);
        let node = maker.step(needs, &[("x", bad, Shape::Int(None))], Shape::Int(None));
        let needs = maker.add(node);
        let node = maker.step(fine, &[], Shape::Int(None));
        maker.add(node);
        let options = standpipe_runtime::Options { keep_going, jobs: Some(1), ..options(folder.path()) };
        let (report, _) = run(&maker.done(needs, Shape::Int(None)), &options);
        let report = report.expect("it starts");
        assert_eq!(report.status, Status::Failed);
        assert_eq!((report.counts.failed, report.counts.succeeded), (1, expected));
    }
}

#[test]
fn tries_again_and_then_succeeds() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let retry = standpipe_plan::Retry { times: 2, backoff: 1_000_000, backoff_max: 2_000_000, on: Vec::new() };
    let settings = Settings { retry, ..Settings::default() };
    let body = "echo x >> tries; test $(wc -l < tries) = 3; echo 7 > $out";
    let task = maker.shell("flaky", body, settings);
    let step = maker.step(task, &[], Shape::Int(None));
    let result = maker.add(step);
    let (report, events) = run(&maker.done(result, Shape::Int(None)), &options(folder.path()));
    assert_eq!(report.expect("it starts").outputs, 7);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::StepRetrying { .. })).count(), 2);
}

#[test]
fn what_never_fits_fails_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let settings = Settings { cpu: Some(Expr::Const(Value::Float(64.0))), ..Settings::default() };
    let task = maker.shell("huge", "true", settings);
    let step = maker.step(task, &[], Shape::Nothing);
    let result = maker.add(step);
    let (report, _) = run(&maker.done(result, Shape::Nothing), &options(folder.path()));
    let report = report.expect("it starts");
    let (step, failure) = &report.failures[0];
    assert_eq!((step.as_str(), failure.code.as_str()), ("main.huge", "E0626"));
    assert_eq!(failure.message, "`huge` asks for 64 cores, and this run has 2");
    assert_eq!(failure.line, Some(HERE.line));
}

#[test]
fn a_missing_file_is_found_before_anything_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let task = maker.shell("read", "cat $file > $out", Settings::default());
    let file = Expr::Const(Value::Path("no/such.csv".into()));
    let step = maker.step(task, &[("file", file, Shape::File(None))], Shape::String);
    let result = maker.add(step);
    let (report, events) = run(&maker.done(result, Shape::String), &options(folder.path()));
    let failure = report.expect_err("it does not start");
    assert_eq!(failure.code, "E0628");
    assert_eq!(failure.message, "`no/such.csv` cannot be read: there is no such file");
    assert!(events.is_empty());
}

#[test]
fn history_tells_how_it_went_and_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = options(folder.path());
    let plan = |body: &str, n: i64| {
        let mut maker = Maker::new();
        let task = maker.shell("work", body, Settings::default());
        let step = maker.step(task, &[("n", int(n), Shape::Int(None))], Shape::Int(None));
        let result = maker.add(step);
        maker.done(result, Shape::Int(None))
    };
    let body = "echo said; echo $n > $out";
    let mut told = Vec::new();
    for plan in [plan(body, 1), plan(body, 1), plan(body, 2), plan("echo 0 > $out", 2)] {
        let report = run(&plan, &options).0.expect("it starts");
        let history = History::open(&options.state).expect("it opens").expect("something ran");
        let row = history.find(None).expect("read").expect("the latest");
        assert_eq!(row.name, report.run);
        let why = history.why(&row, "main.work").expect("it has ended");
        let reason = why.reason.replace('`', "");
        told.push(format!(
            "{} {}",
            row.status.as_str(),
            reason.replace(why.previous.as_deref().unwrap_or("-"), "PREVIOUS")
        ));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    succeeded it had not run before
    succeeded nothing that it is made of changed since PREVIOUS, which ran it
    succeeded since PREVIOUS input n changed
    succeeded since PREVIOUS its body changed
    ");
    let history = History::open(&options.state).expect("it opens").expect("something ran");
    let runs = history.runs().expect("read");
    assert_eq!(runs.len(), 4);
    assert_eq!(history.log(&runs[3], "main.work").expect("a log"), "said\n");
    assert_eq!(history.steps(&runs[2]).expect("steps")[0].reused.as_ref(), Some(&runs[3].name));
    history.remove(&runs[3]).expect("removed");
    assert_eq!(history.find(Some(&runs[3].id)).expect("read"), None);
}

#[test]
fn a_forecast_tells_what_a_run_would_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = options(folder.path());
    let plan = |n: i64, body: &str| {
        let mut maker = Maker::new();
        let first = maker.shell("first", "echo $n > $out", Settings::default());
        let second = maker.shell("second", body, Settings::default());
        let node = maker.step(first, &[("n", int(n), Shape::Int(None))], Shape::Int(None));
        let one = maker.add(node);
        let node = maker.step(second, &[("m", one, Shape::Int(None))], Shape::Int(None));
        let two = maker.add(node);
        maker.done(two, Shape::Int(None))
    };
    let told = |plan| {
        let forecast = standpipe_runtime::forecast(&plan, Vec::new(), &options).expect("it can be told");
        let told: Vec<_> = forecast.iter().map(|one| format!("{} {:?}", one.step, one.outlook)).collect();
        told.join("\n")
    };
    insta::assert_snapshot!(told(plan(1, "echo $m > $out")), @r#"
    main.first Run { why: "nothing may be reused, or nothing has run yet" }
    main.second Unknown { why: "it needs what a step before it gives" }
    "#);
    let run = run(&plan(1, "echo $m > $out"), &options).0.expect("it starts").run;
    insta::assert_snapshot!(told(plan(1, "echo 2 > $out")).replace(&run, "RUN"), @r#"
    main.first Reuse { run: "RUN" }
    main.second Run { why: "since `RUN` its body changed" }
    "#);
}

#[test]
fn the_state_folder_may_be_named_from_here() {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let state = std::path::Path::new(folder.path().file_name().expect("a name")).join("state");
    let mut maker = Maker::new();
    let task = maker.shell("work", "echo 1 > $out", Settings::default());
    let step = maker.step(task, &[], Shape::Int(None));
    let result = maker.add(step);
    let root = tempfile::tempdir().expect("a folder");
    let options = standpipe_runtime::Options { state, ..options(root.path()) };
    let (report, _) = run(&maker.done(result, Shape::Int(None)), &options);
    assert_eq!(report.expect("it starts").outputs, 1);
}

#[test]
fn a_result_is_not_kept_when_a_file_changed_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("data"), "one").expect("written");
    let mut maker = Maker::new();
    let task = maker.shell("read", "cat $file > $out; echo more >> data", Settings::default());
    let file = Expr::Const(Value::Path("data".into()));
    let step = maker.step(task, &[("file", file, Shape::File(None))], Shape::String);
    let result = maker.add(step);
    let plan = maker.done(result, Shape::String);
    let (report, events) = run(&plan, &options(folder.path()));
    assert_eq!(report.expect("it starts").outputs, "one");
    assert!(events.iter().any(|event| matches!(event, Event::Log { stream, .. } if stream == "warning")));
    std::fs::write(folder.path().join("data"), "one").expect("written");
    let (again, _) = run(&plan, &options(folder.path()));
    assert_eq!(again.expect("it starts").counts.cached, 0);
}
