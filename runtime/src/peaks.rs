//! What memory steps took in their last attempts, by where they stand in the plan, and what is reserved for them the next
//! time where they declare none. Knows nothing of how that is measured, or of what is done with it.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// So many attempts are remembered of each place.
const LAST: usize = 5;

/// Bytes to reserve by the steps' paths, the numbers of iterations left out: `main.all[].fit`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peaks {
    known: FxHashMap<String, u64>,
}

impl Peaks {
    /// From paths without numbers and bytes to reserve.
    pub(crate) fn new(known: impl IntoIterator<Item = (String, u64)>) -> Self {
        Self { known: known.into_iter().collect() }
    }

    /// Bytes to reserve for a step at that path; none where nothing is known of it.
    pub(crate) fn reserved(&self, path: &str) -> Option<u64> {
        self.known.get(path).copied()
    }
}

/// What the last attempts at one place took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lately {
    /// The digest of what they ran, where it is known.
    body: String,
    /// Bytes, the oldest first.
    took: Vec<u64>,
}

impl Lately {
    /// One more attempt. What another body took says nothing of this one. An attempt that failed, perhaps before it had
    /// begun in earnest, counts only where it took more than the others.
    pub(crate) fn add(&mut self, body: Option<&str>, bytes: u64, succeeded: bool) {
        if let Some(body) = body.filter(|body| *body != self.body) {
            *self = Self { body: body.to_owned(), took: Vec::new() };
        }
        if succeeded || self.took.iter().all(|took| *took < bytes) {
            self.took.push(bytes);
            let surplus = self.took.len().saturating_sub(LAST);
            self.took.drain(..surplus);
        }
    }

    /// Bytes to reserve for the next: a quarter more than the most that one of them took.
    pub(crate) fn reserve(&self) -> Option<u64> {
        self.took.iter().max().map(|most| most.saturating_add(most / 4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_more_than_the_most_of_the_last_five_is_reserved() {
        let mut lately = Lately::default();
        assert_eq!(lately.reserve(), None);
        for bytes in [800, 100, 200, 300, 400] {
            lately.add(Some("one"), bytes, true);
        }
        assert_eq!(lately.reserve(), Some(1000));
        lately.add(Some("one"), 100, true);
        assert_eq!(lately.reserve(), Some(500));
    }

    #[test]
    fn a_failure_counts_where_it_took_more() {
        let mut lately = Lately::default();
        lately.add(Some("one"), 400, true);
        for _ in 0..LAST {
            lately.add(Some("one"), 8, false);
        }
        assert_eq!(lately.reserve(), Some(500));
        lately.add(None, 800, false);
        assert_eq!(lately.reserve(), Some(1000));
    }

    #[test]
    fn another_body_begins_anew() {
        let mut lately = Lately::default();
        lately.add(Some("one"), 800, true);
        lately.add(Some("two"), 8, true);
        assert_eq!(lately.reserve(), Some(10));
    }
}
