//! The last runs of a pipeline for a glance in passing, as an editor takes one between two keystrokes. Waits for no other
//! process, gives up in time, and leaves what it reads as it is. Whatever cannot be read is as good as not there.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::live::called;
use super::took::took;
use super::why::reason;
use super::{Change, why::compare};
use crate::event::Status;
use crate::journal::{self, StepEnd};

/// So many of the latest runs are given back.
const RUNS: usize = 3;
/// Among so many of a pipeline of that name those of the file are looked for.
const LOOKED_AT: usize = 50;
/// Steps read of a run.
const STEPS: usize = 20_000;
/// Larger outputs are not looked at, in bytes.
const OUTPUTS: usize = 1 << 16;

/// A run of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRun {
    pub name: String,
    /// RFC 3339, UTC.
    pub started: String,
    /// Absent while it goes on, and when it was interrupted.
    pub status: Option<Status>,
    pub seconds: Option<f64>,
    /// What it gave, as JSON; absent when it gave nothing or much.
    pub outputs: Option<serde_json::Value>,
    /// Those that have ended, in that order.
    pub steps: Vec<PastStep>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq)]
pub struct PastStep {
    /// Its path, `train.models[3].fit`.
    pub step: String,
    pub status: Status,
    pub seconds: f64,
    /// Bytes of memory that it was seen to take at most.
    pub memory: Option<u64>,
    /// The run whose result was reused.
    pub reused: Option<String>,
    /// Why it ran, in one sentence; absent where the runs at hand do not tell.
    pub why: Option<String>,
}

/// The last runs of pipeline `pipeline` of `file`, the latest first, out of the state folder `state`; `None` where there
/// is none, or `time` did not suffice.
#[must_use]
pub fn glance(state: &Path, file: &Path, pipeline: &str, time: Duration) -> Option<Vec<PastRun>> {
    let connection = journal::open_to_look(state)?;
    let (over, ended) = channel::<()>();
    let handle = connection.get_interrupt_handle();
    // What a query does inside the database cannot be looked at from here: it is interrupted.
    let watch = std::thread::Builder::new().name("glance".into()).spawn(move || {
        if ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            handle.interrupt();
        }
    });
    let watch = watch.ok()?;
    let found = read(&connection, file, pipeline);
    drop(over);
    watch.join().ok()?;
    found.ok()
}

/// The parts of a call that matter here.
#[derive(Deserialize)]
struct Called {
    file: std::path::PathBuf,
}

fn read(connection: &Connection, file: &Path, pipeline: &str) -> rusqlite::Result<Vec<PastRun>> {
    let mut query = connection.prepare(
        "SELECT number, name, started, finished, status FROM runs WHERE pipeline = ?1 ORDER BY number DESC LIMIT ?2",
    )?;
    let mut rows = query.query(params![pipeline, i64::try_from(LOOKED_AT).unwrap_or(i64::MAX)])?;
    let mut found: Vec<(PastRun, Vec<StepEnd>)> = Vec::new();
    let mut all = true;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        if file_of(connection, number)?.is_some_and(|of| of != file) {
            continue;
        }
        // One more than is shown says why the last of them ran.
        if found.len() > RUNS {
            all = false;
            break;
        }
        let (started, finished): (i64, Option<i64>) = (row.get(2)?, row.get(3)?);
        let seconds = finished.map_or(Ok(None), |_| took(connection, number))?;
        let status: Option<String> = row.get(4)?;
        let run = PastRun {
            name: row.get(1)?,
            started: jiff::Timestamp::from_millisecond(started).unwrap_or_default().to_string(),
            status: status.map(|status| match status.as_str() {
                "succeeded" => Status::Succeeded,
                "cancelled" => Status::Cancelled,
                _ => Status::Failed,
            }),
            seconds,
            outputs: outputs(connection, number)?,
            steps: Vec::new(),
        };
        found.push((run, ends(connection, number)?));
    }
    Ok(told(found, all))
}

/// The file that run `number` was of; none where that is not on record.
fn file_of(connection: &Connection, number: i64) -> rusqlite::Result<Option<std::path::PathBuf>> {
    let body = called(connection, number)?;
    Ok(body.and_then(|body| serde_json::from_str::<Called>(&body).ok()).map(|called| called.file))
}

fn outputs(connection: &Connection, number: i64) -> rusqlite::Result<Option<serde_json::Value>> {
    #[derive(Deserialize)]
    struct Over {
        outputs: serde_json::Value,
    }
    let mut query = connection.prepare_cached(
        "SELECT body FROM events WHERE run = ?1 AND kind = 'run_finished' ORDER BY number DESC LIMIT 1",
    )?;
    let body: Option<String> = query.query_row(params![number], |row| row.get(0)).optional()?;
    let body = body.filter(|body| body.len() <= OUTPUTS);
    Ok(body.and_then(|body| serde_json::from_str::<Over>(&body).ok()).map(|over| over.outputs))
}

/// How the steps of run `number` ended, each for the last time.
fn ends(connection: &Connection, number: i64) -> rusqlite::Result<Vec<StepEnd>> {
    let mut query = connection.prepare_cached(
        "SELECT step, body FROM events WHERE run = ?1 AND kind = 'step_finished' ORDER BY number LIMIT ?2",
    )?;
    let mut rows = query.query(params![number, i64::try_from(STEPS).unwrap_or(i64::MAX)])?;
    let mut ends: indexmap::IndexMap<String, StepEnd> = indexmap::IndexMap::new();
    while let Some(row) = rows.next()? {
        let (step, body): (String, String) = (row.get(0)?, row.get(1)?);
        if let Ok(end) = serde_json::from_str::<StepEnd>(&body) {
            ends.insert(step.clone(), StepEnd { step, ..end });
        }
    }
    Ok(ends.into_values().collect())
}

