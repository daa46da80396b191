//! A command of a keeper, held to the end of the last process that it started. Knows nothing of who gave it.

use std::cell::Cell;
use std::fs::File;
use std::future::pending;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::client::{Ended, Kind};
use super::ears::{Ears, Word};
use super::lease::Lease;
use super::output::Output;
use super::request::Request;
use crate::executor::Stop;
use crate::executor::local::footprint::Footprint;
use crate::executor::local::{Ending, process};
use crate::gaps;
use crate::host::disk::WHILE_WRITTEN;
use crate::host::{Group, Kin, Tree, uptime};
use crate::memory::Killings;
use crate::remains::{Alone, Now};
use crate::sandbox::within;

/// How often a keeper without a runtime looks whether anybody could still come for what it holds.
const LOOK: Duration = Duration::from_secs(1);

/// What every attempt is given.
pub(super) struct Place {
    pub lease: Lease,
    /// Tells which attempt it is at.
    pub now: PathBuf,
    pub log: File,
    /// The way to the log.
    pub output: Output,
    /// Bytes that one attempt may print.
    pub most: u64,
    /// The standard input of what is started; of a server only once.
    pub input: Option<OwnedFd>,
    pub killings: Killings,
    pub group: Group,
}

impl Place {
    /// Runs a command to the end of the last process that it started.
    pub(super) async fn hold(&mut self, request: &Request, ears: &mut Ears) -> Ended {
        if self.lease.begin().is_err() {
            return Ended::not_started(&io::Error::from(io::ErrorKind::StorageFull));
        }
        self.killings.begin();
        let begun = self.log_end();
        self.output.begin(begun);
        let mut child = match self.start(request, ears.kind) {
            Ok(child) => child,
            Err(error) => return Ended::not_started(&error),
        };
        let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
            return Ended::not_started(&io::ErrorKind::Other.into());
        };
        // Of a server the runtime knows which step it serves, and what that one takes.
        let mut footprint = (ears.kind == Kind::Attempts).then(|| Footprint::begin(Tree::Mine));
        let kin = Kin::of(pid, request.marker());
        let how = self.first_ended((pid, &kin), begun, request, ears, footprint.as_mut()).await;
        // While the first process is not waited for, its number, and so the group's, belongs to nobody else.
        let _ = kill_process_group(pid, Signal::KILL);
        let _ = child.wait();
        let left = self.group.end(&kin);
        self.output.rest(&self.log);
        if !WHILE_WRITTEN {
            // Who reads it cannot do that.
            self.limit(Some(begun), ears.kind);
        }
        match how {
            Ok(how) => self.ended(how, left, footprint.and_then(|footprint| footprint.most())),
            Err(error) => Ended::not_started(&error),
        }
    }

    /// Waits for the end of the first process, by itself or because it is to end; its output goes on into the log.
    async fn first_ended(
        &self,
        (pid, kin): (Pid, &Kin),
        begun: u64,
        request: &Request,
        ears: &mut Ears,
        footprint: Option<&mut Footprint>,
    ) -> io::Result<Ending> {
        let (sender, stop) = watch::channel(Stop::No);
        // What serves many steps is looked after by its runtime, which knows where each of them begins.
        let begun = Cell::new((ears.kind == Kind::Attempts).then_some(begun));
        let kind = ears.kind;
        let mut look = || self.limit(begun.get(), kind);
        let watched = process::watch(pid, process::Limits { timeout: request.timeout, stop }, &mut look, footprint);
        let (passing, looking) = (self.output.pass(&self.log), kin.look());
        tokio::pin!(watched, passing, looking);
        let mut forsaken: Option<Forsaken> = None;
        loop {
            let stop = tokio::select! {
                how = &mut watched => {
                    let timed_out = forsaken.and_then(|forsaken| forsaken.timed_out);
                    return how.map(|how| timed_out.map_or(how, Ending::TimedOut));
                }
                never = &mut passing => match never {},
                never = &mut looking => match never {},
                word = ears.word() => match word {
                    Word::End(stop) => stop,
                    Word::Alone => match self.forsaken(ears.kind, request.tied, &begun) {
                        Some(alone) => {
                            forsaken = Some(alone);
                            continue;
                        }
                        None => Stop::AtOnce,
                    },
                },
                stop = until_the_end(&mut forsaken, &self.lease) => stop,
            };
            // Asked a second time, it does not wait any longer.
            sender.send_modify(|told| *told = if *told == Stop::No { stop } else { Stop::AtOnce });
        }
    }

    /// What is seen to now that the runtime is gone; `None` of an attempt that is `tied` to it, and of a server that is at
    /// nothing which may outlive it. Where the part of the log begins that is to have a limit is noted in `begun`.
    fn forsaken(&self, kind: Kind, tied: bool, begun: &Cell<Option<u64>>) -> Option<Forsaken> {
        match kind {
            Kind::Attempts if tied => None,
            // Its timeout is watched from its beginning on.
            Kind::Attempts => Some(Forsaken::default()),
            // It comes to the end of the attempt that it is at, and ends then.
            Kind::Server => {
                let (now, deadline) = self.called()?;
                begun.set(Some(now.start));
                Some(Forsaken { deadline, ..Forsaken::default() })
            }
        }
    }

    /// An attempt whose first process ended so.
    fn ended(&mut self, how: Ending, left: usize, memory: Option<u64>) -> Ended {
        let out_of_memory = how.looks_killed() && self.killings.any();
        if out_of_memory {
            self.killings.ended();
        }
        Ended { how, left, out_of_memory, log_end: self.log_end(), memory, took: None }
    }

    /// Brings to the disk how the attempt called `tag` ended, whose files lie in `own`.
    pub(super) fn note(&mut self, tag: &str, ended: &Ended, own: &Path) -> io::Result<()> {
        let took = Now::read(&self.now).and_then(|now| now.age());
        self.lease.end(tag, &Ended { took, ..ended.clone() }, own)
    }

    /// The attempt that a server was at when its runtime died, if it goes on, and when its time is over.
    pub(super) fn called(&self) -> Option<(Now, Option<(Instant, Duration)>)> {
        let now = Now::read(&self.now)?;
        let limit = match &now.alone {
            Alone::Called { limit, .. } => *limit,
            Alone::Kept | Alone::Ended => return None,
        };
        let deadline = limit.map(|(limit, at)| {
            let left = Duration::from_nanos(at.saturating_sub(uptime()));
            (Instant::now() + left, Duration::from_nanos(limit))
        });
        Some((now, deadline))
    }

    /// Leaves out what was printed since `begun` beyond what may be; a server adds to its log by itself.
    fn limit(&self, begun: Option<u64>, kind: Kind) {
        if let Some(begun) = begun {
            gaps::limit(&self.log, (begun, self.log_end()), self.most, kind == Kind::Attempts);
        }
    }

    fn log_end(&self) -> u64 {
        self.log.metadata().map_or(0, |about| about.len())
    }

    fn start(&mut self, request: &Request, kind: Kind) -> io::Result<Child> {
        use std::os::unix::process::CommandExt as _;
        let input = match kind {
            Kind::Attempts => self.input.as_ref().map(OwnedFd::try_clone).transpose()?,
            Kind::Server => self.input.take(),
        };
        let input = input.ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = request.command();
        command.stdin(Stdio::from(input)).stdout(self.output.writer()?).stderr(self.output.writer()?);
        command.process_group(0);
        within(&request.confinement, move || command.spawn())
    }
}

