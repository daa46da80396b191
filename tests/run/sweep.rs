//! Sweeps through the binary: the table of trials, what is reused, what is stopped, what survives a kill.

mod goes_on;
mod led;

use serde_json::{Value, json};

use crate::project::{Project, Run};

/// Reads a table of trials as JSON, without what no two runs have in common.
const SHOW: &str = r#"
env show {
  packages: ["pyarrow==26.0.1"]
}

task rows(t: Table) -> Json {
  env: show
  frame: "pyarrow"
  python:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in t.to_pylist()]
}
"#;

/// The trials that ended, by number: state and first score.
fn trials(run: &Run) -> Vec<(u64, String, Value)> {
    let ended = run.all("trial_finished");
    let mut trials: Vec<_> = ended
        .map(|event| {
            let state = event["state"].as_str().unwrap().to_owned();
            (event["trial"].as_u64().unwrap(), state, event["scores"][0].clone())
        })
        .collect();
    trials.sort_by_key(|(number, ..)| *number);
    trials
}

#[test]
fn the_trials_are_a_table() {
    let program = format!(
        r#"import std/tune {{ grid }}
{SHOW}
task fit(depth: Int, kind: String) -> {{ auc: Float, size: Int }} {{
  python:
    if depth == 2:
        raise ValueError("two")
    return {{"auc": 1 / depth, "size": 10 - depth}}
}}

pipeline main() -> {{ rows: Json, same: Bool }} {{
  tuned = sweep depth in 1..=3, kind in ["a", "b"] maximize auc, minimize size using grid() {{
    fit(depth, kind)
  }}
  {{ rows: rows(tuned.trials), same: tuned.trials.rows == 6 }}
}}
"#
    );
    let project = Project::new(&[("main.pipe", &program)]);
    let first = project.run(&["main.pipe"]).succeeded();
    let row = |trial: i64, auc: Option<f64>, size: Option<f64>, pareto: bool| {
        let kind = if trial % 2 == 0 { "a" } else { "b" };
        json!({
            "trial": trial,
            "depth": trial / 2 + 1,
            "kind": kind,
            "size": size,
            "score": auc,
            "pareto": pareto,
            "state": if auc.is_some() { "finished" } else { "failed" },
            "step": format!("main.tuned[{trial}]"),
        })
    };
    let both = |trial: i64, depth: f64| row(trial, Some(1.0 / depth), Some(10.0 - depth), true);
    let wanted =
        [both(0, 1.0), both(1, 1.0), row(2, None, None, false), row(3, None, None, false), both(4, 3.0), both(5, 3.0)];
    assert_eq!(first.outputs()["rows"], json!(wanted));
    assert_eq!(first.outputs()["same"], true);
    // What failed is tried again; where nothing did, the table is the same to the byte, and its step is reused as well.
    project.edit("main.pipe", "depth == 2", "depth == 9");
    let whole = project.run(&["main.pipe"]).succeeded();
    let again = project.run(&["main.pipe"]).succeeded();
    assert_eq!(again.outputs(), whole.outputs());
    assert_eq!(again.steps()["main.tuned.trials"], "cached");
}

const RANDOM: &str = r#"
import std/tune { random }

task fit(depth: Int, rate: Float) -> { loss: Float } {
  python:
    return {"loss": (depth - 7) ** 2 + rate}
}

pipeline main(trials: Int in 1.. = 4) -> { score: Float, depth: Int } {
  tuned = sweep depth in 2..=12, rate in log(0.001, 0.3) minimize loss using random(trials, parallel: 2) {
    fit(depth, rate)
  }
  { score: tuned.score, depth: tuned.params.depth }
}
"#;

