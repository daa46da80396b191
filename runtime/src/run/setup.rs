//! Everything that must be so before the first step: parameters bound, files found, the run on record.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, params};
use rustix::process::{Pid, test_kill_process};
use smol_str::SmolStr;
use standpipe_plan::{NodeKind, Plan, Region, Value};

use super::past::Past;
use super::{later, names, params as parameters};
use crate::codes;
use crate::event::Failure;
use crate::inputs::{Inputs, Stamps};
use crate::journal::{self, Journal, Record};
use crate::options::{Options, Resume};
use crate::sandbox::{self, Granted, Tier};
use crate::secrets::Known;
use crate::store::{self, Store};

/// Most names tried for one run.
const TRIES: u32 = 100;

/// A run that is about to begin.
pub(super) struct Setup {
    pub plan: Arc<Plan>,
    pub params: Vec<Value>,
    pub id: String,
    pub name: SmolStr,
    pub folder: PathBuf,
    pub journal: Journal,
    /// For reading what earlier runs left.
    pub reader: Connection,
    pub store: Store,
    pub stamps: Stamps,
    /// Held while the run lives: who can take it knows that the run is dead.
    pub lock: File,
    /// From 1; each resumption begins one.
    pub session: u32,
    pub past: Past,
    pub secrets: Known,
    /// What steps are kept from.
    pub granted: Granted,
}

pub(super) fn prepare(plan: &Plan, given: Vec<(SmolStr, Value)>, options: &Options) -> Result<Setup, Failure> {
    later::refuse(plan)?;
    sandbox::refuse(plan)?;
    let granted = sandbox::grant(&options.sandbox, options.keeper.as_deref())?;
    let given = parameters::bind(plan, given)?;
    let secrets = Known::of(plan, &given, &options.secrets)?;
    secrets.crash_without();
    let connection = journal::open(&options.state)?;
    let mut inputs = Inputs::new(&options.root, Some(&connection));
    let params = given.iter().map(|value| inputs.in_value(value)).collect::<Result<Vec<_>, _>>()?;
    parameters::check(plan, &params)?;
    let plan = Arc::new(inputs.in_plan(plan)?.unwrap_or_else(|| plan.clone()));
    let stamps = inputs.into_stamps();
    let store = Store::open(&options.state).map_err(|error| unusable(&options.state, &error))?;
    let reader = journal::open_reader(&options.state)?
        .ok_or_else(|| Failure::new(codes::STATE, "the state folder was removed"))?;
    let run = match &options.resume {
        Some(resume) => again(&connection, &options.state, resume)?,
        None => fresh(&connection, options, &plan)?,
    };
    let mut journal = Journal::resume(connection, run.number, run.written);
    if run.session > 1 {
        journal.append(Record::RunResumed, Vec::new(), false);
    }
    if granted.tier > Tier::Off {
        journal.append(Record::RunConfined { tier: granted.tier }, Vec::new(), false);
    }
    let Run { id, name, folder, lock, session, past, .. } = run;
    Ok(Setup { plan, params, id, name, folder, journal, reader, store, stamps, lock, session, past, secrets, granted })
}

/// A run on record that is this process's to carry on.
struct Run {
    number: i64,
    id: String,
    name: SmolStr,
    folder: PathBuf,
    lock: File,
    /// Records that it has.
    written: u64,
    session: u32,
    past: Past,
}

fn fresh(connection: &Connection, options: &Options, plan: &Plan) -> Result<Run, Failure> {
    let id = names::id(journal::now(), names::random());
    let folder = options.state.join("runs").join(&id);
    // Before the run is on record, so that it never looks dead.
    let lock = lock(&folder)
        .and_then(|lock| lock.ok_or_else(|| std::io::ErrorKind::WouldBlock.into()))
        .map_err(|error| unusable(&folder, &error))?;
    let call = options.call.as_ref();
    let (number, name) = register(connection, plan, &id, call).map_err(|error| journal::failure(&error))?;
    let past = match options.cache && searches(&plan.root) {
        true => Past::earlier(connection, number, &plan.pipeline).map_err(|error| journal::failure(&error))?,
        false => Past::default(),
    };
    Ok(Run { number, id, name, folder, lock, written: u64::from(call.is_some()), session: 1, past })
}

/// Whether there is a sweep somewhere in it.
fn searches(region: &Region) -> bool {
    region.nodes.iter().any(|node| matches!(node.kind, NodeKind::Sweep(_)) || node.kind.regions().any(searches))
}

