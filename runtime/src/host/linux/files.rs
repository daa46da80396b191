//! Files that no one finds by a name.

use std::fs::File;
use std::io;

use rustix::fs::{MemfdFlags, memfd_create};

/// A file for what nobody else is to see, in memory: it has no place on a disk, and is gone with whoever has it open.
pub(crate) fn unnamed() -> io::Result<File> {
    Ok(File::from(memfd_create("standpipe", MemfdFlags::CLOEXEC)?))
}
