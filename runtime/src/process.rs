//! Ends process trees: a process group, then what left it, found by a marker in its environment. Knows nothing of what
//! the processes are for.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::host::processes::marked;

/// The variable whose value marks the processes of one attempt or worker; children inherit it.
pub const MARKER: &str = "STANDPIPE_ATTEMPT";

/// The value of [`MARKER`] in every process of an attempt. Each session of a run counts its tickets anew.
#[must_use]
pub fn marker(run: &str, session: u32, ticket: u64, attempt: u32) -> String {
    format!("{run}/{session}.{ticket}.{attempt}")
}

/// Rounds of looking for what escaped: a process may fork while it is looked for.
const ROUNDS: u32 = 50;

/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(5);

/// Rounds of waiting for processes that show no environment yet: one that begins another program has none for a moment.
const PATIENCE: u32 = 20;

/// Rounds that must find nothing after one that found something. All processes are not looked at in one moment: of a chain
/// of them, each of which starts the next and ends, one round may see none.
const QUIET: u32 = 4;

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

/// Kills every process that carries the marker, until none is left; blocks meanwhile. `stirred`: some of them were ended
/// this moment, and may have started others.
pub fn kill_marked(marker: &str, stirred: bool) {
    let mut hunt = Hunt::new(marker);
    hunt.quiet = if stirred { QUIET } else { 0 };
    while hunt.goes_on() {
        std::thread::sleep(PAUSE);
    }
}

/// Rounds of killing what carries a marker.
struct Hunt<'m> {
    marker: &'m str,
    rounds: u32,
    patience: u32,
    quiet: u32,
}

impl<'m> Hunt<'m> {
    fn new(marker: &'m str) -> Self {
        Self { marker, rounds: ROUNDS, patience: PATIENCE, quiet: 0 }
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
        if found {
            self.quiet = QUIET;
        } else if unclear && self.patience > 0 {
            self.patience -= 1;
        } else if self.quiet > 0 {
            self.quiet -= 1;
        } else {
            return false;
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
}
