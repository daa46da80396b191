//! Ends process trees: a process group, then what left it, found by a marker in its environment. Knows nothing of what
//! the processes are for.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The variable whose value marks the processes of one attempt or worker; children inherit it.
pub const MARKER: &str = "STANDPIPE_ATTEMPT";

/// The value of [`MARKER`] in every process of an attempt.
#[must_use]
pub fn marker(run: &str, ticket: u64, attempt: u32) -> String {
    format!("{run}/{ticket}.{attempt}")
}

/// Rounds of looking for what escaped: a process may fork while it is looked for.
const ROUNDS: u32 = 50;

/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(5);

/// Rounds of waiting for processes that show no environment yet: one that begins another program has none for a moment.
const PATIENCE: u32 = 20;

/// Kills the process group led by `leader`, then every process whose environment has [`MARKER`] equal to `marker`,
/// until none is left.
pub async fn kill_tree(leader: u32, marker: &str) {
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // It may be gone already, which is what is wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let mut hunt = Hunt::new(marker);
    while hunt.goes_on() {
        tokio::time::sleep(PAUSE).await;
    }
}

/// Kills every process that carries the marker, until none is left; blocks meanwhile.
pub fn kill_marked(marker: &str) {
    let mut hunt = Hunt::new(marker);
    while hunt.goes_on() {
        std::thread::sleep(PAUSE);
    }
}

/// Rounds of killing what carries a marker.
struct Hunt<'m> {
    marker: &'m str,
    rounds: u32,
    patience: u32,
}

impl<'m> Hunt<'m> {
    fn new(marker: &'m str) -> Self {
        Self { marker, rounds: ROUNDS, patience: PATIENCE }
    }

    /// One round; whether another is needed, after a pause.
    fn goes_on(&mut self) -> bool {
        let (mut found, mut unclear) = (false, false);
        for (pid, mark) in marked(self.marker) {
            match mark {
                Mark::Ours => {
                    found = true;
                    let _ = kill_process(pid, Signal::KILL);
                }
                Mark::Unclear => unclear = true,
                Mark::Other => {}
            }
        }
        if !found {
            if !unclear || self.patience == 0 {
                return false;
            }
            self.patience -= 1;
        }
        self.rounds = self.rounds.saturating_sub(1);
        self.rounds > 0
    }
}

/// Whether a process belongs to a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Ours,
    Other,
    /// It shows no environment: it is about to begin a program, or to end, or was begun without one.
    Unclear,
}

impl Mark {
    /// What the process `pid` shows.
    pub fn of(pid: i32, marker: &str) -> Self {
        let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return Self::Other };
        if environment.is_empty() {
            return if lives(pid) { Self::Unclear } else { Self::Other };
        }
        let wanted = format!("{MARKER}={marker}");
        match environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()) {
            true => Self::Ours,
            false => Self::Other,
        }
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
fn marked(marker: &str) -> Vec<(Pid, Mark)> {
    let own = rustix::process::getpid();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .filter(|pid| *pid != own)
        .map(|pid| (pid, Mark::of(pid.as_raw_nonzero().get(), marker)))
        .filter(|(_, mark)| *mark != Mark::Other)
        .collect()
}

/// The children of a process, those of its threads included; `None` where the kernel keeps no such lists, or the process
/// is over. `process` is its number, or `self`.
pub(crate) fn children_of(process: &str) -> Option<Vec<Pid>> {
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
pub(crate) fn below(mut found: Vec<Pid>, most: usize) -> Vec<Pid> {
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
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn finds_what_left_the_group() {
        let marker = format!("escape-{}", std::process::id());
        let mut shell = Command::new("sh")
            .args(["-c", "setsid sleep 60 & sleep 60"])
            .env(MARKER, &marker)
            .process_group(0)
            .spawn()
            .expect("sh is there");
        let ours = || marked(&marker).into_iter().filter(|(_, mark)| *mark == Mark::Ours).count();
        while ours() < 3 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(kill_tree(shell.id(), &marker));
        assert_eq!(ours(), 0);
        shell.wait().expect("it was ours");
    }

    #[test]
    fn a_program_without_an_environment_is_unclear_and_a_zombie_is_not() {
        let mut sleeper = Command::new("sleep").arg("60").env_clear().spawn().expect("sleep is there");
        let pid = i32::try_from(sleeper.id()).expect("a small number");
        while fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.starts_with(b"sleep")) {}
        assert_eq!(Mark::of(pid, "any"), Mark::Unclear);
        sleeper.kill().expect("it is ours");
        while !fs::read_to_string(format!("/proc/{pid}/stat")).expect("it is not reaped").contains(") Z ") {}
        assert_eq!(Mark::of(pid, "any"), Mark::Other);
        sleeper.wait().expect("it was ours");
    }
}
