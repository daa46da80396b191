//! Folders as content: their files by relative path, sorted.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use standpipe_plan::Digest;

use super::{hash_file, make_folder};
use crate::planted::{Bug, planted};

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Relative to the folder.
    pub path: PathBuf,
    /// The content of a file; a folder has none.
    pub digest: Option<Digest>,
    pub bytes: u64,
    pub executable: bool,
}

/// Everything below `root`, sorted by path; `read` gives a file's digest and length. A link to a file counts as that
/// file.
///
/// # Errors
/// Something cannot be read, or is neither file nor folder.
pub(crate) fn entries(root: &Path, read: &mut dyn FnMut(&Path) -> io::Result<(Digest, u64)>) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(root.join(&folder))? {
            let path = folder.join(item?.file_name());
            let full = root.join(&path);
            let about = fs::metadata(&full)?;
            if about.is_dir() && !fs::symlink_metadata(&full)?.is_symlink() {
                folders.push(path.clone());
                found.push(Entry { path, digest: None, bytes: 0, executable: false });
            } else if about.is_file() {
                let (digest, bytes) = read(&full)?;
                found.push(Entry { path, digest: Some(digest), bytes, executable: about.mode() & 0o100 != 0 });
            } else {
                let why = format!("{} is neither a file nor a folder of its own", full.display());
                return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
            }
        }
    }
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The digest of a folder with these entries.
pub(crate) fn digest_of(entries: &[Entry]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"standpipe folder 1\0");
    for entry in entries {
        let path = entry.path.as_os_str().as_bytes();
        hasher.update(&(path.len() as u64).to_le_bytes());
        if !planted(Bug::FolderWithoutNames) {
            hasher.update(path);
        }
        hasher.update(&[u8::from(entry.digest.is_some()), u8::from(entry.executable)]);
        hasher.update(entry.digest.as_ref().map_or(&[][..], |digest| &digest.0[..]));
    }
    Digest(*hasher.finalize().as_bytes())
}

/// Copies the files and folders below `from`.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    make_folder(to)?;
    for entry in entries(from, &mut |file| hash_file(file))? {
        let target = to.join(&entry.path);
        if entry.digest.is_none() {
            make_folder(&target)?;
        } else {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&target)?;
            io::copy(&mut fs::File::open(from.join(&entry.path))?, &mut file)?;
            if entry.executable {
                file.set_permissions(fs::Permissions::from_mode(0o700))?;
            }
        }
    }
    Ok(())
}
