//! How much each parameter alone decides about the score: functional analysis of variance over a random forest (Hutter,
//! Hoos and Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter Importance", ICML 2014). The mathematics
//! are those of the crate `fanova`.

use std::num::NonZeroUsize;

use fanova::{FanovaOptions, RandomForestOptions};
use serde::Serialize;
use standpipe_runtime::history::{Scale, SweepHistory, TrialRow};

use crate::column::column;
use crate::rank::loss;
use crate::thin::evenly;

/// With fewer trials than this nothing can be said.
const LEAST: usize = 4;

/// So many trials are looked at, by so many trees: what it takes grows with the square of the trials, and more say the
/// same.
const MOST: usize = 500;
const TREES: NonZeroUsize = NonZeroUsize::new(64).expect("not zero");

/// What is known of one parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Importance {
    pub name: String,
    /// Which part of the variance of the first objective it explains alone, from 0 to 1. What is missing from 1 in the sum
    /// over all parameters is what they do together.
    pub share: f64,
    /// The standard deviation of `share` over the trees of the forest.
    pub spread: f64,
}

/// The parameters of `sweep`, the most important first; empty when too few trials have a score, or all the same.
///
/// Trials that were stopped count with the score they had.
#[must_use]
pub fn importances(sweep: &SweepHistory) -> Vec<Importance> {
    let scored: Vec<(&TrialRow, f64)> =
        sweep.trials.iter().filter_map(|trial| Some((trial, loss(sweep, trial, 0)?))).collect();
    let kept: Vec<(&TrialRow, f64)> =
        evenly(scored.len(), MOST).filter_map(|index| scored.get(index).copied()).collect();
    let (trials, losses): (Vec<&TrialRow>, Vec<f64>) = kept.into_iter().unzip();
    if trials.len() < LEAST || varies(&losses).is_none() {
        return Vec::new();
    }
    let features: Vec<Vec<f64>> = sweep.axes.iter().map(|axis| feature(&column(axis, &trials))).collect();
    // A parameter that was the same in all trials explains nothing, and has no width to integrate over.
    let varied: Vec<usize> =
        (0..features.len()).filter(|axis| features.get(*axis).is_some_and(|f| varies(f).is_some())).collect();
    let columns = varied.iter().filter_map(|axis| features.get(*axis).map(Vec::as_slice)).collect();
    let forest =
        FanovaOptions::new().random_forest(RandomForestOptions::new().seed(0).trees(TREES)).fit(columns, &losses);
    let mut forest = match forest {
        Ok(forest) if !varied.is_empty() => Some(forest),
        Ok(_) | Err(_) => None,
    };
    let mut all: Vec<Importance> = sweep
        .axes
        .iter()
        .enumerate()
        .map(|(index, axis)| {
            let place = varied.iter().position(|varied| *varied == index);
            let found = place.and_then(|place| forest.as_mut().map(|forest| forest.quantify_importance(&[place])));
            let (share, spread) = found.map_or((0.0, 0.0), |found| (found.mean, found.stddev));
            let finite = |number: f64| if number.is_finite() { number } else { 0.0 };
            Importance { name: axis.name.clone(), share: finite(share).clamp(0.0, 1.0), spread: finite(spread) }
        })
        .collect();
    all.sort_by(|a, b| b.share.total_cmp(&a.share));
    all
}

/// The column as the forest sees it: by magnitude where it is, and a missing value in the middle of the others.
fn feature(column: &crate::column::Column) -> Vec<f64> {
    let place = |value: f64| match column.scale {
        Scale::Log => value.ln(),
        Scale::Linear | Scale::Choice => value,
    };
    let known: Vec<f64> = column.values.iter().flatten().map(|value| place(*value)).collect();
    let middle = known.iter().sum::<f64>() / known.len().max(1) as f64;
    column.values.iter().map(|value| value.map_or(middle, place)).collect()
}

/// The least and largest of `values`, when they differ.
fn varies(values: &[f64]) -> Option<(f64, f64)> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (least < most).then_some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::sweep;

    /// The made-up score follows the rate most, others a little, and the seed not at all.
    #[test]
    fn what_decides_comes_first() {
        let found = importances(&sweep(300));
        assert_eq!(found[0].name, "rate");
        assert!(found[0].share > 0.4, "{found:?}");
        let seed = found.iter().find(|importance| importance.name == "seed").unwrap();
        assert!(seed.share < 0.05, "{found:?}");
        assert!(found.iter().map(|importance| importance.share).sum::<f64>() <= 1.0);
        assert_eq!(importances(&sweep(300)), found);
    }

    #[test]
    fn of_too_little_nothing_is_said() {
        assert_eq!(importances(&sweep(3)), []);
        let mut same = sweep(30);
        same.trials.iter_mut().for_each(|trial| trial.scores = vec![Some(1.0), Some(1.0)]);
        assert_eq!(importances(&same), []);
    }

    #[test]
    fn a_parameter_that_never_varied_explains_nothing() {
        let mut fixed = sweep(60);
        fixed.trials.iter_mut().for_each(|trial| trial.params[0].1 = serde_json::json!(0.1));
        let rate = importances(&fixed).into_iter().find(|importance| importance.name == "rate").unwrap();
        assert_eq!((rate.share, rate.spread), (0.0, 0.0));
    }
}
