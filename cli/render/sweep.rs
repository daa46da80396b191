//! A sweep in a terminal: the best parameters, which of them matter, the trials. Knows nothing of runs.

use standpipe_report::{Importance, importances, ranked, words};
use standpipe_runtime::history::{SweepHistory, TrialRow, TrialState};

use super::paint::Paint;
use super::progress::seconds;
use super::table::table;

/// The widest bar of an importance.
const BAR: f64 = 24.0;

/// The sweep with the first `most` of its trials, the best first.
pub(crate) fn draw(sweep: &SweepHistory, most: usize, paint: Paint) -> String {
    let mut text = format!("{}  {}\n{}\n", paint.bold(&sweep.step), aims(sweep), counts(sweep));
    if let Some(best) = sweep.best.and_then(|best| sweep.trials.iter().find(|trial| trial.number == best)) {
        text.push_str(&format!("\nbest  trial {}, {}\n", best.number, scores(sweep, best)));
        let rows: Vec<Vec<String>> =
            best.params.iter().map(|(name, value)| vec![name.clone(), words::parameter(value)]).collect();
        text.push_str(&columns(&rows));
    }
    let matter = importances(sweep);
    if !matter.is_empty() {
        text.push_str(&format!("\nhow much of {} each parameter alone explains\n", objective(sweep)));
        text.push_str(&columns(&matter.iter().map(weight).collect::<Vec<_>>()));
    }
    text.push('\n');
    let heads: Vec<&str> = ["trial"]
        .into_iter()
        .chain(sweep.objectives.iter().map(|objective| objective.name.as_str()))
        .chain(["state"])
        .chain(sweep.axes.iter().map(|axis| axis.name.as_str()))
        .chain(["steps", "took", ""])
        .collect();
    let rows: Vec<Vec<String>> = ranked(sweep).into_iter().take(most).map(|trial| row(sweep, trial)).collect();
    text.push_str(&table(&heads, &rows, paint));
    text
}

/// The first objective's name.
fn objective(sweep: &SweepHistory) -> &str {
    sweep.objectives.first().map_or("the score", |objective| &objective.name)
}

/// `maximize auc, minimize seconds`.
fn aims(sweep: &SweepHistory) -> String {
    let aims = sweep.objectives.iter().map(|objective| {
        let aim = if objective.maximize { "maximize" } else { "minimize" };
        format!("{aim} {}", objective.name)
    });
    aims.collect::<Vec<_>>().join(", ")
}

/// `60 trials: 12 finished, 48 stopped`.
fn counts(sweep: &SweepHistory) -> String {
    let states =
        [TrialState::Finished, TrialState::Stopped, TrialState::Failed, TrialState::Cancelled, TrialState::Running];
    let some = states.iter().filter_map(|state| {
        let count = sweep.trials.iter().filter(|trial| trial.state == *state).count();
        (count > 0).then(|| format!("{count} {}", state.as_str()))
    });
    let some = some.collect::<Vec<_>>().join(", ");
    match sweep.trials.len() {
        0 => "no trials yet".to_owned(),
        1 => format!("1 trial: {some}"),
        many => format!("{many} trials: {some}"),
    }
}

fn scores(sweep: &SweepHistory, trial: &TrialRow) -> String {
    let scores = sweep.objectives.iter().zip(&trial.scores).filter_map(|(objective, score)| {
        let score = (*score)?;
        Some(format!("{} {}", objective.name, words::number(score)))
    });
    scores.collect::<Vec<_>>().join(", ")
}

fn weight(importance: &Importance) -> Vec<String> {
    let share = importance.share.clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the widest bar")]
    let bar = "█".repeat((share * BAR).round() as usize);
    vec![importance.name.clone(), format!("{:>4.0} %", share * 100.0), bar]
}

/// Rows indented below a line, in columns.
fn columns(rows: &[Vec<String>]) -> String {
    let all = table(&[], rows, Paint::default());
    all.lines().skip(1).map(|line| format!("  {line}\n")).collect()
}

fn row(sweep: &SweepHistory, trial: &TrialRow) -> Vec<String> {
    let score = |index: usize| trial.scores.get(index).copied().flatten().map_or(String::new(), words::number);
    let parameter = |name: &str| {
        let value = trial.params.iter().find(|(known, _)| known == name);
        value.map_or(String::new(), |(_, value)| words::parameter(value))
    };
    let mut cells = vec![trial.number.to_string()];
    cells.extend((0..sweep.objectives.len()).map(score));
    cells.push(trial.state.as_str().to_owned());
    cells.extend(sweep.axes.iter().map(|axis| parameter(&axis.name)));
    cells.push(trial.steps.map_or(String::new(), |steps| steps.to_string()));
    cells.push(seconds(trial.seconds));
    cells.push(trial.error.clone().unwrap_or_default());
    cells
}
