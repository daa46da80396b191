//! What earlier runs tell of a pipeline, a test or a step, a line for each run. Where they are on record, the history
//! knows; which of a run's steps are meant, the plan.

use std::ops::RangeInclusive;

use standpipe_plan::{place, readable_size};
use standpipe_syntax::ast::{Expr, ExprKind};

use crate::history::{Outcome, PastRun, PastStep, StepEnd};
use crate::planned::{Planned, PlannedStep, plans};
use crate::snapshot::{File, Snapshot};

/// The last runs of a pipeline or test.
pub(super) fn runs(snapshot: &Snapshot, file: &File, pipeline: &str) -> std::sync::Arc<[PastRun]> {
    snapshot.history.runs(&file.root, &file.path, pipeline)
}

/// The last runs of the pipeline, for people.
pub(super) fn of_pipeline(snapshot: &Snapshot, file: &File, pipeline: &str) -> Option<String> {
    let runs = runs(snapshot, file, pipeline);
    let lines: Vec<String> = runs.iter().map(|run| format!("- {}: {}", head(run), outcome(run))).collect();
    (!lines.is_empty()).then(|| format!("last runs:\n\n{}", lines.join("\n")))
}

/// The last runs of the steps that call `task` and stand on those lines of the file, or anywhere.
pub(super) fn of_task(
    snapshot: &Snapshot,
    file: &File,
    task: &str,
    lines: Option<&RangeInclusive<u32>>,
) -> Option<String> {
    let meant = |step: &PlannedStep| {
        step.task.as_deref() == Some(task) && lines.is_none_or(|lines| step.file == 0 && lines.contains(&step.line))
    };
    of_steps(snapshot, file, &meant)
}

/// The last runs of what the `for`, `loop` or `sweep` holds that stands on those lines of the file.
pub(super) fn of_rounds(snapshot: &Snapshot, file: &File, lines: &RangeInclusive<u32>) -> Option<String> {
    let outermost = |step: &PlannedStep| step.task.is_none() && step.file == 0 && *lines.start() == step.line;
    of_steps(snapshot, file, &outermost)
}

fn of_steps(snapshot: &Snapshot, file: &File, meant: &dyn Fn(&PlannedStep) -> bool) -> Option<String> {
    if !snapshot.history.any(&file.root) {
        return None;
    }
    let mut parts = Vec::new();
    for planned in plans(snapshot, file) {
        for step in planned.steps.iter().filter(|step| meant(step)) {
            let runs = runs(snapshot, file, &planned.plan.pipeline);
            let lines = runs.iter().filter_map(|run| {
                let told = told(&instances(run, step))?;
                Some(format!("- {}: {told}", head(run)))
            });
            let lines: Vec<String> = lines.collect();
            if !lines.is_empty() {
                parts.push(format!("last runs of `{}`:\n\n{}", step.path, lines.join("\n")));
            }
        }
    }
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// What the last run made of the steps of a line.
pub(super) struct Last {
    pub(super) line: u32,
    pub(super) run: String,
    /// A few words.
    pub(super) told: String,
    /// The path of the step, where it is one alone.
    pub(super) only: Option<String>,
}

/// What the last run made of each step of the file.
pub(super) fn last(snapshot: &Snapshot, file: &File, planned: &Planned) -> Vec<Last> {
    let runs = runs(snapshot, file, &planned.plan.pipeline);
    let Some(run) = runs.first() else { return Vec::new() };
    let mut lines: std::collections::BTreeMap<u32, Vec<(&PlannedStep, String)>> = std::collections::BTreeMap::new();
    for step in planned.steps.iter().filter(|step| step.file == 0 && step.task.is_some()) {
        if let Some(told) = short(&instances(run, step)) {
            lines.entry(step.line).or_default().push((step, told));
        }
    }
    let last = |(line, steps): (u32, Vec<(&PlannedStep, String)>)| {
        let (told, only) = match steps.as_slice() {
            [(step, only)] => (only.clone(), (!step.path.contains("[]")).then(|| step.path.clone())),
            many => {
                let of = |(step, told): &(&PlannedStep, String)| {
                    format!("{} {told}", step.task.as_deref().unwrap_or_default())
                };
                (many.iter().map(of).collect::<Vec<_>>().join(" · "), None)
            }
        };
        Last { line, run: run.name.clone(), told, only }
    };
    lines.into_iter().map(last).collect()
}

/// The instances of `step` in a run.
fn instances<'r>(run: &'r PastRun, step: &PlannedStep) -> Vec<&'r PastStep> {
    let rounds = format!("{}[]", step.path);
    let meant = |path: &str| match step.task {
        Some(_) => path == step.path,
        None => path.starts_with(&rounds),
    };
    run.steps.iter().filter(|past| meant(&place(&past.path))).collect()
}

