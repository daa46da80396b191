//! Trials around a point that moves, and in a shape that turns, to where they do well: covariance matrix adaptation
//! (Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772). The mathematics are those of the crate
//! `optimizer`; choices are drawn evenly, as it only knows numbers.
//!
//! After an earlier search it begins where the best of that lay, as wide as they lay apart (Nomura, Watanabe, Akimoto,
//! Ozaki and Onishi, "Warm Starting CMA-ES for Hyperparameter Optimization", AAAI 2021; only the shape is not taken over).

use std::collections::{BTreeSet, HashMap};

use optimizer::distribution::{CategoricalDistribution, Distribution, FloatDistribution};
use optimizer::param::ParamValue;
use optimizer::sampler::cma_es::CmaEsSampler;
use optimizer::sampler::{CompletedTrial, Sampler as _};

use super::{Ranges, Sampler, each_axis};
use crate::{Point, Range};

/// The standard deviation of the first trials around the middle, as a part of each axis.
const FIRST_WIDTH: f64 = 1.0 / 6.0;

/// Of the trials of an earlier search the best tenth shows where to begin.
const TENTH: usize = 10;

/// The standard deviation that each of those stands for by itself.
const ONE_WIDTH: f64 = 0.1;

/// More trials than a generation has: with a thousand axes that is 24.
const GENERATION: u64 = 64;

pub(super) struct CmaEs {
    seed: u64,
    /// Trials of earlier searches: the loss of each, and where its numbers lay.
    learnt: Vec<(f64, Vec<Option<f64>>)>,
    search: Option<Search>,
}

/// A search that has begun.
struct Search {
    inner: CmaEsSampler,
    /// Where on each axis it began.
    middle: Vec<f64>,
    /// The first trial, when it is to be in that middle.
    first: Option<u64>,
    running: BTreeSet<u64>,
    /// Trials that `inner` has yet to hear of, and some more.
    history: Vec<CompletedTrial>,
}

impl CmaEs {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, learnt: Vec::new(), search: None }
    }
}

impl Search {
    fn begin(seed: u64, axes: usize, learnt: &mut [(f64, Vec<Option<f64>>)], trial: u64) -> Self {
        learnt.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let best = learnt.len().div_ceil(TENTH);
        let best = learnt.get(..best).unwrap_or_default();
        let on = |axis: usize| best.iter().filter_map(move |(_, units)| units.get(axis).copied().flatten());
        let mean = |axis: usize| {
            let (count, sum) = on(axis).fold((0.0, 0.0), |(count, sum), unit| (count + 1.0, sum + unit));
            if count > 0.0 { sum / count } else { 0.5 }
        };
        let middle: Vec<f64> = (0..axes).map(mean).collect();
        let apart: Vec<f64> = middle
            .iter()
            .enumerate()
            .flat_map(|(axis, middle)| on(axis).map(move |unit| (unit - middle).powi(2)))
            .collect();
        let width = if apart.is_empty() {
            FIRST_WIDTH
        } else {
            let variance = apart.iter().sum::<f64>() / apart.len() as f64;
            (ONE_WIDTH * ONE_WIDTH + variance).sqrt().min(FIRST_WIDTH)
        };
        Self {
            inner: CmaEsSampler::builder().sigma0(width).seed(seed).build(),
            middle,
            first: (!best.is_empty()).then_some(trial),
            running: BTreeSet::new(),
            history: Vec::new(),
        }
    }
}

/// As `inner` sees an axis: it begins in the middle of what a number may be, so that reaches beyond 0 and 1.
fn distribution(range: Range, middle: f64) -> Distribution {
    match range {
        Range::Choice { count } => Distribution::Categorical(CategoricalDistribution { n_choices: count }),
        Range::Float { .. } | Range::Steps { .. } | Range::Int { .. } => {
            let half = middle.max(1.0 - middle);
            let (low, high) = (middle - half, middle + half);
            Distribution::Float(FloatDistribution { low, high, log_scale: false, step: None })
        }
    }
}

impl Sampler for CmaEs {
    fn ask(&mut self, trial: u64, axes: usize, ranges: &mut Ranges<'_>) -> Option<Vec<Point>> {
        let search = self.search.get_or_insert_with(|| Search::begin(self.seed, axes, &mut self.learnt, trial));
        search.running.insert(trial);
        let points = each_axis(axes, ranges, |axis, range| {
            let middle = search.middle.get(axis).copied().unwrap_or(0.5);
            let value = search.inner.sample(&distribution(range, middle), trial, &search.history);
            match value {
                // A space that depends on itself may have fewer choices here than where the axis was first met.
                ParamValue::Categorical(index) => range.nth((index as u64).min(range.count().unwrap_or(1) - 1)),
                // The first trial is no part of a generation.
                ParamValue::Float(_) | ParamValue::Int(_) if search.first == Some(trial) => range.at(middle),
                ParamValue::Float(unit) => range.at(unit),
                ParamValue::Int(unit) => range.at(unit as f64),
            }
        });
        // A generation is over when its first trials are. While it was not, one of those was under way: what came long
        // before the oldest under way belongs to an earlier one.
        let oldest = search.running.first().copied().unwrap_or(trial);
        search.history.retain(|told| told.id + GENERATION > oldest);
        points
    }

    fn tell(&mut self, trial: u64, _parameters: &[(Range, Point)], loss: f64) {
        let Some(search) = &mut self.search else { return };
        search.running.remove(&trial);
        let loss = if loss.is_finite() { loss } else { f64::MAX };
        // What the trial was, `inner` has kept.
        search.history.push(CompletedTrial::new(trial, HashMap::new(), HashMap::new(), HashMap::new(), loss));
    }

    fn learn(&mut self, _trial: u64, parameters: &[(Range, Point)], loss: f64) {
        if loss.is_finite() {
            let unit = |(range, point): &(Range, Point)| (!range.unordered()).then(|| range.unit(*point));
            self.learnt.push((loss, parameters.iter().map(unit).collect()));
        }
    }
}
