//! The table of processes, as the kernel shows it in files: who carries a mark, who is below whom.

use std::fs;

use rustix::process::Pid;

use crate::process::{MARKER, Mark};

/// What the process `pid` shows of the mark.
pub(crate) fn mark_of(pid: i32, marker: &str) -> Mark {
    let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return Mark::Other };
    if environment.is_empty() {
        return if lives(pid) { Mark::Unclear } else { Mark::Other };
    }
    let wanted = format!("{MARKER}={marker}");
    match environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()) {
        true => Mark::Ours,
        false => Mark::Other,
    }
}

/// The kernel's own threads never have an environment: a bit of the flags, the 9th field of `stat` (proc(5)).
const KERNEL_THREAD: u32 = 0x0020_0000;

/// Whether the process still has a way to go: it is no thread of the kernel, and not dead and waiting to be reaped.
fn lives(pid: i32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let mut behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let state = behind_name.next().unwrap_or("X");
    let flags = behind_name.nth(5).and_then(|flags| flags.parse().ok()).unwrap_or(KERNEL_THREAD);
    !matches!(state, "Z" | "X") && flags & KERNEL_THREAD == 0
}

/// The living processes that carry the marker, or may.
pub(crate) fn marked(marker: &str) -> Vec<(Pid, Mark)> {
    let own = rustix::process::getpid();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .filter(|pid| *pid != own)
        .map(|pid| (pid, mark_of(pid.as_raw_nonzero().get(), marker)))
        .filter(|(_, mark)| *mark != Mark::Other)
        .collect()
}

/// Whether a process with the marker lives, or may, that is younger than `leader`: everything that it started is. Looks at
/// the few numbers given out since, and at no more than `few`; `None` where they are more.
pub(crate) fn younger_marked(leader: i32, marker: &str, few: i32) -> Option<bool> {
    let last = last_pid().filter(|last| *last >= leader && last - leader <= few)?;
    Some((leader + 1..=last).any(|pid| mark_of(pid, marker) != Mark::Other))
}

/// The number that was given out last.
fn last_pid() -> Option<i32> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().last()?.parse().ok()
}

/// The children of a process, those of its threads included; `None` where the kernel keeps no such lists, or the process
/// is over. `process` is its number, or `self`.
pub(super) fn children_of(process: &str) -> Option<Vec<Pid>> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let lists: Option<Vec<String>> =
        threads.flatten().map(|thread| fs::read_to_string(thread.path().join("children")).ok()).collect();
    Some(
        lists?
            .iter()
            .flat_map(|list| list.split_whitespace())
            .filter_map(|pid| Pid::from_raw(pid.parse().ok()?))
            .collect(),
    )
}

/// These processes, their children, and theirs, until there are `most` of them.
pub(super) fn below(mut found: Vec<Pid>, most: usize) -> Vec<Pid> {
    let mut looked = 0;
    while looked < found.len() && found.len() < most {
        let pid = found[looked].as_raw_nonzero().to_string();
        found.extend(children_of(&pid).unwrap_or_default());
        looked += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_program_without_an_environment_is_unclear_and_a_zombie_is_not() {
        let mut sleeper = Command::new("sleep").arg("60").env_clear().spawn().expect("sleep is there");
        let pid = i32::try_from(sleeper.id()).expect("a small number");
        while fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.starts_with(b"sleep")) {}
        assert_eq!(mark_of(pid, "any"), Mark::Unclear);
        sleeper.kill().expect("it is ours");
        while !fs::read_to_string(format!("/proc/{pid}/stat")).expect("it is not reaped").contains(") Z ") {}
        assert_eq!(mark_of(pid, "any"), Mark::Other);
        sleeper.wait().expect("it was ours");
    }
}
