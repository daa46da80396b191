//! A group that ends a tree: here the session that a keeper leads, in which everything is that has not left it.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getpid, kill_process};

use super::kin::Kin;
use super::table::Table;

/// How long it is tried to end what a lost keeper has left.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(2);

/// The session that this process leads.
#[derive(Debug)]
pub(crate) struct Group {
    session: Option<Pid>,
}

impl Group {
    /// Nothing is entered here: this process `leads` a session already, or has none of its own.
    pub(crate) fn enter(leads: bool) -> Self {
        Self { session: leads.then(getpid) }
    }

    /// Ends every process of the session but this one, and those that were seen to belong to it; how many could not be
    /// ended.
    pub(crate) fn end(&mut self, kin: &Kin) -> usize {
        let session = self.session;
        kin.end_with(&|table| session.map_or_else(Vec::new, |session| of_session(table, session)))
    }
}

fn of_session(table: &Table, session: Pid) -> Vec<Pid> {
    let session = session.as_raw_nonzero().get().cast_unsigned();
    // Those of the kernel have the number 0 for none.
    let own = table.living().filter(|(_, process)| process.session_id().is_some_and(|of| of.as_u32() == session));
    own.map(|(pid, _)| pid).collect()
}

/// Takes away what groups of keepers leave that are over: nothing here.
pub(crate) fn remove(_: &[u32]) {}

/// Ends everything in the session of a keeper that is gone, one that this process has started.
pub(crate) fn end_of(keeper: u32) {
    let Some(session) = i32::try_from(keeper).ok().and_then(Pid::from_raw) else { return };
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let all = of_session(&Table::plain(), session);
        if all.is_empty() {
            return;
        }
        for pid in all {
            let _ = kill_process(pid, Signal::KILL);
        }
        std::thread::sleep(PAUSE);
    }
}
