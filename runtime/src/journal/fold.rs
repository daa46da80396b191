//! What each event changes in the tables beside it: `events` is the truth, and whoever goes through it again comes to the
//! same tables.

use rusqlite::{Connection, Transaction, params};
use serde::Deserialize;
use serde_json::value::RawValue;
use smol_str::SmolStr;
use standpipe_plan::{Digest, Value, place};

use super::gathered::Gathered;
use super::record::{Record, Report};
use crate::durations::Durations;
use crate::event::{Counts, Status};
use crate::peaks::{Lately, Peaks};
use crate::planted::{Bug, planted};

/// What a line of the journal means for one table.
#[derive(Debug)]
pub(super) enum Change {
    /// A result that later runs may reuse; it replaces another one only when it is `anew`.
    Kept { key: Digest, value: String, run: String, seconds: f64, reports: String, anew: bool },
    /// A result was reused.
    Used { key: Digest },
    /// A step took so long.
    Took { place: String, nanos: i64 },
    /// An attempt at a step took so many bytes of memory; `body` is the digest of what it ran, where that is known.
    Peaked { place: String, body: Option<String>, bytes: u64, succeeded: bool },
    /// The run goes on.
    Open,
    /// The run is over.
    Over { status: Status, counts: Counts },
}

/// The parts of a step's end that matter here.
#[derive(Deserialize)]
struct End {
    status: Status,
    seconds: f64,
    from: String,
    #[serde(default)]
    key: Option<Digest>,
    #[serde(default)]
    value: Option<Box<RawValue>>,
    #[serde(default)]
    reports: Vec<Report>,
    #[serde(default)]
    anew: bool,
    #[serde(default)]
    used: Option<Digest>,
    #[serde(default)]
    memory: Option<u64>,
    #[serde(default)]
    parts: Vec<(SmolStr, SmolStr)>,
}

/// The parts of an attempt's end that another followed.
#[derive(Deserialize)]
struct Retrying {
    memory: Option<u64>,
}

/// Two results for one key: the digest of the one that stays, and of the one that came later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Differing {
    pub kept: Digest,
    pub given: Digest,
}

#[derive(Deserialize)]
struct Over {
    status: Status,
    counts: Counts,
}

/// What a record changes.
pub(super) fn changes(record: &Record) -> Vec<Change> {
    match record {
        Record::StepFinished { end, keep } => {
            let mut changes = Vec::new();
            if let Some(kept) = keep {
                let value = serde_json::to_string(&kept.value).unwrap_or_default();
                changes.push(Change::Kept {
                    key: kept.key,
                    value,
                    run: kept.run.to_string(),
                    seconds: kept.seconds,
                    reports: text(&end.reports),
                    anew: kept.anew,
                });
            }
            changes.extend(end.used.map(|key| Change::Used { key }));
            changes.extend(learnt(&end.step, end.status, Some(end.seconds), end.memory, &end.parts));
            changes
        }
        Record::StepRetrying { step, memory, .. } => learnt(step, Status::Failed, None, *memory, &[]).collect(),
        Record::RunFinished { status, counts, .. } => vec![Change::Over { status: *status, counts: *counts }],
        Record::RunResumed => vec![Change::Open],
        Record::RunCalled { .. }
        | Record::RunConfined { .. }
        | Record::EffectAnnounced { .. }
        | Record::StepStarted { .. }
        | Record::SweepStarted { .. }
        | Record::SweepTaught { .. }
        | Record::TrialStarted { .. }
        | Record::TrialFinished { .. } => Vec::new(),
    }
}

