//! Whether the kernel has killed processes for want of memory: a number that it counts, before and after. Knows nothing
//! of whose they were.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// A number older than this is not what it was when an attempt begins.
const FRESH: Duration = Duration::from_secs(1);

/// The file with the number that speaks of the fewest others, and the word before it.
static COUNTER: LazyLock<Option<(PathBuf, &str)>> = LazyLock::new(|| {
    let files = own_files().into_iter().chain([(PathBuf::from("/proc/vmstat"), "oom_kill")]);
    files.into_iter().find(|(path, word)| read(path, word).is_some())
});

/// The files of this process's own control group, version 2 before version 1; the root's say nothing.
fn own_files() -> Vec<(PathBuf, &'static str)> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else { continue };
        let group = group.trim_start_matches('/');
        if group.is_empty() {
            continue;
        }
        if controllers.is_empty() {
            let places = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].map(PathBuf::from);
            files.extend(places.map(|place| (place.join(group).join("memory.events"), "oom_kill")));
        } else if controllers.split(',').any(|name| name == "memory") {
            let folder = PathBuf::from("/sys/fs/cgroup/memory").join(group);
            files.push((folder.join("memory.oom_control"), "oom_kill"));
        }
    }
    files
}

fn read(path: &std::path::Path, word: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}

fn count() -> Option<u64> {
    let (path, word) = COUNTER.as_ref()?;
    read(path, word)
}

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
    fn this_machine_counts_and_nothing_was_killed_just_now() {
        assert!(count().is_some());
        let mut killings = Killings::default();
        killings.begin();
        assert!(!killings.any());
    }
}
