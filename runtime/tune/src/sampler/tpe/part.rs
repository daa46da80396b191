//! Trials that are compared with each other: all of them, or, where a space depends on itself, those that were in the
//! same part of it. What does well in one part says little of another.

use rand::rngs::StdRng;

use super::mixture::Mixture;
use super::{MOST_GOOD, Told};
use crate::sampler::Ranges;
use crate::{Point, Range};

/// A part in which fewer trials were is not looked at by itself.
const FEWEST: usize = 8;

/// Of the trials of a part the best quarter is held for the good ones: there are few of them.
const QUARTER: usize = 4;

/// The number of the part that is the whole space.
pub(super) const ALL: usize = 0;

/// All trials, and the parts of the space that candidates come into.
pub(super) struct Parts<'t>(Vec<Part<'t>>);

struct Part<'t> {
    /// The part that it belongs to, and what its trials had there: a range on an axis.
    within: Option<(usize, usize, Range)>,
    /// In the order in which they were told.
    trials: Vec<&'t Told>,
    /// By axis: the range that it was in all of them.
    same: Vec<Option<Range>>,
    good: Mixture<'t>,
    others: Mixture<'t>,
}

impl<'t> Part<'t> {
    fn new(within: Option<(usize, usize, Range)>, trials: Vec<&'t Told>, good: &[&'t Told]) -> Self {
        let others = trials.iter().filter(|told| good.iter().all(|good| good.trial != told.trial));
        let axes = trials.iter().map(|told| told.parameters.len()).max().unwrap_or(0);
        let same = |axis: usize| {
            let mut ranges = trials.iter().map(|told| told.parameters.get(axis).map(|(range, _)| *range));
            let first = ranges.next().flatten()?;
            ranges.all(|range| range == Some(first)).then_some(first)
        };
        Self {
            within,
            same: (0..axes).map(same).collect(),
            good: Mixture::new(good.iter().map(|told| told.parameters.as_slice()).collect()),
            others: Mixture::new(others.map(|told| told.parameters.as_slice()).collect()),
            trials,
        }
    }
}

impl<'t> Parts<'t> {
    /// `good` are the best of `trials`.
    pub(super) fn new(trials: Vec<&'t Told>, good: &[&'t Told]) -> Self {
        Self(vec![Part::new(None, trials, good)])
    }

    /// A candidate that begins with the points `chosen` and belongs to `part` up to there. It ends where it comes into a
    /// part of that one, whose number is the second answer.
    pub(super) fn candidate(
        &mut self,
        part: usize,
        chosen: &[Point],
        axes: usize,
        ranges: &mut Ranges<'_>,
        random: &mut StdRng,
    ) -> Option<(Vec<Point>, Option<usize>)> {
        let here = self.0.get_mut(part)?;
        here.good.restart();
        here.others.restart();
        let hill = here.good.draw(random);
        let mut points = Vec::with_capacity(axes);
        for axis in 0..axes {
            let range = ranges(axis, &points).filter(|range| !range.is_empty())?;
            if let Some(point) = chosen.get(axis) {
                points.push(*point);
                continue;
            }
            if let Some(inner) = self.inner(part, axis, range) {
                return Some((points, Some(inner)));
            }
            let here = self.0.get_mut(part)?;
            let point = here.good.point(hill, axis, range, random);
            here.good.see(axis, range, point);
            here.others.see(axis, range, point);
            points.push(point);
        }
        Some((points, None))
    }

    /// How much likelier the last candidate is among the good trials of `part` than among the others, as a logarithm.
    pub(super) fn worth(&self, part: usize) -> f64 {
        self.0.get(part).map_or(0.0, |part| part.good.log_density() - part.others.log_density())
    }

    /// The part of `part` in which all have this range on this axis, where not all of `part` have.
    fn inner(&mut self, part: usize, axis: usize, range: Range) -> Option<usize> {
        let outer = self.0.get(part)?;
        if outer.same.get(axis).copied().flatten() == Some(range) {
            return None;
        }
        let within = Some((part, axis, range));
        if let Some(known) = self.0.iter().position(|known| known.within == within) {
            return Some(known);
        }
        let had = |told: &&&Told| told.parameters.get(axis).is_some_and(|(of, _)| *of == range);
        let trials: Vec<&Told> = outer.trials.iter().filter(had).copied().collect();
        if trials.len() < FEWEST {
            return None;
        }
        let mut best = trials.clone();
        best.sort_by(|one, other| one.loss.total_cmp(&other.loss).then(one.trial.cmp(&other.trial)));
        best.truncate(trials.len().div_ceil(QUARTER).min(MOST_GOOD));
        self.0.push(Part::new(within, trials, &best));
        Some(self.0.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    /// Whether the first axis is 0 or 1 decides what the second may be; in each part the best is at another place.
    #[test]
    fn each_part_is_searched_by_what_did_well_in_it() {
        let choice = Range::Choice { count: 2 };
        let second = |kind: usize| Range::Float { low: 0.0, high: [1.0, 2.0][kind], inclusive: true, log: false };
        let told: Vec<Told> = (0..40_u32)
            .map(|trial| {
                let (kind, unit) = (usize::from(trial % 4 == 0), f64::from(trial) / 40.0);
                let best = [0.2, 0.8][kind];
                Told {
                    trial: trial.into(),
                    loss: (unit - best).abs() + 5.0 * kind as f64,
                    parameters: vec![(choice, Point::Choice(kind)), (second(kind), second(kind).at(unit))],
                }
            })
            .collect();
        let mut best: Vec<&Told> = told.iter().collect();
        best.sort_by(|one, other| one.loss.total_cmp(&other.loss));
        let mut parts = Parts::new(told.iter().collect(), &best[..4]);
        let mut random = StdRng::seed_from_u64(1);
        let mut near = |kind: usize, unit: f64| {
            let ranges = &mut |axis: usize, _: &[Point]| Some(if axis == 0 { choice } else { second(kind) });
            let chosen = [Point::Choice(kind)];
            let (points, inner) = parts.candidate(ALL, &chosen, 2, ranges, &mut random).unwrap();
            assert_eq!(points, chosen);
            let inner = inner.unwrap();
            let mut draw = || parts.candidate(inner, &chosen, 2, ranges, &mut random).unwrap().0[1];
            (0..200).filter(|_| (second(kind).unit(draw()) - unit).abs() < 0.25).count()
        };
        // Half of the range would be hit by chance.
        assert!(near(0, 0.2) > 130 && near(1, 0.8) > 130);
    }
}
