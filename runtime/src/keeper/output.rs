//! What attempts print: a pipe, emptied into their log. A file would be cut by whoever opens `/dev/stderr` to write to
//! it, as shells do; a pipe has nothing to cut. The kernel moves the bytes, they are not looked at here.
//!
//! A Python worker adds to its log by itself, so that what it prints wakes nobody; what programs print that it starts comes
//! through the pipe. It waits for the pipe to be empty before it adds, so bytes are in the log before they leave the pipe.

use std::cell::Cell;
use std::convert::Infallible;
use std::fs::File;
use std::future::pending;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::process::Stdio;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::read;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::host::output::{Glass, moved};

/// The pipe of attempts that have one log, one after the other.
#[derive(Debug)]
pub(crate) struct Output {
    reader: AsyncFd<OwnedFd>,
    writer: OwnedFd,
    /// Where in the log the next bytes go.
    at: Cell<u64>,
    /// Bytes that the log could not take.
    lost: Cell<u64>,
    /// For a log that another process adds to, too.
    glass: Option<Glass>,
}

impl Output {
    /// One into a log that nobody else writes to meanwhile.
    pub(crate) fn alone() -> io::Result<Self> {
        Self::new(None)
    }

    /// One into a log that is open for adding to, as others do.
    pub(crate) fn beside() -> io::Result<Self> {
        Self::new(Some(Glass::new()?))
    }

    fn new(glass: Option<Glass>) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let (reader, writer) = (OwnedFd::from(reader), OwnedFd::from(writer));
        fcntl_setfl(&reader, OFlags::NONBLOCK)?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe for what may not own its descriptor, as an `OwnedFd` does"
        )]
        let reader = AsyncFd::with_interest(reader, Interest::READABLE)?;
        Ok(Self { reader, writer, at: Cell::new(0), lost: Cell::new(0), glass })
    }

    /// What an attempt is to print into.
    pub(crate) fn writer(&self) -> io::Result<Stdio> {
        self.writer.try_clone().map(Stdio::from)
    }

    /// An attempt begins, whose part of the log starts there.
    pub(crate) fn begin(&self, at: u64) {
        self.at.set(at);
        self.lost.set(0);
    }

    /// Moves what is printed into the log, for as long as it is asked to. Nothing is lost when that is given up.
    pub(crate) async fn pass(&self, log: &File) -> Infallible {
        loop {
            let Ok(mut ready) = self.reader.readable().await else { return pending().await };
            while ready.try_io(|_| self.some(log)).is_ok() {}
        }
    }

    /// Moves what is left once everybody has ended who could print.
    pub(crate) fn rest(&self, log: &File) {
        while self.some(log).is_ok() {}
        if self.lost.get() > 0 {
            let text = format!("\n… {} bytes are left out here: the log could not be written\n", self.lost.get());
            let _ = self.write(log, text.as_bytes());
        }
    }

    /// Moves some of it; `Err` when there is nothing.
    fn some(&self, log: &File) -> io::Result<()> {
        if let Some(glass) = &self.glass {
            return self.added(log, glass);
        }
        match moved(self.reader.get_ref(), log, self.at.get()) {
            Ok(bytes) => {
                self.at.set(self.at.get() + bytes);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
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

    /// The same where others add to the log: it is taken out of the pipe only once it is there.
    fn added(&self, mut log: &File, glass: &Glass) -> io::Result<()> {
        glass.passed(self.reader.get_ref(), |bytes| {
            if log.write_all(bytes).is_err() {
                self.lost.set(self.lost.get() + bytes.len() as u64);
            }
        })
    }

    fn write(&self, log: &File, bytes: &[u8]) -> io::Result<()> {
        log.write_all_at(bytes, self.at.get())?;
        self.at.set(self.at.get() + bytes.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_added_to_the_log() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        let _entered = runtime.enter();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        std::fs::write(&path, "before\n").expect("written");
        let log = File::options().write(true).open(&path).expect("it is there");
        let output = Output::alone().expect("a pipe");
        output.begin(7);
        let mut writer = File::from(output.writer.try_clone().expect("a copy"));
        writer.write_all(b"one\n").expect("written");
        output.rest(&log);
        writer.write_all(b"two\n").expect("written");
        output.rest(&log);
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "before\none\ntwo\n");
    }

    #[test]
    fn what_is_printed_is_added_beside_what_another_adds() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        let _entered = runtime.enter();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let open = || File::options().append(true).create(true).open(&path).expect("it opens");
        let (log, mut other) = (open(), open());
        let output = Output::beside().expect("two pipes");
        let mut writer = File::from(output.writer.try_clone().expect("a copy"));
        for nth in 0..3 {
            writeln!(other, "other {nth}").expect("written");
            let long = "x".repeat(20_000);
            writeln!(writer, "own {nth} {long}").expect("written");
            writeln!(writer, "own {nth}").expect("written");
            output.rest(&log);
        }
        let text = std::fs::read_to_string(&path).expect("it is there").replace("xxxx", "");
        assert_eq!(text, "other 0\nown 0 \nown 0\nother 1\nown 1 \nown 1\nother 2\nown 2 \nown 2\n");
    }

    /// Nobody is held up by a log that takes nothing: here one that is open for reading only.
    #[test]
    fn what_cannot_be_written_is_left_out() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        let _entered = runtime.enter();
        let log = File::open("/dev/null").expect("it is there");
        let output = Output::alone().expect("a pipe");
        output.begin(0);
        File::from(output.writer.try_clone().expect("a copy")).write_all(b"one\n").expect("written");
        output.rest(&log);
        assert_eq!((output.lost.get(), output.at.get()), (4, 0));
    }
}
