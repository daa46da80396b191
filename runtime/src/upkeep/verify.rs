//! Reads all content again: what is not what it was is put aside, and results that are lost with it are forgotten, so that
//! they are made again.

use std::path::PathBuf;

use rustc_hash::FxHashMap;
use serde::Serialize;
use standpipe_plan::BlobKind;

use super::{Progress, Upkeep, unusable};
use crate::event::Failure;
use crate::journal;
use crate::store::Soundness;

/// What a check of all content found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Files and folders that were read.
    pub files: u64,
    pub bytes: u64,
    pub damaged: Vec<Damaged>,
    /// Content that results refer to and that is not there.
    pub missing: Vec<PathBuf>,
    /// Results that were forgotten for either.
    pub forgotten: u64,
}

/// Content that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damaged {
    /// Where it lay.
    pub path: PathBuf,
    pub why: String,
    /// Where it was put.
    pub aside: PathBuf,
}

impl Verified {
    /// Whether all is as it should be.
    #[must_use]
    pub fn sound(&self) -> bool {
        self.damaged.is_empty() && self.missing.is_empty()
    }
}

impl Upkeep {
    /// Content that results refer to and that is not there. Reads nothing of what is.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn dangling(&self) -> Result<Vec<PathBuf>, Failure> {
        let rows = self.rows().map_err(|error| journal::failure(&error))?;
        let blobs = rows.iter().flat_map(|row| &row.blobs);
        let own = blobs.filter(|blob| !matches!(blob.kind, BlobKind::File | BlobKind::Dir));
        let mut places: Vec<PathBuf> = own.map(|blob| self.store.path(blob)).filter(|place| !place.exists()).collect();
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }

    /// Reads all content that results refer to.
    ///
    /// # Errors
    /// The journal cannot be used, or what is damaged not be put aside.
    pub fn verify(&mut self, progress: Progress<'_>) -> Result<Verified, Failure> {
        let rows = self.rows().map_err(|error| journal::failure(&error))?;
        let all = rows.iter().map(|row| row.blobs.len() as u64).sum();
        let mut found: FxHashMap<PathBuf, bool> = FxHashMap::default();
        let mut verified = Verified::default();
        let mut lost = Vec::new();
        let mut done = 0;
        for row in &rows {
            let mut whole = true;
            for blob in &row.blobs {
                let place = self.store.path(blob);
                done += 1;
                if let Some(sound) = found.get(&place) {
                    whole &= sound;
                    continue;
                }
                let sound = match self.store.check(None, blob) {
                    Soundness::Sound => {
                        verified.files += 1;
                        verified.bytes += blob.bytes;
                        true
                    }
                    // A step may hand on a file that the user keeps.
                    Soundness::Absent if matches!(blob.kind, BlobKind::File | BlobKind::Dir) => true,
                    Soundness::Absent => {
                        verified.missing.push(place.clone());
                        false
                    }
                    Soundness::Damaged(why) => {
                        let aside = self.store.quarantine(blob).map_err(|error| unusable(&place, &error))?;
                        let mended = aside.is_none();
                        if let Some(aside) = aside {
                            verified.damaged.push(Damaged { path: place.clone(), why, aside });
                        }
                        mended
                    }
                };
                whole &= sound;
                found.insert(place, sound);
                progress(done, all);
            }
            if !whole {
                lost.push((row.key, row.used));
            }
        }
        verified.forgotten = self.strike(&lost).map_err(|error| journal::failure(&error))?;
        Ok(verified)
    }
}
