//! What earlier runs left on record: which there were, how their steps went, and why a step ran. Reads only, but for
//! [`History::remove`] and [`History::cancel`].

mod cancel;
mod glance;
mod live;
mod steps;
mod sweep;
mod took;
mod why;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

pub use self::glance::{PastRun, PastStep, glance};
pub use self::steps::{StepRow, StepStatus};
pub use self::sweep::{AxisInfo, ObjectiveInfo, Scale, SweepHistory, TrialRow, TrialState};
pub(crate) use self::sweep::{Begun, Ended};
pub(crate) use self::took::under_way_for;
pub use self::why::{Change, Why};
pub(crate) use self::why::{last_ends, why_again};
use crate::codes;
use crate::event::{Counts, Failure};
use crate::journal;

/// The runs of one state folder.
#[derive(Debug)]
pub struct History {
    connection: Connection,
    state: PathBuf,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    Running,
    Succeeded,
    Failed,
    Cancelled,
    /// Its process ended before the run did.
    Interrupted,
}

impl RunStatus {
    /// Its name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A run in one line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunRow {
    pub id: String,
    pub name: String,
    pub pipeline: String,
    /// RFC 3339, UTC.
    pub started: String,
    /// How long it was under way, in all its sessions; absent while it runs, and when it was interrupted.
    pub seconds: Option<f64>,
    pub status: RunStatus,
    pub counts: Counts,
    /// It was a test's: nobody called it, and nobody goes on with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    #[serde(skip)]
    number: i64,
}

const RUN: &str = "SELECT number, id, name, pipeline, started, finished, status, counts,
    NOT EXISTS (SELECT 1 FROM events WHERE events.run = runs.number AND events.number = 1 AND events.kind = 'run_called') AS test
    FROM runs";

impl History {
    /// The history kept in the folder `state`; `None` where nothing has run yet.
    ///
    /// # Errors
    /// It cannot be read, or a later version wrote it.
    pub fn open(state: &Path) -> Result<Option<Self>, Failure> {
        let connection = journal::open_reader(state)?;
        Ok(connection.map(|connection| Self { connection, state: state.to_owned() }))
    }

