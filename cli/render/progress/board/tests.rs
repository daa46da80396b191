//! One story of a run, and what is told of it.

use serde_json::json;
use standpipe_plan::{Expr, Node, NodeId, Origin, Shape, Step, TaskId, Value};
use standpipe_runtime::history::{AxisInfo, ObjectiveInfo, Scale};
use standpipe_runtime::sandbox::Tier;
use standpipe_runtime::{Counts, SweepHead};

use super::*;

fn node(id: u32, name: &str, kind: NodeKind) -> Node {
    Node { id: NodeId(id), name: name.into(), kind, after: Vec::new(), origin: Origin { file: 0, line: 1 } }
}

fn step() -> NodeKind {
    NodeKind::Step(Step { task: TaskId(0), inputs: Vec::new(), output: Shape::Nothing, joins: None })
}

/// `clean`, then `fit` in a `for` called `models`.
pub(in super::super) fn plan() -> Plan {
    let none = || Expr::Const(Value::None);
    let body = Region { nodes: vec![node(1, "", NodeKind::Item), node(2, "fit", step())], result: none() };
    let each = NodeKind::For { items: none(), limit: None, item: NodeId(1), variable: "depth".into(), body };
    Plan {
        pipeline: "train".into(),
        files: Vec::new(),
        params: Vec::new(),
        environments: Vec::new(),
        modules: Vec::new(),
        tasks: Vec::new(),
        root: Region { nodes: vec![node(0, "clean", step()), node(3, "models", each)], result: none() },
        result: Shape::Nothing,
        schedules: Vec::new(),
    }
}

