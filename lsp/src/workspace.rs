//! Finds the `.pipe` files below the folders that an editor shows. Follows no links, opens nothing, and gives up on what
//! is too large to be a project.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names looked at in all.
const ENTRIES: usize = 200_000;
/// Files that are checked without being opened.
pub const CHECKED: usize = 10_000;
/// Folders inside each other.
const DEPTH: usize = 16;
/// Folders that hold what programs made.
const MADE: [&str; 6] = ["target", "node_modules", "__pycache__", "venv", "dist", "site-packages"];

/// The `.pipe` files of some folders.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Sorted, each once.
    pub(crate) files: Vec<Arc<Path>>,
    /// There are more files and folders than are looked at.
    pub(crate) cut: bool,
}

/// What to tell a person whose folders hold more than is looked through, or than is checked.
pub(crate) fn too_many(cut: bool) -> String {
    if cut {
        format!(
            "These folders hold more than {ENTRIES} files and folders, and Standpipe looks through no more. The rest has no \
             help until it is opened. Open a smaller folder to have all of it looked at."
        )
    } else {
        format!(
            "These folders hold more than {CHECKED} `.pipe` files, and Standpipe checks no more of them by itself. The rest \
             is checked once it is opened. Open a smaller folder to have all of it checked."
        )
    }
}

/// Whether a folder of that name holds what people write.
pub fn is_looked_into(name: &str) -> bool {
    !name.starts_with('.') && !MADE.contains(&name)
}

/// The files below the folders.
pub(crate) fn scan(folders: &[PathBuf]) -> Found {
    let mut walk = Walk { found: Found::default(), left: ENTRIES };
    for folder in folders {
        walk.folder(folder, DEPTH);
    }
    walk.found.files.sort_unstable();
    walk.found.files.dedup();
    walk.found
}

struct Walk {
    found: Found,
    /// Names that may still be looked at.
    left: usize,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let Ok(entries) = folder.read_dir() else { return };
        let (mut files, mut inner) = (Vec::new(), Vec::new());
        for entry in entries.flatten() {
            if self.left == 0 {
                self.found.cut = true;
                break;
            }
            self.left -= 1;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Of the entry itself, not of what a link leads to.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_file() && name.ends_with(".pipe") {
                files.push(Arc::from(entry.path()));
            } else if kind.is_dir() && depth > 0 && is_looked_into(&name) {
                inner.push(entry.path());
            }
        }
        self.found.files.extend(files);
        inner.sort_unstable();
        for folder in inner {
            self.folder(&folder, depth - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_made_folders_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b", ".hidden", "node_modules", "a"] {
            std::fs::create_dir(at(name)).unwrap();
            std::fs::write(at(name).join("x.pipe"), "").unwrap();
        }
        std::fs::write(at("c.pipe"), "").unwrap();
        std::fs::write(at("c.txt"), "").unwrap();
        std::os::unix::fs::symlink("/", at("root")).unwrap();
        std::os::unix::fs::symlink("c.pipe", at("link.pipe")).unwrap();
        let files = ["a/x.pipe", "b/x.pipe", "c.pipe"].map(|name| Arc::from(at(name))).into();
        assert_eq!(scan(&[folder.path().into()]), Found { files, cut: false });
    }
}
