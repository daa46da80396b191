//! Each trial drawn anew, evenly over the space.

use rand::RngExt as _;

use super::{Ranges, Sampler, each_axis};
use crate::{Point, Range, seed};

pub(super) struct Random {
    seed: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }
}

impl Sampler for Random {
    fn ask(&mut self, trial: u64, axes: usize, ranges: &mut Ranges<'_>) -> Option<Vec<Point>> {
        let mut random = seed::of_trial(self.seed, trial);
        each_axis(axes, ranges, |_, range| range.at(random.random()))
    }

    fn tell(&mut self, _trial: u64, _parameters: &[(Range, Point)], _loss: f64) {}
}
