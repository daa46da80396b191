//! What holds a worker's process: a keeper, or this process itself. Ends it with everything that it started.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::Child;

use crate::executor::local::Ending;
use crate::host::group::end_of;
use crate::keeper::{Ended, Keeper, Kind, LogLimit, LogPlace, REAPER, Request};
use crate::process::kill_tree;

use super::WorkerOptions;

/// A program that holds workers, and the file that it holds meanwhile.
#[derive(Clone, Debug)]
pub struct KeptBy {
    pub program: PathBuf,
    pub lease: PathBuf,
    /// Bytes that one call may print once the runtime is gone, which looks after that before.
    pub most: u64,
}

#[derive(Debug)]
pub(super) enum Holder {
    Here(Box<Child>, u32),
    Keeper(Box<Keeper>, Option<Ended>),
}

/// How a worker's process ended.
pub(super) struct End {
    /// In words.
    pub why: String,
    pub out_of_memory: bool,
}

impl End {
    pub(super) fn said(why: String) -> Self {
        Self { why, out_of_memory: false }
    }

    /// As its keeper tells of it.
    pub(super) fn of(ended: &Ended) -> Self {
        match ended.out_of_memory {
            true => Self { why: "memory ran out, and the kernel killed it".into(), out_of_memory: true },
            false => Self { why: of_ending(ended.how), out_of_memory: false },
        }
    }
}

/// A way to ask a worker to end that needs no hold on it.
#[derive(Clone, Copy, Debug)]
pub struct Ask(Option<Pid>, bool);

impl Ask {
    /// Asks it; it has a grace period for cleaning up.
    pub fn ask(self) {
        let Self(Some(pid), keeper) = self else { return };
        // It may be gone already.
        let _ = if keeper { kill_process(pid, Signal::TERM) } else { kill_process_group(pid, Signal::TERM) };
    }
}

impl Holder {
    /// Has a keeper start `command`, whose standard input is `socket`.
    pub(super) async fn keep(
        kept: &KeptBy,
        command: &std::process::Command,
        options: &WorkerOptions,
        socket: UnixStream,
    ) -> std::io::Result<Self> {
        let output = Stdio::from(std::os::fd::OwnedFd::from(socket));
        let log = options.nameless.as_deref().map_or(LogPlace::At(&options.log), LogPlace::Open);
        let limit = LogLimit { log, most: kept.most };
        let mut keeper = Keeper::start(&kept.program, Kind::Server, &kept.lease, limit, output, &options.hidden)?;
        let mut request = Request::of(command, String::new(), options.root.clone());
        request.confinement = options.confinement.clone();
        // As the reaper of its own, it sees what a step leaves behind.
        let words = [kept.program.as_os_str(), crate::keeper::COMMAND.as_ref(), REAPER.as_ref()];
        request.words.splice(0..0, words.map(std::ffi::OsStr::to_owned));
        keeper.send(request).await?;
        Ok(Self::Keeper(Box::new(keeper), None))
    }

    /// The number of the process, or of its keeper.
    pub(super) fn pid(&self) -> u32 {
        match self {
            Self::Here(_, pid) => *pid,
            Self::Keeper(keeper, _) => keeper.pid(),
        }
    }

    pub(super) fn asker(&self) -> Ask {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        Ask(pid, matches!(self, Self::Keeper(..)))
    }

    /// Waits for the end of the process. Nothing is lost when it is given up half-way.
    pub(super) async fn wait(&mut self) -> End {
        match self {
            Self::Here(child, _) => match child.wait().await {
                Ok(status) => End { why: of_status(status), out_of_memory: false },
                Err(error) => End { why: format!("it was lost: {error}"), out_of_memory: false },
            },
            Self::Keeper(keeper, known) => {
                if known.is_none() {
                    *known = keeper.ended().await.ok();
                }
                match known {
                    Some(ended) => End::of(ended),
                    None => End { why: "the process that held it was killed".into(), out_of_memory: false },
                }
            }
        }
    }

    /// Ends the process and everything that it started, which has `marker` in its environment.
    pub(super) async fn kill(&mut self, marker: &str) {
        match self {
            Self::Here(child, pid) => {
                // Its number can be another's once it has been waited for; what it left behind is found by the marker
                // alone.
                let leader = if child.id().is_some() { *pid } else { 0 };
                kill_tree(leader, marker).await;
                let _ = child.wait().await;
            }
            Self::Keeper(keeper, _) => {
                let lost = keeper.is_gone() && !keeper.ended_well();
                keeper.end().await;
                if lost {
                    end_of(keeper.pid());
                    kill_tree(0, marker).await;
                }
            }
        }
    }
}

fn of_status(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    of_ending(match (status.signal(), status.code()) {
        (Some(signal), _) => Ending::Signalled(signal),
        (None, code) => Ending::Exited(code.unwrap_or_default()),
    })
}

fn of_ending(ending: Ending) -> String {
    match ending {
        Ending::Signalled(9) => "it was killed (signal 9), by a person or for want of memory".into(),
        Ending::Signalled(11) => "it crashed (signal 11, a segmentation fault)".into(),
        Ending::Signalled(6) => "it aborted (signal 6)".into(),
        Ending::Signalled(signal) => format!("it ended by signal {signal}"),
        Ending::Exited(code) => format!("it exited with code {code}"),
        Ending::TimedOut(_) | Ending::Cancelled => "it was stopped".into(),
        Ending::NotStarted(errno) => format!("it was not started: {}", Ending::reason(errno)),
    }
}
