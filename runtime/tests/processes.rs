//! No process stays behind: not after success, failure, timeout or cancellation, whatever it does to get away.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Maker, options, run};
use standpipe_plan::{Expr, Settings, Shape, Value};
use standpipe_runtime::{Options, Status};

/// Whether the process whose number the body wrote to `file` is gone, or only waits to be reaped.
fn gone(file: &Path) -> bool {
    let pid = std::fs::read_to_string(file).expect("the body wrote its child's number");
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.is_empty() || stat.contains(") Z ")
}

/// Runs one effect with that body and timeout; whether what it noted in `child` is gone afterwards.
fn leaves_nothing(body: &str, timeout: Option<Duration>, expected: Status) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let timeout = timeout.map(|time| Expr::Const(Value::Duration(time.as_nanos() as i64)));
    let task = maker.shell("work", body, Settings { timeout, ..Settings::default() });
    let step = maker.step(task, &[], Shape::Nothing);
    let result = maker.add(step);
    let report = run(&maker.done(result, Shape::Nothing), &options(folder.path())).0.expect("it starts");
    assert_eq!(report.status, expected, "{:?}", report.failures);
    assert!(gone(&folder.path().join("child")), "{body}");
}

#[test]
fn background_children_end_with_the_step() {
    leaves_nothing("sleep 1000 & echo $! > child", None, Status::Succeeded);
}

#[test]
fn a_session_of_its_own_does_not_help() {
    leaves_nothing(
        "setsid bash -c 'echo $$ > child; exec sleep 1000' & while ! test -s child; do :; done",
        None,
        Status::Succeeded,
    );
}

#[test]
fn a_double_fork_does_not_help() {
    let body = "(setsid bash -c 'sleep 1000 & echo $! > child' &) ; while ! test -s child; do :; done; exit 3";
    leaves_nothing(body, None, Status::Failed);
}

#[test]
fn a_step_that_ignores_the_signal_is_killed_after_its_grace() {
    let begun = Instant::now();
    let body = "trap '' TERM; echo $$ > child; while :; do sleep 0.05; done";
    leaves_nothing(body, Some(Duration::from_millis(300)), Status::Failed);
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_timeout_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut maker = Maker::new();
    let timeout = Some(Expr::Const(Value::Duration(200_000_000)));
    let task = maker.shell("work", "sleep 1000", Settings { timeout, ..Settings::default() });
    let step = maker.step(task, &[], Shape::Nothing);
    let result = maker.add(step);
    let report = run(&maker.done(result, Shape::Nothing), &options(folder.path())).0.expect("it starts");
    let failure = &report.failures[0].1;
    assert_eq!(
        (failure.code.as_str(), failure.message.as_str()),
        ("E0622", "`main.work` took longer than its timeout of 200ms")
    );
}

/// Runs this test again in a process of its own, which gets signals.
fn in_child(test: &str, folder: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args([test, "--exact", "--nocapture", "--ignored"])
        .env("STANDPIPE_TEST_FOLDER", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

#[test]
#[ignore = "the child of the next test"]
fn child_that_waits() {
    let Some(folder) = std::env::var_os("STANDPIPE_TEST_FOLDER") else { return };
    let mut maker = Maker::new();
    let body = "setsid sleep 1000 & echo $! > child; sleep 1000";
    let task = maker.shell("work", body, Settings::default());
    let step = maker.step(task, &[], Shape::Nothing);
    let result = maker.add(step);
    let options = Options { signals: true, ..options(Path::new(&folder)) };
    let report = run(&maker.done(result, Shape::Nothing), &options).0.expect("it starts");
    assert_eq!(report.status, Status::Cancelled);
}

#[test]
fn a_signal_ends_the_run_and_everything_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = in_child("child_that_waits", folder.path());
    let file = folder.path().join("child");
    let begun = Instant::now();
    while std::fs::read_to_string(&file).unwrap_or_default().trim().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never started");
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a number");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it lives");
    assert!(child.wait().expect("it ends").success(), "the run was cancelled");
    assert!(gone(&file));
    let history = standpipe_runtime::history::History::open(&folder.path().join(".standpipe"));
    let history = history.expect("it opens").expect("something ran");
    assert_eq!(history.find(None).expect("read").expect("a run").status.as_str(), "cancelled");
}

#[test]
fn a_run_that_was_killed_is_interrupted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = in_child("child_that_waits", folder.path());
    let file = folder.path().join("child");
    let begun = Instant::now();
    while std::fs::read_to_string(&file).unwrap_or_default().trim().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never started");
        std::thread::sleep(Duration::from_millis(5));
    }
    let state = folder.path().join(".standpipe");
    let status = || {
        let history = standpipe_runtime::history::History::open(&state).expect("it opens").expect("something ran");
        let run = history.find(None).expect("read").expect("a run");
        (run.status.as_str(), history.steps(&run).expect("read").first().map(|step| step.status.as_str()))
    };
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(status(), ("running", Some("running")));
    child.kill().expect("it lives");
    child.wait().expect("it ends");
    assert_eq!(status(), ("interrupted", Some("interrupted")));
    // What a killed runtime leaves is not ours to wait for here: this test ends it.
    let pid: i32 = std::fs::read_to_string(&file).expect("written").trim().parse().expect("a number");
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let marker = environment
        .split(|byte| *byte == 0)
        .find_map(|variable| std::str::from_utf8(variable).ok()?.strip_prefix("STANDPIPE_ATTEMPT="))
        .expect("it is marked");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(standpipe_runtime::process::kill_tree(0, marker));
}
