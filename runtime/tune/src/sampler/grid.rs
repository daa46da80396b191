//! Every combination once, the last axis turning fastest; an axis may have other values for each value of those before.

use super::{Ranges, Sampler};
use crate::{Point, Range};

#[derive(Default)]
pub(super) struct Grid {
    /// The combination given out last: an index on each axis.
    last: Option<Vec<u64>>,
    over: bool,
}

impl Grid {
    /// The points at `indices`; axes behind them start at 0. `Err` with the first axis whose index is too large.
    fn points(indices: &mut Vec<u64>, axes: usize, ranges: &mut Ranges<'_>) -> Option<Result<Vec<Point>, usize>> {
        let mut points = Vec::with_capacity(axes);
        for axis in 0..axes {
            let range = ranges(axis, &points).filter(|range| !range.is_empty())?;
            if indices.len() <= axis {
                indices.push(0);
            }
            let index = *indices.get(axis)?;
            if index >= range.count()? {
                return Some(Err(axis));
            }
            points.push(range.nth(index));
        }
        Some(Ok(points))
    }
}

impl Sampler for Grid {
    fn ask(&mut self, _trial: u64, axes: usize, ranges: &mut Ranges<'_>) -> Option<Vec<Point>> {
        if self.over {
            return None;
        }
        let mut indices = match self.last.take() {
            None => Vec::new(),
            Some(mut indices) => {
                *indices.last_mut()? += 1;
                indices
            }
        };
        loop {
            match Self::points(&mut indices, axes, ranges)? {
                Ok(points) => {
                    self.last = Some(indices);
                    return Some(points);
                }
                Err(0) => {
                    self.over = true;
                    return None;
                }
                Err(axis) => {
                    indices.truncate(axis);
                    *indices.last_mut()? += 1;
                }
            }
        }
    }

    fn tell(&mut self, _trial: u64, _parameters: &[(Range, Point)], _loss: f64) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_comes_once() {
        let ranges = &mut |axis: usize, before: &[Point]| {
            Some(match (axis, before) {
                (0, _) => Range::Int { low: 1, high: 2, step: 1, log: false },
                (1, [Point::Int(1), ..]) => Range::Choice { count: 2 },
                (1, _) => Range::Choice { count: 1 },
                _ => Range::Steps { low: 0.5, step: 0.25, count: 2 },
            })
        };
        let mut grid = Grid::default();
        let all: Vec<_> = (0..).map_while(|trial| grid.ask(trial, 3, ranges)).collect();
        let row = |first, second, third| vec![Point::Int(first), Point::Choice(second), Point::Float(third)];
        assert_eq!(
            all,
            [row(1, 0, 0.5), row(1, 0, 0.75), row(1, 1, 0.5), row(1, 1, 0.75), row(2, 0, 0.5), row(2, 0, 0.75)]
        );
        assert_eq!(grid.ask(9, 3, ranges), None);
    }
}
