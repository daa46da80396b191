//! One search from its first trial to its end: a fold of what was asked, reported and told. Knows no clock: who keeps
//! a budget of time stops asking.

use std::collections::BTreeMap;

use crate::pruner::Pruner;
use crate::sampler::{Ranges, Sampler};
use crate::{PRUNERS, Point, Range, SAMPLERS};

/// How to search.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// A name of [`SAMPLERS`].
    pub kind: String,
    /// Most trials; a grid ends by itself.
    pub trials: Option<u64>,
    pub seed: u64,
    /// The search is over after so many trials without a better one.
    pub patience: Option<u64>,
    /// The search has failed when more trials than this have; all may but one when absent.
    pub max_failures: Option<u64>,
    /// A name of [`PRUNERS`]; `hyperband` has its own.
    pub pruner: String,
    /// Of so many trials one goes on to the next round of `asha` and `hyperband`.
    pub reduction: u32,
    /// Whether a larger score is better.
    pub maximize: bool,
}

/// A trial as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// From 0.
    pub number: u64,
    /// On each axis: what the parameter could be, and what it is.
    pub parameters: Vec<(Range, Point)>,
}

/// What there is to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    Try(Trial),
    /// No further trial; those under way may end.
    Over(Why),
}

/// Why there is no further trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// As many as wanted.
    Enough,
    /// Every combination was tried, or the space has no value (then no trial ever was).
    Exhausted,
    /// Nothing better for so many trials.
    Patience,
    /// Too many failed.
    Failures,
}

/// What came of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Finished(f64),
    /// Ended early by its pruner, with the score it had.
    Stopped(f64),
    Failed,
}

/// How far a trial is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    Running,
    Over(Outcome),
}

pub struct Study {
    settings: Settings,
    axes: usize,
    sampler: Box<dyn Sampler>,
    pruner: Box<dyn Pruner>,
    /// Trials under way.
    running: BTreeMap<u64, Trial>,
    next: u64,
    best: Option<(u64, f64)>,
    /// Trials that ended since the best did.
    without_better: u64,
    failures: u64,
    exhausted: bool,
    /// Trials of earlier searches that it was told of.
    learnt: u64,
}

impl Study {
    /// A search on `axes` axes. `None` when the sampler or pruner is not known.
    #[must_use]
    pub fn new(settings: Settings, axes: usize) -> Option<Self> {
        let sampler = SAMPLERS.iter().find(|kind| kind.name == settings.kind)?;
        let pruner = if settings.kind == "hyperband" { "hyperband" } else { &settings.pruner };
        let pruner = PRUNERS.iter().find(|kind| kind.name == pruner)?;
        Some(Self {
            sampler: (sampler.new)(settings.seed),
            pruner: (pruner.new)(settings.reduction),
            settings,
            axes,
            running: BTreeMap::new(),
            next: 0,
            best: None,
            without_better: 0,
            failures: 0,
            exhausted: false,
            learnt: 0,
        })
    }

    /// Takes up what came of a trial of an earlier search, before the first of this one is asked for. `number` is the one
    /// that it had there, `parameters` what it had of what they could be here, `reports` what it scored at which step.
    /// It leads the search and is compared with, and is no trial of this search: neither its best nor one of its number.
    pub fn learn(&mut self, number: u64, parameters: &[(Range, Point)], outcome: Outcome, reports: &[(u64, f64)]) {
        let reports: Vec<_> = reports.iter().map(|(step, score)| (*step, self.loss(*score))).collect();
        self.pruner.learn(number, &reports, matches!(outcome, Outcome::Finished(_)));
        self.learnt += 1;
        // This search's own are counted from 0.
        self.sampler.learn(u64::MAX - self.learnt, parameters, self.outcome(outcome));
    }

    /// The next trial. `ranges` says what each parameter may be, given those before it.
    pub fn ask(&mut self, ranges: &mut Ranges<'_>) -> Asked {
        if let Some(why) = self.over() {
            return Asked::Over(why);
        }
        let mut seen = Vec::with_capacity(self.axes);
        let points = self.sampler.ask(self.next, self.axes, &mut |axis, before| {
            let range = ranges(axis, before);
            seen.truncate(axis);
            seen.extend(range);
            range
        });
        let Some(points) = points else {
            self.exhausted = true;
            return Asked::Over(Why::Exhausted);
        };
        Asked::Try(self.begin(seen.into_iter().zip(points).collect()))
    }

