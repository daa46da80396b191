//! What of a run can be seen while it goes on, or while what it left still does: how it was called, which attempts are
//! under way, what they have printed so far.

use std::fs;
use std::io;

use rusqlite::{Connection, OptionalExtension, params};

use super::{History, RunRow, RunStatus, StepRow, StepStatus};
use crate::codes;
use crate::event::{Failure, LogRange};
use crate::gaps;
use crate::journal;
use crate::keeper::Left;
use crate::remains::{Alone, Remnant};

/// Most bytes of a log that are read at a time.
const PIECE: u64 = 1 << 20;

/// What is on record of how a run was called, which is its first record.
pub(super) fn called(connection: &Connection, run: i64) -> rusqlite::Result<Option<String>> {
    let mut query =
        connection.prepare_cached("SELECT body FROM events WHERE run = ?1 AND number = 1 AND kind = 'run_called'")?;
    query.query_row(params![run], |row| row.get(0)).optional()
}

impl History {
    /// How the run was called, in the words of its caller: [`crate::Options::call`]; `None` where that was not said.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn call(&self, run: &RunRow) -> Result<Option<serde_json::Value>, Failure> {
        let body = called(&self.connection, run.number).map_err(|error| journal::failure(&error))?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }

    /// The part of the log that the present attempt of a running step has written, up to now.
    #[must_use]
    pub fn live_log(&self, run: &RunRow, step: &StepRow) -> Option<LogRange> {
        if step.status != StepStatus::Running {
            return None;
        }
        let folder = self.folder(&run.id);
        let remnant = Remnant::all(&folder).into_iter().find(|remnant| remnant.now.step == step.step)?;
        let end = fs::metadata(folder.join(remnant.log_file())).ok()?.len();
        remnant.log(end)
    }

    /// The bytes of a run's log from `range`'s start, at most a piece of them; where the next piece begins.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn piece(&self, run: &RunRow, range: &LogRange) -> Result<(Vec<u8>, u64), Failure> {
        let path = self.folder(&run.id).join(&range.file);
        let read = fs::File::open(&path).and_then(|file| gaps::read(&file, range.start, range.end, PIECE));
        match read {
            Ok(read) => Ok(read),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok((Vec::new(), range.end)),
            Err(error) => {
                Err(Failure::new(codes::STATE, format!("the log {} cannot be read: {error}", path.display())))
            }
        }
    }

    /// The attempts that go on although the run's process is gone.
    pub(super) fn held(&self, run: &RunRow) -> Vec<Remnant> {
        if run.status != RunStatus::Interrupted {
            return Vec::new();
        }
        let mut remnants = Remnant::all(&self.folder(&run.id));
        remnants.retain(|remnant| remnant.now.alone != Alone::Ended && matches!(remnant.left(), Left::Alive(_)));
        remnants
    }

    /// How many steps go on although the run's process is gone.
    #[must_use]
    pub fn still_held(&self, run: &RunRow) -> usize {
        self.held(run).len()
    }
}

/// A run that goes on, or of which some step does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnderWay {
    pub number: i64,
    /// Milliseconds since 1970.
    pub started: i64,
}

impl History {
    /// The runs that may be reading what is in the store.
    pub(crate) fn under_way(&self) -> rusqlite::Result<Vec<UnderWay>> {
        let mut query =
            self.connection.prepare_cached("SELECT number, id, started FROM runs WHERE finished IS NULL")?;
        let rows = query.query_map([], |row| {
            Ok((UnderWay { number: row.get(0)?, started: row.get(2)? }, row.get::<_, String>(1)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (run, id) = row?;
            let held =
                || Remnant::all(&self.folder(&id)).iter().any(|remnant| matches!(remnant.left(), Left::Alive(_)));
            if self.alive(&id) || held() {
                found.push(run);
            }
        }
        Ok(found)
    }
}
