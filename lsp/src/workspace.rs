//! Finds the `.pipe` files below the folders that an editor shows. Follows no links, opens nothing, and gives up on what
//! is too large to be a project.

use std::path::{Path, PathBuf};

/// Names looked at in all.
const ENTRIES: usize = 200_000;
/// Files given back.
const FILES: usize = 10_000;
/// Folders inside each other.
const DEPTH: usize = 16;
/// Folders that hold what programs made.
const MADE: [&str; 6] = ["target", "node_modules", "__pycache__", "venv", "dist", "site-packages"];

/// The `.pipe` files of some folders.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Sorted, each once.
    pub(crate) files: Vec<PathBuf>,
    /// There are more files or folders than are looked at.
    pub(crate) cut: bool,
}

/// What to tell a person whose folders hold more.
pub(crate) fn too_many() -> String {
    format!(
        "These folders hold more than Standpipe looks through: {FILES} `.pipe` files, {ENTRIES} files in all. The rest has \
         no help until it is opened. Open a smaller folder to have all of it looked at."
    )
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
                files.push(entry.path());
            } else if kind.is_dir() && depth > 0 && !name.starts_with('.') && !MADE.contains(&&*name) {
                inner.push(entry.path());
            }
        }
        // Which are taken when there are too many does not hang on the order in which the system names them.
        files.sort_unstable();
        let room = FILES - self.found.files.len();
        self.found.cut |= files.len() > room;
        self.found.files.extend(files.into_iter().take(room));
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
        let files = vec![at("a/x.pipe"), at("b/x.pipe"), at("c.pipe")];
        assert_eq!(scan(&[folder.path().into()]), Found { files, cut: false });
    }
}
