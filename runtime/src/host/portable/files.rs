//! Files that no one finds by a name.

use std::fs::File;
use std::io;

/// A file for what nobody else is to see: its owner's alone, and without a name from the moment that it is there. It is
/// gone with whoever has it open; until then the disk may have what is in it.
pub(crate) fn unnamed() -> io::Result<File> {
    tempfile::tempfile()
}
