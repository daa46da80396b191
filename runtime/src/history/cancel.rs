//! Ends a run from another process: asks its own process to, or, where that is gone, the keepers of what it left.

use std::fs::{self, File, TryLockError};
use std::time::{Duration, Instant};

use rusqlite::params;
use rustix::process::{Pid, Signal, kill_process};

use super::{History, RunRow, RunStatus, under_way_for};
use crate::codes;
use crate::event::{Failure, Status};
use crate::journal::{self, Journal, Record};
use crate::remains::{Remnant, end_all};

/// How long a run may take to end after it was asked to; its steps have a grace period of their own.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(10);

impl History {
    /// Stops a run, `at_once` without a grace period for its steps, and waits for its end; how it stands then.
    ///
    /// # Errors
    /// It has ended already, cannot be asked to end, or does not.
    pub fn cancel(&self, run: &RunRow, at_once: bool) -> Result<RunRow, Failure> {
        match run.status {
            RunStatus::Running => self.stop(run, at_once)?,
            RunStatus::Interrupted => self.bury(run)?,
            RunStatus::Succeeded | RunStatus::Failed | RunStatus::Cancelled => {
                let message = format!("`{}` has ended: it {}", run.name, run.status.as_str());
                return Err(Failure::new(codes::STATE, message));
            }
        }
        let gone = || Failure::new(codes::STATE, format!("`{}` is not on record any more", run.name));
        self.find(Some(&run.id))?.ok_or_else(gone)
    }

    fn stop(&self, run: &RunRow, at_once: bool) -> Result<(), Failure> {
        let lock = self.folder(&run.id).join("lock");
        let number = fs::read_to_string(&lock).ok().and_then(|text| text.trim().parse().ok()).and_then(Pid::from_raw);
        let failed = |why: String| Failure::new(codes::STATE, format!("`{}` cannot be stopped: {why}", run.name));
        let process = number.ok_or_else(|| failed("its process is not known".into()))?;
        // The lock was held a moment ago, so the number is still that process's own.
        let ask = || kill_process(process, Signal::TERM);
        ask().map_err(|error| failed(std::io::Error::from(error).to_string()))?;
        let begun = Instant::now();
        let mut hurry = at_once;
        while self.is_running(&lock) {
            if hurry && begun.elapsed() > 5 * LOOK {
                // It may have ended this moment.
                let _ = ask();
                hurry = false;
            }
            if begun.elapsed() > PATIENCE {
                return Err(failed(format!("it was asked to, and goes on after {} seconds", PATIENCE.as_secs())));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    fn is_running(&self, lock: &std::path::Path) -> bool {
        File::open(lock).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Ends what an interrupted run left, and records that it was cancelled.
    fn bury(&self, run: &RunRow) -> Result<(), Failure> {
        let lock = File::options().write(true).open(self.folder(&run.id).join("lock"));
        // Nobody goes on with it meanwhile.
        let _lock = match lock.map(|lock| lock.try_lock().map(|()| lock)) {
            Ok(Ok(lock)) => Some(lock),
            Ok(Err(_)) => {
                return Err(Failure::new(codes::STATE, format!("another process goes on with `{}`", run.name)));
            }
            // Its folder is gone, and so is what it left.
            Err(_) => None,
        };
        let remnants = Remnant::all(&self.folder(&run.id));
        end_all(&remnants);
        remnants.iter().for_each(|remnant| remnant.end_forsaken(&run.id));
        let broken = |error: rusqlite::Error| journal::failure(&error);
        let last: i64 = self
            .connection
            .query_row("SELECT coalesce(max(number), 0) FROM events WHERE run = ?1", params![run.number], |row| {
                row.get(0)
            })
            .map_err(broken)?;
        let connection = journal::open(&self.state)?;
        let mut journal = Journal::resume(connection, run.number, u64::try_from(last).unwrap_or(0));
        let outputs = serde_json::Value::Null;
        let (status, counts) = (Status::Cancelled, run.counts);
        let seconds = under_way_for(&self.connection, run.number).map_err(broken)?;
        journal.append(Record::RunFinished { status, counts, seconds, outputs }, Vec::new(), true);
        journal.close().map(drop)
    }
}
