//! Files that wait until there is nothing else to do.

use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

/// Files that are not open and wait to be looked at, each once.
#[derive(Default)]
pub(super) struct Resting {
    queue: VecDeque<Arc<Path>>,
    there: HashSet<Arc<Path>>,
}

impl Resting {
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<Arc<Path>> {
        let path = self.queue.pop_front()?;
        self.there.remove(&path);
        Some(path)
    }

    pub(super) fn add(&mut self, paths: impl IntoIterator<Item = Arc<Path>>) {
        for path in paths {
            if self.there.insert(Arc::clone(&path)) {
                self.queue.push_back(path);
            }
        }
    }
}
