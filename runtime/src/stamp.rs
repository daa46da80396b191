//! Digests of the user's files, remembered by what the file system says of them, so that an unchanged file is not read
//! again. Knows nothing of plans.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, params};
use standpipe_plan::Digest;

use crate::store;

/// A file that was written so shortly before it was read may be written again without a visible change.
const SETTLED: i128 = 2_000_000_000;

/// What the file system says of a file; equal stamps mean equal content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    size: u64,
    modified: i64,
    changed: i64,
    inode: u64,
}

impl Stamp {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::from(&fs::metadata(path)?))
    }

    /// The file's length in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// When its content was changed last, as the file system has it.
    pub(crate) fn modified(&self) -> SystemTime {
        let nanos = Duration::from_nanos(self.modified.unsigned_abs());
        if self.modified < 0 { UNIX_EPOCH - nanos } else { UNIX_EPOCH + nanos }
    }

    /// Whether a change of a file with this stamp could not go unseen: it was written long enough ago.
    pub(crate) fn settled(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let latest = self.modified.max(self.changed);
        i128::try_from(now).is_ok_and(|now| now - i128::from(latest) > SETTLED)
    }
}

impl From<&Metadata> for Stamp {
    fn from(about: &Metadata) -> Self {
        let nanos = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
        Self {
            size: about.size(),
            modified: nanos(about.mtime(), about.mtime_nsec()),
            changed: nanos(about.ctime(), about.ctime_nsec()),
            inode: about.ino(),
        }
    }
}

/// A file's content and the stamp under which it was seen.
pub(crate) struct Seen {
    pub digest: Digest,
    pub bytes: u64,
    pub stamp: Stamp,
}

/// The content of the file at `path` (absolute): remembered, or read and then remembered.
///
/// # Errors
/// The file cannot be read, or keeps changing while it is.
pub(crate) fn see(connection: Option<&Connection>, path: &Path) -> io::Result<Seen> {
    let name = path.to_string_lossy();
    let stamp = Stamp::of(path)?;
    if let Some(digest) = connection.and_then(|connection| remembered(connection, &name, &stamp)) {
        return Ok(Seen { digest, bytes: stamp.size, stamp });
    }
    let (digest, bytes) = store::hash_file(path)?;
    if Stamp::of(path)? != stamp {
        return Err(io::Error::other("it changed while it was being read"));
    }
    if let Some(connection) = connection.filter(|_| stamp.settled()) {
        // What cannot be remembered is read again.
        let _ = remember(connection, &name, &stamp, digest);
    }
    Ok(Seen { digest, bytes, stamp })
}

/// The content of the file called `path` when it had that stamp, where that is known.
pub(crate) fn remembered(connection: &Connection, path: &str, stamp: &Stamp) -> Option<Digest> {
    let mut query = connection
        .prepare_cached(
            "SELECT digest FROM stamps WHERE path = ?1 AND size = ?2 AND modified = ?3 AND changed = ?4 AND inode = ?5",
        )
        .ok()?;
    let size = i64::try_from(stamp.size).ok()?;
    let digest: Option<[u8; 32]> = query
        .query_row(params![path, size, stamp.modified, stamp.changed, stamp.inode.cast_signed()], |row| row.get(0))
        .optional()
        .ok()?;
    digest.map(Digest)
}

/// Remembers the content of the file called `path` while it has that stamp.
pub(crate) fn remember(connection: &Connection, path: &str, stamp: &Stamp, digest: Digest) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO stamps VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let size = i64::try_from(stamp.size).unwrap_or(i64::MAX);
    insert.execute(params![
        path,
        size,
        stamp.modified,
        stamp.changed,
        stamp.inode.cast_signed(),
        digest.0.as_slice()
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_a_change_that_keeps_the_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = crate::journal::open(folder.path()).expect("opened");
        let file = folder.path().join("data.csv");
        fs::write(&file, "one").expect("written");
        let before = see(Some(&connection), &file).expect("seen");
        fs::write(&file, "two").expect("written");
        let after = see(Some(&connection), &file).expect("seen");
        assert_ne!(before.digest, after.digest);
        assert_eq!(after.digest, Digest::of(b"two"));
    }

    #[test]
    fn remembers_only_what_settled() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = crate::journal::open(folder.path()).expect("opened");
        let file = folder.path().join("data.csv");
        fs::write(&file, "one").expect("written");
        see(Some(&connection), &file).expect("seen");
        let count: i64 = connection.query_row("SELECT count(*) FROM stamps", [], |row| row.get(0)).expect("counted");
        assert_eq!(count, 0);
    }
}
