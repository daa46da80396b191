//! What lies in the store, by what the file system says of it. Knows nothing of what is on record.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::store::Store;

/// A file or folder of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub path: PathBuf,
    /// Of a folder, of all in it.
    pub bytes: u64,
    /// When it came under its name or was given to somebody again: nanoseconds since 1970.
    pub changed: i128,
}

/// Everything in the store, sorted by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Census {
    /// Under the name of its content, or on the way there.
    pub items: Vec<Item>,
    /// Put aside because it was damaged.
    pub damaged: Vec<Item>,
}

impl Census {
    /// Goes through the store.
    pub(super) fn of(store: &Store) -> io::Result<Self> {
        let mut census = Self::default();
        for entry in fs::read_dir(store.root())? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if path == store.aside() {
                add_all(&path, &mut census.damaged)?;
            } else if name.starts_with("new-") {
                census.items.extend(item(path)?);
            } else if name.len() == 2 {
                add_all(&path, &mut census.items)?;
            }
        }
        census.items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        census.damaged.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(census)
    }
}

fn add_all(folder: &Path, items: &mut Vec<Item>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        items.extend(item(entry?.path())?);
    }
    Ok(())
}

/// The item at `path`; `None` when it has just gone.
pub(super) fn item(path: PathBuf) -> io::Result<Option<Item>> {
    match fs::symlink_metadata(&path) {
        Ok(about) => {
            let changed = changed(&about);
            let bytes = if about.is_dir() { size(&path)? } else { about.len() };
            Ok(Some(Item { path, bytes, changed }))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// When the attributes of something changed last: nanoseconds since 1970.
pub(super) fn changed(about: &Metadata) -> i128 {
    i128::from(about.ctime()) * 1_000_000_000 + i128::from(about.ctime_nsec())
}

/// The bytes of all files below a folder.
fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            match entry.metadata() {
                Ok(about) if about.is_dir() => folders.push(entry.path()),
                Ok(about) => bytes += about.len(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(bytes)
}
