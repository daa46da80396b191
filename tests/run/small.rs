//! Many small Python steps, which share their way to a worker: each keeps its own result, log, failure and metric.

use crate::project::Project;

const PIPE: &str = r#"
task small(i: Int) -> Int {
  python:
    import os
    if i % 50 == 7:
        print(f"said by {i}")
    if i == 133:
        raise ValueError("not this one")
    if i == 211 and not os.path.exists("survived"):
        os._exit(3)
    return i * 2
}

pipeline main(n: Int) -> Int {
  all = for i in 0..n { small(i) }
  all[n - 1]
}
"#;

#[test]
fn a_failure_and_a_lost_worker_take_nobody_with_them() {
    let project = Project::new(&[("small.pipe", PIPE)]);
    let run = project.run(&["small.pipe", "--n", "300", "--keep-going", "--jobs", "2"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.steps_that("failed"), ["main.all[133].small", "main.all[211].small"]);
    assert_eq!(run.steps_that("succeeded").len(), 298);
    let said: Vec<String> = run
        .all("log")
        .map(|event| format!("{} {}", event["step"].as_str().unwrap(), event["text"].as_str().unwrap()))
        .collect();
    let wanted = |i: u32| format!("main.all[{i}].small said by {i}");
    for i in [7, 57, 107, 157, 207, 257] {
        assert!(said.contains(&wanted(i)), "{i}: {said:?}");
    }
    assert_eq!(said.len(), 6, "{said:?}");
    // What finished is kept, each by itself.
    project.write("survived", "");
    let again = project.run(&["small.pipe", "--n", "300", "--keep-going"]);
    assert_eq!(again.steps_that("cached").len(), 298);
    assert_eq!(again.steps_that("succeeded"), ["main.all[211].small"]);
}

#[test]
fn results_stand_in_order() {
    let project = Project::new(&[("small.pipe", PIPE)]);
    let run = project.run(&["small.pipe", "--n", "109", "--jobs", "2"]).succeeded();
    assert_eq!(run.outputs(), 216);
}