/// Each run beside those before it: `all` says that there were no others.
fn told(mut found: Vec<(PastRun, Vec<StepEnd>)>, all: bool) -> Vec<PastRun> {
    // The oldest first, so that what a step was made of before is at hand.
    found.reverse();
    let mut before: FxHashMap<String, (String, StepEnd)> = FxHashMap::default();
    let mut runs: Vec<PastRun> = Vec::new();
    for (mut run, ends) in found {
        for end in ends {
            let earlier = before.get(&end.step);
            let changes: Vec<Change> =
                earlier.map(|(_, earlier)| compare(&earlier.parts, &end.parts)).unwrap_or_default();
            let known = earlier.is_some() || all || end.parts.is_empty();
            let ran = matches!(end.status, Status::Succeeded | Status::Failed);
            run.steps.push(PastStep {
                step: end.step.clone(),
                status: end.status,
                seconds: end.seconds,
                memory: end.memory,
                reused: (end.status == Status::Cached).then(|| end.from.to_string()),
                why: (known && ran).then(|| reason(&end, earlier, &changes)),
            });
            if !end.parts.is_empty() {
                before.insert(end.step.clone(), (run.name.clone(), end));
            }
        }
        runs.push(run);
    }
    runs.reverse();
    runs.truncate(RUNS);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Counts;
    use crate::journal::{Journal, Record, open};

    /// A run of `main` in which `main.fit` was made of a body with that digest.
    fn run(folder: &Path, name: &str, body: &str, status: Status) {
        let connection = open(folder).expect("it opens");
        let insert = "INSERT INTO runs (id, name, pipeline, started) VALUES (?1, ?1, 'main', 0)";
        connection.execute(insert, [name]).expect("on record");
        let number = connection.last_insert_rowid();
        let mut journal = Journal::start(connection, number);
        let call = serde_json::json!({ "file": "/p/a.pipe", "words": [] });
        journal.append(Record::RunCalled { call }, Vec::new(), false);
        let end = StepEnd {
            step: "main.fit".into(),
            status,
            seconds: 1.5,
            parts: vec![("body".into(), body.into())],
            ..StepEnd::new("one".into())
        };
        journal.append(Record::StepFinished { end: Box::new(end), keep: None }, Vec::new(), false);
        let outputs = serde_json::json!({ "auc": 1 });
        let over = Record::RunFinished { status, counts: Counts::default(), seconds: 1.5, outputs };
        journal.append(over, Vec::new(), false);
        journal.close().expect("it is written");
    }

    fn look(folder: &Path, file: &str) -> Option<Vec<String>> {
        let found = glance(folder, Path::new(file), "main", Duration::from_secs(30))?;
        let line = |run: &PastRun| {
            let step = &run.steps[0];
            format!("{} {:?} {:?} {:?}", run.name, step.status, step.reused, step.why)
        };
        Some(found.iter().map(line).collect())
    }

    fn names(folder: &Path) -> Vec<std::ffi::OsString> {
        let mut names: Vec<_> = folder.read_dir().expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_last_runs_are_told_with_why_their_steps_ran() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(look(folder.path(), "/p/a.pipe"), None);
        assert_eq!(names(folder.path()), Vec::<std::ffi::OsString>::new(), "nothing is made");
        run(folder.path(), "one", "a", Status::Succeeded);
        run(folder.path(), "two", "a", Status::Cached);
        run(folder.path(), "three", "b", Status::Succeeded);
        let before = names(folder.path());
        assert_eq!(
            look(folder.path(), "/p/a.pipe").expect("a history"),
            [
                "three Succeeded None Some(\"since `two` its body changed\")",
                "two Cached Some(\"one\") None",
                "one Succeeded None Some(\"it had not run before\")"
            ]
        );
        assert_eq!(look(folder.path(), "/p/b.pipe").expect("a history"), Vec::<String>::new());
        assert_eq!(names(folder.path()), before, "nothing is made");
        for name in ["four", "five"] {
            run(folder.path(), name, "b", Status::Failed);
        }
        let found = look(folder.path(), "/p/a.pipe").expect("a history");
        assert_eq!(found.len(), RUNS);
        assert_eq!(found[2], "three Succeeded None Some(\"since `two` its body changed\")");
    }

    #[test]
    fn a_log_that_was_folded_in_leaves_nothing_behind_either() {
        let folder = tempfile::tempdir().expect("a folder");
        run(folder.path(), "one", "a", Status::Succeeded);
        // A connection without our settings folds the log in when it closes, and removes it.
        drop(Connection::open(folder.path().join("state.db")).and_then(|connection| {
            connection.query_row("SELECT count(*) FROM runs", [], |row| row.get::<_, i64>(0)).map(|_| connection)
        }));
        let before = names(folder.path());
        assert!(!before.contains(&"state.db-wal".into()), "{before:?}");
        assert_eq!(look(folder.path(), "/p/a.pipe").expect("a history").len(), 1);
        assert_eq!(names(folder.path()), before);
    }

    #[test]
    fn a_query_without_end_is_given_up() {
        let folder = tempfile::tempdir().expect("a folder");
        run(folder.path(), "one", "a", Status::Succeeded);
        let connection = open(folder.path()).expect("it opens");
        let endless = "DROP TABLE runs; CREATE VIEW runs AS WITH RECURSIVE n(number) AS \
                       (SELECT 1 UNION ALL SELECT number + 1 FROM n) \
                       SELECT number, 'a' AS name, 0 AS started, 0 AS finished, 'x' AS status, 'main' AS pipeline FROM n";
        connection.execute_batch(endless).expect("made");
        assert_eq!(glance(folder.path(), Path::new("/p/a.pipe"), "main", Duration::from_millis(20)), None);
    }
}
