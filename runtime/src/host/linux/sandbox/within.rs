//! Starts a process confined: from a thread that is confined first, because what a thread starts is confined as it is.
//! The thread ends, and nothing else of this process is confined.

use std::io;
use std::thread;

use super::calls::{self, Extent};
use super::{files, rights};
use crate::host::cores::on_cores;
use crate::sandbox::{Confinement, Tier};

/// What `start` gives, called where everything that it starts is confined.
pub(crate) fn within<T: Send>(
    confinement: &Confinement,
    start: impl FnOnce() -> io::Result<T> + Send,
) -> io::Result<T> {
    // In namespaces of its own, the first process there does this: see `namespaces`.
    if confinement.is_open() || confinement.tier == Tier::T2 {
        return on_cores(&confinement.cores, start);
    }
    apart(|| {
        restrict(confinement)?;
        on_cores(&confinement.cores, start)
    })
}

/// Calls `work` on a thread of its own.
pub(super) fn apart<T: Send>(work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let started = thread::Builder::new().name("confined".into()).spawn_scoped(scope, work)?;
        started.join().unwrap_or_else(|_| Err(io::Error::other("the confined thread ended")))
    })
}

/// Confines the calling thread for good.
pub(super) fn restrict(confinement: &Confinement) -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    rights::give_up(confinement.tier)?;
    if confinement.tier > Tier::Off {
        files::restrict(confinement)?;
    }
    calls::restrict(match (confinement.tier, confinement.network) {
        (Tier::Off, _) => Extent::Network,
        (Tier::T1 | Tier::T2, false) => Extent::All,
        (Tier::T1 | Tier::T2, true) => Extent::AllButNetwork,
    })
}

/// Whether calls can be refused here, and rights given up; tried on a thread that ends with it.
pub(super) fn calls_can_be_refused() -> bool {
    apart(|| {
        rustix::thread::set_no_new_privs(true)?;
        rights::give_up(Tier::T1)?;
        calls::restrict(Extent::All)
    })
    .is_ok()
}
