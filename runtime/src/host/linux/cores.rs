//! The cores that this process may run on, and work that is kept to some of them.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The numbers of those that there are for this process; none where it cannot be said.
pub(crate) fn usable() -> Vec<usize> {
    let numbers = |set: CpuSet| (0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect();
    sched_getaffinity(None).map_or_else(|_| Vec::new(), numbers)
}

/// What `start` gives, called on these cores alone: what it starts stays there.
pub(crate) fn on_cores<T>(cores: &[usize], start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    if cores.is_empty() {
        return start();
    }
    let before = sched_getaffinity(None)?;
    let mut set = CpuSet::new();
    cores.iter().for_each(|core| set.set(*core));
    sched_setaffinity(None, &set)?;
    let started = start();
    sched_setaffinity(None, &before)?;
    started
}