/// Takes over a run that nobody carries on any more.
fn again(connection: &Connection, state: &Path, resume: &Resume) -> Result<Run, Failure> {
    let row = connection.query_row("SELECT number, name, status FROM runs WHERE id = ?1", params![resume.run], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
    });
    let (number, name, status) = row.map_err(|error| journal::failure(&error))?;
    let refuse = |why: &str| Failure::new(codes::NOT_RESUMED, format!("`{name}` {why}"));
    let folder = state.join("runs").join(&resume.run);
    let Some(lock) = lock(&folder).map_err(|error| unusable(&folder, &error))? else {
        return Err(
            refuse("is under way").with_help(format!("`standpipe runs logs -f {name}` shows what its steps print"))
        );
    };
    if status.as_deref() == Some("succeeded") {
        return Err(refuse("succeeded: nothing of it is left to do"));
    }
    let (written, session, past) = Past::read(connection, number, &folder, resume)?;
    Ok(Run { number, id: resume.run.clone(), name: name.into(), folder, lock, written, session, past })
}

/// How long somebody may have a run's lock who does not carry the run on.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks whether it is free.
const PAUSE: Duration = Duration::from_millis(5);

/// The run's lock with this process's number in it; `None` when another process has it.
fn lock(folder: &Path) -> std::io::Result<Option<File>> {
    store::make_folder(folder)?;
    let mut options = OpenOptions::new();
    let mut file = options.create(true).truncate(false).read(true).write(true).mode(0o600).open(folder.join("lock"))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if has_owner(&mut file) || begun.elapsed() > PATIENCE => return Ok(None),
            // Whoever looks has it for a moment, and so has a process that its last owner was about to start when it was
            // killed.
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(Some(file))
}

/// Whether the process lives whose number is in the lock.
fn has_owner(lock: &mut File) -> bool {
    let mut text = String::new();
    let read = lock.rewind().and_then(|()| lock.read_to_string(&mut text));
    let owner = text.trim().parse().ok().and_then(Pid::from_raw);
    read.is_ok() && owner.is_some_and(|owner| test_kill_process(owner).is_ok())
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    let code = if error.kind() == std::io::ErrorKind::StorageFull { codes::DISK_FULL } else { codes::STATE };
    Failure::new(code, format!("{} cannot be used: {error}", path.display()))
        .with_help("make it writable, or set STANDPIPE_HOME to another folder")
}

/// Puts the run on record under a name that no other has, together with how it was called: a run that is on record can
/// be gone on with.
fn register(
    connection: &Connection,
    plan: &Plan,
    id: &str,
    call: Option<&serde_json::Value>,
) -> rusqlite::Result<(i64, SmolStr)> {
    let transaction = connection.unchecked_transaction()?;
    let mut tries = 0;
    loop {
        let name = names::name(names::random(), tries);
        let insert = transaction.execute(
            "INSERT INTO runs (id, name, pipeline, started) VALUES (?1, ?2, ?3, ?4)",
            params![id, name, plan.pipeline.as_str(), journal::now()],
        );
        match insert {
            Ok(_) => {
                let number = transaction.last_insert_rowid();
                if let Some(call) = call {
                    journal::first(&transaction, number, &Record::RunCalled { call: call.clone() })?;
                }
                transaction.commit()?;
                return Ok((number, name.into()));
            }
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) && tries < TRIES => {
                tries += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lock that somebody has, with that number in it.
    fn taken(folder: &Path, number: u32) -> File {
        std::fs::write(folder.join("lock"), format!("{number}\n")).expect("written");
        let file = File::open(folder.join("lock")).expect("opened");
        file.try_lock().expect("it is free");
        file
    }

    #[test]
    fn a_lock_whose_owner_lives_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let _held = taken(folder.path(), std::process::id());
        let begun = Instant::now();
        assert!(lock(folder.path()).expect("read").is_none());
        assert!(begun.elapsed() < PATIENCE);
    }

    #[test]
    fn a_lock_whose_owner_is_gone_is_soon_free() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut gone = std::process::Command::new("true").spawn().expect("it is there");
        let number = gone.id();
        gone.wait().expect("it was ours");
        let held = taken(folder.path(), number);
        let freed = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            drop(held);
        });
        assert!(lock(folder.path()).expect("read").is_some());
        freed.join().expect("it ended");
        let text = std::fs::read_to_string(folder.path().join("lock")).expect("read");
        assert_eq!(text, format!("{}\n", std::process::id()));
    }
}
