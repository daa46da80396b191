//! The runtime's side of a keeper: starts it, gives it commands, hears how they ended.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::COMMAND;
use super::request::{Message, Request};
use crate::executor::Stop;
use crate::executor::local::Ending;
use crate::host::group;
use crate::locale;

/// How often new output is looked for.
const LOOK: Duration = Duration::from_millis(200);

/// What a keeper is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One attempt after the other; the one under way goes on when the runtime dies.
    Attempts,
    /// One process that serves its runtime, and ends with it; an attempt that it is at may come to its end first.
    Server,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Server => "server",
        }
    }

    pub(super) fn named(name: &OsStr) -> Option<Self> {
        [Self::Attempts, Self::Server].into_iter().find(|kind| name == kind.name())
    }
}

/// Where attempts print.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LogPlace<'l> {
    /// Into the file of that name.
    At(&'l Path),
    /// Into one that is open and has no name.
    Open(&'l File),
}

/// In place of a log's name: it is what the keeper has as its standard error.
pub(super) const NAMELESS: &str = "-";

/// Where attempts print, and how much each of them may.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogLimit<'l> {
    pub log: LogPlace<'l>,
    /// Bytes.
    pub most: u64,
}

/// How an attempt ended, and what is known besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub how: Ending,
    /// Processes that could not be ended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left: usize,
    /// The kernel killed something for want of memory while it ran, and it looks as if it had been that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_memory: bool,
    /// Where its part of the log ends.
    #[serde(default)]
    pub log_end: u64,
    /// The memory that it was seen to take at most, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// How long it was under way, for whoever did not see it begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<Duration>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Ended {
    pub(super) fn not_started(error: &io::Error) -> Self {
        Self { how: Ending::not_started(error), ..Self::default() }
    }
}

/// A keeper and the way to it.
#[derive(Debug)]
pub(crate) struct Keeper {
    child: Child,
    socket: BufReader<UnixStream>,
    /// The word that comes in.
    line: Vec<u8>,
    /// It has said how its last command ended.
    told: bool,
}

impl Keeper {
    /// Starts `program` as a keeper, without the variables that are `hidden` from steps. `output` is the standard input of
    /// what a server's keeper starts.
    pub(crate) fn start(
        program: &Path,
        kind: Kind,
        lease: &Path,
        log: LogLimit<'_>,
        output: Stdio,
        hidden: &[String],
    ) -> io::Result<Self> {
        let (ours, theirs) = StdStream::pair()?;
        ours.set_nonblocking(true)?;
        let (name, error) = match log.log {
            LogPlace::At(path) => (path.as_os_str(), Stdio::null()),
            LogPlace::Open(file) => (OsStr::new(NAMELESS), Stdio::from(file.try_clone()?)),
        };
        let mut command = Command::new(program);
        for name in hidden {
            command.env_remove(name);
        }
        locale::settle(&mut command);
        let child = command
            .arg(COMMAND)
            .arg(kind.name())
            .args([lease.as_os_str(), name])
            .arg(log.most.to_string())
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(output)
            .stderr(error)
            .spawn()?;
        Ok(Self { child, socket: BufReader::new(UnixStream::from_std(ours)?), line: Vec::new(), told: true })
    }

    /// Has a command held to its end; `look` is called now and then. `Err` when the keeper was lost: nothing is known
    /// of the attempt then.
    pub(crate) async fn run(
        &mut self,
        request: Request,
        mut stop: watch::Receiver<Stop>,
        look: &mut dyn FnMut(),
    ) -> io::Result<Ended> {
        if *stop.borrow_and_update() != Stop::No {
            return Ok(Ended { how: Ending::Cancelled, ..Ended::default() });
        }
        self.told = false;
        self.socket.get_mut().write_all(&Message::Run(Box::new(request)).frame()).await?;
        let mut ticks = interval_at(Instant::now() + LOOK, LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut listening = true;
        loop {
            tokio::select! {
                ended = word(&mut self.socket, &mut self.line) => {
                    self.told = ended.is_ok();
                    return ended;
                }
                changed = stop.changed(), if listening => {
                    listening = changed.is_ok();
                    let how = *stop.borrow_and_update();
                    if how != Stop::No {
                        self.socket.get_mut().write_all(&Message::Stop(how).frame()).await?;
                    }
                }
                _ = ticks.tick() => look(),
            }
        }
    }

    /// Gives it a command whose end is heard by [`Keeper::ended`].
    pub(crate) async fn send(&mut self, request: Request) -> io::Result<()> {
        self.told = false;
        self.socket.get_mut().write_all(&Message::Run(Box::new(request)).frame()).await
    }

    /// Waits for the end of the command. Nothing is lost when that is given up half-way.
    pub(crate) async fn ended(&mut self) -> io::Result<Ended> {
        let ended = word(&mut self.socket, &mut self.line).await;
        self.told |= ended.is_ok();
        ended
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has nothing to hold that it has not told the end of.
    pub(crate) fn ended_well(&self) -> bool {
        self.told
    }

    /// Ends it with what it holds, and waits for that.
    pub(crate) async fn end(&mut self) {
        // Only a runtime that died leaves it anything to go on with.
        let _ = self.socket.get_mut().write_all(&Message::Stop(Stop::AtOnce).frame()).await;
        let _ = self.socket.get_mut().shutdown().await;
        let mut rest = Vec::new();
        let _ = self.socket.read_to_end(&mut rest).await;
        let _ = self.child.wait();
        group::remove(&[self.pid()]);
    }

    /// Whether it has ended, which is not of its own will.
    pub(crate) fn is_gone(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Lets keepers go that hold nothing.
    pub(crate) fn close_all(keepers: Vec<Self>) {
        // All at once, then one after the other.
        let children: Vec<Child> = keepers.into_iter().map(|keeper| keeper.child).collect();
        let numbers: Vec<u32> = children.iter().map(Child::id).collect();
        for mut child in children {
            let _ = child.wait();
        }
        group::remove(&numbers);
    }

    pub(crate) fn close(self) {
        Self::close_all(vec![self]);
    }
}

/// The next word of a keeper; `line` has what came of it so far.
async fn word(socket: &mut BufReader<UnixStream>, line: &mut Vec<u8>) -> io::Result<Ended> {
    while !line.ends_with(b"\n") {
        if socket.read_until(b'\n', line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let ended = serde_json::from_slice(line)?;
    line.clear();
    Ok(ended)
}
