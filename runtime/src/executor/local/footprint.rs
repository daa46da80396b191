//! How much memory a process and all that it starts take at most, as far as that can be seen from outside: they are
//! looked at now and then. What comes and goes between two looks is not seen. Knows nothing of steps.

use std::time::{Duration, Instant};

use rustix::process::Pid;
use rustix::time::{ClockId, clock_gettime};

use crate::host::{Memory, Tree, measure};

/// The time from the start to the first look. Each further one waits twice as long as the one before, up to `LONGEST`.
const FIRST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(200);
/// A look may take one part in so many of the time: the larger what is looked at, the seldomer it is.
const SHARE: u32 = 50;
/// More processes than this are not looked at.
const MOST: usize = 1000;

/// The most that was seen so far.
#[derive(Debug)]
pub(crate) struct Footprint {
    tree: Tree,
    /// Bytes; 0 before anything was seen.
    most: u64,
    wait: Duration,
    next: Instant,
}

impl Footprint {
    /// Of what has just been started.
    pub(crate) fn begin(tree: Tree) -> Self {
        Self { tree, most: 0, wait: FIRST, next: Instant::now() + FIRST }
    }

    /// When it is time for [`Footprint::look`].
    pub(crate) fn next(&self) -> Instant {
        self.next
    }

    /// Bytes; none of what ended before the first look.
    pub(crate) fn most(&self) -> Option<u64> {
        (self.most > 0).then_some(self.most)
    }

    /// Takes what there is now: the largest process at its largest, or, where that is more, everything that the processes
    /// have together at this moment.
    pub(crate) fn look(&mut self) {
        let begun = worked();
        let all = measure::of(self.tree, MOST);
        self.most = all.iter().map(|(_, memory)| memory.high).fold(self.most, u64::max);
        let together = |of: &dyn Fn(&(Pid, Memory)) -> u64| all.iter().map(of).fold(0, u64::saturating_add);
        if all.len() > 1 && together(&|(_, memory)| memory.own) > self.most {
            // What a fork has not changed yet is counted as often as there are processes that have it, which takes a walk
            // through their pages to set right.
            self.most = self.most.max(together(&|(pid, memory)| measure::fair(*pid).unwrap_or(memory.own)));
        }
        let took = worked().saturating_sub(begun);
        self.wait = (self.wait * 2).min(LONGEST).max(took * SHARE);
        self.next = Instant::now() + self.wait;
    }
}

/// How long this thread has run so far: on a busy machine much less than the time that has passed.
fn worked() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

// Elsewhere nobody keeps count of the most, or of what is shared.
#[cfg(all(test, target_os = "linux", not(feature = "portable")))]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A program that says when it has what it is to have, and then waits for its input to end.
    fn started(program: &str) -> Child {
        let mut child = Command::new("python3")
            .args(["-c", program])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python is there");
        let output = child.stdout.as_mut().expect("it is piped");
        std::io::Read::read_exact(output, &mut [0]).expect("it says so");
        child
    }

    fn most(program: &str) -> u64 {
        let mut child = started(program);
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a number");
        let mut footprint = Footprint::begin(Tree::Below(pid));
        footprint.look();
        drop(child.stdin.take());
        child.wait().expect("it ends");
        footprint.most().expect("something") >> 20
    }

    #[test]
    fn what_a_process_had_before_the_look_counts() {
        let most = most("import sys; x = bytearray(200 << 20); del x; print(end='.', flush=True); sys.stdin.read()");
        assert!((200..300).contains(&most), "{most} MiB");
    }

    #[test]
    fn processes_are_added_up_and_what_they_have_together_counts_once() {
        let fork = "import os, sys, time\nx = bytearray(b'x') * (100 << 20)\nready = os.pipe()\nfor _ in range(3):\n    if os.fork() == 0:\n        y = bytearray(b'y') * (50 << 20)\n        os.write(ready[1], b'.')\n        sys.stdin.read()\n        os._exit(0)\nfor _ in range(3):\n    os.read(ready[0], 1)\nprint(end='.', flush=True)\nsys.stdin.read()\n";
        let most = most(fork);
        assert!((250..350).contains(&most), "{most} MiB");
    }
}
