//! A density laid over trials: a hill for each of them and one that is everywhere, so that no place is ever out of the
//! question.

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::kernel::Kernel;
use crate::{Point, Range};

/// The latest so many trials count in full; of those before them each the less, the older it is.
const IN_FULL: usize = 25;

/// No hill is narrower than this part of the range.
const NARROWEST: f64 = 0.01;

pub(super) struct Mixture<'t> {
    /// The parameters of each trial, in the order of the trials.
    trials: Vec<&'t [(Range, Point)]>,
    /// How much each counts, and at the end the hill that is everywhere.
    weights: Vec<f64>,
    /// By axis and range, as they were met: what each trial says of it. Where a space depends on other parameters, a value
    /// means something only in the range that it was in.
    axes: Vec<(usize, Range, Vec<Kernel>)>,
    /// The logarithm of the density of each hill at the point that is looked at, as far as it is known.
    seen: Vec<f64>,
}

impl<'t> Mixture<'t> {
    pub(super) fn new(trials: Vec<&'t [(Range, Point)]>) -> Self {
        let count = trials.len();
        let ramp = count.saturating_sub(IN_FULL);
        let weight = |place: usize| if place < ramp { (place + 1) as f64 / (ramp + 1) as f64 } else { 1.0 };
        let weights = (0..count).map(weight).chain([1.0]).collect();
        Self { trials, weights, axes: Vec::new(), seen: Vec::new() }
    }

    /// One of its hills, the likelier the more it counts.
    pub(super) fn draw(&self, random: &mut StdRng) -> usize {
        let mut left = random.random::<f64>() * self.weights.iter().sum::<f64>();
        for (hill, weight) in self.weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return hill;
            }
        }
        self.trials.len()
    }

    /// A value of an axis, drawn from the hill `hill`.
    pub(super) fn point(&mut self, hill: usize, axis: usize, range: Range, random: &mut StdRng) -> Point {
        self.kernels(axis, range).get(hill).unwrap_or(&Kernel::Even).draw(range, random)
    }

    /// Looks at another point, of which [`Mixture::see`] then tells axis by axis.
    pub(super) fn restart(&mut self) {
        self.seen = self.weights.iter().map(|weight| weight.ln()).collect();
    }

    pub(super) fn see(&mut self, axis: usize, range: Range, point: Point) {
        let mut seen = std::mem::take(&mut self.seen);
        for (seen, kernel) in seen.iter_mut().zip(self.kernels(axis, range)) {
            *seen += kernel.log_density(range, point);
        }
        self.seen = seen;
    }

    /// The logarithm of the density at the point that was looked at.
    pub(super) fn log_density(&self) -> f64 {
        let most = self.seen.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.seen.iter().map(|seen| (seen - most).exp()).sum();
        most + sum.ln() - self.weights.iter().sum::<f64>().ln()
    }

    fn kernels(&mut self, axis: usize, range: Range) -> &[Kernel] {
        let known = self.axes.iter().position(|(known, of, _)| *known == axis && *of == range);
        let place = known.unwrap_or_else(|| {
            self.axes.push((axis, range, kernels(&self.trials, axis, range)));
            self.axes.len() - 1
        });
        self.axes.get(place).map_or(&[], |(_, _, kernels)| kernels)
    }
}

/// What each of `trials` says of an axis, and at the end what is everywhere.
fn kernels(trials: &[&[(Range, Point)]], axis: usize, range: Range) -> Vec<Kernel> {
    let there = |trial: &&[(Range, Point)]| {
        trial.get(axis).filter(|(of, point)| *of == range && range.holds(*point)).map(|(_, point)| *point)
    };
    let points: Vec<Option<Point>> = trials.iter().map(there).collect();
    let count = points.iter().flatten().count();
    if let Range::Choice { count: choices } = range {
        let other = 1.0 / (count + 1) as f64;
        let kernel = |point: Option<Point>| match point {
            Some(Point::Choice(index)) => Kernel::Choice { index, count: choices, other },
            Some(Point::Float(_) | Point::Int(_)) | None => Kernel::Even,
        };
        return points.into_iter().map(kernel).chain([Kernel::Even]).collect();
    }
    let mut sorted: Vec<f64> = points.iter().flatten().map(|point| range.unit(*point)).collect();
    sorted.sort_by(f64::total_cmp);
    let narrowest = (1.0 / (count + 2) as f64).max(NARROWEST);
    let kernel = |point: Option<Point>| match point {
        None => Kernel::Even,
        Some(point) => {
            let middle = range.unit(point);
            Kernel::hill(middle, width(&sorted, middle).clamp(narrowest, 1.0))
        }
    };
    points.into_iter().map(kernel).chain([Kernel::hill(0.5, 1.0)]).collect()
}

/// How far it is from `middle` to the farther of its two neighbours among `sorted`, or to the ends where it stands alone.
fn width(sorted: &[f64], middle: f64) -> f64 {
    let place = sorted.partition_point(|other| *other < middle);
    let before = place.checked_sub(1).and_then(|place| sorted.get(place)).map(|other| middle - other);
    let after = sorted.get(place + 1).map(|other| other - middle);
    match (before, after) {
        (Some(before), Some(after)) => before.max(after),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => middle.max(1.0 - middle),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hill_reaches_to_its_farther_neighbour() {
        let sorted = [0.1, 0.2, 0.6];
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(width(&sorted, 0.1), 0.1));
        assert!(near(width(&sorted, 0.2), 0.4));
        assert!(near(width(&sorted, 0.6), 0.4));
        assert!(near(width(&[0.3], 0.3), 0.7));
    }

    #[test]
    fn a_value_of_another_range_says_nothing() {
        let range = |high| Range::Int { low: 1, high, step: 1, log: false };
        let trials = [[(range(9), Point::Int(3))], [(range(5), Point::Int(3))]];
        let found = kernels(&[&trials[0], &trials[1]], 0, range(9));
        assert!(matches!(found.as_slice(), [Kernel::Hill { .. }, Kernel::Even, Kernel::Hill { .. }]), "{found:?}");
    }
}
