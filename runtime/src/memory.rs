//! Whether the kernel has killed processes for want of memory: a number that it counts, before and after. Knows nothing
//! of whose they were.

use std::time::{Duration, Instant};

use crate::host::measure::killings as count;

/// A number older than this is not what it was when an attempt begins.
const FRESH: Duration = Duration::from_secs(1);

/// The kernel's killings since something began.
#[derive(Debug, Default)]
pub(crate) struct Killings {
    /// The number at `read`.
    known: Option<u64>,
    read: Option<Instant>,
}

impl Killings {
    /// Something begins now.
    pub(crate) fn begin(&mut self) {
        if self.read.is_none_or(|read| read.elapsed() > FRESH) {
            self.known = count();
            self.read = Some(Instant::now());
        }
    }

    /// Whether there were any since it began.
    pub(crate) fn any(&self) -> bool {
        self.known.is_some_and(|known| count().is_some_and(|now| now > known))
    }

    /// The next thing begins soon after this one's end.
    pub(crate) fn ended(&mut self) {
        self.known = count();
        self.read = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_was_killed_just_now() {
        let mut killings = Killings::default();
        killings.begin();
        assert!(!killings.any());
    }
}
