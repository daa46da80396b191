//! Steps that fail: what stops, what goes on, what is tried again, and what is never remembered.

use crate::project::Project;

const PIPE: &str = r#"
task fail(x: Int) -> Int {
  sh:
    exit 3
}

task work(x: Int) -> Int {
  sh:
    sleep 0.3
    echo "$x" > "$out"
}

task sum(a: Int, b: Int) -> Int {
  python:
    return a + b
}

pipeline main() -> Int {
  bad = fail(1)
  good = for x in 0..4 { work(x) }
  sum(bad, len(good))
}
"#;

#[test]
fn a_failure_ends_the_run_and_skips_what_needs_it() {
    let project = Project::new(&[("fail.pipe", PIPE)]);
    let run = project.run(&["fail.pipe", "--jobs", "1"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.end()["status"], "failed");
    assert_eq!(run.steps_that("failed"), ["main.fail"]);
    assert!(run.steps_that("succeeded").len() < 4, "{run:#?}");
    assert_ne!(run.steps().get("main.sum").map(String::as_str), Some("succeeded"));
}

#[test]
fn keep_going_runs_what_does_not_need_it() {
    let project = Project::new(&[("fail.pipe", PIPE)]);
    let run = project.run(&["fail.pipe", "--jobs", "1", "--keep-going"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.steps_that("succeeded").len(), 4, "{run:#?}");
    assert_ne!(run.steps().get("main.sum").map(String::as_str), Some("succeeded"));
}

#[test]
fn failures_are_never_reused() {
    let project = Project::new(&[(
        "fail.pipe",
        "task picky() -> Int {\n  sh:\n    test -e good\n    echo 1 > \"$out\"\n}\n\npipeline main() -> Int {\n  picky()\n}\n",
    )]);
    assert_eq!(project.run(&["fail.pipe"]).code, Some(1));
    project.write("good", "");
    project.run(&["fail.pipe"]).succeeded();
}

#[test]
fn retries_wait_longer_each_time() {
    let project = Project::new(&[(
        "retry.pipe",
        "task fail() -> Int {\n  retry: { times: 3, backoff: 10ms..25ms }\n  sh:\n    echo x >> attempts\n    exit 1\n}\n\n\
         pipeline main() -> Int {\n  fail()\n}\n",
    )]);
    let run = project.run(&["retry.pipe"]);
    assert_eq!(run.code, Some(1));
    let waits: Vec<f64> = run.all("step_retrying").filter_map(|event| event["wait"].as_f64()).collect();
    assert_eq!(waits, [0.01, 0.02, 0.025]);
    assert_eq!(project.read("attempts"), "x\n".repeat(4));
}

#[test]
fn the_log_of_a_failed_step_is_kept() {
    let project = Project::new(&[(
        "talk.pipe",
        "task talk() -> Int {\n  python:\n    import sys\n    print('said aloud')\n    print('and aside', file=sys.stderr)\n    \
         raise ValueError('enough')\n}\n\npipeline main() -> Int {\n  talk()\n}\n",
    )]);
    let run = project.run(&["talk.pipe"]);
    assert_eq!(run.code, Some(1));
    let failure = run.failure();
    assert!(failure["message"].as_str().unwrap().contains("enough"), "{failure}");
    assert_eq!(failure["line"], 6, "{failure}");
    let name = run.all("run_started").next().unwrap()["run"].as_str().unwrap().to_owned();
    let log = project.stdout(&["runs", "logs", &name]);
    assert!(log.contains("said aloud") && log.contains("and aside"), "{log}");
}
