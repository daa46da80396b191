//! What was seen below a process while it ran. Whoever loses its parent is the first process's child from then on, and
//! nobody can say any more where it came from: so it is remembered.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet};
use rustix::process::{Pid, Signal, kill_process};

use super::table::Table;
use crate::process::kill_marked;

/// How long it is tried to end them: what hangs in the kernel, or belongs to another user, cannot be ended.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time from the beginning to the first look. Each further one waits twice as long as the one before, up to `LONGEST`.
const FIRST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(200);
/// A look may take one part in so many of the time.
const SHARE: u32 = 20;
/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(2);

/// A process and those seen below it.
#[derive(Debug)]
pub(crate) struct Kin {
    first: Pid,
    marker: String,
    /// When the first began, once that was seen: its number may have been given to another since.
    began: Cell<Option<u64>>,
    /// The same of each.
    seen: RefCell<FxHashMap<Pid, u64>>,
}

impl Kin {
    /// Of a process that has just begun, which has `marker` in its environment.
    pub(crate) fn of(first: Pid, marker: &str) -> Self {
        Self { first, marker: marker.to_owned(), began: Cell::default(), seen: RefCell::default() }
    }

    /// Remembers what is below it, now and then, for as long as it is asked to: often when it has just begun, which is
    /// when programs leave.
    pub(crate) async fn look(&self) -> Infallible {
        let mut wait = FIRST;
        loop {
            tokio::time::sleep(wait).await;
            let begun = Instant::now();
            self.see(&Table::plain());
            wait = (wait * 2).min(LONGEST).max(begun.elapsed() * SHARE);
        }
    }

    /// Remembers what is below the first, which has not been waited for.
    fn see(&self, table: &Table) {
        if self.began.get().is_none() {
            self.began.set(table.began(self.first));
        }
        self.remember(table);
    }

    fn remember(&self, table: &Table) {
        let mut seen = self.seen.borrow_mut();
        seen.retain(|pid, began| table.began(*pid) == Some(*began));
        let first = table.began(self.first).filter(|began| self.began.get() == Some(*began)).map(|_| self.first);
        let known: Vec<Pid> = seen.keys().copied().chain(first).collect();
        for pid in table.below(&known) {
            seen.extend(table.began(pid).map(|began| (pid, began)));
        }
    }

    /// Ends all that was seen, and what is below it, and what carries the marker; how many could not be ended.
    pub(crate) fn end(&self) -> usize {
        self.end_with(&|_| Vec::new())
    }

    /// The same with what `others` names besides.
    pub(super) fn end_with(&self, others: &dyn Fn(&Table) -> Vec<Pid>) -> usize {
        let begun = Instant::now();
        let mut ended = false;
        loop {
            let table = Table::plain();
            self.remember(&table);
            let mut all = others(&table);
            all.extend(table.below(&all));
            all.extend(self.seen.borrow().keys());
            if all.is_empty() {
                break;
            }
            if begun.elapsed() > PATIENCE {
                let all: FxHashSet<Pid> = all.into_iter().collect();
                return all.len();
            }
            ended = true;
            for pid in all {
                // It may have ended this moment, which is what is wanted.
                let _ = kill_process(pid, Signal::KILL);
            }
            std::thread::sleep(PAUSE);
        }
        if !self.marker.is_empty() {
            kill_marked(&self.marker, ended);
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    use super::*;

    /// The second of two that sleep has left the group, and its parent has ended; neither shows a mark.
    #[test]
    fn what_was_seen_is_found_when_its_parent_is_gone() {
        let sleeper = "import os, sys, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(0.2)\n        print(os.getpid(), end='.', flush=True)\n        time.sleep(60)\n    time.sleep(0.6)\n    os._exit(0)\ntime.sleep(60)\n";
        let mut child = Command::new("python3")
            .args(["-c", sleeper])
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("Python is there");
        let first = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a number");
        let kin = Kin::of(first, "");
        let mut output = child.stdout.take().expect("it is piped");
        let mut number = Vec::new();
        while number.last() != Some(&b'.') {
            let mut byte = [0];
            output.read_exact(&mut byte).expect("it says who it is");
            number.extend(byte);
        }
        kin.see(&Table::plain());
        let last: i32 = String::from_utf8_lossy(&number).trim_end_matches('.').parse().expect("a number");
        let last = Pid::from_raw(last).expect("a number");
        child.kill().expect("it is ours");
        child.wait().expect("it was ours");
        // The one between them ends by itself.
        let parent = |table: &Table| table.below(&[Pid::INIT]).contains(&last);
        while !parent(&Table::plain()) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(kin.end(), 0);
        assert_eq!(Table::plain().began(last), None);
    }
}
