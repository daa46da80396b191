//! Whether content is still what its digest says: by its stamp where that is remembered, else by reading it. What is
//! not is put aside, and made again by whoever needs it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use standpipe_plan::{Blob, Digest};

use super::{Store, digest_of, entries, hash_file, make_folder, unchanged};
use crate::planted::{Bug, planted};
use crate::stamp::{self, Stamp};

/// What there is of some content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Soundness {
    Sound,
    Absent,
    /// Something else is in its place: what is wrong with it.
    Damaged(String),
}

impl Store {
    /// What there is of the content of `blob`. Stamps are remembered in `memory`; without one, all of it is read.
    pub(crate) fn check(&self, memory: Option<&Connection>, blob: &Blob) -> Soundness {
        let place = self.path(blob);
        let Ok(about) = fs::symlink_metadata(&place) else { return Soundness::Absent };
        if planted(Bug::CutFileTakenForWhole) {
            return Soundness::Sound;
        }
        let digest = if about.is_dir() {
            self.folder(memory, &place)
        } else if !about.is_file() {
            return Soundness::Damaged("it is no file any more".into());
        } else if about.len() != blob.bytes {
            return Soundness::Damaged(format!("it has {} bytes instead of {}", about.len(), blob.bytes));
        } else {
            self.see(memory, &place).map(|(digest, _)| digest)
        };
        match digest {
            Ok(digest) if digest == blob.digest => Soundness::Sound,
            Ok(_) if planted(Bug::DamageUnseen) => Soundness::Sound,
            Ok(_) => Soundness::Damaged("its content has changed".into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Soundness::Absent,
            Err(error) => Soundness::Damaged(format!("it cannot be read: {error}")),
        }
    }

    fn folder(&self, memory: Option<&Connection>, place: &Path) -> io::Result<Digest> {
        Ok(digest_of(&entries(place, &mut |file| self.see(memory, file))?))
    }

    /// Digest and length of a stored file.
    fn see(&self, memory: Option<&Connection>, path: &Path) -> io::Result<(Digest, u64)> {
        let name = self.name(path);
        let stamp = Stamp::of(path)?;
        if let Some(digest) = memory.and_then(|memory| stamp::remembered(memory, &name, &stamp)) {
            return Ok((digest, stamp.size()));
        }
        let (digest, bytes) = hash_file(path)?;
        if Stamp::of(path)? != stamp {
            return Err(io::Error::other("it changes while it is read"));
        }
        if let Some(memory) = memory.filter(|_| unchanged(&stamp, bytes) || stamp.settled()) {
            // What cannot be remembered is read again.
            let _ = stamp::remember(memory, &name, &stamp, digest);
        }
        Ok((digest, bytes))
    }

    /// Where what was damaged is put.
    pub(crate) fn aside(&self) -> PathBuf {
        self.root.join("damaged")
    }

    /// Puts what is damaged in the place of `blob` aside, for a person to look at; where it is now. `None` where it was
    /// made again by somebody meanwhile, or is gone.
    ///
    /// # Errors
    /// It cannot be moved.
    pub(crate) fn quarantine(&self, blob: &Blob) -> io::Result<Option<PathBuf>> {
        let _held = self.hold_alone()?;
        if !matches!(self.check(None, blob), Soundness::Damaged(_)) || planted(Bug::DamagedStaysInPlace) {
            return Ok(None);
        }
        let place = self.path(blob);
        let aside = self.aside();
        make_folder(&aside)?;
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let shard = place.parent().and_then(Path::file_name).map(|shard| shard.to_string_lossy().into_owned());
        let name = shard.unwrap_or_default() + &name;
        for number in 0.. {
            let target = aside.join(if number == 0 { name.clone() } else { format!("{number}-{name}") });
            if fs::symlink_metadata(&target).is_err() {
                fs::rename(&place, &target)?;
                return Ok(Some(target));
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}
