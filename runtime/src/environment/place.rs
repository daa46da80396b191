//! Where an environment lies: a folder in the user's cache, one process at work on it at a time, accepted only with
//! the record that is written last. Knows nothing of how packages get there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use standpipe_plan::Digest;

use crate::Failure;
use crate::codes::NOT_INSTALLED;

use super::interpreter::{Interpreter, remember, stamp};
use super::{Ready, cache, identity};

/// How often to look whether another process has finished.
const POLL: Duration = Duration::from_millis(50);

/// The folder of one environment.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) packages: Vec<String>,
    identity: Digest,
    base: PathBuf,
}

/// The record of a finished environment.
#[derive(Serialize, Deserialize)]
struct Record {
    identity: Digest,
    packages: Vec<String>,
    /// The interpreter it was built on, which it needs.
    base: PathBuf,
    stamp: String,
}

impl Place {
    /// The place of an environment of these exact packages.
    ///
    /// # Errors
    /// When there is no cache folder.
    pub(super) fn new(interpreter: &Interpreter, packages: Vec<String>) -> Result<Self, Failure> {
        let identity = identity(interpreter, &packages);
        // `python3` and `python3.11` are one interpreter.
        let base = fs::canonicalize(&interpreter.executable).unwrap_or_else(|_| interpreter.executable.clone());
        let key = Digest::of(format!("1 {identity} {}", base.display()).as_bytes()).to_hex();
        let folder = cache()?.join("envs").join(key.get(..24).unwrap_or(&key));
        Ok(Self { folder, packages, identity, base })
    }

    /// Its interpreter.
    pub(super) fn python(&self) -> PathBuf {
        self.folder.join("bin").join("python")
    }

    /// The environment, when it is whole.
    pub(super) fn ready(&self) -> Option<Ready> {
        let record: Record = serde_json::from_slice(&fs::read(self.record()).ok()?).ok()?;
        let valid = record.identity == self.identity
            && record.base == self.base
            && stamp(&self.base)? == record.stamp
            && self.python().exists();
        valid.then(|| Ready { python: self.python(), identity: record.identity, packages: record.packages })
    }

    /// Waits until no other process is at work on it.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub(super) async fn hold(&self, progress: &mut (dyn FnMut(&str) + Send)) -> Result<File, Failure> {
        held(&self.folder.with_extension("lock"), progress).await.map_err(|error| self.failed(&error))
    }

    /// Writes the record.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub(super) fn finish(&self) -> Result<Ready, Failure> {
        let stamp = stamp(&self.base).unwrap_or_default();
        let record =
            Record { identity: self.identity, packages: self.packages.clone(), base: self.base.clone(), stamp };
        let text = serde_json::to_vec(&record).map_err(|error| self.failed(&error))?;
        remember(&self.record(), &text);
        self.ready().ok_or_else(|| self.failed(&"it is not there after it was made"))
    }

    fn record(&self) -> PathBuf {
        self.folder.join("ready.json")
    }

    pub(super) fn failed(&self, why: &dyn std::fmt::Display) -> Failure {
        let folder = self.folder.display();
        Failure::new(NOT_INSTALLED, format!("the environment in `{folder}` could not be made: {why}"))
    }
}

/// The lock of `path`, once no other process has it. It ends with the file, however this process ends.
pub(super) async fn held(path: &Path, progress: &mut (dyn FnMut(&str) + Send)) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if !told => {
                progress("waiting for another process that makes it");
                told = true;
            }
            Err(TryLockError::WouldBlock) => tokio::time::sleep(POLL).await,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