    /// How many trials were asked for: the next one's number.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.next
    }

    /// The next trial with parameters that are known already: those of an earlier search, or of this one before it was
    /// interrupted.
    pub fn begin(&mut self, parameters: Vec<(Range, Point)>) -> Trial {
        let trial = Trial { number: self.next, parameters };
        self.next += 1;
        self.running.insert(trial.number, trial.clone());
        trial
    }

    /// Trial `number`, just asked for, has these parameters instead: those that it had before this search was
    /// interrupted.
    pub fn instead(&mut self, number: u64, parameters: Vec<(Range, Point)>) {
        if let Some(trial) = self.running.get_mut(&number) {
            trial.parameters = parameters;
        }
    }

    /// Why there will be no further trial, when there will be none.
    #[must_use]
    pub fn over(&self) -> Option<Why> {
        let Settings { trials, patience, max_failures, .. } = &self.settings;
        if max_failures.is_some_and(|most| self.failures > most) {
            Some(Why::Failures)
        } else if trials.is_some_and(|most| self.next >= most) {
            Some(Why::Enough)
        } else if self.exhausted {
            Some(Why::Exhausted)
        } else if patience.is_some_and(|most| self.without_better >= most) {
            Some(Why::Patience)
        } else {
            None
        }
    }

    /// Trial `number` has `score` at `step`, from 1; whether it is to stop.
    pub fn report(&mut self, number: u64, step: u64, score: f64) -> bool {
        let loss = self.loss(score);
        self.running.contains_key(&number) && self.pruner.report(number, step, loss)
    }

    /// Trial `number` is over. What is told twice, or of a trial that never was, changes nothing.
    pub fn tell(&mut self, number: u64, outcome: Outcome) {
        let Some(trial) = self.running.remove(&number) else { return };
        let loss = self.outcome(outcome);
        match outcome {
            Outcome::Finished(_) => self.pruner.finished(number),
            Outcome::Stopped(_) | Outcome::Failed => self.pruner.left(number),
        }
        self.sampler.tell(number, &trial.parameters, loss);
        if loss.is_finite() && self.best.is_none_or(|(_, best)| loss < best) {
            self.best = Some((number, loss));
            self.without_better = 0;
        } else {
            self.without_better += 1;
        }
        self.failures += u64::from(outcome == Outcome::Failed);
    }

    /// The trial that did best so far, the first of equals, and its score.
    #[must_use]
    pub fn best(&self) -> Option<(u64, f64)> {
        self.best.map(|(number, loss)| (number, if self.settings.maximize { -loss } else { loss }))
    }

    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures
    }

    fn loss(&self, score: f64) -> f64 {
        if self.settings.maximize { -score } else { score }
    }

    /// The loss of a trial that came to that: infinite where it failed.
    fn outcome(&self, outcome: Outcome) -> f64 {
        match outcome {
            Outcome::Finished(score) | Outcome::Stopped(score) if !score.is_nan() => self.loss(score),
            Outcome::Finished(_) | Outcome::Stopped(_) | Outcome::Failed => f64::INFINITY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(kind: &str) -> Settings {
        Settings {
            kind: kind.to_owned(),
            trials: Some(5),
            seed: 1,
            patience: None,
            max_failures: None,
            pruner: "none".to_owned(),
            reduction: 3,
            maximize: true,
        }
    }

    fn ranges(_axis: usize, _before: &[Point]) -> Option<Range> {
        Some(Range::Int { low: 1, high: 3, step: 1, log: false })
    }

    /// Plays trials with the scores given, to the end; `None` is a trial that fails.
    fn play(settings: Settings, scores: &[Option<f64>]) -> (u64, Why, Option<(u64, f64)>) {
        let mut study = Study::new(settings, 1).expect("known names");
        let mut scores = scores.iter();
        loop {
            match study.ask(&mut ranges) {
                Asked::Over(why) => return (study.next, why, study.best()),
                Asked::Try(trial) => {
                    let score = scores.next().expect("enough scores");
                    study.tell(trial.number, score.map_or(Outcome::Failed, Outcome::Finished));
                }
            }
        }
    }

    #[test]
    fn a_search_ends_for_its_reason() {
        let some = |scores: &[f64]| scores.iter().copied().map(Some).collect::<Vec<_>>();
        let five = some(&[0.1, 0.5, 0.5, 0.4, 0.3]);
        assert_eq!(play(settings("random"), &five), (5, Why::Enough, Some((1, 0.5))));
        assert_eq!(play(settings("grid"), &five), (3, Why::Exhausted, Some((1, 0.5))));
        let patient = Settings { patience: Some(2), ..settings("random") };
        assert_eq!(play(patient, &five), (4, Why::Patience, Some((1, 0.5))));
        let strict = Settings { max_failures: Some(1), ..settings("random") };
        assert_eq!(play(strict, &[None, Some(f64::NAN), None]), (3, Why::Failures, None));
        let small = Settings { maximize: false, ..settings("random") };
        assert_eq!(play(small, &five).2, Some((0, 0.1)));
    }

    #[test]
    fn a_search_that_is_interrupted_goes_on_with_what_it_would_have_tried() {
        let score = |trial: &Trial| match trial.parameters[0].1 {
            Point::Int(value) => 1.0 / value as f64,
            Point::Float(_) | Point::Choice(_) => 0.0,
        };
        let long = Settings { trials: Some(30), ..settings("tpe") };
        let mut whole = Study::new(long.clone(), 1).unwrap();
        let mut all = Vec::new();
        while let Asked::Try(trial) = whole.ask(&mut ranges) {
            whole.tell(trial.number, Outcome::Finished(score(&trial)));
            all.push(trial);
        }
        let mut again = Study::new(long, 1).unwrap();
        for trial in all.iter().take(20) {
            let begun = again.begin(trial.parameters.clone());
            again.tell(begun.number, Outcome::Finished(score(&begun)));
        }
        let mut rest = Vec::new();
        while let Asked::Try(trial) = again.ask(&mut ranges) {
            again.tell(trial.number, Outcome::Finished(score(&trial)));
            rest.push(trial);
        }
        assert_eq!(rest, all[20..]);
        assert_eq!(again.best(), whole.best());
    }

    #[test]
    fn a_search_begins_where_an_earlier_one_was() {
        let float = Range::Float { low: 0.0, high: 1.0, inclusive: true, log: false };
        let score = |parameters: &[(Range, Point)]| {
            let far = |(_, point): &(Range, Point)| if let Point::Float(x) = point { (x - 0.8).powi(2) } else { 0.0 };
            -parameters.iter().map(far).sum::<f64>()
        };
        for kind in ["tpe", "cma_es"] {
            // The mean of the least losses that six trials come to.
            let least = |learnt: bool| {
                let of = |seed: u64| {
                    let short = Settings { trials: Some(6), seed, ..settings(kind) };
                    let mut study = Study::new(short, 3).unwrap();
                    for number in 0..if learnt { 40_u32 } else { 0 } {
                        let near = 0.7 + 0.2 * f64::from(number % 7) / 7.0;
                        let place = if number % 2 == 0 { near } else { f64::from(number) / 80.0 };
                        let parameters = [(float, Point::Float(place)); 3];
                        study.learn(number.into(), &parameters, Outcome::Finished(score(&parameters)), &[]);
                    }
                    assert_eq!((study.best(), study.over()), (None, None));
                    while let Asked::Try(trial) = study.ask(&mut |_, _| Some(float)) {
                        study.tell(trial.number, Outcome::Finished(score(&trial.parameters)));
                    }
                    -study.best().unwrap().1
                };
                (0..8).map(of).sum::<f64>() / 8.0
            };
            assert!(least(true) < least(false) / 4.0, "{kind}: {} {}", least(true), least(false));
        }
    }

    #[test]
    fn what_is_told_twice_counts_once() {
        let mut study = Study::new(settings("random"), 1).unwrap();
        let Asked::Try(trial) = study.ask(&mut ranges) else { panic!("a trial") };
        study.tell(trial.number, Outcome::Finished(0.2));
        study.tell(trial.number, Outcome::Finished(0.9));
        study.tell(77, Outcome::Finished(0.9));
        assert_eq!(study.best(), Some((0, 0.2)));
        assert!(!study.report(trial.number, 1, 0.0));
    }
}
