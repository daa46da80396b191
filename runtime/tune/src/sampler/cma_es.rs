//! Trials around a point that moves, and in a shape that turns, to where they do well: covariance matrix adaptation
//! (Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772). The mathematics are those of the crate
//! `optimizer`; choices are drawn evenly, as it only knows numbers.

use std::collections::HashMap;

use optimizer::distribution::{CategoricalDistribution, Distribution, FloatDistribution};
use optimizer::param::ParamValue;
use optimizer::parameter::ParamId;
use optimizer::sampler::cma_es::CmaEsSampler;
use optimizer::sampler::{CompletedTrial, Sampler as _};

use super::{Ranges, Sampler, each_axis};
use crate::{Point, Range};

/// The standard deviation of the first trials around the middle, as a part of each axis.
const FIRST_WIDTH: f64 = 1.0 / 6.0;

pub(super) struct CmaEs {
    inner: CmaEsSampler,
    history: Vec<CompletedTrial>,
    /// How `inner` knows each axis.
    names: Vec<ParamId>,
}

impl CmaEs {
    pub(super) fn new(seed: u64) -> Self {
        let inner = CmaEsSampler::builder().sigma0(FIRST_WIDTH).seed(seed).build();
        Self { inner, history: Vec::new(), names: Vec::new() }
    }
}

fn distribution(range: Range) -> Distribution {
    match range {
        Range::Choice { count } => Distribution::Categorical(CategoricalDistribution { n_choices: count }),
        Range::Float { .. } | Range::Steps { .. } | Range::Int { .. } => {
            Distribution::Float(FloatDistribution { low: 0.0, high: 1.0, log_scale: false, step: None })
        }
    }
}

impl Sampler for CmaEs {
    fn ask(&mut self, trial: u64, axes: usize, ranges: &mut Ranges<'_>) -> Option<Vec<Point>> {
        each_axis(axes, ranges, |_, range| {
            match self.inner.sample(&distribution(range), trial, &self.history) {
                // A space that depends on itself may have fewer choices here than where the axis was first met.
                ParamValue::Categorical(index) => range.nth((index as u64).min(range.count().unwrap_or(1) - 1)),
                ParamValue::Float(unit) => range.at(unit),
                ParamValue::Int(unit) => range.at(unit as f64),
            }
        })
    }

    fn tell(&mut self, trial: u64, parameters: &[(Range, Point)], loss: f64) {
        while self.names.len() < parameters.len() {
            self.names.push(ParamId::new());
        }
        let mut values = HashMap::new();
        let mut distributions = HashMap::new();
        for (name, (range, point)) in self.names.iter().zip(parameters) {
            let value = match *point {
                Point::Choice(index) => ParamValue::Categorical(index),
                Point::Float(_) | Point::Int(_) => ParamValue::Float(range.unit(*point)),
            };
            values.insert(*name, value);
            distributions.insert(*name, distribution(*range));
        }
        let loss = if loss.is_finite() { loss } else { f64::MAX };
        self.history.push(CompletedTrial::new(trial, values, distributions, HashMap::new(), loss));
    }
}
