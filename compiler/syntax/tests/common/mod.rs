//! What the tests of this crate share: the project's own files, and programs made of bytes.

#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod generate;

use std::path::{Path, PathBuf};

use standpipe_syntax::{FileId, Source};

pub(crate) fn source(text: &str) -> Source {
    Source::new(FileId(0), "test.pipe", text)
}

/// Every `.pipe` file of the project that is meant to be right, with its text.
pub(crate) fn project_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = Vec::new();
    for folder in ["examples", "stdlib/std", "compiler/syntax/tests/right"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a readable file")))
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "pipe") {
            paths.push(path);
        }
    }
}
