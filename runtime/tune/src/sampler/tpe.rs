//! Trials where earlier ones did well: tree-structured Parzen estimators, an estimator for each axis (Bergstra et al.,
//! "Algorithms for Hyper-Parameter Optimization", NIPS 2011). The estimators are those of the crate `tpe`.

use std::collections::BTreeMap;

use ::tpe::{TpeOptimizer, categorical_range, histogram_estimator, parzen_estimator, range};
use rand::RngExt as _;

use super::{Ranges, Sampler, each_axis};
use crate::{Point, Range, seed};

/// So many trials are drawn at random before what they gave is relied on.
const FIRST: u64 = 10;

pub(super) struct Tpe {
    seed: u64,
    told: u64,
    /// By axis: an estimator for each range that it had, because where a space depends on other parameters a value means
    /// something else in each.
    axes: BTreeMap<usize, Vec<(Range, TpeOptimizer)>>,
}

impl Tpe {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, told: 0, axes: BTreeMap::new() }
    }

    fn estimator(&mut self, axis: usize, of: Range) -> Option<&mut TpeOptimizer> {
        let known = self.axes.entry(axis).or_default();
        let index = match known.iter().position(|(range, _)| *range == of) {
            Some(index) => index,
            None => {
                let new = match of {
                    Range::Choice { count } => TpeOptimizer::new(histogram_estimator(), categorical_range(count).ok()?),
                    Range::Float { .. } | Range::Steps { .. } | Range::Int { .. } => {
                        TpeOptimizer::new(parzen_estimator(), range(0.0, 1.0 + f64::EPSILON).ok()?)
                    }
                };
                known.push((of, new));
                known.len() - 1
            }
        };
        known.get_mut(index).map(|(_, estimator)| estimator)
    }
}

/// What the estimator of a range calls `point`.
fn inside(range: Range, point: Point) -> f64 {
    match point {
        Point::Choice(index) => index as f64,
        Point::Float(_) | Point::Int(_) => range.unit(point),
    }
}

impl Sampler for Tpe {
    fn ask(&mut self, trial: u64, axes: usize, ranges: &mut Ranges<'_>) -> Option<Vec<Point>> {
        let mut random = seed::of_trial(self.seed, trial);
        let first = self.told < FIRST;
        each_axis(axes, ranges, |axis, range| {
            let estimator = if first { None } else { self.estimator(axis, range) };
            let suggested = estimator.and_then(|estimator| estimator.ask(&mut random).ok());
            match (suggested, range) {
                (None, _) => range.at(random.random()),
                (Some(index), Range::Choice { count }) => Point::Choice((index.max(0.0) as usize).min(count - 1)),
                (Some(unit), _) => range.at(unit),
            }
        })
    }

    fn tell(&mut self, _trial: u64, parameters: &[(Range, Point)], loss: f64) {
        self.told += 1;
        // A trial that failed counts as worse than any other.
        let loss = if loss.is_finite() { loss } else { f64::MAX };
        for (axis, (range, point)) in parameters.iter().enumerate() {
            if let Some(estimator) = self.estimator(axis, *range) {
                // Neither a loss that is no number nor a point outside of its range gets here.
                let _ = estimator.tell(inside(*range, *point), loss);
            }
        }
    }
}
