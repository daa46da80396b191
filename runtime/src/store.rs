//! Content by its BLAKE3 digest: files and folders, published under their digest by one rename, never changed
//! afterwards, and believed only as long as they are what they were. Knows nothing of runs and steps.

mod check;
#[cfg(test)]
mod damage;
mod hashing;
mod publish;
#[cfg(test)]
pub(crate) mod tests;
mod tree;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smol_str::SmolStr;
use standpipe_plan::{Blob, BlobKind, Digest};

pub(crate) use self::check::Soundness;
use self::hashing::hash;
pub(crate) use self::hashing::hash_file;
pub(crate) use self::publish::remove;
pub(crate) use self::tree::{Entry, digest_of, entries};
use crate::planted::{Bug, planted};
use crate::stamp::Stamp;

/// What every stored file says of when it was written, in seconds since 1970: the first of January 2000. Whoever writes
/// to one afterwards makes that the time of the day, so that no change of a stored file is too quick to be seen.
const WRITTEN: u64 = 946_684_800;

/// The folder `store/` of a state folder.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    root: PathBuf,
}

/// Content that is in the store now, and what must be synced before it may be relied on after a power cut.
#[derive(Debug)]
pub(crate) struct Adopted {
    pub blob: Blob,
    pub files: Vec<Stored>,
}

/// A file in the store: what it holds, and what the file system says of it for as long as it holds that.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub path: PathBuf,
    /// By which its stamp is remembered: its path from the state folder.
    pub name: String,
    pub digest: Digest,
    /// None where a change might not have shown.
    pub stamp: Option<Stamp>,
}

impl Store {
    /// The store under `state`, wherever it is or is not.
    pub(crate) fn at(state: &Path) -> Self {
        Self { root: state.join("store") }
    }

    /// The store under `state`, made where there is none.
    pub(crate) fn open(state: &Path) -> io::Result<Self> {
        let store = Self::at(state);
        make_folder(&store.root)?;
        Ok(store)
    }

    /// Its folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the content of `blob` lies, whether or not it is there. Its name ends as tools expect: `.csv`, `.arrow`.
    pub(crate) fn path(&self, blob: &Blob) -> PathBuf {
        self.place(blob.kind, blob.digest, &blob.format)
    }

    fn place(&self, kind: BlobKind, digest: Digest, format: &str) -> PathBuf {
        let hex = digest.to_hex();
        let (shard, rest) = hex.split_at(2);
        let plain = !format.is_empty() && format.len() <= 16 && format.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let name = match kind {
            BlobKind::Dir => format!("{rest}.dir"),
            BlobKind::Table => format!("{rest}.arrow"),
            BlobKind::File | BlobKind::Artifact if plain => format!("{rest}.{format}"),
            BlobKind::File | BlobKind::Artifact => rest.to_owned(),
        };
        self.root.join(shard).join(name)
    }

    /// The name under which the stamp of a file in the store is remembered: it stays when the state folder is moved.
    pub(crate) fn name(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        format!("store/{}", inside.to_string_lossy())
    }

    /// Takes a file or folder in: moved when it is the attempt's `own`, copied when it belongs to the user.
    ///
    /// # Errors
    /// It is neither a regular file nor a folder, changes meanwhile, or cannot be read, moved or copied.
    pub(crate) fn adopt(
        &self,
        from: &Path,
        own: bool,
        kind: BlobKind,
        format: &SmolStr,
        rows: Option<u64>,
    ) -> io::Result<Adopted> {
        let own = own || planted(Bug::UserFileMoved);
        let found = if own { fs::symlink_metadata(from)? } else { fs::metadata(from)? };
        let blob = |digest, bytes| Blob { kind, digest, bytes, format: format.clone(), rows, path: None };
        if found.is_dir() && matches!(kind, BlobKind::Dir | BlobKind::Artifact) {
            self.adopt_folder(from, own, &blob)
        } else if found.is_file() && kind != BlobKind::Dir {
            // A file with a second name is somebody else's too.
            self.adopt_file(from, own && found.nlink() == 1, &blob)
        } else {
            let wanted = if kind == BlobKind::Dir { "a folder" } else { "a regular file" };
            Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is not {wanted}")))
        }
    }

    fn adopt_file(&self, from: &Path, own: bool, blob: &dyn Fn(Digest, u64) -> Blob) -> io::Result<Adopted> {
        let (temporary, digest, bytes) = if own {
            finish(from, false)?;
            let (digest, bytes) = hash_file(from)?;
            (from.to_owned(), digest, bytes)
        } else {
            let temporary = self.temporary();
            let mut target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            let (digest, bytes) = hash(&mut File::open(from)?, Some(&mut target))?;
            finish(&temporary, false)?;
            (temporary, digest, bytes)
        };
        let blob = blob(digest, bytes);
        let published = self.publish(&temporary, &blob)?;
        let file = published.file(self, Path::new(""), digest, bytes)?;
        Ok(Adopted { blob, files: vec![file] })
    }

    fn adopt_folder(&self, from: &Path, own: bool, blob: &dyn Fn(Digest, u64) -> Blob) -> io::Result<Adopted> {
        let source = if own {
            from.to_owned()
        } else {
            let copy = self.temporary();
            tree::copy(from, &copy)?;
            copy
        };
        let mut read = |file: &Path| {
            finish(file, fs::metadata(file)?.mode() & 0o100 != 0)?;
            hash_file(file)
        };
        let entries = entries(&source, &mut read)?;
        for folder in entries.iter().filter(|entry| entry.digest.is_none()).map(|entry| source.join(&entry.path)) {
            fs::set_permissions(folder, Permissions::from_mode(0o700))?;
        }
        fs::set_permissions(&source, Permissions::from_mode(0o700))?;
        let bytes = entries.iter().map(|entry| entry.bytes).sum();
        let blob = blob(digest_of(&entries), bytes);
        let published = self.publish(&source, &blob)?;
        let files = entries.iter().filter_map(|entry| Some((entry, entry.digest?)));
        let files = files.map(|(entry, digest)| published.file(self, &entry.path, digest, entry.bytes));
        Ok(Adopted { blob, files: files.collect::<io::Result<_>>()? })
    }

    fn temporary(&self) -> PathBuf {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.root.join(format!("new-{}-{number}", std::process::id()))
    }
}

/// Makes a file as stored files are, before it is read: a change from here on shows.
fn finish(path: &Path, executable: bool) -> io::Result<()> {
    let mode = match executable {
        true => 0o500,
        false if planted(Bug::StoredFileWritable) => 0o600,
        false => 0o400,
    };
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    File::open(path)?.set_modified(written())
}

fn written() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(WRITTEN)
}

/// Whether a stored file with this stamp was written to since it was finished.
fn unchanged(stamp: &Stamp, bytes: u64) -> bool {
    stamp.size() == bytes && stamp.modified() == written()
}

/// A folder that only its owner may read, with the folders above it.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
