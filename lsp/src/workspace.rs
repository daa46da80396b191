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

/// The files, sorted, each once.
pub(crate) fn scan(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = ENTRIES;
    for folder in folders {
        walk(folder, DEPTH, &mut left, &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn walk(folder: &Path, depth: usize, left: &mut usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    let mut inner = Vec::new();
    for entry in entries.flatten() {
        if *left == 0 || found.len() >= FILES {
            return;
        }
        *left -= 1;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Of the entry itself, not of what a link leads to.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_file() && name.ends_with(".pipe") {
            found.push(entry.path());
        } else if kind.is_dir() && depth > 0 && !name.starts_with('.') && !MADE.contains(&&*name) {
            inner.push(entry.path());
        }
    }
    inner.sort_unstable();
    for folder in inner {
        walk(&folder, depth - 1, left, found);
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
        assert_eq!(scan(&[folder.path().into()]), [at("a/x.pipe"), at("b/x.pipe"), at("c.pipe")]);
    }
}
