//! Searches that begin with what an earlier run tried.

use serde_json::{Value, json};

use super::{RANDOM, trials};
use crate::project::{Project, Run};

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
