//! The way from a pipe into a log: here no bytes are moved but by who reads and writes them.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use rustix::io::read;

/// Bytes that are copied in one go.
const PIECE: usize = 64 << 10;

/// Moves what is in a pipe into a log within the kernel: it must be copied.
pub(crate) fn moved(_: &OwnedFd, _: &File, _: u64) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A look at what a pipe has. Here it is taken out by looking: who waits for the pipe to be empty may find it so a moment
/// before the log has it.
#[derive(Debug)]
pub(crate) struct Glass;

impl Glass {
    /// Never fails here.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Gives `write` some of what is in `pipe`; `WouldBlock` when there is nothing.
    pub(crate) fn passed(&self, pipe: &OwnedFd, write: impl FnOnce(&[u8])) -> io::Result<()> {
        let mut bytes = vec![0; PIECE];
        let read = read(pipe, &mut bytes)?;
        if read == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        write(bytes.get(..read).unwrap_or_default());
        Ok(())
    }
}
