//! The one thread that writes: gathers what comes within some milliseconds into one commit.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use tokio::sync::watch;

use super::database::{failure_at, now};
use super::fold::{self, Differing};
use super::gathered::Gathered;
use super::{Entry, Progress, Record};
use crate::codes;
use crate::event::Failure;
use crate::planted::{Bug, planted};
use crate::stamp;
use crate::store::Stored;

/// How long a record waits for company.
const GATHER: Duration = Duration::from_millis(20);
const INSERT: &str = "INSERT INTO events (run, number, time, kind, step, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
/// Most records of one commit.
const BATCH: usize = 4096;

pub(super) fn write_all(
    mut connection: Connection,
    run: i64,
    receiver: &Receiver<Entry>,
    report: &watch::Sender<Progress>,
) {
    while let Some(batch) = gather(receiver) {
        let last = batch.last().map_or(0, |entry| entry.number);
        if planted(Bug::DurableBeforeCommit) {
            report.send_modify(|progress| progress.durable = last);
        }
        match write(&mut connection, run, &batch) {
            Ok(differing) => report.send_modify(|progress| {
                progress.durable = last;
                if !differing.is_empty() {
                    Arc::make_mut(&mut progress.differing).extend(differing);
                }
            }),
            Err(failure) => {
                report.send_modify(|progress| progress.broken = Some(failure));
                return;
            }
        }
    }
}

/// Results that were not kept, by the step that gave them.
type NotKept = Vec<(String, Differing)>;

/// Brings a batch to the disk: what it speaks of first.
fn write(connection: &mut Connection, run: i64, batch: &[Entry]) -> Result<NotKept, Failure> {
    if planted(Bug::CommitBeforeSync) {
        let differing = commit(connection, run, batch).map_err(|error| failed(connection, &error))?;
        return sync_files(batch).map(|()| differing);
    }
    sync_files(batch)?;
    commit(connection, run, batch).map_err(|error| failed(connection, &error))
}

fn failed(connection: &Connection, error: &rusqlite::Error) -> Failure {
    failure_at(Path::new(connection.path().unwrap_or_default()), error)
}

/// The next records, or `None` when there will be none.
fn gather(receiver: &Receiver<Entry>) -> Option<Vec<Entry>> {
    let first = receiver.recv().ok()?;
    let mut urgent = first.urgent;
    // What came while the batch before was written has waited.
    let waited = Duration::from_millis(u64::try_from(now().saturating_sub(first.time)).unwrap_or(0));
    let until = Instant::now() + GATHER.saturating_sub(waited);
    let mut batch = vec![first];
    while batch.len() < BATCH {
        match receiver.try_recv() {
            Ok(entry) => {
                urgent |= entry.urgent;
                batch.push(entry);
            }
            Err(TryRecvError::Disconnected) if planted(Bug::LastRecordsLost) => return None,
            Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) => {
                let wait = until.saturating_duration_since(Instant::now());
                if urgent || wait.is_zero() {
                    break;
                }
                // Whoever hands over something urgent wakes this thread; the others need not.
                thread::park_timeout(wait);
            }
        }
    }
    Some(batch)
}

/// Brings the files that records speak of to the disk, and the folders they were renamed into.
fn sync_files(batch: &[Entry]) -> Result<(), Failure> {
    let mut folders = Vec::new();
    for file in batch.iter().flat_map(|entry| &entry.files) {
        sync(&file.path).map_err(|error| unsynced(&file.path, &error))?;
        folders.extend(file.path.parent());
    }
    folders.sort_unstable();
    folders.dedup();
    folders.into_iter().try_for_each(|folder| sync(folder).map_err(|error| unsynced(folder, &error)))
}

fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn unsynced(path: &Path, error: &io::Error) -> Failure {
    let code = if error.kind() == io::ErrorKind::StorageFull { codes::DISK_FULL } else { codes::STATE };
    Failure::new(code, format!("{} cannot be brought to the disk: {error}", path.display()))
}

/// Writes the first record of a run, which changes nothing else, in the transaction that puts the run on record.
pub(crate) fn first(transaction: &Transaction<'_>, run: i64, record: &Record) -> rusqlite::Result<()> {
    transaction.execute(INSERT, params![run, 1, now(), record.kind(), record.step(), record.body()])?;
    Ok(())
}

fn commit(connection: &mut Connection, run: i64, batch: &[Entry]) -> rusqlite::Result<NotKept> {
    let mut not_kept = Vec::new();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut event = transaction.prepare_cached(INSERT)?;
        let mut gathered = Gathered::default();
        for Entry { number, time, record, files, .. } in batch {
            for Stored { name, digest, stamp, .. } in files {
                if let Some(stamp) = stamp {
                    stamp::remember(&transaction, name, stamp, *digest)?;
                }
            }
            let number = i64::try_from(*number).unwrap_or(i64::MAX);
            event.execute(params![run, number, time, record.kind(), record.step(), record.body()])?;
            if let Some(differing) = fold::apply(&transaction, run, *time, fold::changes(record), &mut gathered)? {
                not_kept.push((record.step().to_owned(), differing));
            }
        }
        gathered.write(&transaction)?;
    }
    transaction.commit()?;
    Ok(not_kept)
}
