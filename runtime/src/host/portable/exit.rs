//! The end of a process that this one has started, waited for by the signal that the end of any of them sends, and by a
//! look now and then, should that have been missed. It is not reaped.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How often it is looked, whatever was heard.
const LOOK: Duration = Duration::from_millis(20);

/// A process whose end is waited for.
#[derive(Debug)]
pub(crate) struct Exit {
    pid: Pid,
    ends: RefCell<Signal>,
}

impl Exit {
    /// Of a child that has not been waited for.
    pub(crate) fn of(pid: Pid) -> io::Result<Self> {
        Ok(Self { pid, ends: RefCell::new(signal(SignalKind::child())?) })
    }

    /// Waits for it. Nothing is lost when that is given up half-way.
    pub(crate) async fn ended(&self) -> io::Result<()> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        while waitid(WaitId::Pid(self.pid), options)?.is_none() {
            let heard = poll_fn(|context| self.ends.borrow_mut().poll_recv(context));
            // The one is as good as the other.
            let _ = tokio::time::timeout(LOOK, heard).await;
        }
        Ok(())
    }
}
