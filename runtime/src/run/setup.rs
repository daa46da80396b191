//! Everything that must be so before the first step: parameters bound, files found, the run on record.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, params};
use smol_str::SmolStr;
use standpipe_plan::{Plan, Value};

use super::{names, params as parameters};
use crate::codes;
use crate::event::Failure;
use crate::inputs::{Inputs, Stamps};
use crate::journal::{self, Journal};
use crate::options::Options;
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
}

pub(super) fn prepare(plan: &Plan, given: Vec<(SmolStr, Value)>, options: &Options) -> Result<Setup, Failure> {
    let given = parameters::bind(plan, given)?;
    let connection = journal::open(&options.state)?;
    let mut inputs = Inputs::new(&options.root, Some(&connection));
    let params = given.iter().map(|value| inputs.in_value(value)).collect::<Result<Vec<_>, _>>()?;
    parameters::check(plan, &params)?;
    let plan = Arc::new(inputs.in_plan(plan)?.unwrap_or_else(|| plan.clone()));
    let stamps = inputs.into_stamps();
    let store = Store::open(&options.state).map_err(|error| unusable(&options.state, &error))?;
    let reader = journal::open_reader(&options.state)?
        .ok_or_else(|| Failure::new(codes::STATE, "the state folder was removed"))?;
    let id = names::id(journal::now(), names::random());
    let folder = options.state.join("runs").join(&id);
    // Before the run is on record, so that it never looks dead.
    let lock = lock(&folder).map_err(|error| unusable(&folder, &error))?;
    let (number, name) = register(&connection, &plan, &id).map_err(|error| journal::failure(&error))?;
    let journal = Journal::start(connection, number);
    Ok(Setup { plan, params, id, name, folder, journal, reader, store, stamps, lock })
}

fn lock(folder: &std::path::Path) -> std::io::Result<File> {
    store::make_folder(folder)?;
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(folder.join("lock"))?;
    file.lock()?;
    Ok(file)
}

fn unusable(path: &std::path::Path, error: &std::io::Error) -> Failure {
    let code = if error.kind() == std::io::ErrorKind::StorageFull { codes::DISK_FULL } else { codes::STATE };
    Failure::new(code, format!("{} cannot be used: {error}", path.display()))
        .with_help("make it writable, or set STANDPIPE_HOME to another folder")
}

/// Puts the run on record under a name that no other has.
fn register(connection: &Connection, plan: &Plan, id: &str) -> rusqlite::Result<(i64, SmolStr)> {
    let mut tries = 0;
    loop {
        let name = names::name(names::random(), tries);
        let insert = connection.execute(
            "INSERT INTO runs (id, name, pipeline, started) VALUES (?1, ?2, ?3, ?4)",
            params![id, name, plan.pipeline.as_str(), journal::now()],
        );
        match insert {
            Ok(_) => return Ok((connection.last_insert_rowid(), name.into())),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) && tries < TRIES => {
                tries += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
