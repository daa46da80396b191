//! Sweeps that end before all was tried, and those that go on after an end.

use serde_json::{Value, json};

use super::{HALVING, trials};
use crate::project::{Project, Run};

/// Trial 12 waits for a file `go`; each notes that it began.
const WAITS: &str = r#"
import std/tune { tpe }

task fit(depth: Int, rate: Float) -> { loss: Float } {
  python:
    import os, time
    with open("begun", "a") as file:
        file.write("x")
    while os.path.getsize("begun") > 12 and not os.path.exists("go"):
        time.sleep(0.02)
    return {"loss": (depth - 7) ** 2 + rate}
}

pipeline main() -> { score: Float, depth: Int } {
  tuned = sweep depth in 2..=12, rate in log(0.001, 0.3) minimize loss using tpe(16, parallel: 1) {
    fit(depth, rate)
  }
  { score: tuned.score, depth: tuned.params.depth }
}
"#;

#[test]
fn a_sweep_that_was_killed_goes_on_as_if_it_had_not_been() {
    let whole = Project::new(&[("main.pipe", WAITS), ("go", "")]);
    let whole = whole.run(&["main.pipe"]).succeeded();
    let project = Project::new(&[("main.pipe", WAITS)]);
    let mut run = project.start(&["main.pipe"]);
    run.until(|event| event["event"] == "trial_started" && event["trial"] == 12);
    run.signal("KILL");
    assert_eq!(run.code(), None);
    project.write("go", "");
    let resumed = Run::of(&project.standpipe(&["runs", "resume", "--format", "json"])).succeeded();
    assert_eq!(resumed.outputs(), whole.outputs());
    assert_eq!(trials(&resumed), trials(&whole));
    let begun = |run: &Run| -> Vec<Value> { run.all("trial_started").map(|event| event["params"].clone()).collect() };
    assert_eq!(begun(&resumed), begun(&whole));
    assert_eq!(resumed.steps_that("cached").len(), 12);
}

#[test]
fn no_trial_begins_once_the_time_is_spent() {
    let program = r#"
import std/tune { grid }

task fit(depth: Int) -> { loss: Float } {
  python:
    import time
    time.sleep(0.3)
    return {"loss": depth}
}

pipeline main() -> Int {
  tuned = sweep depth in 1..=1000 minimize loss using grid(parallel: 1, budget: 400ms) {
    fit(depth)
  }
  tuned.params.depth
}
"#;
    let project = Project::new(&[("main.pipe", program)]);
    let run = project.run(&["main.pipe"]).succeeded();
    assert_eq!(run.outputs(), &json!(1));
    let begun = run.all("trial_started").count();
    assert!((1..100).contains(&begun), "{begun}");
}

#[test]
fn patience_ends_a_sweep_that_finds_nothing_better() {
    let program = r#"
import std/tune { random }

task fit(depth: Int) -> { loss: Float } {
  python:
    return {"loss": 5}
}

pipeline main() -> Float {
  tuned = sweep depth in 1..=1000 minimize loss using random(100, parallel: 1, patience: 3) {
    fit(depth)
  }
  tuned.score
}
"#;
    let run = Project::new(&[("main.pipe", program)]).run(&["main.pipe"]).succeeded();
    assert_eq!(run.all("trial_started").count(), 4);
}

#[test]
fn a_budget_that_is_spent_stays_so_when_the_run_goes_on() {
    let program = r#"
import std/tune { grid }

task fit(depth: Int) -> { loss: Float } {
  python:
    import time
    time.sleep(0.5)
    return {"loss": depth}
}

task hold(score: Float) -> Float {
  python:
    import os, time
    while not os.path.exists("go"):
        time.sleep(0.02)
    return score
}

pipeline main() -> Float {
  tuned = sweep depth in 1..=1000 minimize loss using grid(parallel: 1, budget: 200ms) {
    fit(depth)
  }
  hold(tuned.score)
}
"#;
    let project = Project::new(&[("main.pipe", program)]);
    let mut run = project.start(&["main.pipe"]);
    run.until(|event| event["event"] == "step_started" && event["step"] == "main.hold");
    run.signal("KILL");
    assert_eq!(run.code(), None);
    project.write("go", "");
    let resumed = Run::of(&project.standpipe(&["runs", "resume", "--format", "json"])).succeeded();
    assert_eq!(resumed.outputs(), &json!(1.0));
    assert_eq!(resumed.all("trial_started").count(), 1);
}