#[test]
fn an_enlarged_sweep_reuses_every_finished_trial() {
    let project = Project::new(&[("main.pipe", RANDOM)]);
    let first = project.run(&["main.pipe"]).succeeded();
    assert_eq!(first.steps_that("succeeded").len(), 4);
    let again = project.run(&["main.pipe"]).succeeded();
    assert_eq!((again.steps_that("cached").len(), again.steps_that("succeeded").len()), (4, 0));
    assert_eq!(again.outputs(), first.outputs());
    let more = project.run(&["main.pipe", "--trials", "8"]).succeeded();
    assert_eq!((more.steps_that("cached").len(), more.steps_that("succeeded").len()), (4, 4));
    assert_eq!(trials(&more)[..4], trials(&first));
}

#[test]
fn a_search_that_learns_is_reused_whole_and_goes_on_from_there() {
    let learning = RANDOM.replace("random", "tpe").replace("trials: Int in 1.. = 4", "trials: Int in 1.. = 24");
    let project = Project::new(&[("main.pipe", &learning)]);
    let first = project.run(&["main.pipe"]).succeeded();
    // Trials end in another order each time, and what is tried next depends on it.
    let again = project.run(&["main.pipe"]).succeeded();
    assert_eq!((again.steps_that("cached").len(), again.steps_that("succeeded").len()), (24, 0));
    assert_eq!(again.outputs(), first.outputs());
    let more = project.run(&["main.pipe", "--trials", "30"]).succeeded();
    assert_eq!((more.steps_that("cached").len(), more.steps_that("succeeded").len()), (24, 6));
    assert_eq!(trials(&more)[..24], trials(&first));
    // What was learnt of another body does not lead this one.
    project.edit("main.pipe", "(depth - 7) ** 2", "(depth - 3) ** 2");
    let other = project.run(&["main.pipe", "--trials", "30"]).succeeded();
    assert_eq!(other.steps_that("cached").len(), 0);
    assert_ne!(trials(&other)[10..], trials(&more)[10..]);
}

/// Goes on until it is stopped when it is bad.
const HALVING: &str = r#"
import std/tune { Strategy }

task fit(depth: Int) -> { auc: Float, steps: Int } {
  python:
    import time
    last = 5 if depth >= 50 else 100000
    for step in range(1, last + 1):
        report(step=step, auc=depth / 100)
        time.sleep(0.001)
    return {"auc": depth / 100, "steps": last}
}

pipeline halving() -> Strategy {
  {
    kind: "grid"
    trials: none
    seed: 0
    parallel: 1
    budget: none
    patience: none
    max_failures: none
    pruner: "asha"
    reduction: 2
    from: none
  }
}

pipeline main() -> { auc: Float, steps: Int } {
  tuned = sweep depth in [50, 10, 60, 20, 70, 30] maximize auc using halving() {
    fit(depth)
  }
  tuned.best
}
"#;

#[test]
fn a_trial_that_reports_too_little_is_stopped() {
    let project = Project::new(&[("main.pipe", HALVING)]);
    let run = project.run(&["main.pipe"]).succeeded();
    let states: Vec<_> = trials(&run).into_iter().map(|(_, state, score)| (state, score)).collect();
    let finished = |score: f64| ("finished".to_owned(), json!(score));
    let stopped = |score: f64| ("stopped".to_owned(), json!(score));
    assert_eq!(states, [finished(0.5), stopped(0.1), finished(0.6), stopped(0.2), finished(0.7), stopped(0.3)]);
    assert_eq!(run.outputs(), &json!({ "auc": 0.7, "steps": 5 }));
    // One word for what is stopped, step by step and in all.
    assert_eq!(run.steps_that("cancelled").len(), 3);
    assert_eq!(run.end()["steps"], json!({ "succeeded": 3, "cached": 0, "failed": 0, "skipped": 0, "cancelled": 3 }));
    let listed = project.stdout(&["runs"]);
    assert!(listed.contains("3 ran, 3 cancelled"), "{listed}");
    // What a reused trial reported when it ran counts for those that are tried again.
    let again = project.run(&["main.pipe"]).succeeded();
    assert_eq!(trials(&again), trials(&run));
    assert_eq!(again.steps_that("cached").len(), 3);
}

