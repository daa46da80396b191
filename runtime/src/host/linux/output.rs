//! Moves what a pipe has into a log within the kernel, where its bytes are not looked at.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::io::{Errno, read};
use rustix::pipe::{PipeFlags, SpliceFlags, pipe_with, splice, tee};

/// Bytes that are moved in one go.
const PIECE: usize = 1 << 20;

/// Moves some of what is in `pipe` into `log` from `at` on, and says how much it was; `WouldBlock` when there is nothing,
/// another error where it must be copied.
pub(crate) fn moved(pipe: &OwnedFd, log: &File, at: u64) -> io::Result<u64> {
    let mut end = at;
    match splice(pipe, None, log.as_fd(), Some(&mut end), PIECE, SpliceFlags::NONBLOCK) {
        Ok(0) | Err(Errno::AGAIN) => Err(io::ErrorKind::WouldBlock.into()),
        Ok(_) => Ok(end - at),
        Err(Errno::INTR) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// A second pipe, for a look at what the first has without taking it out.
#[derive(Debug)]
pub(crate) struct Glass {
    end: OwnedFd,
    start: OwnedFd,
}

impl Glass {
    pub(crate) fn new() -> io::Result<Self> {
        let (end, start) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(Self { end, start })
    }

    /// Gives `write` some of what is in `pipe`, out of which it is taken only once that has returned; `WouldBlock` when
    /// there is nothing.
    pub(crate) fn passed(&self, pipe: &OwnedFd, write: impl FnOnce(&[u8])) -> io::Result<()> {
        let copied = tee(pipe, &self.start, PIECE, SpliceFlags::NONBLOCK)?;
        if copied == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let mut bytes = vec![0; copied];
        fill(&self.end, &mut bytes)?;
        write(&bytes);
        fill(pipe, &mut bytes)
    }
}

/// Reads as many bytes as are known to be there.
fn fill(pipe: &OwnedFd, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match read(pipe, &mut *bytes)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes = &mut bytes[read..],
        }
    }
    Ok(())
}
