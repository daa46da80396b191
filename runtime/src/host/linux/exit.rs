//! The end of a process that this one has started, waited for by a descriptor. It is not reaped.

use std::io;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A process whose end is waited for.
#[derive(Debug)]
pub(crate) struct Exit(AsyncFd<OwnedFd>);

impl Exit {
    /// Of a child that has not been waited for.
    pub(crate) fn of(pid: Pid) -> io::Result<Self> {
        #[expect(
            deprecated,
            reason = "its successor is unsafe for what may not own its descriptor, as an `OwnedFd` does"
        )]
        let fd = AsyncFd::with_interest(pidfd_open(pid, PidfdFlags::empty())?, Interest::READABLE)?;
        Ok(Self(fd))
    }

    /// Waits for it. Nothing is lost when that is given up half-way.
    pub(crate) async fn ended(&self) -> io::Result<()> {
        self.0.readable().await.map(drop)
    }
}
