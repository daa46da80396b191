//! The trials of one sweep, counted, with the best so far. Knows nothing of streams or of the steps of a trial.

use serde_json::Value;
use standpipe_runtime::SweepHead;
use standpipe_runtime::history::TrialState;

use crate::render::excerpt::visible;
use crate::render::plural;

/// Scores that the sparkline shows: the last ones.
const SHOWN: usize = 24;
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Longest text of a trial's parameters, in characters.
const LONGEST: usize = 60;

/// How far a sweep is.
#[derive(Clone, Debug)]
pub(super) struct Trials {
    /// Most trials, where that is known.
    pub(super) most: Option<u64>,
    /// The first objective.
    objective: String,
    maximize: bool,
    /// The parameters, in the order in which they are written.
    axes: Vec<String>,
    running: u64,
    finished: u64,
    stopped: u64,
    failed: u64,
    /// The number, the score and the parameters of the trial that did best.
    best: Option<(u64, f64, String)>,
    scores: Vec<f64>,
}

impl Trials {
    pub(super) fn new(head: &SweepHead) -> Self {
        let first = head.objectives.first();
        Self {
            most: head.trials,
            objective: first.map(|objective| objective.name.clone()).unwrap_or_default(),
            maximize: first.is_some_and(|objective| objective.maximize),
            axes: head.axes.iter().map(|axis| axis.name.clone()).collect(),
            running: 0,
            finished: 0,
            stopped: 0,
            failed: 0,
            best: None,
            scores: Vec::new(),
        }
    }

    pub(super) fn begin(&mut self) {
        self.running += 1;
    }

    /// Takes the end of a trial; whether it did better than all before it.
    pub(super) fn end(&mut self, trial: u64, params: &Value, state: TrialState, score: Option<f64>) -> bool {
        self.running = self.running.saturating_sub(1);
        match state {
            TrialState::Finished => self.finished += 1,
            TrialState::Stopped => self.stopped += 1,
            TrialState::Failed => self.failed += 1,
            TrialState::Cancelled | TrialState::Running => {}
        }
        let Some(score) = score.filter(|_| state == TrialState::Finished) else { return false };
        if self.scores.len() == SHOWN {
            self.scores.remove(0);
        }
        self.scores.push(score);
        let better = self.best.as_ref().is_none_or(|(number, best, _)| {
            let ahead = if self.maximize { score > *best } else { score < *best };
            #[expect(clippy::float_cmp, reason = "equal scores are those of the same computation")]
            let same = score == *best;
            ahead || same && trial < *number
        });
        if better {
            self.best = Some((trial, score, self.params(params)));
        }
        better
    }

    /// Parameters in a line: `depth=4, rate=0.1`.
    pub(super) fn params(&self, params: &Value) -> String {
        let word = |value: &Value| match value {
            Value::Number(whole) if whole.is_f64() => number(whole.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let all: Vec<String> =
            self.axes.iter().filter_map(|name| Some(format!("{name}={}", word(params.get(name)?)))).collect();
        let mut shown = String::new();
        visible(&all.join(", "), &mut shown);
        match shown.char_indices().nth(LONGEST) {
            Some((cut, _)) => format!("{}…", &shown[..cut]),
            None => shown,
        }
    }

    /// The score with the objective's name before it.
    pub(super) fn scored(&self, score: f64) -> String {
        format!("{} {}", self.objective, number(score))
    }

    /// `12/20 trials`, or how many there were where nobody knows of how many.
    pub(super) fn progress(&self) -> String {
        let over = self.finished + self.stopped + self.failed;
        match self.most {
            Some(most) => format!("{over}/{}", plural(most, "trial")),
            None => plural(over, "trial"),
        }
    }

    /// `9 finished, 1 stopped, 2 running`.
    pub(super) fn counts(&self) -> String {
        let all = [
            (self.finished, "finished"),
            (self.stopped, "stopped"),
            (self.failed, "failed"),
            (self.running, "running"),
        ];
        let some: Vec<_> =
            all.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        some.join(", ")
    }

    /// `best auc 0.91 (depth=4)`; empty while none has finished.
    pub(super) fn best(&self) -> String {
        match &self.best {
            Some((_, score, params)) => format!("best {} ({params})", self.scored(*score)),
            None => String::new(),
        }
    }

    /// The last scores, the lowest and the highest as far apart as a line is high.
    pub(super) fn sparkline(&self) -> String {
        let low = self.scores.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let level = |score: &f64| {
            let place = if high > low { (score - low) / (high - low) } else { 0.5 };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in 0..=1")]
            let index = (place * 7.0).round() as usize;
            LEVELS[index.min(7)]
        };
        self.scores.iter().map(level).collect()
    }
}

/// A number with as many digits as say something.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 || (1e-4..1e7).contains(&value.abs()) {
        let digits = if value.abs() >= 1000.0 { 1 } else { 4 };
        let text = format!("{value:.digits$}");
        let text = text.trim_end_matches('0');
        return text.trim_end_matches('.').to_owned();
    }
    format!("{value:.3e}")
}

#[cfg(test)]
mod tests {
    use standpipe_runtime::history::{AxisInfo, ObjectiveInfo, Scale};

    use super::*;

    #[test]
    fn a_sweep_in_words() {
        let objectives = vec![ObjectiveInfo { name: "auc".into(), maximize: true }];
        let axes = ["rate", "depth"].map(|name| AxisInfo { name: name.into(), scale: Scale::Linear }).into();
        let head = SweepHead {
            strategy: "random".into(),
            rule: String::new(),
            trials: Some(6),
            parallel: 2,
            axes,
            objectives,
        };
        let mut trials = Trials::new(&head);
        assert_eq!((trials.progress(), trials.best()), ("0/6 trials".into(), String::new()));
        let params = |depth: i64| serde_json::json!({ "depth": depth, "rate": 0.012_345_6 });
        for _ in 0..5 {
            trials.begin();
        }
        let better: Vec<bool> = [
            (0, TrialState::Finished, Some(0.5)),
            (1, TrialState::Failed, None),
            (2, TrialState::Finished, Some(0.91234)),
            (3, TrialState::Stopped, Some(0.95)),
        ]
        .into_iter()
        .map(|(trial, state, score)| trials.end(trial, &params(trial as i64), state, score))
        .collect();
        assert_eq!(better, [true, false, true, false]);
        assert_eq!(trials.progress(), "4/6 trials");
        assert_eq!(trials.counts(), "2 finished, 1 stopped, 1 failed, 1 running");
        assert_eq!(trials.best(), "best auc 0.9123 (rate=0.0123, depth=2)");
        assert_eq!(trials.sparkline(), "▁█");
    }

    #[test]
    fn numbers_have_the_digits_that_say_something() {
        let all = [0.0, 0.5, 12.0, -3.25, 123_456.789, 1e-9, 2.5e12].map(number);
        assert_eq!(all, ["0", "0.5", "12", "-3.25", "123456.8", "1.000e-9", "2.500e12"]);
    }
}