#[test]
fn a_trial_that_is_stopped_begins_no_further_step() {
    let halving = HALVING.split_once("pipeline halving").unwrap().1.split_once("pipeline main").unwrap().0;
    let fit = HALVING.split_once("task fit").unwrap().1.split_once("pipeline halving").unwrap().0;
    let fit = fit.replacen("{\n", "{\n  priority: 1\n", 1);
    let program = format!(
        r#"import std/tune {{ Strategy }}

task fit{fit}task other(depth: Int) -> Int {{
  python:
    return depth
}}

pipeline halving{halving}pipeline main() -> Float {{
  tuned = sweep depth in [50, 10, 60] maximize auc using halving() {{
    first = fit(depth)
    rest = for i in 0..3 {{
      other(depth + i)
    }}
    {{ auc: first.auc, sum: rest[0] + rest[2] }}
  }}
  tuned.score
}}
"#
    );
    let project = Project::new(&[("main.pipe", &program)]);
    let run = project.run(&["main.pipe", "--jobs", "1"]).succeeded();
    let states: Vec<_> = trials(&run).into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, ["finished", "stopped", "finished"]);
    let begun = |trial: u64| {
        let step = format!("main.tuned[{trial}].rest");
        run.all("step_started").filter(|event| event["step"].as_str().unwrap().starts_with(&step)).count()
    };
    assert_eq!([0, 1, 2].map(begun), [3, 0, 3]);
}

#[test]
fn what_a_script_reports_is_heard_by_who_takes_it_over() {
    let program = r#"
import std/tune { random }

task fit(depth: Int) -> { auc: Float } {
  sh:
    echo '{"step": 1, "auc": 0.5}' >> "$STANDPIPE_REPORT"
    while [ ! -e "go$depth" ]; do sleep 0.02; done
    echo '{"step": 2, "auc": 0.75}' >> "$STANDPIPE_REPORT"
    printf 0.75 > "$out_auc"
}

pipeline main() -> Float {
  tuned = sweep depth in [1] maximize auc using random(1) {
    fit(depth)
  }
  tuned.score
}
"#;
    let project = Project::new(&[("main.pipe", program)]);
    let mut run = project.start(&["main.pipe"]);
    run.until(|event| event["event"] == "metric");
    run.signal("KILL");
    assert_eq!(run.code(), None);
    project.write("go1", "");
    let resumed = Run::of(&project.standpipe(&["runs", "resume", "--format", "json"])).succeeded();
    let heard: Vec<_> = resumed.all("metric").map(|event| (event["at"].clone(), event["value"].clone())).collect();
    assert_eq!(heard, [(json!(1), json!(0.5)), (json!(2), json!(0.75))]);
    let shown: Value = serde_json::from_str(&project.stdout(&["runs", "show", "--sweep", "--format", "json"])).unwrap();
    assert_eq!(shown["sweeps"][0]["trials"][0]["reports"], json!([[1.0, 0.5], [2.0, 0.75]]));
}

#[test]
fn a_search_without_steps_can_be_stopped() {
    let program = r#"
import std/tune { random }

pipeline main() -> Float {
  tuned = sweep x in 0.0..1.0 minimize loss using random(10000000) {
    { loss: (x - 0.3) * (x - 0.3) }
  }
  tuned.score
}
"#;
    let project = Project::new(&[("main.pipe", program)]);
    let mut run = project.start(&["main.pipe"]);
    run.until(|event| event["event"] == "trial_started" && event["trial"] == 5000);
    run.signal("INT");
    let run = run.rest();
    assert_eq!(run.end()["status"], "cancelled");
}
