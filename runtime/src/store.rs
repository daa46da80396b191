//! Content by its BLAKE3 digest: files and folders, published by one rename, never changed afterwards. Knows nothing of
//! runs and steps.

mod tree;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use smol_str::SmolStr;
use standpipe_plan::{Blob, BlobKind, Digest};

use crate::planted::{Bug, planted};

pub(crate) use self::tree::{Entry, digest_of, entries};

/// The folder `store/` of a state folder.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    root: PathBuf,
}

/// Content that is in the store now, and what must be synced before it may be relied on after a power cut.
#[derive(Debug)]
pub(crate) struct Adopted {
    pub blob: Blob,
    pub files: Vec<PathBuf>,
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

    /// Whether the content of `blob` is there, whole as far as its size tells.
    pub(crate) fn has(&self, blob: &Blob) -> bool {
        fs::symlink_metadata(self.path(blob)).is_ok_and(|found| match blob.kind {
            BlobKind::Dir => found.is_dir(),
            BlobKind::File | BlobKind::Table | BlobKind::Artifact => {
                found.is_file() && (found.len() == blob.bytes || planted(Bug::CutFileTakenForWhole))
            }
        })
    }

    /// Takes a file or folder in: moved when it is the attempt's `own`, copied when it belongs to the user.
    ///
    /// # Errors
    /// It is neither a regular file nor a folder, or cannot be read, moved or copied.
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
        let (digest, bytes, files) = if found.is_dir() && matches!(kind, BlobKind::Dir | BlobKind::Artifact) {
            self.adopt_folder(from, own, kind, format)?
        } else if found.is_file() && kind != BlobKind::Dir {
            // A file with a second name is somebody else's too.
            self.adopt_file(from, own && found.nlink() == 1, kind, format)?
        } else {
            let wanted = if kind == BlobKind::Dir { "a folder" } else { "a regular file" };
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is not {wanted}")));
        };
        Ok(Adopted { blob: Blob { kind, digest, bytes, format: format.clone(), rows, path: None }, files })
    }

    fn adopt_file(
        &self,
        from: &Path,
        own: bool,
        kind: BlobKind,
        format: &str,
    ) -> io::Result<(Digest, u64, Vec<PathBuf>)> {
        let (temporary, digest, bytes) = if own {
            let (digest, bytes) = hash_file(from)?;
            (from.to_owned(), digest, bytes)
        } else {
            let temporary = self.temporary();
            let mut target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            let (digest, bytes) = hash(&mut File::open(from)?, Some(&mut target))?;
            (temporary, digest, bytes)
        };
        let mode = if planted(Bug::StoredFileWritable) { 0o600 } else { 0o400 };
        fs::set_permissions(&temporary, Permissions::from_mode(mode))?;
        let place = self.place(kind, digest, format);
        publish(&temporary, &place)?;
        Ok((digest, bytes, vec![place]))
    }

    fn adopt_folder(
        &self,
        from: &Path,
        own: bool,
        kind: BlobKind,
        format: &str,
    ) -> io::Result<(Digest, u64, Vec<PathBuf>)> {
        let source = if own {
            from.to_owned()
        } else {
            let copy = self.temporary();
            tree::copy(from, &copy)?;
            copy
        };
        let entries = entries(&source, &mut |file| hash_file(file))?;
        let digest = digest_of(&entries);
        let bytes = entries.iter().map(|entry| entry.bytes).sum();
        for entry in entries.iter().filter(|entry| entry.digest.is_some()) {
            let mode = if entry.executable { 0o500 } else { 0o400 };
            fs::set_permissions(source.join(&entry.path), Permissions::from_mode(mode))?;
        }
        let place = self.place(kind, digest, format);
        if place.is_dir() {
            fs::remove_dir_all(&source)?;
        } else if let Err(error) = publish(&source, &place) {
            // Another run may have been faster with the same content.
            if !place.is_dir() {
                return Err(error);
            }
            fs::remove_dir_all(&source)?;
        }
        let files = entries.iter().filter(|entry| entry.digest.is_some()).map(|entry| place.join(&entry.path));
        Ok((digest, bytes, files.collect()))
    }

    fn temporary(&self) -> PathBuf {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.root.join(format!("new-{}-{number}", std::process::id()))
    }
}

