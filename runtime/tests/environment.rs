//! Environments made for real, from the package index that this machine uses, in the user's cache.

use std::path::Path;
use std::process::Command;

use standpipe_plan::Environment;
use standpipe_runtime::Failure;
use standpipe_runtime::environment::{Ready, ensure, peek, system};

fn made(env: &Environment, extra: &[&str], root: &Path) -> (Result<Ready, Failure>, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut lines = Vec::new();
    let ready = runtime.block_on(ensure(env, extra, root, None, &mut |line| lines.push(line.to_owned())));
    (ready, lines)
}

fn env(python: Option<&str>, packages: &[&str]) -> Environment {
    let packages = packages.iter().map(|package| (*package).into()).collect();
    Environment { name: "ml".into(), python: python.map(Into::into), packages }
}

fn runs(ready: &Ready, text: &str) -> bool {
    Command::new(&ready.python).args(["-c", text]).status().expect("it starts").success()
}

#[test]
fn an_environment_is_locked_made_once_and_found_again() {
    let root = tempfile::tempdir().expect("a folder");
    let env = env(None, &["iniconfig==2.0.0"]);
    assert_eq!(peek(&env, &["six"], root.path(), None), None);
    let ready = made(&env, &["six"], root.path()).0.expect("it is made");
    assert!(runs(&ready, "import iniconfig, six"));
    assert_eq!(ready.packages[0], "iniconfig==2.0.0");
    let lock = std::fs::read_to_string(root.path().join("standpipe.lock")).expect("a lock");
    assert!(lock.contains("\"iniconfig==2.0.0\"") && !lock.contains("://"), "{lock}");

    let (again, lines) = made(&env, &["six"], root.path());
    assert_eq!((again, lines), (Ok(ready.clone()), vec![]));
    assert_eq!(peek(&env, &["six"], root.path(), None), Some(ready));
    assert_eq!(peek(&env, &[], root.path(), None), None);
}

#[test]
fn the_lock_is_obeyed_and_half_an_environment_is_not_accepted() {
    let root = tempfile::tempdir().expect("a folder");
    let lock = "version = 1\n[[env]]\nname = \"ml\"\npython = \"3.11\"\nrequires = [\"iniconfig\"]\npackages = [\"iniconfig==1.1.1\"]\n";
    std::fs::write(root.path().join("standpipe.lock"), lock).expect("written");
    let env = env(None, &["iniconfig"]);
    let ready = made(&env, &[], root.path()).0.expect("it is made");
    assert_eq!(ready.packages, ["iniconfig==1.1.1"]);

    let folder = ready.python.parent().and_then(Path::parent).expect("a folder");
    std::fs::remove_file(folder.join("ready.json")).expect("it was there");
    assert_eq!(peek(&env, &[], root.path(), None), None);
    assert_eq!(made(&env, &[], root.path()).0, Ok(ready));
}

#[test]
fn what_cannot_be_had_is_a_failure_with_evidence() {
    let root = tempfile::tempdir().expect("a folder");
    let failure = made(&env(None, &["iniconfig==0.0.0.999"]), &[], root.path()).0.expect_err("no such version");
    assert_eq!(failure.code, "E0611");
    assert!(failure.detail.contains("iniconfig") && !failure.detail.contains("://pypi"), "{}", failure.detail);
    let failure = made(&env(Some("3.99"), &[]), &[], root.path()).0.expect_err("no such Python");
    assert_eq!(failure.code, "E0610");
}

#[test]
fn the_system_has_an_identity() {
    let ready = system(None).expect("there is a Python");
    assert!(ready.python.is_absolute() && runs(&ready, "pass"));
    assert_eq!(system(None), Ok(ready));
}

#[test]
fn two_processes_make_an_environment_once() {
    let env = env(None, &["iniconfig==2.1.0"]);
    let make = || {
        let root = tempfile::tempdir().expect("a folder");
        made(&env, &[], root.path()).0
    };
    std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(make), scope.spawn(make));
        let one = one.join().expect("no panic").expect("it is made");
        assert_eq!(other.join().expect("no panic"), Ok(one.clone()));
        assert!(runs(&one, "import iniconfig"));
    });
}
