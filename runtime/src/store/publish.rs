//! How content comes under its name: by a rename that replaces nothing. It is synced before it is on record, not before
//! it has its name: a name alone is never believed (`check.rs`), and who reads it meanwhile need not wait for the disk.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use rustix::io::Errno;
use standpipe_plan::{Blob, Digest};

use super::{Soundness, Store, Stored, make_folder, unchanged};
use crate::stamp::Stamp;

/// Times that content is published anew that another process keeps taking away.
const TRIES: u32 = 100;

/// As long as it lives, nobody removes what is in the store.
#[derive(Debug)]
pub(crate) struct Hold(#[expect(dead_code, reason = "closing it is what gives it up")] File);

/// Content under its name.
pub(super) struct Published {
    place: PathBuf,
    /// It was not there before.
    fresh: bool,
}

impl Published {
    /// The file at `inside`, which is empty when the content is one file, with what it was found to hold.
    pub(super) fn file(&self, store: &Store, inside: &Path, digest: Digest, bytes: u64) -> io::Result<Stored> {
        let path = if inside.as_os_str().is_empty() { self.place.clone() } else { self.place.join(inside) };
        let stamp = Stamp::of(&path)?;
        let same = unchanged(&stamp, bytes);
        if self.fresh && !same {
            return Err(io::Error::other("it changed while it was taken in"));
        }
        Ok(Stored { name: store.name(&path), path, digest, stamp: same.then_some(stamp) })
    }
}

impl Store {
    /// Keeps everything in the store, together with others that do; waits for whoever removes something right now.
    pub(crate) fn hold(&self) -> io::Result<Hold> {
        let file = self.lock()?;
        flock(&file, FlockOperation::LockShared)?;
        Ok(Hold(file))
    }

    /// The right to remove things; waits for whoever has it or looks something up.
    pub(crate) fn hold_alone(&self) -> io::Result<Hold> {
        let file = self.lock()?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(Hold(file))
    }

    fn lock(&self) -> io::Result<File> {
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(self.root.join("lock"))
    }

    /// Brings `from` under the name of its content; where that is already, and is sound, `from` is removed.
    pub(super) fn publish(&self, from: &Path, blob: &Blob) -> io::Result<Published> {
        let place = self.path(blob);
        for _ in 0..TRIES {
            if put(from, &place)? {
                return Ok(Published { place, fresh: true });
            }
            let held = self.hold()?;
            match self.check(None, blob) {
                Soundness::Sound => {
                    // Younger from now on than any decision to remove it.
                    touch(&place)?;
                    remove(from)?;
                    return Ok(Published { place, fresh: false });
                }
                Soundness::Absent => {}
                Soundness::Damaged(_) => {
                    drop(held);
                    self.quarantine(blob)?;
                }
            }
        }
        Err(io::Error::other(format!("{} is taken away again and again", place.display())))
    }
}

/// Renames, unless something is there: whether it did.
fn put(from: &Path, place: &Path) -> io::Result<bool> {
    match renameat_with(CWD, from, CWD, place, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST | Errno::NOTEMPTY) => Ok(false),
        Err(Errno::NOENT) if place.parent().is_some_and(|parent| !parent.exists()) => {
            place.parent().map_or(Ok(()), make_folder)?;
            put(from, place)
        }
        // A file system that cannot do it in one: a link does not replace anything either, and folders replace only empty
        // ones.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if from.is_dir() => match fs::rename(from, place) {
            Err(error) if place.is_dir() && error.kind() != io::ErrorKind::StorageFull => Ok(false),
            renamed => renamed.map(|()| true),
        },
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => match fs::hard_link(from, place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
            Ok(()) => fs::remove_file(from).map(|()| true),
        },
        Err(error) => Err(error.into()),
    }
}

/// Sets the time of the last change of a file's or folder's attributes to now.
fn touch(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::symlink_metadata(path)?.permissions())
}

/// Removes a file or folder.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path)?.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}
