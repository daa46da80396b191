//! The program that this process is.

use std::path::PathBuf;

/// By a path that leads to it even when another file has taken its place.
pub(crate) fn own_program() -> PathBuf {
    PathBuf::from("/proc/self/exe")
}
