//! Damages a small store at random, over and over: nothing that is not what its digest says is ever taken for sound, and
//! what was damaged can be made again. `STANDPIPE_DAMAGES=10000 STANDPIPE_SEED=7` for the long form.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use smol_str::SmolStr;
use standpipe_plan::{Blob, BlobKind, Digest};

use super::{Soundness, Store, Stored, digest_of, entries, hash_file};
use crate::simulation::Rng;

/// What was taken in, to be taken in again.
struct Original {
    blob: Blob,
    /// The path in the folder, and the content; of a file no path.
    files: Vec<(&'static str, Vec<u8>)>,
}

struct Rig {
    folder: tempfile::TempDir,
    store: Store,
    memory: Connection,
    rng: Rng,
    originals: Vec<Original>,
}

impl Rig {
    fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("a store");
        let memory = crate::journal::open(folder.path()).expect("it opens");
        let mut rig = Self { folder, store, memory, rng: Rng::new(seed), originals: Vec::new() };
        for number in 0..12_usize {
            // Some of the same length: what is swapped shows by its content alone.
            let length = [1, 64, 64, 4096, 5000][number % 5];
            let mut content = || (0..length).map(|_| rig.rng.next().to_le_bytes()[0]).collect::<Vec<u8>>();
            let files = match number % 4 {
                3 => vec![("a", content()), ("inner/b", content()), ("inner/c", Vec::new())],
                _ => vec![("", content())],
            };
            let blob = rig.keep(&files);
            rig.originals.push(Original { blob, files });
        }
        rig
    }

    fn keep(&self, files: &[(&'static str, Vec<u8>)]) -> Blob {
        let out = self.folder.path().join("out");
        for (path, content) in files {
            let file = if path.is_empty() { out.clone() } else { out.join(path) };
            fs::create_dir_all(file.parent().expect("it has one")).expect("made");
            fs::write(file, content).expect("written");
        }
        let kind = if files.len() == 1 { BlobKind::File } else { BlobKind::Dir };
        let adopted = self.store.adopt(&out, true, kind, &SmolStr::default(), None).expect("adopted");
        for Stored { name, digest, stamp, .. } in &adopted.files {
            if let Some(stamp) = stamp {
                crate::stamp::remember(&self.memory, name, stamp, *digest).expect("remembered");
            }
        }
        adopted.blob
    }

    /// A stored file, and the content that it belongs to.
    fn any_file(&mut self) -> (PathBuf, usize) {
        let index = self.rng.index(self.originals.len());
        let place = self.store.path(&self.originals[index].blob);
        let (path, _) = self.originals[index].files[self.rng.index(self.originals[index].files.len())];
        (if path.is_empty() { place } else { place.join(path) }, index)
    }

    /// Does some damage; what kind.
    fn damage(&mut self) -> &'static str {
        let (file, index) = self.any_file();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("set");
        let open = || OpenOptions::new().read(true).write(true).open(&file).expect("opened");
        let length = fs::metadata(&file).expect("there").len();
        match self.rng.below(8) {
            0 | 1 if length > 0 => {
                let at = self.rng.below(length);
                let mut byte = [0];
                open().read_exact_at(&mut byte, at).expect("read");
                byte[0] ^= 1 << self.rng.below(8);
                open().write_all_at(&byte, at).expect("written");
                "a bit"
            }
            2 if length > 0 => {
                open().set_len(self.rng.below(length)).expect("cut");
                "cut"
            }
            3 if length > 0 => {
                let zeros = vec![0; usize::try_from(length).expect("small")];
                open().write_all_at(&zeros, 0).expect("written");
                "zeros"
            }
            4 => {
                open().write_all_at(b"more", length).expect("written");
                "longer"
            }
            5 => {
                let (other, _) = self.any_file();
                if other != file && !other.starts_with(&file) && !file.starts_with(&other) {
                    let aside = self.folder.path().join("aside");
                    fs::rename(&file, &aside).expect("moved");
                    fs::rename(&other, &file).expect("moved");
                    fs::rename(&aside, &other).expect("moved");
                }
                "swapped"
            }
            6 => {
                fs::remove_file(&file).expect("removed");
                "gone"
            }
            _ => {
                let place = self.store.path(&self.originals[index].blob);
                if place.is_dir() {
                    fs::write(place.join("one more"), "x").expect("written");
                } else {
                    fs::remove_file(&place).expect("removed");
                    fs::create_dir(&place).expect("made");
                }
                "another kind"
            }
        }
    }

    /// Whether everything that is taken for sound is; puts aside and makes again what is not.
    fn mend(&mut self) -> Result<usize, String> {
        let mut mended = 0;
        for index in 0..self.originals.len() {
            let Original { blob, files } = &self.originals[index];
            match self.store.check(Some(&self.memory), blob) {
                Soundness::Sound => {
                    let truly = content(&self.store.path(blob));
                    if truly != Some(blob.digest) {
                        return Err(format!("{blob:?} was served, and is {truly:?}"));
                    }
                    continue;
                }
                Soundness::Absent => {}
                Soundness::Damaged(_) => {
                    self.store.quarantine(blob).map_err(|error| error.to_string())?;
                }
            }
            mended += 1;
            let again = self.keep(files);
            if again != *blob || self.store.check(Some(&self.memory), blob) != Soundness::Sound {
                return Err(format!("{blob:?} cannot be made again"));
            }
        }
        Ok(mended)
    }
}

/// What is there, read with nothing remembered.
fn content(place: &Path) -> Option<Digest> {
    if place.is_dir() {
        return Some(digest_of(&entries(place, &mut |file| hash_file(file)).ok()?));
    }
    hash_file(place).ok().map(|(digest, _)| digest)
}

#[test]
#[expect(clippy::print_stdout, reason = "the figure is what it is run for")]
fn damage_is_never_served() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (rounds, seed) = (number("STANDPIPE_DAMAGES", 400), number("STANDPIPE_SEED", 7));
    let mut rig = Rig::new(seed);
    let mut mended = 0;
    for round in 0..rounds {
        let what = rig.damage();
        match rig.mend() {
            Ok(more) => mended += more,
            Err(why) => panic!("seed {seed}, damage {round} ({what}): {why}"),
        }
    }
    println!("damages: {rounds} done, {mended} contents made again, 0 served wrong; seed {seed}");
    assert!(mended as u64 >= rounds / 2, "only {mended} of {rounds} were noticed");
}
