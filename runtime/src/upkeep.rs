//! What is done to the store beside runs: counted, checked, collected. Safe while runs go on: what one of them uses or may
//! be reading stays. Knows nothing of how any of it is shown.

mod census;
mod collect;
mod counted;
mod forget;
mod pins;
mod rows;
#[cfg(test)]
pub(crate) mod tests;
mod verify;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use serde::Serialize;

use crate::codes;
use crate::event::Failure;
use crate::history::History;
use crate::journal;
use crate::store::Store;

pub use self::collect::Collected;
pub use self::counted::{Counted, OfPipeline};
pub use self::verify::{Damaged, Verified};

/// The store of one state folder, and what is on record of its content.
#[derive(Debug)]
pub struct Upkeep {
    connection: Connection,
    history: History,
    store: Store,
}

/// What may be kept; what is not said has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Bytes of all content together. The results that were used least recently go first.
    pub max_size: Option<u64>,
    /// How long a result is kept that is not used.
    pub older_than: Option<Duration>,
}

impl Limits {
    /// Whether anything is limited.
    #[must_use]
    pub fn any(&self) -> bool {
        self.max_size.is_some() || self.older_than.is_some()
    }
}

/// Hears how much of the work is done: so much of so much.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64);

impl Upkeep {
    /// The upkeep of the folder `state`; `None` where nothing has run yet.
    ///
    /// # Errors
    /// It cannot be used, or a later version wrote it.
    pub fn open(state: &Path) -> Result<Option<Self>, Failure> {
        if !state.join("state.db").exists() {
            return Ok(None);
        }
        let connection = journal::open(state)?;
        let Some(history) = History::open(state)? else { return Ok(None) };
        let store = Store::open(state).map_err(|error| unusable(state, &error))?;
        Ok(Some(Self { connection, history, store }))
    }

    /// The folder of the store.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.store.root().to_owned()
    }
}

/// A part of the state folder that cannot be used.
fn unusable(path: &Path, error: &io::Error) -> Failure {
    let code = if error.kind() == io::ErrorKind::StorageFull { codes::DISK_FULL } else { codes::STATE };
    Failure::new(code, format!("{} cannot be used: {error}", path.display()))
}