fn started(step: &str, label: &str) -> Event {
    Event::StepStarted { step: step.into(), label: label.into(), attempt: 1, r#where: "local".into(), already: None }
}

fn finished(step: &str, label: &str, status: Status, seconds: f64) -> Event {
    let error = (status == Status::Failed).then(|| Failure {
        code: "E0601".into(),
        message: "ValueError: no\nmore".into(),
        file: Some("a.pipe".into()),
        line: Some(3),
        detail: String::new(),
        help: None,
        inputs: Vec::new(),
    });
    Event::StepFinished { step: step.into(), label: label.into(), status, seconds, error, caught: false }
}

/// A run that makes an environment, cleans, fits three models of which one fails, and retries one.
pub(in super::super) fn story() -> Vec<Event> {
    let environment = |state, text: &str| Event::Environment { name: "ml".into(), state, text: text.into() };
    let failure = Failure {
        code: "E0601".into(),
        message: "OSError: busy".into(),
        file: None,
        line: None,
        detail: String::new(),
        help: None,
        inputs: Vec::new(),
    };
    vec![
        Event::RunStarted {
            run: "brave-otter".into(),
            id: "01".into(),
            pipeline: "train".into(),
            sandbox: Tier::Off,
            lacking: None,
        },
        environment("making", ""),
        environment("making", "installing pandas"),
        environment("ready", ""),
        started("train.clean", ""),
        Event::Log { step: "train.clean".into(), stream: "stdout".into(), text: "read \u{1b}[2J9 rows\n".into() },
        finished("train.clean", "", Status::Succeeded, 1.25),
        Event::Fanout { step: "train.models".into(), count: 3 },
        started("train.models[0].fit", "depth=2"),
        started("train.models[1].fit", "depth=3"),
        Event::Metric { step: "train.models[1].fit".into(), name: "auc".into(), value: 0.75, at: Some(10) },
        finished("train.models[2].fit", "depth=4", Status::Cached, 0.0),
        Event::StepRetrying { step: "train.models[0].fit".into(), attempt: 1, wait: 2.0, error: failure },
        started("train.models[0].fit", "depth=2"),
        finished("train.models[0].fit", "depth=2", Status::Succeeded, 75.0),
        finished("train.models[1].fit", "depth=3", Status::Failed, 0.04),
        finished("train.publish", "", Status::Skipped, 0.0),
        Event::RunFinished {
            run: "brave-otter".into(),
            status: Status::Failed,
            seconds: 80.5,
            steps: Counts { succeeded: 2, cached: 1, failed: 1, skipped: 1, cancelled: 0 },
            outputs: json!(null),
        },
    ]
}

fn told(events: &[Event], verbose: bool) -> String {
    let mut board = Board::new(&plan(), Paint::default(), verbose);
    events.iter().flat_map(|event| board.take(event, Duration::ZERO)).map(|line| line + "\n").collect()
}

#[test]
fn a_story_in_lines() {
    insta::assert_snapshot!(told(&story(), false));
}

#[test]
fn a_story_with_all_details() {
    insta::assert_snapshot!(told(&story(), true));
}

#[test]
fn thousands_of_steps_are_a_few_lines() {
    let mut events = vec![Event::Fanout { step: "train.models".into(), count: 10_000 }];
    let status = |index: u32| if index < 5_000 { Status::Cached } else { Status::Succeeded };
    events.extend((0..10_000).map(|index| finished(&format!("train.models[{index}].fit"), "", status(index), 0.01)));
    events.extend((0..1_000).map(|index| finished(&format!("train.step_{index}"), "", Status::Cached, 0.0)));
    events.extend(story().pop());
    insta::assert_snapshot!(told(&events, false));
}

/// A sweep of three trials, inside one of which another sweeps, and a large one.
fn sweeps() -> Vec<Event> {
    let head = |trials: Option<u64>| SweepHead {
        strategy: "random".into(),
        rule: String::new(),
        trials,
        parallel: 2,
        axes: vec![AxisInfo { name: "depth".into(), scale: Scale::Linear }],
        objectives: vec![ObjectiveInfo { name: "auc".into(), maximize: true }],
    };
    let begun = |step: &str, trial: u64| Event::TrialStarted {
        step: step.into(),
        trial,
        params: json!({ "depth": trial + 2 }),
    };
    let ended = |step: &str, trial: u64, state: TrialState, score: Option<f64>, error: Option<&str>| {
        let (params, error) = (json!({ "depth": trial + 2 }), error.map(str::to_owned));
        Event::TrialFinished { step: step.into(), trial, params, state, scores: vec![score], seconds: 1.5, error }
    };
    let over = |step: &str| Event::SweepFinished { step: step.into(), found: true };
    let (one, inner, many) = ("train.tuned", "train.tuned[1].inner", "train.many");
    let mut events = vec![Event::SweepStarted { step: one.into(), head: head(Some(3)) }, begun(one, 0), begun(one, 1)];
    events.extend([Event::SweepStarted { step: inner.into(), head: head(None) }, begun(inner, 0)]);
    events.push(finished("train.tuned[0].fit", "depth=2", Status::Succeeded, 1.5));
    events.push(ended(inner, 0, TrialState::Finished, Some(0.25), None));
    events.push(over(inner));
    events.push(ended(one, 0, TrialState::Finished, Some(0.75), None));
    events.push(begun(one, 2));
    events.push(ended(one, 1, TrialState::Failed, None, Some("ValueError: two\nmore of it")));
    events.push(ended(one, 2, TrialState::Stopped, Some(0.5), None));
    events.extend([over(one), Event::SweepStarted { step: many.into(), head: head(Some(100)) }]);
    events.push(Event::SweepTaught { step: many.into(), of: "calm-crab".into(), trials: 40, outside: 2 });
    for (trial, score) in (0..).zip([0.5, 0.25, 0.875, 0.625]) {
        events.extend([begun(many, trial), ended(many, trial, TrialState::Finished, Some(score), None)]);
    }
    events.extend([over(many), Event::SweepFinished { step: "train.lost".into(), found: false }]);
    events
}

#[test]
fn trials_are_told_each_or_as_they_do_better() {
    insta::assert_snapshot!(told(&sweeps(), false));
}

#[test]
fn sweeps_as_programs_read_them() {
    let mut lines = sweeps().iter().map(|event| serde_json::to_string(event).unwrap()).collect::<Vec<_>>();
    lines.dedup();
    insta::assert_snapshot!(lines[..12].join("\n"));
}

#[test]
fn what_became_of_earlier_results_is_told_and_counted() {
    let mut events = vec![Event::Nondeterministic {
        step: "train.clean".into(),
        kept: "0123456789abcdef".repeat(4),
        given: "fedcba9876543210".repeat(4),
    }];
    events.extend((0..9).map(|index| Event::ResultLost {
        step: format!("train.models[{index}].fit"),
        of: "calm-crab".into(),
        why: "its content has changed".into(),
    }));
    events.extend(story().pop());
    insta::assert_snapshot!(told(&events, false));
}

#[test]
fn cancelling_is_told_at_once() {
    let cancelled = |step: &str| finished(step, "", Status::Cancelled, 0.5);
    insta::assert_snapshot!(told(
        &[Event::RunStopping, cancelled("train.clean"), cancelled("train.models[0].fit")],
        false
    ));
}
