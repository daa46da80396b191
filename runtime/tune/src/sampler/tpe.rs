//! Trials where earlier ones did well: tree-structured Parzen estimators (Bergstra et al., "Algorithms for
//! Hyper-Parameter Optimization", NIPS 2011), over all axes together (Falkner, Klein and Hutter, "BOHB", ICML 2018).
//!
//! The trials so far are split into the few that did best and the others, and a density is laid over each. Of points drawn
//! from that of the best, the one is tried that is likeliest among the best and least likely among the others. What a
//! density is made of is in [`kernel`] and [`mixture`]; where a space depends on itself, [`part`] splits the trials of each
//! part of it.

mod kernel;
mod mixture;
mod part;

use std::collections::VecDeque;

use rand::RngExt as _;

use self::part::{ALL, Parts};
use super::{Ranges, Sampler, each_axis};
use crate::{Point, Range, seed};

/// So many trials are drawn at random before what they gave is relied on.
const FIRST: u64 = 10;

/// Of all trials, the best tenth is held for the good ones, and no more than this.
const TENTH: u64 = 10;
const MOST_GOOD: usize = 25;

/// Of the others the latest are looked at, so that what a trial takes does not grow with their number.
const MOST_OTHERS: usize = 600;

/// So many points are drawn for each trial.
const CANDIDATES: usize = 24;

/// A trial that is over.
#[derive(Clone)]
struct Told {
    trial: u64,
    loss: f64,
    parameters: Vec<(Range, Point)>,
}

pub(super) struct Tpe {
    seed: u64,
    told: u64,
    /// Those that did best, the best first.
    best: Vec<Told>,
    /// The latest, in the order in which they were told.
    latest: VecDeque<Told>,
}

impl Tpe {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, told: 0, best: Vec::new(), latest: VecDeque::new() }
    }

    /// All that it remembers, split into the trials that did well and the others.
    fn parts(&self) -> Parts<'_> {
        let count = usize::try_from(self.told.div_ceil(TENTH)).unwrap_or(MOST_GOOD).min(MOST_GOOD);
        let good: Vec<&Told> = self.best.iter().take(count).collect();
        let gone = |told: &&Told| self.latest.iter().all(|latest| latest.trial != told.trial);
        let mut trials: Vec<&Told> = good.iter().copied().filter(gone).collect();
        trials.extend(&self.latest);
        Parts::new(trials, &good)
    }
}

impl Sampler for Tpe {
    fn ask(&mut self, trial: u64, axes: usize, ranges: &mut Ranges<'_>) -> Option<Vec<Point>> {
        let mut random = seed::of_trial(self.seed, trial);
        if self.told < FIRST {
            return each_axis(axes, ranges, |_, range| range.at(random.random()));
        }
        let mut parts = self.parts();
        let (mut chosen, mut part) = (Vec::new(), ALL);
        // What two parts say cannot be compared: which one it is to be is chosen first, and then a place in it.
        loop {
            let mut best: Option<(f64, Vec<Point>, Option<usize>)> = None;
            for _ in 0..CANDIDATES {
                let (points, inner) = parts.candidate(part, &chosen, axes, ranges, &mut random)?;
                let worth = parts.worth(part);
                if best.as_ref().is_none_or(|(most, ..)| worth > *most) {
                    best = Some((worth, points, inner));
                }
            }
            let (_, points, inner) = best?;
            chosen = points;
            match inner {
                Some(inner) => part = inner,
                None => break,
            }
        }
        // Asked for once more, because a space that depends on itself was last asked about another point.
        let mut chosen = chosen.into_iter();
        each_axis(axes, ranges, |_, range| chosen.next().unwrap_or_else(|| range.at(0.5)))
    }

    fn tell(&mut self, trial: u64, parameters: &[(Range, Point)], loss: f64) {
        self.told += 1;
        // A trial that failed counts as worse than any other.
        let told =
            Told { trial, loss: if loss.is_finite() { loss } else { f64::MAX }, parameters: parameters.to_vec() };
        let place = self.best.partition_point(|other| (other.loss, other.trial) < (told.loss, trial));
        if place < MOST_GOOD {
            self.best.insert(place, told.clone());
            self.best.truncate(MOST_GOOD);
        }
        self.latest.push_back(told);
        if self.latest.len() > MOST_OTHERS {
            self.latest.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bowl(points: &[Point]) -> f64 {
        points.iter().map(|point| if let Point::Float(x) = point { (x - 0.3).powi(2) } else { 0.0 }).sum()
    }

    /// The least loss after `trials` trials in four dimensions.
    fn search(sampler: &mut dyn Sampler, trials: u64) -> f64 {
        let range = Range::Float { low: 0.0, high: 1.0, inclusive: true, log: false };
        let mut best = f64::INFINITY;
        for trial in 0..trials {
            let points = sampler.ask(trial, 4, &mut |_, _| Some(range)).unwrap();
            let loss = bowl(&points);
            best = best.min(loss);
            sampler.tell(trial, &points.into_iter().map(|point| (range, point)).collect::<Vec<_>>(), loss);
        }
        best
    }

    #[test]
    fn it_finds_what_drawing_does_not() {
        for seed in 0..5 {
            let found = search(&mut Tpe::new(seed), 100);
            let drawn = search(&mut super::super::random::Random::new(seed), 100);
            assert!(found < drawn / 4.0, "{found} {drawn}");
        }
    }

    #[test]
    fn what_it_remembers_does_not_grow() {
        let mut tpe = Tpe::new(1);
        search(&mut tpe, MOST_OTHERS as u64 + 100);
        assert_eq!((tpe.best.len(), tpe.latest.len()), (MOST_GOOD, MOST_OTHERS));
    }
}