    /// All runs, the latest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn runs(&self) -> Result<Vec<RunRow>, Failure> {
        let read = || {
            let mut query = self.connection.prepare_cached(&format!("{RUN} ORDER BY number DESC"))?;
            query.query_map([], |row| self.row(row))?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| journal::failure(&error))
    }

    /// The run with that name or id, or with an id that begins so; without a selector the latest, one of a test only
    /// where there is no other.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn find(&self, selector: Option<&str>) -> Result<Option<RunRow>, Failure> {
        let found = match selector {
            None => self.one("ORDER BY test, number DESC LIMIT 1", ""),
            Some(text) => self.one("WHERE (name = ?1 OR id = ?1)", text).and_then(|found| match found {
                Some(run) => Ok(Some(run)),
                None => self.one("WHERE substr(id, 1, length(?1)) = ?1 ORDER BY number DESC LIMIT 1", text),
            }),
        };
        found.map_err(|error| journal::failure(&error))
    }

    /// The latest run of that pipeline.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn last_of(&self, pipeline: &str) -> Result<Option<RunRow>, Failure> {
        let found = self.one("WHERE pipeline = ?1 ORDER BY number DESC LIMIT 1", pipeline);
        found.map_err(|error| journal::failure(&error))
    }

    fn one(&self, filter: &str, text: &str) -> rusqlite::Result<Option<RunRow>> {
        let mut query = self.connection.prepare_cached(&format!("{RUN} {filter}"))?;
        if query.parameter_count() == 0 {
            return query.query_row([], |row| self.row(row)).optional();
        }
        query.query_row(params![text], |row| self.row(row)).optional()
    }

    fn row(&self, row: &Row<'_>) -> rusqlite::Result<RunRow> {
        let (number, id): (i64, String) = (row.get(0)?, row.get(1)?);
        let (started, finished): (i64, Option<i64>) = (row.get(4)?, row.get(5)?);
        let (status, counts): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
        let status = match status.as_deref() {
            Some("succeeded") => RunStatus::Succeeded,
            Some("cancelled") => RunStatus::Cancelled,
            Some(_) => RunStatus::Failed,
            None if self.alive(&id) => RunStatus::Running,
            None => RunStatus::Interrupted,
        };
        let counts = match counts.and_then(|text| serde_json::from_str(&text).ok()) {
            Some(counts) => counts,
            None => self.counted(number)?,
        };
        let seconds = finished.map_or(Ok(None), |_| took::took(&self.connection, number))?;
        let started = jiff::Timestamp::from_millisecond(started).unwrap_or_default().to_string();
        Ok(RunRow {
            id,
            name: row.get(2)?,
            pipeline: row.get(3)?,
            started,
            seconds,
            status,
            counts,
            test: row.get(8)?,
            number,
        })
    }

    /// Whether the process of an unfinished run lives: it holds the run's lock.
    fn alive(&self, id: &str) -> bool {
        let lock = self.folder(id).join("lock");
        File::open(lock).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// The counts of a run that has not finished.
    fn counted(&self, number: i64) -> rusqlite::Result<Counts> {
        let mut query = self.connection.prepare_cached(
            "SELECT body ->> 'status', count(*) FROM events WHERE number IN (
               SELECT max(number) FROM events WHERE run = ?1 AND kind = 'step_finished' GROUP BY step
             ) AND run = ?1 GROUP BY 1",
        )?;
        let mut counts = Counts::default();
        let rows = query.query_map(params![number], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        for row in rows {
            let (status, count) = row?;
            let count = u64::try_from(count).unwrap_or(0);
            match status.as_str() {
                "succeeded" => counts.succeeded = count,
                "cached" => counts.cached = count,
                "failed" => counts.failed = count,
                "cancelled" => counts.cancelled = count,
                _ => counts.skipped += count,
            }
        }
        Ok(counts)
    }

    /// What the steps of a run are kept from, as the last process had it that carried it on; `None` of nothing.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn sandbox(&self, run: &RunRow) -> Result<Option<String>, Failure> {
        let read = || {
            let mut query = self.connection.prepare_cached(
                "SELECT body ->> 'tier' FROM events WHERE run = ?1 AND kind = 'run_confined'
                 ORDER BY number DESC LIMIT 1",
            )?;
            query.query_row(params![run.number], |row| row.get(0)).optional()
        };
        read().map_err(|error| journal::failure(&error))
    }

    fn folder(&self, id: &str) -> PathBuf {
        self.state.join("runs").join(id)
    }

    /// Forgets a run and its logs. Results stay in the store for other runs.
    ///
    /// # Errors
    /// The run is under way, or its record cannot be removed.
    pub fn remove(&self, run: &RunRow) -> Result<(), Failure> {
        if run.status == RunStatus::Running {
            let message = format!("`{}` is under way", run.name);
            return Err(Failure::new(codes::STATE, message).with_help("stop it first: `standpipe runs cancel`"));
        }
        let held = self.still_held(run);
        if held > 0 {
            let message = format!("`{}` was interrupted, and {held} of its steps still run", run.name);
            return Err(Failure::new(codes::STATE, message).with_help("stop them first: `standpipe runs cancel`"));
        }
        let forget = || {
            self.connection.execute("DELETE FROM events WHERE run = ?1", params![run.number])?;
            self.connection.execute("DELETE FROM runs WHERE number = ?1", params![run.number])
        };
        forget().map_err(|error| journal::failure(&error))?;
        match fs::remove_dir_all(self.folder(&run.id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::new(codes::STATE, format!("the logs of `{}` cannot be removed: {error}", run.name)))
            }
            _ => Ok(()),
        }
    }
}
