//! How long steps took in earlier runs, by where they stand in the plan. Knows nothing of what is done with it.

use rustc_hash::FxHashMap;

/// What a step takes of which nothing is known, in milliseconds.
const UNKNOWN: u64 = 1000;

/// Mean times by the steps' paths, the numbers of iterations left out: `main.all[].fit`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durations {
    known: FxHashMap<String, u64>,
    /// Of all that are known.
    mean: Option<u64>,
}

impl Durations {
    /// From paths without numbers and milliseconds.
    pub(crate) fn new(known: impl IntoIterator<Item = (String, u64)>) -> Self {
        let known: FxHashMap<String, u64> = known.into_iter().collect();
        let mean = known.values().sum::<u64>().checked_div(known.len() as u64);
        Self { known, mean }
    }

    /// What a step at that path is likely to take: as before, or as long as the others.
    pub(crate) fn milliseconds(&self, path: &str) -> u64 {
        self.known.get(path).copied().or(self.mean).unwrap_or(UNKNOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_takes_as_long_as_the_others() {
        let durations = Durations::new([("a".into(), 10), ("b".into(), 30)]);
        assert_eq!(["a", "b", "c"].map(|path| durations.milliseconds(path)), [10, 30, 20]);
        assert_eq!(Durations::default().milliseconds("a"), UNKNOWN);
    }
}
