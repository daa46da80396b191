//! WHICH parameters a trial gets. A sampler is a file and a line of [`SAMPLERS`]. Values told to samplers are losses:
//! the smaller the better.

mod cma_es;
mod grid;
mod random;
mod sobol;
mod tpe;

use crate::{Point, Range};

/// What a parameter may be once those before it are chosen; `None` when that cannot be said.
pub type Ranges<'r> = dyn FnMut(usize, &[Point]) -> Option<Range> + 'r;

/// Chooses parameters.
pub trait Sampler {
    /// The parameters of trial `trial` on `axes` axes; `None` when nothing is left to try, or a range cannot be said.
    fn ask(&mut self, trial: u64, axes: usize, ranges: &mut Ranges<'_>) -> Option<Vec<Point>>;

    /// Trial `trial` had these parameters and that loss. An infinite loss is a trial that failed.
    fn tell(&mut self, trial: u64, parameters: &[(Range, Point)], loss: f64);

    /// The same of a trial of an earlier search, before the first trial is asked for. Its number is none of this search's.
    fn learn(&mut self, trial: u64, parameters: &[(Range, Point)], loss: f64) {
        self.tell(trial, parameters, loss);
    }
}

/// A sampler by its name.
#[derive(Clone, Copy)]
pub struct SamplerKind {
    pub name: &'static str,
    pub new: fn(seed: u64) -> Box<dyn Sampler>,
}

/// `asha` and `hyperband` draw at random: what makes them is their pruner.
pub const SAMPLERS: &[SamplerKind] = &[
    SamplerKind { name: "grid", new: |_| Box::new(grid::Grid::default()) },
    SamplerKind { name: "random", new: |seed| Box::new(random::Random::new(seed)) },
    SamplerKind { name: "sobol", new: |seed| Box::new(sobol::Sobol::new(seed)) },
    SamplerKind { name: "tpe", new: |seed| Box::new(tpe::Tpe::new(seed)) },
    SamplerKind { name: "asha", new: |seed| Box::new(random::Random::new(seed)) },
    SamplerKind { name: "hyperband", new: |seed| Box::new(random::Random::new(seed)) },
    SamplerKind { name: "cma_es", new: |seed| Box::new(cma_es::CmaEs::new(seed)) },
];

/// Asks for each axis in turn, with what is already chosen.
fn each_axis(
    axes: usize,
    ranges: &mut Ranges<'_>,
    mut choose: impl FnMut(usize, Range) -> Point,
) -> Option<Vec<Point>> {
    let mut points = Vec::with_capacity(axes);
    for axis in 0..axes {
        let range = ranges(axis, &points).filter(|range| !range.is_empty())?;
        points.push(choose(axis, range));
    }
    Some(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A space in which the second axis depends on the first.
    fn ranges(axis: usize, before: &[Point]) -> Option<Range> {
        Some(match (axis, before) {
            (0, _) => Range::Choice { count: 2 },
            (1, [Point::Choice(0), ..]) => Range::Int { low: 1, high: 3, step: 1, log: false },
            (1, _) => Range::Int { low: 10, high: 11, step: 1, log: false },
            _ => Range::Float { low: 0.01, high: 1.0, inclusive: true, log: true },
        })
    }

    #[test]
    fn every_sampler_stays_in_a_space_that_depends_on_itself_and_repeats_itself() {
        for kind in SAMPLERS.iter().filter(|kind| kind.name != "grid") {
            let run = || {
                let mut sampler = (kind.new)(7);
                let mut all = Vec::new();
                for trial in 0..40 {
                    let points = sampler.ask(trial, 3, &mut ranges).expect("there is always more");
                    let told: Vec<_> =
                        (0..3).map(|axis| (ranges(axis, &points[..axis]).unwrap(), points[axis])).collect();
                    assert!(told.iter().all(|(range, point)| range.holds(*point)), "{}: {told:?}", kind.name);
                    let Point::Float(rate) = points[2] else { panic!("a Float") };
                    sampler.tell(trial, &told, if trial % 7 == 3 { f64::INFINITY } else { (rate - 0.1).abs() });
                    all.push(points);
                }
                all
            };
            assert_eq!(run(), run(), "{}", kind.name);
        }
    }

    #[test]
    fn a_range_without_a_value_ends_the_search() {
        for kind in SAMPLERS {
            let empty = &mut |_: usize, _: &[Point]| Some(Range::Int { low: 2, high: 1, step: 1, log: false });
            assert_eq!((kind.new)(1).ask(0, 1, empty), None, "{}", kind.name);
        }
    }
}