/// An attempt whose runtime is gone: nobody else sees to its end.
#[derive(Default)]
struct Forsaken {
    /// When its time is over, and how long that was.
    deadline: Option<(Instant, Duration)>,
    timed_out: Option<Duration>,
    /// Its lease was found to be gone.
    gone: bool,
}

/// Waits until a forsaken attempt is to end: its time is over, or its lease was removed, so that nobody can come for what
/// it gives.
async fn until_the_end(forsaken: &mut Option<Forsaken>, lease: &Lease) -> Stop {
    let Some(forsaken) = forsaken else { return pending().await };
    loop {
        let next = Instant::now() + LOOK;
        match forsaken.deadline.filter(|(at, _)| *at <= next) {
            Some((at, limit)) => {
                sleep_until(at).await;
                forsaken.deadline = None;
                forsaken.timed_out = Some(limit);
                return Stop::Gently;
            }
            None => sleep_until(next).await,
        }
        if !forsaken.gone && lease.is_gone() {
            forsaken.gone = true;
            return Stop::Gently;
        }
    }
}

impl Ending {
    /// Whether it may be the kernel's doing, for want of memory: bash tells of a killed command by its status.
    fn looks_killed(self) -> bool {
        matches!(self, Self::Signalled(9) | Self::Exited(137))
    }
}
