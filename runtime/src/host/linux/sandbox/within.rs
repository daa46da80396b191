//! Starts a process confined: from a thread that is confined first, because what a thread starts is confined as it is.
//! Nothing else of this process is confined.
//!
//! Rights and calls of the kernel are given up by a thread that stays, as what it starts is confined like it: to have calls
//! refused takes the kernel as long as to start a process. Files are another matter for each process: a thread below that
//! one gives them up, starts the process and ends.

use std::io;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use super::calls::{self, Extent};
use super::{files, rights};
use crate::host::cores::on_cores;
use crate::sandbox::{Confinement, Tier};

/// What a thread is to do, and who is told why where there is none.
struct Job {
    work: Box<dyn FnOnce() + Send>,
    refuse: Box<dyn FnOnce(io::Error) + Send>,
}

/// A thread that has given up rights and calls for that tier, with a network or without, and the way to it.
struct Ground {
    of: (Tier, bool),
    jobs: mpsc::Sender<Job>,
}

/// Those that there are. They stay.
static GROUNDS: Mutex<Vec<Ground>> = Mutex::new(Vec::new());

/// What `start` gives, called where everything that it starts is confined.
pub(crate) fn within<T: Send + 'static>(
    confinement: &Confinement,
    start: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    // In namespaces of its own, the first process there does this: see `namespaces`.
    if confinement.is_open() || confinement.tier == Tier::T2 {
        return on_cores(&confinement.cores, start);
    }
    let ground = ground((confinement.tier, confinement.network))?;
    let confinement = confinement.clone();
    let (tell, told) = mpsc::sync_channel(1);
    let refusal = tell.clone();
    let work = move || {
        let done = restrict_files(&confinement).and_then(|()| on_cores(&confinement.cores, start));
        // Who asked waits for it.
        let _ = tell.send(done);
    };
    let refuse = move |error| {
        // As above.
        let _ = refusal.send(Err(error));
    };
    ground.send(Job { work: Box::new(work), refuse: Box::new(refuse) }).map_err(|_| ended())?;
    told.recv().unwrap_or_else(|_| Err(ended()))
}

fn ended() -> io::Error {
    io::Error::other("the confined thread ended")
}

/// The way to the thread that has given that up, which is started where there is none.
fn ground(of: (Tier, bool)) -> io::Result<mpsc::Sender<Job>> {
    let mut grounds = GROUNDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(ground) = grounds.iter().find(|ground| ground.of == of) {
        return Ok(ground.jobs.clone());
    }
    let (jobs, come) = mpsc::channel();
    let (tell, told) = mpsc::sync_channel(1);
    let stay = move || {
        let given_up = restrict_calls(of);
        let stays = given_up.is_ok();
        let _ = tell.send(given_up);
        if stays {
            come.into_iter().for_each(below);
        }
    };
    thread::Builder::new().name("ground".into()).spawn(stay)?;
    told.recv().unwrap_or_else(|_| Err(ended()))?;
    grounds.push(Ground { of, jobs: jobs.clone() });
    Ok(jobs)
}

/// Has a thread below the calling one do that.
fn below(job: Job) {
    if let Err(error) = thread::Builder::new().name("confined".into()).spawn(job.work) {
        (job.refuse)(error);
    }
}

/// Calls `work` on a thread of its own.
pub(super) fn apart<T: Send>(work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let started = thread::Builder::new().name("confined".into()).spawn_scoped(scope, work)?;
        started.join().unwrap_or_else(|_| Err(ended()))
    })
}

/// Confines the calling thread for good.
pub(super) fn restrict(confinement: &Confinement) -> io::Result<()> {
    restrict_calls((confinement.tier, confinement.network))?;
    restrict_files(confinement)
}

fn restrict_files(confinement: &Confinement) -> io::Result<()> {
    if confinement.tier > Tier::Off { files::restrict(confinement) } else { Ok(()) }
}

fn restrict_calls((tier, network): (Tier, bool)) -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    rights::give_up(tier)?;
    calls::restrict(match (tier, network) {
        (Tier::Off, _) => Extent::Network,
        (Tier::T1 | Tier::T2, false) => Extent::All,
        (Tier::T1 | Tier::T2, true) => Extent::AllButNetwork,
    })
}

/// Whether calls can be refused here, and rights given up; tried on a thread that ends with it.
pub(super) fn calls_can_be_refused() -> bool {
    apart(|| restrict_calls((Tier::T1, false))).is_ok()
}