/// Renames into place. Content with the same digest may be there already: it is the same, and ours will be synced.
fn publish(from: &Path, place: &Path) -> io::Result<()> {
    match fs::rename(from, place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            place.parent().map_or(Ok(()), make_folder)?;
            fs::rename(from, place)
        }
        result => result,
    }
}

/// A folder that only its owner may read, with the folders above it.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Digest and length of a file's content.
pub(crate) fn hash_file(path: &Path) -> io::Result<(Digest, u64)> {
    hash(&mut File::open(path)?, None)
}

fn hash(source: &mut File, mut copy: Option<&mut File>) -> io::Result<(Digest, u64)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 256 << 10];
    let mut bytes = 0;
    loop {
        let read = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let Some(part) = buffer.get(..read) else { break };
        hasher.update(part);
        if let Some(copy) = &mut copy {
            copy.write_all(part)?;
        }
        bytes += read as u64;
    }
    Ok((Digest(*hasher.finalize().as_bytes()), bytes))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("a store");
        (folder, store)
    }

    #[test]
    pub(crate) fn moves_what_is_its_own_and_copies_what_is_not() {
        let (folder, store) = store();
        let file = folder.path().join("out");
        fs::write(&file, "a,b\n").expect("written");
        let copied = store.adopt(&file, false, BlobKind::File, &"csv".into(), None).expect("adopted");
        assert!(file.exists());
        let moved = store.adopt(&file, true, BlobKind::File, &"csv".into(), None).expect("adopted");
        assert!(!file.exists());
        assert_eq!(copied.blob, moved.blob);
        assert_eq!(moved.blob.digest, Digest::of(b"a,b\n"));
        assert!(store.has(&moved.blob));
        let place = store.path(&moved.blob);
        assert_eq!(place.extension().and_then(|name| name.to_str()), Some("csv"));
        assert_eq!(fs::metadata(place).expect("there").permissions().mode() & 0o777, 0o400);
    }

    #[test]
    pub(crate) fn a_cut_file_is_not_there() {
        let (folder, store) = store();
        let file = folder.path().join("out");
        fs::write(&file, "content").expect("written");
        let blob = store.adopt(&file, true, BlobKind::File, &SmolStr::default(), None).expect("adopted").blob;
        fs::remove_file(store.path(&blob)).expect("removed");
        fs::write(store.path(&blob), "cont").expect("written");
        assert!(!store.has(&blob));
    }

    #[test]
    pub(crate) fn a_folder_is_known_by_names_and_content() {
        let (folder, store) = store();
        let make = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.join("inner")).expect("made");
            fs::write(path.join("inner/file"), text).expect("written");
            store.adopt(&path, true, BlobKind::Dir, &SmolStr::default(), None).expect("adopted").blob
        };
        let (one, same, other) = (make("one", "x"), make("two", "x"), make("three", "y"));
        assert_eq!(one, same);
        assert_ne!(one.digest, other.digest);
        fs::create_dir_all(folder.path().join("four/inner")).expect("made");
        fs::write(folder.path().join("four/inner/list"), "x").expect("written");
        let renamed = store.adopt(&folder.path().join("four"), true, BlobKind::Dir, &SmolStr::default(), None);
        assert_ne!(one.digest, renamed.expect("adopted").blob.digest);
        assert_eq!(fs::read_to_string(store.path(&one).join("inner/file")).expect("there"), "x");
    }

    #[test]
    pub(crate) fn refuses_links_and_pipes() {
        let (folder, store) = store();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/etc/hostname", &link).expect("linked");
        let error = store.adopt(&link, true, BlobKind::File, &SmolStr::default(), None).expect_err("refused");
        assert_eq!(error.to_string(), "it is not a regular file");
    }
}
