//! Workers as processes: how they die, what they leave, what noise they bear.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use standpipe_plan::{Shape, Value};
use standpipe_runtime::worker::{Worker, WorkerOptions};

use crate::bench::{Bench, INT, said};

/// Whether a process is there and not a zombie.
fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z")
}

fn ends(pid: &str) -> bool {
    (0..400).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        !lives(pid)
    })
}

#[test]
fn a_death_is_told_with_its_cause_and_the_last_words() {
    let mut bench = Bench::new();
    let task = bench.raw("import os\nprint('last words')\nos.kill(os.getpid(), 9)");
    let outcome = bench.call(&task, &[], &INT);
    assert!(!outcome.alive);
    assert_eq!(bench.log(&outcome), "last words\n");
    let failure = outcome.result.expect_err("it is dead");
    assert_eq!((failure.line, failure.detail.as_str()), (Some(12), "last words"));
    assert_snapshot!(said(Err(failure)), @r"E0608 the worker process of `fit` is gone: it was killed (signal 9), by a person or for want of memory");
}

#[test]
fn a_death_is_seen_although_a_child_holds_the_socket() {
    let mut bench = Bench::new();
    let task = bench.raw("import os, time\nif os.fork() == 0:\n    time.sleep(60)\nos._exit(7)");
    let outcome = bench.call(&task, &[], &INT);
    assert!(!outcome.alive);
    assert_snapshot!(said(outcome.result), @"E0608 the worker process of `fit` is gone: it exited with code 7");
}

#[test]
fn a_forked_child_does_not_answer() {
    let mut bench = Bench::new();
    let task = bench.raw("import os\nchild = os.fork()\nif child:\n    os.waitpid(child, 0)\nreturn n");
    for n in 0..3 {
        let outcome = bench.call(&task, &[("n", Value::Int(n), INT)], &INT);
        assert_eq!((said(outcome.result), outcome.alive), (n.to_string(), true));
    }
}

#[test]
fn killing_ends_the_body_and_what_it_started() {
    let mut bench = Bench::new();
    let body = "import os, subprocess, time\np = subprocess.Popen(['setsid', 'sleep', '60'])\nwith open('pids', 'w') as f:\n    f.write(f'{os.getpid()} {p.pid}')\ntime.sleep(60)";
    let task = bench.raw(body);
    let request = bench.request(&task, &[], &INT);
    let pids = bench.folder.path().join("pids");
    bench.runtime.block_on(async {
        let mut silent = |_| {};
        let call = bench.worker.call(request, &mut silent);
        tokio::select! {
            _ = call => panic!("it sleeps"),
            () = async { while std::fs::read_to_string(&pids).unwrap_or_default().is_empty() { tokio::time::sleep(Duration::from_millis(5)).await; } } => {}
        }
        bench.worker.kill().await;
    });
    let pids = std::fs::read_to_string(pids).expect("written");
    assert!(pids.split(' ').all(ends), "{pids}");
}

/// The runtime of the next test: starts a step that writes its number down and sleeps.
#[test]
#[ignore = "it is started, and killed, by the next test"]
fn a_runtime_that_will_be_killed() {
    let mut bench = Bench::new();
    let pids = std::env::var("PIDS").expect("set by the next test");
    let task = bench.raw("import os, time\nwith open(f, 'w') as f:\n    f.write(str(os.getpid()))\ntime.sleep(60)");
    bench.call(&task, &[("f", Value::string(&pids), Shape::String)], &INT);
}

#[test]
fn a_worker_ends_when_its_runtime_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let pids = folder.path().join("pids");
    let mut runtime = Command::new(std::env::current_exe().expect("a test"))
        .args(["--ignored", "--exact", "process::a_runtime_that_will_be_killed"])
        .env("PIDS", &pids)
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    while std::fs::read_to_string(&pids).unwrap_or_default().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    runtime.kill().expect("it runs");
    runtime.wait().expect("it was started");
    let pid = std::fs::read_to_string(&pids).expect("written");
    assert!(ends(&pid), "{pid} is still there");
}

#[test]
fn a_body_that_is_asked_to_end_still_cleans_up() {
    let mut bench = Bench::new();
    let task = bench.raw("import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGTERM)\n    signal.pause()\nfinally:\n    print('cleaned up')");
    let outcome = bench.call(&task, &[], &INT);
    assert_eq!(bench.log(&outcome), "cleaned up\n");
    assert_snapshot!(said(outcome.result), @"E0601 the step was asked to end");
}

#[test]
fn printing_and_closing_streams_do_not_disturb_the_protocol() {
    let mut bench = Bench::new();
    let noise =
        "import os, sys\nos.write(1, b'\\xff\\x00' * 9)\nsys.stdin.read()\nsys.stdout.close()\nos.close(2)\nreturn 1";
    assert_eq!(bench.say(noise, &INT), "1");
    assert_eq!(bench.say("print('on')\nreturn 2", &INT), "2");
}

#[test]
fn a_result_too_large_to_travel_says_what_to_do() {
    let mut bench = Bench::new();
    assert_snapshot!(bench.say("return 'x' * (70 << 20)", &Shape::String), @r"
        E0602 the result has 73400380 bytes, more than the 67108864 that travel inline
          help: return it as a Table, a File or an artifact
    ");
    assert_eq!(bench.say("return 2", &INT), "2");
}

#[test]
fn interpreters_that_do_not_work_are_told_of() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let start = |python: &str| {
        let options = WorkerOptions {
            python: python.into(),
            log: folder.path().join("log"),
            nameless: None,
            adds: true,
            root: folder.path().into(),
            modules: Arc::new(Vec::new()),
            variables: Vec::new(),
            kept_by: None,
            hidden: Vec::new(),
            confinement: standpipe_runtime::sandbox::Confinement::default(),
            home: None,
            launcher: None,
        };
        let failure = runtime.block_on(Worker::start(options)).map(|_| ()).expect_err("it is no Python");
        said(Err(failure))
    };
    assert_snapshot!(start("/absent/python"), @r"E0609 the interpreter `/absent/python` could not be started: No such file or directory (os error 2)");
    assert_snapshot!(start("/bin/false"), @r"E0609 the interpreter `/bin/false` could not be used: it exited with code 1");
}