/// What a line that was written earlier changes.
pub(super) fn changes_of(kind: &str, step: &str, body: &str) -> Vec<Change> {
    match kind {
        "step_finished" => {
            let Ok(end) = serde_json::from_str::<End>(body) else { return Vec::new() };
            let mut changes = Vec::new();
            if let (Some(key), Some(value)) = (end.key, end.value) {
                let (value, reports) = (value.get().to_owned(), text(&end.reports));
                changes.push(Change::Kept { key, value, run: end.from, seconds: end.seconds, reports, anew: end.anew });
            }
            changes.extend(end.used.map(|key| Change::Used { key }));
            changes.extend(learnt(step, end.status, Some(end.seconds), end.memory, &end.parts));
            changes
        }
        "step_retrying" => match serde_json::from_str::<Retrying>(body) {
            Ok(Retrying { memory }) => learnt(step, Status::Failed, None, memory, &[]).collect(),
            Err(_) => Vec::new(),
        },
        "run_resumed" => vec![Change::Open],
        "run_finished" => match serde_json::from_str::<Over>(body) {
            Ok(Over { status, counts }) => vec![Change::Over { status, counts }],
            Err(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Reports as they stand in the table: most steps have none.
fn text(reports: &[Report]) -> String {
    if reports.is_empty() { String::new() } else { serde_json::to_string(reports).unwrap_or_default() }
}

/// What an attempt that ended so teaches of its place: how long it takes, when it went well, and how much memory. What was
/// stopped on its way says little.
fn learnt(
    step: &str,
    status: Status,
    seconds: Option<f64>,
    memory: Option<u64>,
    parts: &[(SmolStr, SmolStr)],
) -> impl Iterator<Item = Change> {
    let (seconds, memory) = match status {
        Status::Succeeded => (seconds, memory),
        Status::Failed => (None, memory),
        Status::Cached | Status::Skipped | Status::Cancelled => (None, None),
    };
    let place = if seconds.is_some() || memory.is_some() { place(step) } else { String::new() };
    let peaked = memory.map(|bytes| Change::Peaked {
        place: place.clone(),
        body: parts.iter().find(|(name, _)| name == "body").map(|(_, digest)| digest.to_string()),
        bytes,
        succeeded: status == Status::Succeeded,
    });
    #[expect(clippy::cast_possible_truncation, reason = "a step that takes 292 years is not waited for")]
    let took = seconds.map(|seconds| Change::Took { place, nanos: (seconds * 1e9) as i64 });
    took.into_iter().chain(peaked)
}

/// Writes changes of run number `run` into the tables; what it could not, as something else is kept already.
pub(super) fn apply(
    transaction: &Transaction<'_>,
    run: i64,
    time: i64,
    changes: impl IntoIterator<Item = Change>,
    gathered: &mut Gathered,
) -> rusqlite::Result<Option<Differing>> {
    let mut differing = None;
    for change in changes {
        match change {
            Change::Kept { key, value, run, seconds, reports, anew } => {
                let anew = anew || planted(Bug::SecondOutputReplaces);
                let written = transaction
                    .prepare_cached(
                        "INSERT INTO results (key, value, run, time, seconds, reports) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                         ON CONFLICT (key) DO UPDATE SET value = ?2, run = ?3, time = ?4, seconds = ?5, reports = ?6 \
                         WHERE ?7 OR value = ?2",
                    )?
                    .execute(params![key.0.as_slice(), value, run, time, seconds, reports, anew])?;
                if written == 0 {
                    let mut query = transaction.prepare_cached("SELECT value FROM results WHERE key = ?1")?;
                    let kept: String = query.query_row(params![key.0.as_slice()], |row| row.get(0))?;
                    differing = Some(Differing { kept: digest(&kept), given: digest(&value) });
                }
            }
            Change::Used { key } => gathered.used(key, time),
            Change::Took { place, nanos } => gathered.took(place, nanos),
            Change::Peaked { place, body, bytes, succeeded } => {
                gathered.peaked(transaction, place, (body.as_deref(), bytes, succeeded))?;
            }
            Change::Open => {
                transaction
                    .prepare_cached("UPDATE runs SET finished = NULL, status = NULL, counts = NULL WHERE number = ?1")?
                    .execute(params![run])?;
            }
            Change::Over { status, counts } => {
                if planted(Bug::FinishedRunLeftOpen) {
                    continue;
                }
                let counts = serde_json::to_string(&counts).unwrap_or_default();
                transaction
                    .prepare_cached("UPDATE runs SET finished = ?2, status = ?3, counts = ?4 WHERE number = ?1")?
                    .execute(params![run, time, status.as_str(), counts])?;
            }
        }
    }
    Ok(differing)
}

/// The digest by which a person can find a kept value: of a file that is all of it, the file's own.
fn digest(value: &str) -> Digest {
    match serde_json::from_str(value) {
        Ok(Value::Blob(blob)) => blob.digest,
        _ => Digest::of(value.as_bytes()),
    }
}

/// Fills the tables for which `wanted` says so from all that is on record.
pub(super) fn again(transaction: &Transaction<'_>, wanted: fn(&Change) -> bool) -> rusqlite::Result<()> {
    let mut query = transaction.prepare("SELECT run, time, kind, step, body FROM events ORDER BY run, number")?;
    let mut rows = query.query([])?;
    let mut gathered = Gathered::default();
    while let Some(row) = rows.next()? {
        let (kind, step, body): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let changes = changes_of(&kind, &step, &body).into_iter().filter(wanted);
        apply(transaction, row.get(0)?, row.get(1)?, changes, &mut gathered)?;
    }
    gathered.write(transaction)
}

/// How long the steps of a pipeline took in earlier runs; nothing where that cannot be read: it only makes a run slower.
pub(crate) fn durations(connection: &Connection, pipeline: &str) -> Durations {
    let read = || {
        // A point ends the pipeline's name; a slash is what follows a point.
        let mut query = connection
            .prepare_cached("SELECT step, nanos / times / 1000000 FROM durations WHERE step > ?1 AND step < ?2")?;
        let rows = query.query_map(params![format!("{pipeline}."), format!("{pipeline}/")], |row| {
            Ok((row.get::<_, String>(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0)))
        })?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    Durations::new(read().unwrap_or_default())
}

/// What memory to reserve for the steps of a pipeline that declare none; nothing where that cannot be read.
pub(crate) fn peaks(connection: &Connection, pipeline: &str) -> Peaks {
    let read = || {
        let mut query = connection.prepare_cached("SELECT step, lately FROM peaks WHERE step > ?1 AND step < ?2")?;
        let rows = query.query_map(params![format!("{pipeline}."), format!("{pipeline}/")], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    let reserve = |text: &str| serde_json::from_str::<Lately>(text).ok()?.reserve();
    Peaks::new(read().unwrap_or_default().into_iter().filter_map(|(step, text)| Some((step, reserve(&text)?))))
}

#[cfg(test)]
pub(crate) mod tests {
    use standpipe_plan::{Digest, Value};

    use crate::event::{Counts, Status};
    use crate::journal::{Journal, Kept, Record, Report, StepEnd, durations, open, peaks};

    type Tables = (
        Vec<(Vec<u8>, String, String, f64, String)>,
        Vec<(String, i64, i64)>,
        Vec<(i64, Option<String>, Option<String>)>,
    );

    fn tables(connection: &rusqlite::Connection) -> rusqlite::Result<Tables> {
        let mut results = connection.prepare("SELECT key, value, run, seconds, reports FROM results ORDER BY key")?;
        let results =
            results.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        let mut durations = connection.prepare("SELECT step, nanos, times FROM durations ORDER BY step")?;
        let durations = durations.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut runs = connection.prepare("SELECT number, status, counts FROM runs ORDER BY number")?;
        let runs = runs.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok((results.collect::<Result<_, _>>()?, durations.collect::<Result<_, _>>()?, runs.collect::<Result<_, _>>()?))
    }

    /// A run with a result for each status, written to the end.
    fn write(folder: &std::path::Path) {
        let connection = open(folder).expect("it opens");
        let insert = "INSERT INTO runs (id, name, pipeline, started) VALUES ('id', 'calm-crab', 'main', 1)";
        connection.execute(insert, []).expect("on record");
        let run = connection.last_insert_rowid();
        let mut journal = Journal::start(connection, run);
        for index in 0..50_u32 {
            let status = [Status::Succeeded, Status::Cached, Status::Failed][index as usize % 3];
            let end = StepEnd {
                step: format!("main.all[{index}].fit"),
                status,
                seconds: f64::from(index),
                memory: Some(u64::from(index) * 1000),
                reports: vec![Report { name: "auc".into(), value: None, at: Some(i64::from(index)) }],
                ..StepEnd::new("calm-crab".into())
            };
            let keep = (status == Status::Succeeded).then(|| Kept {
                key: standpipe_plan::Digest::of(&index.to_le_bytes()),
                value: Value::list(vec![Value::Float(f64::NAN), Value::string("a \"b\"\n")]),
                run: "calm-crab".into(),
                seconds: f64::from(index),
                anew: false,
            });
            journal.append(Record::StepFinished { end: Box::new(end), keep }, Vec::new(), false);
        }
        let counts = Counts { succeeded: 17, ..Counts::default() };
        let over =
            Record::RunFinished { status: Status::Failed, counts, seconds: 1.0, outputs: serde_json::Value::Null };
        journal.append(over, Vec::new(), false);
        journal.close().expect("it is written");
    }

    #[test]
    pub(crate) fn going_through_the_events_again_gives_the_same_tables() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path());
        let mut connection = open(folder.path()).expect("it opens");
        let before = tables(&connection).expect("read");
        assert_eq!((before.0.len(), before.1.len(), before.2.len()), (17, 1, 1));
        assert_eq!(before.2[0].1.as_deref(), Some("failed"));
        let transaction = connection.transaction().expect("begun");
        let forget = "DELETE FROM results; DELETE FROM durations; \
                      UPDATE runs SET finished = NULL, status = NULL, counts = NULL";
        transaction.execute_batch(forget).expect("forgotten");
        super::again(&transaction, |_| true).expect("gone through");
        transaction.commit().expect("written");
        assert_eq!(tables(&connection).expect("read"), before);
    }

    #[test]
    fn steps_are_known_by_their_place() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path());
        let connection = open(folder.path()).expect("it opens");
        let known = durations(&connection, "main");
        // 0, 3, … 48 seconds.
        assert_eq!(known.milliseconds("main.all[].fit"), 24_000);
        assert_eq!(durations(&connection, "mai").milliseconds("main.all[].fit"), 1000);
    }

    /// Hands over a result for the one key there is, and closes the journal: what came of it.
    fn keep(folder: &std::path::Path, run: i64, value: i64, anew: bool) -> Vec<(String, super::Differing)> {
        let mut journal = Journal::start(open(folder).expect("it opens"), run);
        let end = StepEnd { step: "main.fit".into(), status: Status::Succeeded, ..StepEnd::new("calm-crab".into()) };
        let kept = Kept {
            key: Digest::of(b"key"),
            value: Value::Int(value),
            run: format!("run-{run}").into(),
            seconds: 0.5,
            anew,
        };
        journal.append(Record::StepFinished { end: Box::new(end), keep: Some(kept) }, Vec::new(), true);
        journal.close().expect("it is written").differing.to_vec()
    }

    fn kept(folder: &std::path::Path) -> (String, String) {
        let connection = open(folder).expect("it opens");
        connection.query_row("SELECT value, run FROM results", [], |row| Ok((row.get(0)?, row.get(1)?))).expect("one")
    }

    #[test]
    pub(crate) fn of_two_results_for_one_key_the_first_stays_and_the_second_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(keep(folder.path(), 1, 1, false).is_empty());
        assert!(keep(folder.path(), 2, 1, false).is_empty(), "the same twice is no difference");
        let told = keep(folder.path(), 3, 2, false);
        let [(step, differing)] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(step, "main.fit");
        assert_eq!(differing.kept, Digest::of(br#"{"int":1}"#));
        assert_eq!(differing.given, Digest::of(br#"{"int":2}"#));
        assert_eq!(kept(folder.path()), (r#"{"int":1}"#.into(), "run-2".into()));
        assert!(keep(folder.path(), 4, 3, true).is_empty());
        assert_eq!(kept(folder.path()), (r#"{"int":3}"#.into(), "run-4".into()));
    }

    #[test]
    fn a_state_of_the_first_version_learns_from_its_events() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path());
        let connection = open(folder.path()).expect("it opens");
        let results = tables(&connection).expect("read").0;
        let before = "DROP TABLE durations; DROP TABLE uses; DROP TABLE peaks; ALTER TABLE results DROP COLUMN seconds; \
                      ALTER TABLE results DROP COLUMN reports; PRAGMA user_version = 1";
        connection.execute_batch(before).expect("as it was");
        drop(connection);
        let connection = open(folder.path()).expect("it opens");
        assert_eq!(durations(&connection, "main").milliseconds("main.all[].fit"), 24_000);
        assert_eq!(tables(&connection).expect("read").0, results);
    }

    #[test]
    fn memory_is_known_by_the_steps_place() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path());
        let connection = open(folder.path()).expect("it opens");
        // A quarter more than the last, which took the most.
        assert_eq!(peaks(&connection, "main").reserved("main.all[].fit"), Some(60_000));
        assert_eq!(peaks(&connection, "mai").reserved("main.all[].fit"), None);
    }

    #[test]
    fn a_state_without_memory_opens_and_learns_from_then_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = open(folder.path()).expect("it opens");
        connection.execute_batch("DROP TABLE peaks; PRAGMA user_version = 3").expect("as it was");
        assert_eq!(peaks(&connection, "main").reserved("main.all[].fit"), None);
        drop(connection);
        write(folder.path());
        let connection = open(folder.path()).expect("it opens");
        assert_eq!(peaks(&connection, "main").reserved("main.all[].fit"), Some(60_000));
    }
}
