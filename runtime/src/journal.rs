//! The durable record of runs: SQLite in WAL mode, one writer thread, many records a commit. What was acknowledged
//! survives a crash and a power cut. Knows nothing of scheduling.

mod agree;
mod database;
pub(crate) mod fold;
mod gathered;
mod record;
mod writer;

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::watch;

pub(crate) use self::agree::disagreements;
pub(crate) use self::database::{failure, now, open, open_reader, open_to_look};
pub(crate) use self::fold::{Differing, durations, peaks};
pub(crate) use self::record::{Kept, Record, Report, StepEnd};
pub(crate) use self::writer::first;
use crate::event::Failure;
use crate::planted::carried;
use crate::store::Stored;

/// The writing end of one run's journal.
pub(crate) struct Journal {
    sender: Option<mpsc::Sender<Entry>>,
    progress: watch::Receiver<Progress>,
    thread: Option<JoinHandle<()>>,
    appended: u64,
    /// It was told that the writer is gone.
    gone: bool,
}

/// How far the writer has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    /// Records up to this number are on the disk.
    pub durable: u64,
    /// Why nothing more will be.
    pub broken: Option<Failure>,
    /// Results that were not kept, by the step that gave them: another one is kept for what they were made of.
    pub differing: Arc<Vec<(String, Differing)>>,
}

/// A record on its way to the disk.
struct Entry {
    number: u64,
    time: i64,
    record: Record,
    /// Files that the record speaks of: synced before it is.
    files: Vec<Stored>,
    /// Somebody waits for it: it is not held back for company.
    urgent: bool,
}

impl Journal {
    /// Records for a run that has none yet.
    #[cfg(test)]
    pub(crate) fn start(connection: Connection, run: i64) -> Self {
        Self::resume(connection, run, 0)
    }

    /// Records for run number `run`, which has `written` already, go through `connection` from now on.
    pub(crate) fn resume(connection: Connection, run: i64, written: u64) -> Self {
        let (sender, receiver) = mpsc::channel();
        let (report, progress) = watch::channel(Progress { durable: written, ..Progress::default() });
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(carried(move || writer::write_all(connection, run, &receiver, &report)))
            .ok();
        Self { sender: Some(sender), progress, thread, appended: written, gone: false }
    }

    /// Hands a record to the writer; its number is the answer.
    pub(crate) fn append(&mut self, record: Record, files: Vec<Stored>, urgent: bool) -> u64 {
        self.appended += 1;
        let entry = Entry { number: self.appended, time: now(), record, files, urgent };
        if let Some(sender) = &self.sender {
            // A writer that is gone has said why in `progress`.
            let _ = sender.send(entry);
        }
        if let (true, Some(thread)) = (urgent, &self.thread) {
            thread.thread().unpark();
        }
        self.appended
    }

    /// The number of the last record handed over.
    pub(crate) fn appended(&self) -> u64 {
        self.appended
    }

    /// How far the writer has come.
    pub(crate) fn progress(&mut self) -> Progress {
        let gone = self.progress.has_changed().is_err();
        let mut progress = self.progress.borrow_and_update().clone();
        if gone && progress.broken.is_none() {
            progress.broken = Some(if self.thread.is_some() { Failure::of_itself() } else { not_started() });
        }
        progress
    }