/// Not even the first ones, which begin beside each other.
#[test]
fn what_was_stopped_is_not_tried_again_while_nothing_has_changed() {
    // The second one reports when the first has, which runs beside it.
    let program =
        HALVING.replace("parallel: 1", "parallel: 2").replace("[50, 10, 60, 20, 70, 30]", "[50, 10]").replace(
            "    import time\n",
            "    import os, time\n    while depth == 10 and not os.path.exists(\"told\"):\n        time.sleep(0.02)\n",
        );
    let project = Project::new(&[("main.pipe", &program)]);
    let beside = || {
        let mut run = project.start(&["main.pipe"]);
        run.until(|event| event["event"] == "trial_finished" && event["trial"] == 0);
        project.write("told", "");
        run.rest().succeeded()
    };
    let states = |run: &Run| trials(run).into_iter().map(|(_, state, _)| state).collect::<Vec<_>>();
    assert_eq!(states(&beside()), ["stopped"]);
    let again = project.run(&["main.pipe"]).succeeded();
    assert_eq!(states(&again), ["finished", "stopped"]);
    assert_eq!(again.all("step_started").count(), 0);
    // What has changed is tried again.
    project.edit("main.pipe", "\"steps\": last}", "\"steps\": last + 0}");
    std::fs::remove_file(project.path("told")).unwrap();
    assert_eq!(states(&beside()), ["stopped"]);
}

/// The same as a script and as a generator.
#[test]
fn scripts_and_generators_report_as_well() {
    let halving = HALVING.split_once("pipeline halving").unwrap().1.split_once("pipeline main").unwrap().0;
    let program = format!(
        r#"import std/tune {{ Strategy }}

task script(depth: Int) -> {{ auc: Float }} {{
  sh:
    echo "{{\"step\": 1, \"auc\": 0.$depth}}" >> "$STANDPIPE_REPORT"
    if [ "$depth" -lt 50 ]; then sleep 1000; fi
    printf '0.%s' "$depth" > "$out_auc"
}}

task generator(depth: Int) -> {{ auc: Float }} {{
  python: "fit.py:fit"
}}

pipeline halving{halving}pipeline main() -> {{ script: Float, generator: Float }} {{
  one = sweep depth in [50, 10, 60] maximize auc using halving() {{
    script(depth)
  }}
  two = sweep depth in [50, 10, 60] maximize auc using halving() {{
    generator(depth)
  }}
  {{ script: one.score, generator: two.score }}
}}
"#
    );
    let fit = "import time\n\ndef fit(depth):\n    for step in range(1, 4 if depth >= 50 else 100000):\n        \
               yield {\"step\": step, \"auc\": depth / 100}\n        time.sleep(0.001)\n    return {\"auc\": depth / 100}\n";
    let project = Project::new(&[("main.pipe", &program), ("fit.py", fit)]);
    let run = project.run(&["main.pipe"]).succeeded();
    assert_eq!(run.outputs(), &json!({ "script": 0.6, "generator": 0.6 }));
    for sweep in ["main.one", "main.two"] {
        let of = |event: &&Value| event["step"] == sweep;
        let states: Vec<_> = run.all("trial_finished").filter(of).map(|event| event["state"].clone()).collect();
        assert_eq!(states, ["finished", "stopped", "finished"], "{sweep}");
    }
}

