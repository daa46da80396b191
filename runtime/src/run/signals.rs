//! What a terminal or another process sends to end this one.

use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::host::ignored;

/// The signals that end a run.
pub(crate) struct Signals(Vec<Signal>);

impl Signals {
    /// Listens to those that are not ignored already, as under `nohup` and in the background of a script.
    pub(super) fn listen() -> Self {
        Self::except(ignored())
    }

    /// Listens to all of them.
    pub(crate) fn all() -> Self {
        Self::except(0)
    }

    fn except(ignored: u64) -> Self {
        let kinds = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()];
        let heard = kinds.into_iter().filter(|kind| ignored & (1 << (kind.as_raw_value() - 1)) == 0);
        Self(heard.filter_map(|kind| signal(kind).ok()).collect())
    }

    pub(crate) async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let any = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if any { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
