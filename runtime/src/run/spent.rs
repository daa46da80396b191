//! How long the sweeps of a run were under way before it was interrupted, as the journal's times tell it: from the start
//! of each to the last thing on record that belongs to it, in every session. Knows nothing of budgets.

use rustc_hash::FxHashMap;

/// What was seen of a run's sweeps so far.
#[derive(Default)]
pub(super) struct Searches {
    /// Of this session: when each sweep began and was seen last, in milliseconds.
    seen: FxHashMap<String, (i64, i64)>,
    /// Milliseconds of the sessions before.
    spent: FxHashMap<String, i64>,
}

impl Searches {
    /// Takes up a record of the run, in their order; `time` in milliseconds.
    pub(super) fn saw(&mut self, time: i64, kind: &str, step: &str) {
        match kind {
            "run_resumed" => self.end_session(),
            "sweep_started" => {
                self.seen.insert(step.to_owned(), (time, time));
            }
            _ if self.seen.is_empty() => {}
            _ => {
                // A step of trial 3 is called `main.tuned[3].fit`.
                let around = step.match_indices('[').filter_map(|(end, _)| step.get(..end));
                for path in around.chain([step]) {
                    if let Some((_, last)) = self.seen.get_mut(path) {
                        *last = time;
                    }
                }
            }
        }
    }

    fn end_session(&mut self) {
        for (step, (began, last)) in self.seen.drain() {
            *self.spent.entry(step).or_default() += (last - began).max(0);
        }
    }

    /// Nanoseconds by sweep.
    pub(super) fn spent(mut self) -> impl Iterator<Item = (String, i64)> {
        self.end_session();
        self.spent.into_iter().map(|(step, millis)| (step, millis.saturating_mul(1_000_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_counts_from_the_start_of_the_sweep_to_its_last_record() {
        let mut searches = Searches::default();
        for (time, kind, step) in [
            (0, "step_started", "main.load"),
            (100, "sweep_started", "main.tuned"),
            (110, "trial_started", "main.tuned"),
            (120, "sweep_started", "main.tuned[0].inner"),
            (160, "step_finished", "main.tuned[0].inner[2].fit"),
            (190, "step_finished", "main.tuned[0].fit"),
            // What comes after the sweep is none of it, whenever the run was interrupted.
            (900, "step_finished", "main.other"),
            (5000, "run_resumed", ""),
            (5001, "sweep_started", "main.tuned"),
            (5006, "trial_finished", "main.tuned"),
        ] {
            searches.saw(time, kind, step);
        }
        let mut spent: Vec<_> = searches.spent().collect();
        spent.sort();
        let millis = |path: &str, millis: i64| (path.to_owned(), millis * 1_000_000);
        assert_eq!(spent, [millis("main.tuned", 95), millis("main.tuned[0].inner", 40)]);
    }
}
