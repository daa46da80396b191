//! What attempts print: a pipe, emptied into their log. A file would be cut by whoever opens `/dev/stderr` to write to
//! it, as shells do; a pipe has nothing to cut. The kernel moves the bytes, they are not looked at here.

use std::cell::Cell;
use std::convert::Infallible;
use std::fs::File;
use std::future::pending;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::FileExt as _;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::{Errno, read};
use rustix::pipe::{PipeFlags, SpliceFlags, pipe_with, splice};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Bytes that are moved in one go.
const PIECE: usize = 1 << 20;

/// The pipe of all attempts of a keeper, one after the other.
pub(super) struct Output {
    reader: AsyncFd<OwnedFd>,
    writer: OwnedFd,
    /// Where in the log the next bytes go.
    at: Cell<u64>,
    /// Bytes that the log could not take.
    lost: Cell<u64>,
}

impl Output {
    pub(super) fn new() -> io::Result<Self> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
        fcntl_setfl(&reader, OFlags::NONBLOCK)?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe for what may not own its descriptor, as an `OwnedFd` does"
        )]
        let reader = AsyncFd::with_interest(reader, Interest::READABLE)?;
        Ok(Self { reader, writer, at: Cell::new(0), lost: Cell::new(0) })
    }

    /// What an attempt is to print into.
    pub(super) fn writer(&self) -> io::Result<OwnedFd> {
        self.writer.try_clone()
    }

    /// An attempt begins, whose part of the log starts there.
    pub(super) fn begin(&self, at: u64) {
        self.at.set(at);
        self.lost.set(0);
    }

    /// Moves what is printed into the log, for as long as it is asked to. Nothing is lost when that is given up.
    pub(super) async fn pass(&self, log: &File) -> Infallible {
        loop {
            let Ok(mut ready) = self.reader.readable().await else { return pending().await };
            while ready.try_io(|_| self.some(log)).is_ok() {}
        }
    }

    /// Moves what is left once everybody has ended who could print.
    pub(super) fn rest(&self, log: &File) {
        while self.some(log).is_ok() {}
        if self.lost.get() > 0 {
            let text = format!("\n… {} bytes are left out here: the log could not be written\n", self.lost.get());
            let _ = self.write(log, text.as_bytes());
        }
    }

    /// Moves some of it; `Err` when there is nothing.
    fn some(&self, log: &File) -> io::Result<()> {
        let mut at = self.at.get();
        match splice(self.reader.get_ref(), None, log.as_fd(), Some(&mut at), PIECE, SpliceFlags::NONBLOCK) {
            Ok(0) | Err(Errno::AGAIN) => Err(io::ErrorKind::WouldBlock.into()),
            Ok(_) => {
                self.at.set(at);
                Ok(())
            }
            Err(Errno::INTR) => Ok(()),
            // The disk is full, or the file system cannot do that. Whoever prints is not held up.
            Err(_) => self.copied(log),
        }
    }

    /// The same by way of this process; what cannot be written is left out.
    fn copied(&self, log: &File) -> io::Result<()> {
        let mut bytes = vec![0; 64 << 10];
        let read = read(self.reader.get_ref(), &mut bytes)?;
        let bytes = bytes.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        if self.write(log, bytes).is_err() {
            self.lost.set(self.lost.get() + read as u64);
        }
        Ok(())
    }

    fn write(&self, log: &File, bytes: &[u8]) -> io::Result<()> {
        log.write_all_at(bytes, self.at.get())?;
        self.at.set(self.at.get() + bytes.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_is_printed_is_added_to_the_log() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        let _entered = runtime.enter();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        std::fs::write(&path, "before\n").expect("written");
        let log = File::options().write(true).open(&path).expect("it is there");
        let output = Output::new().expect("a pipe");
        output.begin(7);
        let mut writer = File::from(output.writer().expect("a copy"));
        writer.write_all(b"one\n").expect("written");
        output.rest(&log);
        writer.write_all(b"two\n").expect("written");
        output.rest(&log);
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "before\none\ntwo\n");
    }

    /// Nobody is held up by a log that takes nothing: here one that is open for reading only.
    #[test]
    fn what_cannot_be_written_is_left_out() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        let _entered = runtime.enter();
        let log = File::open("/dev/null").expect("it is there");
        let output = Output::new().expect("a pipe");
        output.begin(0);
        File::from(output.writer().expect("a copy")).write_all(b"one\n").expect("written");
        output.rest(&log);
        assert_eq!((output.lost.get(), output.at.get()), (4, 0));
    }
}
