//! Memory: the machine's, a container's, that of processes, and how often the kernel ended one for want of it. What cannot
//! be read limits nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rustix::process::Pid;

use super::processes::{below, children_of};
use crate::host::{Memory, Tree};

/// The memory of the machine, in bytes.
pub(crate) fn installed() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    field(&text, "MemTotal")
}

/// What a container leaves this process of it.
pub(crate) fn granted() -> Option<u64> {
    ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok())
}

/// What each process there has, of at most so many.
pub(crate) fn of(tree: Tree, most: usize) -> Vec<(Pid, Memory)> {
    let first = match tree {
        Tree::Below(pid) => vec![pid],
        Tree::Mine => children_of("self").unwrap_or_default(),
    };
    below(first, most).into_iter().filter_map(|pid| Some((pid, of_process(pid)?))).collect()
}

/// What the process has; `None` of one that is over.
fn of_process(pid: Pid) -> Option<Memory> {
    let text = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).ok()?;
    let own = sum(&text, &["RssAnon", "RssShmem"]);
    Some(Memory { high: field(&text, "VmHWM")?, own: own.unwrap_or(0) })
}

/// A process's part of what it has without files, where others have the same pages.
pub(crate) fn fair(pid: Pid) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", pid.as_raw_nonzero())).ok()?;
    sum(&text, &["Pss_Anon", "Pss_Shmem"]).or_else(|| field(&text, "Pss"))
}

fn sum(text: &str, names: &[&str]) -> Option<u64> {
    names.iter().map(|name| field(text, name)).try_fold(0_u64, |sum, field| Some(sum.saturating_add(field?)))
}

/// Bytes out of a line like `VmHWM: 1234 kB`.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The file with the number of killings that speaks of the fewest others, and the word before it.
static COUNTER: LazyLock<Option<(PathBuf, &str)>> = LazyLock::new(|| {
    let files = own_files().into_iter().chain([(PathBuf::from("/proc/vmstat"), "oom_kill")]);
    files.into_iter().find(|(path, word)| counted(path, word).is_some())
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

fn counted(path: &Path, word: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}

/// How often the kernel has ended a process for want of memory so far; `None` where nobody counts.
pub(crate) fn killings() -> Option<u64> {
    let (path, word) = COUNTER.as_ref()?;
    counted(path, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_the_kernel_writes_it() {
        let text = "VmHWM:\t   12 kB\nRssAnon:\t 1 kB\nRssShmem:\t 2 kB\nThreads:\t1\n";
        assert_eq!((field(text, "VmHWM"), field(text, "Vm"), field(text, "Threads")), (Some(12 << 10), None, None));
        assert_eq!(sum(text, &["RssAnon", "RssShmem"]), Some(3 << 10));
        assert_eq!(sum(text, &["RssAnon", "RssFile"]), None);
    }

    #[test]
    fn this_machine_counts() {
        assert!(killings().is_some());
        assert!(installed().is_some_and(|bytes| bytes > 1 << 20));
    }
}
