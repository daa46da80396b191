//! The instances of one `for`, counted. Knows nothing of how they are shown.

use standpipe_runtime::{Counts, Status};

use crate::render::plural;

/// How far a `for` is.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// Iterations, as soon as that is known.
    pub(super) count: Option<u64>,
    /// Steps of one iteration; 0 when it is not the same for all.
    pub(super) steps: u64,
    pub(super) ended: Counts,
    /// Sum of what its steps took.
    pub(super) seconds: f64,
    /// Tenths of it that were told.
    pub(super) tenths: u64,
    /// It was told that it is done.
    pub(super) told: bool,
}

impl Group {
    pub(super) fn take(&mut self, status: Status, seconds: f64) {
        self.ended.add(status);
        self.seconds += seconds;
    }

    pub(super) fn finished(&self) -> u64 {
        self.ended.all()
    }

    /// Steps that there will be, where that is known.
    pub(super) fn expected(&self) -> Option<u64> {
        self.count.filter(|_| self.steps > 0).map(|count| count.saturating_mul(self.steps))
    }

    pub(super) fn done(&self) -> bool {
        self.expected().is_some_and(|expected| self.finished() >= expected)
    }

    /// `3/12`, or how many steps have finished where nobody knows of how many.
    pub(super) fn progress(&self) -> String {
        match self.count.filter(|_| self.steps > 0) {
            Some(count) => format!("{}/{count}", (self.finished() / self.steps).min(count)),
            None => plural(self.finished(), "step"),
        }
    }

    /// `10 ran, 2 reused`.
    pub(super) fn counts(&self) -> String {
        let some: Vec<_> = self.ended.words().collect();
        if some.is_empty() { "nothing to do".into() } else { some.join(", ") }
    }

    /// Whether another tenth of a large group is done that was not told yet.
    pub(super) fn another_tenth(&mut self) -> bool {
        let Some(expected) = self.expected().filter(|expected| *expected > 0) else { return false };
        let tenths = self.finished().saturating_mul(10) / expected;
        let more = tenths > self.tenths;
        self.tenths = self.tenths.max(tenths);
        more
    }
}