    /// Waits until the writer has come further than [`Journal::progress`] said.
    pub(crate) async fn changed(&mut self) {
        if self.progress.changed().await.is_err() && std::mem::replace(&mut self.gone, true) {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until everything is on the disk; what is known in the end.
    pub(crate) fn close(mut self) -> Result<Progress, Failure> {
        self.sender = None;
        let thread = self.thread.take().ok_or_else(not_started)?;
        thread.thread().unpark();
        thread.join().map_err(|_| Failure::of_itself())?;
        let progress = self.progress.borrow().clone();
        match progress.broken {
            Some(failure) => Err(failure),
            None => Ok(progress),
        }
    }
}

fn not_started() -> Failure {
    Failure::new(crate::codes::STATE, "the thread that writes the journal could not be started")
        .with_help("is there room for more threads and open files? `ulimit -a` shows the limits")
}

#[cfg(test)]
pub(crate) mod tests {
    use standpipe_plan::{Digest, Value};

    use super::*;
    use crate::event::Status;

    #[test]
    pub(crate) fn keeps_what_was_handed_over_and_remembers_results() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = open(folder.path()).expect("it opens");
        let mut journal = Journal::start(connection, 7);
        let kept =
            Kept { key: Digest::of(b"key"), value: Value::Int(5), run: "calm-crab".into(), seconds: 0.5, anew: false };
        for index in 0..100 {
            let end = StepEnd {
                step: format!("main.step[{index}]"),
                status: Status::Succeeded,
                ..StepEnd::new(kept.run.clone())
            };
            let keep = (index == 3).then(|| kept.clone());
            journal.append(Record::StepFinished { end: Box::new(end), keep }, Vec::new(), false);
        }
        journal.close().expect("it is written");
        let reader = open_reader(folder.path()).expect("it opens").expect("it is there");
        let count: i64 =
            reader.query_row("SELECT count(*) FROM events WHERE run = 7", [], |row| row.get(0)).expect("a count");
        assert_eq!(count, 100);
        let value: String = reader.query_row("SELECT value FROM results", [], |row| row.get(0)).expect("a result");
        assert_eq!(value, r#"{"int":5}"#);
    }

    #[test]
    pub(crate) fn refuses_the_state_of_a_later_version() {
        let folder = tempfile::tempdir().expect("a folder");
        open(folder.path()).expect("it opens").pragma_update(None, "user_version", 999).expect("written");
        let failure = open(folder.path()).expect_err("it is newer");
        assert_eq!(failure.code, crate::codes::STATE);
    }

    fn finished(step: &str) -> Record {
        let end = StepEnd { step: step.into(), status: Status::Succeeded, ..StepEnd::new("calm-crab".into()) };
        Record::StepFinished { end: Box::new(end), keep: None }
    }

    #[test]
    fn a_writer_that_is_not_there_is_told_once_and_waited_for_no_more() {
        let (_, progress) = watch::channel(Progress::default());
        let mut journal = Journal { sender: None, progress, thread: None, appended: 0, gone: false };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(journal.changed());
        let broken = journal.progress().broken.expect("it is told");
        assert_eq!(broken.code, crate::codes::STATE);
    }

    #[test]
    pub(crate) fn nothing_is_durable_that_could_not_be_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = open(folder.path()).expect("it opens");
        connection.execute("DROP TABLE events", []).expect("broken");
        let mut journal = Journal::start(connection, 1);
        journal.append(finished("main.step"), Vec::new(), true);
        let progress = journal.progress.clone();
        journal.close().expect_err("it cannot be written");
        assert_eq!(progress.borrow().durable, 0);
    }

    #[test]
    pub(crate) fn nothing_is_on_record_whose_content_is_not_on_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = open(folder.path()).expect("it opens");
        let mut journal = Journal::start(connection, 1);
        let (path, digest) = (folder.path().join("missing"), Digest::of(b""));
        let missing = Stored { path, name: "store/missing".into(), digest, stamp: None };
        journal.append(finished("main.step"), vec![missing], true);
        journal.close().expect_err("it cannot be synced");
        let reader = open_reader(folder.path()).expect("it opens").expect("it is there");
        let count: i64 = reader.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).expect("a count");
        assert_eq!(count, 0);
    }

    #[test]
    fn a_writer_that_goes_wrong_is_told_as_the_programs_own_mistake() {
        let (report, progress) = watch::channel(Progress::default());
        let thread = std::thread::spawn(move || {
            let _report = report;
            panic!("a bug");
        });
        while !thread.is_finished() {
            std::thread::yield_now();
        }
        let mut journal = Journal { sender: None, progress, thread: Some(thread), appended: 0, gone: false };
        assert_eq!(journal.progress().broken.expect("it is told").code, crate::codes::ITSELF);
        assert_eq!(journal.close().expect_err("it is told").code, crate::codes::ITSELF);
    }
}