/// `brave-otter`, 2026-11-25 22:10 UTC
fn head(run: &PastRun) -> String {
    let started = run.started.get(..16).unwrap_or(&run.started).replace('T', " ");
    format!("`{}`, {started} UTC", run.name)
}

/// How a run ended.
pub(super) fn outcome(run: &PastRun) -> String {
    let took = run.seconds.map_or(String::new(), |took| format!(" after {}", seconds(took)));
    match run.outcome {
        Outcome::Succeeded => run.seconds.map_or("succeeded".into(), |took| format!("succeeded in {}", seconds(took))),
        Outcome::Failed => format!("failed{took}"),
        Outcome::Cancelled => format!("stopped{took}"),
        Outcome::Unmet(1) => "failed: an expectation does not hold".into(),
        Outcome::Unmet(unmet) => format!("failed: {unmet} expectations do not hold"),
        Outcome::Open => "has not ended".into(),
    }
}

/// How the instances of a step ended, in full.
fn told(steps: &[&PastStep]) -> Option<String> {
    let [step] = steps else { return counted(steps) };
    Some(match &step.end {
        StepEnd::Ran => {
            let why = step.why.as_ref().map_or(String::new(), |why| format!("; {why}"));
            format!("{}{why}", costs(step))
        }
        StepEnd::Failed => format!("failed after {}", costs(step)),
        StepEnd::Reused(run) => format!("reused from `{run}`"),
        StepEnd::Skipped => "did not run".into(),
    })
}

/// The same in few words.
fn short(steps: &[&PastStep]) -> Option<String> {
    let [step] = steps else { return counted(steps) };
    Some(match &step.end {
        StepEnd::Ran => costs(step),
        StepEnd::Failed => "failed".into(),
        StepEnd::Reused(_) => "reused".into(),
        StepEnd::Skipped => "did not run".into(),
    })
}

/// `4.2 s, 1.5 GiB`
fn costs(step: &PastStep) -> String {
    let memory = step.memory.map_or(String::new(), |memory| format!(", {}", readable_size(memory)));
    format!("{}{memory}", seconds(step.seconds))
}

/// `12 ran in 30 s, at most 1.5 GiB, 3 reused`
fn counted(steps: &[&PastStep]) -> Option<String> {
    let count = |wanted: fn(&StepEnd) -> bool| steps.iter().filter(|step| wanted(&step.end)).count();
    let ran = count(|end| matches!(end, StepEnd::Ran));
    let took: f64 = steps.iter().filter(|step| step.end == StepEnd::Ran).map(|step| step.seconds).sum();
    let others = [
        (count(|end| matches!(end, StepEnd::Reused(_))), "reused"),
        (count(|end| matches!(end, StepEnd::Failed)), "failed"),
        (count(|end| matches!(end, StepEnd::Skipped)), "did not run"),
    ];
    let mut words: Vec<String> = (ran > 0).then(|| format!("{ran} ran in {}", seconds(took))).into_iter().collect();
    let most = steps.iter().filter(|step| step.end == StepEnd::Ran).filter_map(|step| step.memory).max();
    words.extend(most.map(|most| format!("at most {}", readable_size(most))));
    words.extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    (!words.is_empty()).then(|| words.join(", "))
}

/// `40 ms`, `4.2 s`, `3 m 20 s`
fn seconds(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    if seconds < 0.0995 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.0} m {:.0} s", (seconds / 60.0).floor(), (seconds % 60.0).floor())
    }
}

