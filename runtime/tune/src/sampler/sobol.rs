//! Trials spread evenly: a Sobol sequence, scrambled after Owen by the seed (Burley, "Practical Hash-based Owen
//! Scrambling", JCGT 9(4), 2020).

use sobol_burley::{NUM_DIMENSIONS, sample};

use super::random::Random;
use super::{Ranges, Sampler, each_axis};
use crate::{Point, Range};

/// So many points has the sequence.
const POINTS: u64 = 1 << 16;

pub(super) struct Sobol {
    scramble: u32,
    /// Goes on where the sequence ends.
    beyond: Random,
}

impl Sobol {
    pub(super) fn new(seed: u64) -> Self {
        Self { scramble: (seed ^ (seed >> 32)) as u32, beyond: Random::new(seed) }
    }
}

impl Sampler for Sobol {
    fn ask(&mut self, trial: u64, axes: usize, ranges: &mut Ranges<'_>) -> Option<Vec<Point>> {
        if trial >= POINTS || axes > NUM_DIMENSIONS as usize {
            return self.beyond.ask(trial, axes, ranges);
        }
        each_axis(axes, ranges, |axis, range| range.at(f64::from(sample(trial as u32, axis as u32, self.scramble))))
    }

    fn tell(&mut self, _trial: u64, _parameters: &[(Range, Point)], _loss: f64) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_eighth_of_an_axis_gets_an_eighth_of_the_trials() {
        let mut sobol = Sobol::new(3);
        let mut counts = [[0; 8]; 2];
        for trial in 0..64 {
            let ranges = &mut |_: usize, _: &[Point]| Some(Range::Choice { count: 8 });
            for (axis, point) in sobol.ask(trial, 2, ranges).unwrap().into_iter().enumerate() {
                let Point::Choice(index) = point else { panic!("a choice") };
                counts[axis][index] += 1;
            }
        }
        assert_eq!(counts, [[8; 8]; 2]);
    }
}
