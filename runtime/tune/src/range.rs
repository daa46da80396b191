//! The values that a parameter may take in one trial, and their place between 0 and 1, which is all that samplers see.

/// A value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Point {
    Float(f64),
    Int(i64),
    /// By its place in the list of choices.
    Choice(usize),
}

/// What a parameter may be. Floats and Ints have an order, choices have none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// From `low` to `high`, `high` itself included when `inclusive`.
    Float {
        low: f64,
        high: f64,
        inclusive: bool,
        log: bool,
    },
    /// `low`, `low + step`, … : so many of them.
    Steps {
        low: f64,
        step: f64,
        count: u64,
    },
    /// From `low` to `high`, both included, or every `step`th of them; by magnitude when `log` (then `step` is 1).
    Int {
        low: i64,
        high: i64,
        step: i64,
        log: bool,
    },
    Choice {
        count: usize,
    },
}

impl Range {
    /// How many values there are; `None` for a continuum.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        match *self {
            Self::Float { low, high, .. } => (low >= high).then_some(1),
            Self::Steps { count, .. } => Some(count),
            Self::Int { low, high, step, .. } => {
                let span = i128::from(high) - i128::from(low);
                u64::try_from(span / i128::from(step.max(1)) + 1).ok()
            }
            Self::Choice { count } => Some(count as u64),
        }
    }

    /// Whether there is a value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match *self {
            Self::Float { low, high, inclusive, .. } => !(low < high || inclusive && low == high),
            Self::Steps { count, .. } => count == 0,
            Self::Int { low, high, .. } => low > high,
            Self::Choice { count } => count == 0,
        }
    }

    /// Whether its values have no order.
    #[must_use]
    pub fn unordered(&self) -> bool {
        matches!(self, Self::Choice { .. })
    }

    /// The `index`th value, from 0, of a range that can be counted.
    #[must_use]
    pub fn nth(&self, index: u64) -> Point {
        match *self {
            Self::Float { low, .. } => Point::Float(low),
            Self::Steps { low, step, .. } => Point::Float(low + step * index as f64),
            Self::Int { low, step, .. } => {
                let value = i128::from(low) + i128::from(step.max(1)) * i128::from(index);
                Point::Int(i64::try_from(value).unwrap_or(i64::MAX))
            }
            Self::Choice { .. } => Point::Choice(usize::try_from(index).unwrap_or(usize::MAX)),
        }
    }

    /// The value at `unit`, a place in 0..=1: equal stretches of it hold equally many values, or equal magnitudes.
    #[must_use]
    pub fn at(&self, unit: f64) -> Point {
        let unit = unit.clamp(0.0, 1.0);
        match *self {
            Self::Float { low, high, inclusive, log } => {
                let value = match log {
                    true => (low.ln() + unit * (high.ln() - low.ln())).exp(),
                    false => low + unit * (high - low),
                };
                let value = value.clamp(low, high);
                Point::Float(if inclusive || value < high { value } else { high.next_down().max(low) })
            }
            Self::Int { low, high, log: true, .. } => {
                let (from, to) = ((low as f64 - 0.5).max(0.5).ln(), (high as f64 + 0.5).ln());
                Point::Int(((from + unit * (to - from)).exp().round() as i64).clamp(low, high))
            }
            Self::Steps { .. } | Self::Int { .. } | Self::Choice { .. } => {
                let count = self.count().unwrap_or(1).max(1);
                self.nth(((unit * count as f64) as u64).min(count - 1))
            }
        }
    }

    /// The stretch of 0..=1 that gives `point`: of no width in a continuum.
    #[must_use]
    pub(crate) fn stretch(&self, point: Point) -> (f64, f64) {
        let unit = self.unit(point);
        match (*self, point) {
            (Self::Float { .. }, _) => (unit, unit),
            (Self::Int { low, high, log: true, .. }, Point::Int(value)) => {
                let (from, to) = ((low as f64 - 0.5).max(0.5).ln(), (high as f64 + 0.5).ln());
                let end = |end: f64| ((end.max(0.5).ln() - from) / (to - from)).clamp(0.0, 1.0);
                (end(value as f64 - 0.5), end(value as f64 + 0.5))
            }
            (Self::Steps { .. } | Self::Int { .. } | Self::Choice { .. }, _) => {
                let half = 0.5 / self.count().unwrap_or(1).max(1) as f64;
                ((unit - half).max(0.0), (unit + half).min(1.0))
            }
        }
    }

    /// The place of `point` in 0..=1: the middle of the stretch that holds it.
    #[must_use]
    pub fn unit(&self, point: Point) -> f64 {
        let place = match (*self, point) {
            (Self::Float { low, high, log, .. }, Point::Float(value)) => match log {
                true => (value.ln() - low.ln()) / (high.ln() - low.ln()),
                false => (value - low) / (high - low),
            },
            (Self::Int { low, high, log: true, .. }, Point::Int(value)) => {
                let (from, to) = ((low as f64 - 0.5).max(0.5).ln(), (high as f64 + 0.5).ln());
                ((value as f64).ln() - from) / (to - from)
            }
            (Self::Steps { low, step, count }, Point::Float(value)) => {
                (((value - low) / step).round() + 0.5) / count as f64
            }
            (Self::Int { low, step, .. }, Point::Int(value)) => {
                let index = (value as f64 - low as f64) / step.max(1) as f64;
                (index + 0.5) / self.count().unwrap_or(1).max(1) as f64
            }
            (Self::Choice { count }, Point::Choice(index)) => (index as f64 + 0.5) / count as f64,
            // A value of another kind of range stands nowhere in particular.
            _ => 0.5,
        };
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.5 }
    }

    /// Whether `point` is one of its values.
    #[must_use]
    pub fn holds(&self, point: Point) -> bool {
        match (*self, point) {
            (Self::Float { low, high, inclusive, .. }, Point::Float(value)) => {
                low <= value && (value < high || value == high && (inclusive || low == high))
            }
            (Self::Steps { low, step, count }, Point::Float(value)) => {
                let index = ((value - low) / step).round();
                index >= 0.0 && index < count as f64 && value == low + step * index
            }
            (Self::Int { low, high, step, .. }, Point::Int(value)) => {
                low <= value && value <= high && (i128::from(value) - i128::from(low)) % i128::from(step.max(1)) == 0
            }
            (Self::Choice { count }, Point::Choice(index)) => index < count,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranges() -> impl Strategy<Value = Range> {
        prop_oneof![
            (-1e6..1e6f64, 1e-3..1e6f64, any::<bool>()).prop_map(|(low, width, inclusive)| Range::Float {
                low,
                high: low + width,
                inclusive,
                log: false
            }),
            (1e-6..10.0f64, 1.001..1e6f64, any::<bool>()).prop_map(|(low, times, inclusive)| Range::Float {
                low,
                high: low * times,
                inclusive,
                log: true
            }),
            (-100.0..100.0f64, 0.01..10.0f64, 1..50u64).prop_map(|(low, step, count)| Range::Steps {
                low,
                step,
                count
            }),
            (-1000..1000i64, 0..1000i64, 1..20i64).prop_map(|(low, width, step)| Range::Int {
                low,
                high: low + width,
                step,
                log: false
            }),
            (1..100i64, 0..100_000i64).prop_map(|(low, width)| Range::Int {
                low,
                high: low + width,
                step: 1,
                log: true
            }),
            (1..20usize).prop_map(|count| Range::Choice { count }),
        ]
    }

    proptest! {
        #[test]
        fn what_stands_at_a_place_belongs_to_the_range_and_stands_there(range in ranges(), unit in 0.0..=1.0f64) {
            let point = range.at(unit);
            prop_assert!(range.holds(point), "{range:?} at {unit} is {point:?}");
            match (range.count(), point, range.at(range.unit(point))) {
                // In a continuum the way there and back rounds.
                (None, Point::Float(value), Point::Float(back)) => {
                    prop_assert!((value - back).abs() <= 1e-9 * value.abs().max(1.0), "{value} {back}");
                }
                (_, _, back) => prop_assert_eq!(back, point),
            }
        }
    }

    #[test]
    fn logarithms_give_magnitudes_equal_room() {
        let range = Range::Float { low: 0.001, high: 10.0, inclusive: true, log: true };
        let Point::Float(middle) = range.at(0.5) else { panic!("a Float") };
        assert!((middle - 0.1).abs() < 1e-12, "{middle}");
    }

    #[test]
    fn the_ends_of_a_range_of_ints_are_as_likely_as_its_middle() {
        let range = Range::Int { low: 2, high: 5, step: 1, log: false };
        let at: Vec<_> = [0.0, 0.24, 0.25, 0.5, 0.75, 1.0].map(|unit| range.at(unit)).to_vec();
        assert_eq!(at, [2, 2, 3, 4, 5, 5].map(Point::Int));
        assert_eq!(range.count(), Some(4));
    }
}