#[test]
fn what_was_stopped_stays_so_when_the_run_goes_on() {
    // The last trial waits for a file.
    let program = HALVING.replace(
        "    import time\n",
        "    import os, time\n    while depth == 30 and not os.path.exists(\"go\"):\n        time.sleep(0.02)\n",
    );
    let whole = Project::new(&[("main.pipe", &program), ("go", "")]).run(&["main.pipe"]).succeeded();
    let project = Project::new(&[("main.pipe", &program)]);
    let mut run = project.start(&["main.pipe"]);
    run.until(|event| event["event"] == "trial_started" && event["trial"] == 5);
    run.signal("KILL");
    assert_eq!(run.code(), None);
    project.write("go", "");
    let resumed = Run::of(&project.standpipe(&["runs", "resume", "--format", "json"])).succeeded();
    assert_eq!(trials(&resumed), trials(&whole));
    assert_eq!(resumed.outputs(), whole.outputs());
    // Neither what finished nor what was stopped ran again.
    let started: Vec<_> = resumed.all("step_started").map(|event| event["step"].clone()).collect();
    assert_eq!(started, ["main.tuned[5].fit"]);
}

#[test]
fn a_step_of_a_trial_is_tried_alone() {
    let project = Project::new(&[("main.pipe", RANDOM)]);
    project.run(&["main.pipe"]).succeeded();
    let alone = project.run(&["main.pipe", "--only", "main.tuned[2].fit"]).succeeded();
    assert_eq!(alone.steps_that("succeeded"), ["main.tuned[2].fit"]);
    // What is not on record is left out; nothing is found then, and nothing has failed.
    let fresh = Project::new(&[("main.pipe", RANDOM)]);
    let alone = fresh.run(&["main.pipe", "--only", "main.tuned[2].fit"]).succeeded();
    assert_eq!(alone.steps_that("succeeded"), ["main.tuned[2].fit"]);
    assert_eq!(alone.steps_that("failed"), Vec::<String>::new());
}

/// The folds, the scores and the search of scikit-learn, beside a sweep over the same folds.
#[test]
#[ignore = "downloads scikit-learn; `.ci/run first_steps` runs it"]
fn a_grid_finds_the_score_that_scikit_learn_finds() {
    let program = r#"
import std/tune { grid }

env learn {
  packages: ["scikit-learn==1.9.1"]
}

task accuracy(depth: Int, leaf: Int, fold: Int) -> Float {
  env: learn
  python:
    from sklearn.datasets import load_wine
    from sklearn.model_selection import StratifiedKFold
    from sklearn.tree import DecisionTreeClassifier

    x, y = load_wine(return_X_y=True)
    train, test = list(StratifiedKFold(5).split(x, y))[fold]
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=0)
    return float(tree.fit(x[train], y[train]).score(x[test], y[test]))
}

task mean(of: List[Float]) -> { accuracy: Float } {
  env: learn
  python:
    import numpy

    return {"accuracy": float(numpy.mean(of))}
}

task reference() -> { accuracy: Float, depth: Int, leaf: Int } {
  env: learn
  python:
    from sklearn.datasets import load_wine
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.tree import DecisionTreeClassifier

    space = {"max_depth": [1, 2, 3, 4], "min_samples_leaf": [1, 5, 9]}
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), space, cv=StratifiedKFold(5))
    search.fit(*load_wine(return_X_y=True))
    best = search.best_params_
    return {"accuracy": float(search.best_score_), "depth": best["max_depth"], "leaf": best["min_samples_leaf"]}
}

pipeline main() -> {
  found: { accuracy: Float, depth: Int, leaf: Int }
  reference: { accuracy: Float, depth: Int, leaf: Int }
} {
  tuned = sweep depth in 1..=4, leaf in [1, 5, 9] maximize accuracy using grid() {
    scores = for fold in 0..5 {
      accuracy(depth, leaf, fold)
    }
    mean(scores)
  }
  found = { accuracy: tuned.score, depth: tuned.params.depth, leaf: tuned.params.leaf }
  { found, reference: reference() }
}
"#;
    let run = Project::new(&[("main.pipe", program)]).run(&["main.pipe"]).succeeded();
    assert_eq!(run.outputs()["found"], run.outputs()["reference"]);
    assert!(run.outputs()["found"]["accuracy"].as_f64().unwrap() > 0.5);
}
