//! The file `state.db`: how it is opened, and its tables.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::fold;
use crate::codes;
use crate::event::Failure;
use crate::room;

/// The version of the tables.
const VERSION: i64 = 4;
/// How long to wait for another process's transaction.
const BUSY: Duration = Duration::from_secs(60);

/// `events` is the truth; `runs`, `results`, `uses`, `durations` and `peaks` are folds of it, kept in the same transactions.
const TABLES: &str = "
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  pipeline TEXT NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER,
  status TEXT,
  counts TEXT
);
CREATE TABLE events (
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  time INTEGER NOT NULL,
  kind TEXT NOT NULL,
  step TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE TABLE results (
  key BLOB PRIMARY KEY,
  value TEXT NOT NULL,
  run TEXT NOT NULL,
  time INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE stamps (
  path TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  digest BLOB NOT NULL
) WITHOUT ROWID;
";

/// Since version 2: how long steps took, by their path without the numbers of iterations.
const DURATIONS: &str = "
CREATE TABLE durations (
  step TEXT PRIMARY KEY,
  nanos INTEGER NOT NULL,
  times INTEGER NOT NULL
) WITHOUT ROWID;
";

/// Since version 3: how long the step took whose result is kept, and what it reported on its way.
const SECONDS: &str = "
ALTER TABLE results ADD COLUMN seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE results ADD COLUMN reports TEXT NOT NULL DEFAULT '';
";

/// Since version 3: when a result was reused last.
const USES: &str = "
CREATE TABLE uses (
  key BLOB PRIMARY KEY,
  time INTEGER NOT NULL
) WITHOUT ROWID;
";

/// Since version 4: what memory the last attempts took, by the step's path without the numbers of iterations. Before that
/// no event told it.
const PEAKS: &str = "
CREATE TABLE peaks (
  step TEXT PRIMARY KEY,
  lately TEXT NOT NULL
) WITHOUT ROWID;
";

/// Opens the state folder for writing, and makes it where there is none.
///
/// # Errors
/// The folder cannot be made or written, or belongs to a later version.
pub(crate) fn open(state: &Path) -> Result<Connection, Failure> {
    room::to_look()?;
    let cannot = |error: std::io::Error| {
        Failure::new(codes::STATE, format!("the state folder {} cannot be used: {error}", state.display()))
            .with_help("make it writable, or set STANDPIPE_HOME to another folder")
    };
    DirBuilder::new().recursive(true).mode(0o700).create(state).map_err(cannot)?;
    let file = state.join("state.db");
    // Made here, so that it is never readable by others.
    OpenOptions::new().create(true).append(true).mode(0o600).open(&file).map_err(cannot)?;
    connect(&file).map_err(|error| failure_at(&file, &error))
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    if version(&connection)? != VERSION {
        // Changing to WAL needs the file alone, and does not wait for it by itself.
        let mut tries = 0;
        while let Err(error) = connection.pragma_update(None, "journal_mode", "WAL") {
            tries += 1;
            if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) || tries > 1000 {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found = version(&transaction)?;
        if found == 0 {
            transaction.execute_batch(TABLES)?;
        }
        if found < 2 {
            transaction.execute_batch(DURATIONS)?;
            fold::again(&transaction, |change| matches!(change, fold::Change::Took { .. }))?;
        }
        if found < 3 {
            transaction.execute_batch(USES)?;
            transaction.execute_batch(SECONDS)?;
            fold::again(&transaction, |change| matches!(change, fold::Change::Kept { .. }))?;
        }
        if found < 4 {
            transaction.execute_batch(PEAKS)?;
        }
        if found < VERSION {
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        transaction.commit()?;
    }
    if version(&connection)? != VERSION {
        return Err(rusqlite::Error::InvalidQuery);
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS a sync leaves it in the drive's own memory, unless this is asked for. Elsewhere it changes nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    keep_log(&connection)?;
    Ok(connection)
}

/// Opens the state folder for reading; `None` where nothing has run yet.
pub(crate) fn open_reader(state: &Path) -> Result<Option<Connection>, Failure> {
    let file = state.join("state.db");
    if !file.exists() {
        return Ok(None);
    }
    room::to_look()?;
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&file, flags)?;
        connection.busy_timeout(BUSY)?;
        match version(&connection)? {
            // What an earlier version wrote is brought to this one first.
            1..VERSION => connect(&file).map(Some),
            VERSION => {
                keep_log(&connection)?;
                Ok(Some(connection))
            }
            0 => Ok(None),
            _ => Err(rusqlite::Error::InvalidQuery),
        }
    };
    open().map_err(|error| failure_at(&file, &error))
}

/// Opens the state folder for a look in passing: makes no file, waits for nobody, and runs nothing that the file brings
/// along. `None` where there is none, or none of a version known here.
pub(crate) fn open_to_look(state: &Path) -> Option<Connection> {
    let file = state.join("state.db");
    let plain = |name: &str| std::fs::symlink_metadata(state.join(name)).map(|about| about.is_file());
    if !plain("state.db").unwrap_or(false) || plain("state.db-shm").is_ok_and(|plain| !plain) {
        return None;
    }
    // Without a log the file is all there is, and SQLite would make one; with one, its index must not be made.
    let how = match plain("state.db-wal") {
        Ok(true) => "readonly_shm=1",
        Ok(false) => return None,
        Err(_) => "immutable=1",
    };
    let path = percent_encoding::percent_encode(file.as_os_str().as_bytes(), percent_encoding::NON_ALPHANUMERIC);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("file:{path}?mode=ro&{how}"), flags).ok()?;
    connection.busy_timeout(Duration::ZERO).ok()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).ok()?;
    connection.pragma_update(None, "temp_store", "MEMORY").ok()?;
    keep_log(&connection).ok()?;
    version(&connection).is_ok_and(|version| (1..=VERSION).contains(&version)).then_some(connection)
}

/// Leaves the write-ahead log as it is when the last connection closes: folding it in would cost every run two more
/// waits for the disk. It is folded in as it grows.
fn keep_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(drop)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Bytes that a database needs to be opened and written to.
const ROOM: u64 = 128 << 10;

/// What an error of the database `file` means to a person. A disk that is full when the write-ahead log or its index is
/// made is to SQLite an error like any other.
pub(super) fn failure_at(file: &Path, error: &rusqlite::Error) -> Failure {
    let strange = matches!(error.sqlite_error_code(), Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen));
    let free = || rustix::fs::statvfs(file.parent()?).ok().map(|about| about.f_bavail.saturating_mul(about.f_frsize));
    if strange && free().is_some_and(|free| free < ROOM) { full() } else { failure(error) }
}

fn full() -> Failure {
    Failure::new(codes::DISK_FULL, "the disk is full: the run's journal cannot be written")
        .with_help("make room and run again: what finished is reused")
}

/// What a database error means to a person.
pub(crate) fn failure(error: &rusqlite::Error) -> Failure {
    match error {
        rusqlite::Error::InvalidQuery => {
            Failure::new(codes::STATE, "the state folder was written by a later version of Standpipe")
                .with_help("use that version, or set STANDPIPE_HOME to another folder")
        }
        error if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => full(),
        error => Failure::new(codes::STATE, format!("the run's journal cannot be used: {error}"))
            .with_help("a state folder that is damaged can be moved away; results are then made anew"),
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    milliseconds(SystemTime::now())
}

pub(crate) fn milliseconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
