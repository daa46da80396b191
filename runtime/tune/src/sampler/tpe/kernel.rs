//! What one trial says of one axis: a hill around the value that it had. Densities are by the place between 0 and 1, so
//! that 1 is the density of what is spread evenly.

use std::f64::consts::{PI, SQRT_2};

use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::{Point, Range};

/// A stretch narrower than this is a point: between its ends the normal distribution does not change.
const NARROW: f64 = 1e-3;

/// So often is a value drawn that must lie between 0 and 1; more than a third of all do.
const DRAWS: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kernel {
    /// Says nothing of this axis.
    Even,
    /// A normal distribution cut off at 0 and 1; `inside` is how much of it lies between.
    Hill { middle: f64, width: f64, inside: f64 },
    /// One of `count` choices, of which each other has the weight `other` beside 1 + `other`.
    Choice { index: usize, count: usize, other: f64 },
}

impl Kernel {
    pub(super) fn hill(middle: f64, width: f64) -> Self {
        Self::Hill { middle, width, inside: between(middle, width, 0.0, 1.0).max(f64::MIN_POSITIVE) }
    }

    /// A value drawn from it.
    pub(super) fn draw(&self, range: Range, random: &mut StdRng) -> Point {
        match *self {
            Self::Even => range.at(random.random()),
            Self::Hill { middle, width, .. } => {
                let mut draws = (0..DRAWS).map(|_| middle + width * normal(random));
                range.at(draws.find(|unit| (0.0..=1.0).contains(unit)).unwrap_or(middle))
            }
            Self::Choice { index, count, other } => {
                let mut left = random.random::<f64>() * (1.0 + other * count as f64);
                for choice in 0..count {
                    left -= other + f64::from(u8::from(choice == index));
                    if left < 0.0 {
                        return Point::Choice(choice);
                    }
                }
                Point::Choice(index)
            }
        }
    }

    /// The logarithm of its density at `point`.
    pub(super) fn log_density(&self, range: Range, point: Point) -> f64 {
        match (*self, point) {
            (Self::Even, _) => 0.0,
            (Self::Choice { index, count, other }, Point::Choice(choice)) => {
                let weight = other + f64::from(u8::from(choice == index));
                (weight * count as f64 / (1.0 + other * count as f64)).ln()
            }
            (Self::Choice { .. }, Point::Float(_) | Point::Int(_)) => 0.0,
            (Self::Hill { middle, width, inside }, _) => {
                let (from, to) = range.stretch(point);
                let density = if to - from < NARROW {
                    let far = (range.unit(point) - middle) / width;
                    (-0.5 * far * far).exp() / (width * (2.0 * PI).sqrt())
                } else {
                    between(middle, width, from, to) / (to - from)
                };
                (density / inside).max(f64::MIN_POSITIVE).ln()
            }
        }
    }
}

/// How much of a normal distribution lies between `from` and `to`.
fn between(middle: f64, width: f64, from: f64, to: f64) -> f64 {
    let below = |at: f64| 0.5 * (1.0 + erf((at - middle) / width / SQRT_2));
    (below(to) - below(from)).max(0.0)
}

/// The error function, within 1.5e-7 (Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.26).
fn erf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let sum = series.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    (1.0 - sum * (-x * x).exp()).copysign(x)
}

/// A number of the standard normal distribution (Box and Muller).
fn normal(random: &mut StdRng) -> f64 {
    let (far, angle): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - far).ln()).sqrt() * (2.0 * PI * angle).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function() {
        for (x, value) in [(0.0, 0.0), (0.5, 0.520_499_878), (-1.0, -0.842_700_793), (3.0, 0.999_977_910)] {
            assert!((erf(x) - value).abs() < 2e-7, "{x}");
        }
    }

    /// The mean density over a range is that of what is spread evenly.
    #[test]
    fn a_density_is_one_in_the_mean() {
        let float = Range::Float { low: 0.0, high: 4.0, inclusive: true, log: false };
        let int = Range::Int { low: 1, high: 5, step: 1, log: false };
        let log = Range::Int { low: 1, high: 300, step: 1, log: true };
        for (kernel, range) in [
            (Kernel::hill(0.1, 0.05), float),
            (Kernel::hill(0.5, 1.0), float),
            (Kernel::hill(0.9, 0.1), int),
            (Kernel::hill(0.3, 0.02), log),
            (Kernel::Choice { index: 2, count: 5, other: 0.2 }, Range::Choice { count: 5 }),
        ] {
            let places = 20_000;
            let density = |place: i32| {
                let point = range.at((f64::from(place) + 0.5) / f64::from(places));
                kernel.log_density(range, point).exp()
            };
            let mean = (0..places).map(density).sum::<f64>() / f64::from(places);
            assert!((mean - 1.0).abs() < 0.01, "{kernel:?} {mean}");
        }
    }
}
