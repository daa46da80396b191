//! The program that this process is.

use std::path::PathBuf;

/// By its path: another file that has taken its place is another program.
pub(crate) fn own_program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| std::env::args_os().next().unwrap_or_default().into())
}
