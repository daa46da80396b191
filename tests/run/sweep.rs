//! Sweeps through the binary: the table of trials, what is reused, what is stopped, what survives a kill.

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

/// `fit` again, where one may say which trials to begin with.
const LED: &str = r#"
import std/tune { tpe }

task fit(depth: Int, rate: Float) -> { loss: Float } {
  python:
    import os, time
    while os.path.exists("wait"):
        time.sleep(0.02)
    return {"loss": (depth - 9) ** 2 + rate}
}

pipeline other(trials: Int in 1.., earlier: String? = none) -> { score: Float, depth: Int } {
  tuned = sweep depth in 6..=12, rate in log(0.001, 0.3) minimize loss using tpe(trials, parallel: 1, from: earlier) {
    fit(depth, rate)
  }
  { score: tuned.score, depth: tuned.params.depth }
}
"#;

/// The parameters of each trial that began, in their order.
fn tried(run: &Run) -> Vec<Value> {
    run.all("trial_started").map(|event| event["params"].clone()).collect()
}

#[test]
fn the_trials_of_an_earlier_run_lead_a_search() {
    let project = Project::new(&[("main.pipe", RANDOM), ("led.pipe", LED)]);
    let earlier = project.run(&["main.pipe", "--trials", "40"]).succeeded();
    let name = earlier.name();
    let cold = project.run(&["led.pipe", "--trials", "6"]).succeeded();
    let led = project.run(&["led.pipe", "--trials", "6", "--earlier", &name]).succeeded();
    let taught: Vec<&Value> = led.all("sweep_taught").collect();
    let inside = tried(&earlier).iter().filter(|params| params["depth"].as_i64().unwrap() >= 6).count();
    let [taught] = taught[..] else { panic!("{taught:?}") };
    assert_eq!((&taught["step"], &taught["of"]), (&json!("other.tuned"), &json!(name)));
    assert_eq!((&taught["trials"], &taught["outside"]), (&json!(inside), &json!(40 - inside)));
    // Its first trials are not drawn blindly any more; those that lead it are no rows of it.
    assert_ne!(tried(&led)[0], tried(&cold)[0]);
    assert_eq!(trials(&led).len(), 6);
    // An unchanged search is found whole; led by another run it is another one.
    let again = project.run(&["led.pipe", "--trials", "6", "--earlier", &name]).succeeded();
    assert_eq!((again.steps_that("cached").len(), tried(&again)), (6, tried(&led)));
}

#[test]
fn a_led_search_that_was_killed_goes_on_the_same_way_without_the_other_run() {
    let project = Project::new(&[("main.pipe", RANDOM), ("led.pipe", LED)]);
    let name = project.run(&["main.pipe", "--trials", "40"]).succeeded().name();
    let args = ["led.pipe", "--trials", "8", "--earlier", &name];
    let whole = project.run(&args).succeeded();
    // Nothing of it is found again.
    project.edit("led.pipe", "** 2 + rate", "**  2 + rate");
    project.write("wait", "");
    let mut run = project.start(&args);
    run.until(|event| event["event"] == "step_started");
    run.signal("KILL");
    assert_eq!(run.code(), None);
    project.stdout(&["runs", "rm", &name]);
    std::fs::remove_file(project.path("wait")).unwrap();
    let resumed = Run::of(&project.standpipe(&["runs", "resume", "--format", "json"])).succeeded();
    assert_eq!(trials(&resumed), trials(&whole));
    assert_eq!(tried(&resumed), tried(&whole));
}

#[test]
fn what_cannot_lead_a_search_is_said() {
    let project = Project::new(&[("main.pipe", RANDOM), ("led.pipe", LED)]);
    let failure = |name: &str| {
        let run = project.run(&["led.pipe", "--trials", "2", "--earlier", name]);
        assert_eq!(run.code, Some(1));
        assert_eq!(run.all("trial_started").count(), 0);
        let failure = run.failure();
        assert_eq!(failure["code"], "E0692");
        failure["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(failure("no-such"), "there is no run `no-such` whose trials could lead this sweep");
    project.edit("main.pipe", "rate in log(0.001, 0.3)", "rate in log(0.001, 0.3), turn in [1, 2]");
    project.edit("main.pipe", "fit(depth, rate)\n", "fit(depth, rate * turn)\n");
    let wide = project.run(&["main.pipe"]).succeeded().name();
    assert_eq!(failure(&wide), format!("`main.tuned` of `{wide}` had `turn` as well"));
    project.write("other.pipe", LED.replace("depth", "deep").replace("loss", "gain").replace(", from: earlier", ""));
    let other = project.run(&["other.pipe", "--trials", "1"]).succeeded().name();
    assert_eq!(failure(&other), format!("`other.tuned` of `{other}` had no `depth`, and had `deep` as well"));
    project.edit("other.pipe", "deep", "depth");
    let other = project.run(&["other.pipe", "--trials", "1"]).succeeded().name();
    assert_eq!(failure(&other), format!("`other.tuned` of `{other}` looked for `gain`, and not for `loss`"));
    let message = failure(&format!("{other}:main.tuned"));
    assert_eq!(message, format!("the run `{other}` has no sweep `main.tuned`: its sweeps are `other.tuned`"));
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
    // What a reused trial reported when it ran counts for those that are tried again.
    let again = project.run(&["main.pipe"]).succeeded();
    assert_eq!(trials(&again), trials(&run));
    assert_eq!(again.steps_that("cached").len(), 3);
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