/// The call or the fan-out that a value comes from, through parentheses, pipes, fields and `try`.
pub(super) fn maker(value: &Expr) -> &Expr {
    match &value.kind {
        ExprKind::Paren(inner) | ExprKind::Try(inner) | ExprKind::Deploy(inner) => maker(inner),
        ExprKind::Field { of, .. } => maker(of),
        ExprKind::Pipe { call, .. } => maker(call),
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::String(_)
        | ExprKind::Name(_)
        | ExprKind::Call { .. }
        | ExprKind::Record(_)
        | ExprKind::List(_)
        | ExprKind::Index { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Range { .. }
        | ExprKind::Unary { .. }
        | ExprKind::If { .. }
        | ExprKind::For { .. }
        | ExprKind::Match(_)
        | ExprKind::Loop(_)
        | ExprKind::Sweep(_)
        | ExprKind::Broken => value,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::Path;
    use std::rc::Rc;
    use std::sync::Arc;

    use tower_lsp::ls_types::HoverContents;

    use super::*;
    use crate::history::History;
    use crate::ide::testing::Editor;

    pub(crate) const TEXT: &str = "task load(n: Int) -> Int {\n  sh:\n    echo $n > $out\n}\n\ntask fit(n: Int, depth: Int) -> Int {\n  sh:\n    echo $((n + depth)) > $out\n}\n\npipeline main(n: Int) -> List[Int] {\n  rows = load(n)\n  models = for depth in 1..=3 {\n    rows |> fit(depth)\n  }\n  models\n}\n\ntest \"It loads\" {\n  expect load(1) == 2\n}\n";

    /// A run of `main` and one of the test.
    pub(crate) struct Past;

    impl History for Past {
        fn any(&self, root: &Path) -> bool {
            root == Path::new("/w")
        }

        fn runs(&self, _root: &Path, file: &Path, pipeline: &str) -> Arc<[PastRun]> {
            assert_eq!(file, Path::new("/w/a.pipe"));
            let step = |path: &str, end: StepEnd, seconds: f64| {
                let why = (end == StepEnd::Ran).then(|| "it had not run before".to_owned());
                // A GiB a second.
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers")]
                let memory = (end == StepEnd::Ran).then_some((seconds * f64::from(1 << 30)) as u64);
                PastStep { path: path.into(), end, seconds, memory, why }
            };
            let run = |name: &str, outcome, steps| PastRun {
                name: name.into(),
                started: "2026-11-25T22:10:09.5Z".into(),
                outcome,
                seconds: Some(75.2),
                steps,
            };
            match pipeline {
                "main" => Arc::new([run(
                    "brave-otter",
                    Outcome::Succeeded,
                    vec![
                        step("main.load", StepEnd::Reused("old-owl".into()), 0.0),
                        step("main.models[0].fit", StepEnd::Ran, 2.0),
                        step("main.models[1].fit", StepEnd::Ran, 3.0),
                        step("main.models[2].fit", StepEnd::Failed, 3.0),
                    ],
                )]),
                "it_loads" => {
                    Arc::new([run("calm-crab", Outcome::Unmet(1), vec![step("it_loads.load", StepEnd::Ran, 0.04)])])
                }
                _ => Arc::new([]),
            }
        }

        fn stamp(&self, _root: &Path) -> u64 {
            1
        }
    }

    fn hover(at: &str) -> String {
        let text = TEXT.replacen(at, &format!("{}‸{}", &at[..1], &at[1..]), 1);
        let mut editor = Editor::with(&text);
        editor.snapshot.history = Rc::new(Past);
        let found = crate::ide::hover(&editor.snapshot, &editor.uri, editor.cursor()).unwrap();
        let HoverContents::Markup(markup) = found.contents else { unreachable!() };
        markup.value.split_once("last run").map_or("nothing".into(), |(_, past)| format!("last run{past}"))
    }

    #[test]
    fn hovering_tells_of_the_last_runs() {
        assert_eq!(hover("main(n"), "last runs:\n\n- `brave-otter`, 2026-11-25 22:10 UTC: succeeded in 1 m 15 s");
        let load = "last runs of `main.load`:\n\n- `brave-otter`, 2026-11-25 22:10 UTC: reused from `old-owl`";
        assert_eq!(hover("load(n)\n"), load);
        assert_eq!(hover("rows ="), load);
        let fit = "last runs of `main.models[].fit`:\n\n- `brave-otter`, 2026-11-25 22:10 UTC: 2 ran in 5.0 s, at most 3.0 GiB, 1 failed";
        assert_eq!(hover("fit(depth)"), fit);
        assert_eq!(hover("models\n"), fit.replace("[].fit", ""));
        // Of the task itself, everything.
        assert_eq!(
            hover("load(n: Int)"),
            format!(
                "{load}\n\nlast runs of `it_loads.load`:\n\n- `calm-crab`, 2026-11-25 22:10 UTC: 40 ms, 41.0 MiB; it had not run before"
            )
        );
        assert_eq!(hover("depth in"), "nothing");
    }
}
