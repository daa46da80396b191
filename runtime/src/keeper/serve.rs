//! The keeper itself: takes commands from its socket, holds each to the end of the last process that it started.

use std::cell::Cell;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::future::pending;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream as StdStream;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedReadHalf;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::REAPER;
use super::client::{Ended, Kind};
use super::group::Group;
use super::lease::Lease;
use super::output::Output;
use super::request::{Message, Request};
use super::sweep::sweep;
use crate::executor::Stop;
use crate::executor::local::footprint::{Footprint, Tree};
use crate::executor::local::{Ending, process};
use crate::gaps;
use crate::machine;
use crate::memory::Killings;
use crate::remains::{Alone, Now};
use crate::run::Signals;
use crate::sandbox::{self, within};

/// What a process does with its arguments.
type Work = fn(&[OsString]) -> ExitCode;

/// What is done instead of keeping, by its word.
const INSTEAD: [(&str, Work); 3] =
    [(sandbox::CONFINE, sandbox::launch), (sandbox::INIT, sandbox::init), (sandbox::END, sandbox::end)];

/// A keeper's whole life: `arguments` are its kind, its lease and its log; its standard input is the socket to the
/// runtime, and of a server the standard output is what the server gets as its standard input.
#[must_use]
pub fn main(arguments: &[OsString]) -> ExitCode {
    if let [reaper, program, arguments @ ..] = arguments
        && reaper == REAPER
    {
        return turn_into(program, arguments);
    }
    if let [word, arguments @ ..] = arguments
        && let Some((_, work)) = INSTEAD.iter().find(|(name, _)| word == name)
    {
        return work(arguments);
    }
    match begin(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads what it says: the runtime sees that it is gone.
        Err(_) => ExitCode::FAILURE,
    }
}

/// Turns this process into `program`, which gets every process below it that loses its parent.
fn turn_into(program: &OsStr, arguments: &[OsString]) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    // Without it, a step's left-over processes are found when the worker ends.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    let error = Command::new(program).args(arguments).exec();
    // As a shell has it.
    ExitCode::from(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 })
}

fn begin(arguments: &[OsString]) -> io::Result<()> {
    let [kind, lease, log, most] = arguments else { return Err(io::ErrorKind::InvalidInput.into()) };
    let kind = Kind::named(kind).ok_or(io::ErrorKind::InvalidInput)?;
    let most = most.to_str().and_then(|most| most.parse().ok()).ok_or(io::ErrorKind::InvalidInput)?;
    // Away from the terminal: its signals are for the runtime.
    let _ = rustix::process::setsid();
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let now = PathBuf::from(lease);
    let lease = Lease::take(&now)?;
    let nothing = OpenOptions::new().read(true).write(true).open("/dev/null")?;
    let socket = std::io::stdin().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdin(&nothing)?;
    let input = match kind {
        Kind::Attempts => nothing.try_clone()?.into(),
        Kind::Server => std::io::stdout().as_fd().try_clone_to_owned()?,
    };
    rustix::stdio::dup2_stdout(&nothing)?;
    let mut options = OpenOptions::new();
    match kind {
        Kind::Attempts => options.write(true),
        Kind::Server => options.append(true),
    };
    let log = options.create(true).mode(0o600).open(PathBuf::from(log))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = StdStream::from(socket);
        socket.set_nonblocking(true)?;
        let (reader, mut writer) = UnixStream::from_std(socket)?.into_split();
        let mut ears = Ears { kind, reader, bytes: Vec::new(), open: true, signals: Signals::all() };
        let mut killings = Killings::default();
        // Counted where it was before it moves.
        killings.begin();
        let now = now.with_extension("now");
        let output = match kind {
            Kind::Attempts => Some(Output::new()?),
            Kind::Server => None,
        };
        let group = Group::enter();
        let mut place = Place { lease, now, log, output, most, input: Some(input), killings, group };
        while let Some(request) = ears.request().await {
            let ended = place.hold(&request, &mut ears).await;
            if request.recorded {
                place.lease.end(&request.tag, &ended)?;
            }
            let mut line = serde_json::to_vec(&ended)?;
            line.push(b'\n');
            let told = ears.open && writer.write_all(&line).await.is_ok();
            if !told && !request.recorded {
                // Whoever comes after the runtime reads the lease.
                let tag = match kind {
                    Kind::Attempts => request.tag,
                    Kind::Server => place.called().map(|(now, _)| now.tag).unwrap_or_default(),
                };
                return place.lease.end(&tag, &ended);
            }
        }
        Ok(())
    })
}

/// What an attempt must know.
enum Word {
    End(Stop),
    /// The runtime is gone.
    Alone,
}

/// Everything that a keeper hears.
struct Ears {
    kind: Kind,
    reader: OwnedReadHalf,
    bytes: Vec<u8>,
    /// The runtime is there.
    open: bool,
    signals: Signals,
}

impl Ears {
    /// The next command; `None` when there will be none.
    async fn request(&mut self) -> Option<Request> {
        while self.open {
            tokio::select! {
                message = next(&mut self.reader, &mut self.bytes) => match message {
                    Some(Message::Run(request)) => return Some(*request),
                    Some(Message::Stop(_)) => {}
                    None => self.open = false,
                },
                () = self.signals.next() => return None,
            }
        }
        None
    }

    /// Waits for what the attempt must know.
    async fn word(&mut self) -> Word {
        loop {
            tokio::select! {
                message = next(&mut self.reader, &mut self.bytes), if self.open => match message {
                    Some(Message::Stop(stop)) => return Word::End(stop),
                    Some(Message::Run(_)) => {}
                    None => {
                        self.open = false;
                        return Word::Alone;
                    }
                },
                () = self.signals.next() => return Word::End(Stop::Gently),
            }
        }
    }
}

/// The next message; `None` when the runtime is gone. Nothing is lost when it is given up half-way.
async fn next(reader: &mut OwnedReadHalf, bytes: &mut Vec<u8>) -> Option<Message> {
    loop {
        match Message::take(bytes) {
            Ok(Some(message)) => return Some(message),
            Ok(None) => {}
            Err(()) => return None,
        }
        match reader.read_buf(bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// What every attempt is given.
struct Place {
    lease: Lease,
    /// Tells which attempt a server is at.
    now: PathBuf,
    log: File,
    /// The way to the log; a server writes into it by itself, and tells where.
    output: Option<Output>,
    /// Bytes that one attempt may print.
    most: u64,
    /// The standard input of what is started; of a server only once.
    input: Option<OwnedFd>,
    killings: Killings,
    group: Option<Group>,
}

impl Place {
    /// Runs a command to the end of the last process that it started.
    async fn hold(&mut self, request: &Request, ears: &mut Ears) -> Ended {
        if self.lease.begin().is_err() {
            return Ended::not_started(&io::Error::from(io::ErrorKind::StorageFull));
        }
        self.killings.begin();
        if let Some(output) = &self.output {
            output.begin(self.log_end());
        }
        let mut child = match self.start(request, ears.kind) {
            Ok(child) => child,
            Err(error) => return Ended::not_started(&error),
        };
        let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
            return Ended::not_started(&io::ErrorKind::Other.into());
        };
        let kind = ears.kind;
        let (sender, stop) = watch::channel(Stop::No);
        // Of a server the runtime knows which step it serves, and what that one takes.
        let mut footprint = (kind == Kind::Attempts).then(|| Footprint::begin(Tree::Mine));
        let how = {
            let limits = process::Limits { timeout: request.timeout, stop };
            let (log, most) = (&self.log, self.most);
            // What serves many steps is looked after by its runtime, which knows where each of them begins.
            let begun = Cell::new((kind == Kind::Attempts).then(|| self.log_end()));
            let mut look = || {
                if let Some(begun) = begun.get() {
                    gaps::limit(log, begun, log.metadata().map_or(0, |about| about.len()), most);
                }
            };
            let watched = process::watch(pid, limits, &mut look, footprint.as_mut());
            let passing = async {
                match &self.output {
                    Some(output) => output.pass(log).await,
                    None => pending().await,
                }
            };
            tokio::pin!(watched, passing);
            let mut deadline: Option<(Instant, Duration)> = None;
            let mut timed_out = None;
            loop {
                let word = tokio::select! {
                    how = &mut watched => break how.map(|how| timed_out.map_or(how, Ending::TimedOut)),
                    word = ears.word() => word,
                    never = &mut passing => match never {},
                    () = sleep_until(deadline.map_or_else(Instant::now, |(at, _)| at)), if deadline.is_some() => {
                        timed_out = deadline.take().map(|(_, limit)| limit);
                        Word::End(Stop::Gently)
                    }
                };
                let word = match (word, kind) {
                    (Word::End(stop), _) => stop,
                    (Word::Alone, Kind::Attempts) => continue,
                    // It comes to the end of the attempt that it is at, if that may outlive the runtime, and ends then.
                    (Word::Alone, Kind::Server) => match self.called() {
                        Some((now, left)) => {
                            begun.set(Some(now.start));
                            deadline = left;
                            continue;
                        }
                        None => Stop::AtOnce,
                    },
                };
                // Asked a second time, it does not wait any longer.
                sender.send_modify(|stop| *stop = if *stop == Stop::No { word } else { Stop::AtOnce });
            }
        };
        // While the first process is not waited for, its number, and so the group's, belongs to nobody else.
        let _ = kill_process_group(pid, Signal::KILL);
        let _ = child.wait();
        let left = sweep(self.group.as_ref());
        if let Some(output) = &self.output {
            output.rest(&self.log);
        }
        match how {
            Ok(how) => {
                let out_of_memory = how.looks_killed() && self.killings.any();
                if out_of_memory {
                    self.killings.ended();
                }
                let memory = footprint.and_then(|footprint| footprint.most());
                Ended { how, left, out_of_memory, log_end: self.log_end(), memory }
            }
            Err(error) => Ended::not_started(&error),
        }
    }

    /// The attempt that a server was at when its runtime died, if it goes on, and when its time is over.
    fn called(&self) -> Option<(Now, Option<(Instant, Duration)>)> {
        let now = Now::read(&self.now)?;
        let limit = match &now.alone {
            Alone::Called { limit, .. } => *limit,
            Alone::Kept | Alone::Ended => return None,
        };
        let deadline = limit.and_then(|(limit, at)| {
            let left = Duration::from_nanos(at.saturating_sub(machine::uptime()?));
            Some((Instant::now() + left, Duration::from_nanos(limit)))
        });
        Some((now, deadline))
    }

    fn log_end(&self) -> u64 {
        self.log.metadata().map_or(0, |about| about.len())
    }

    fn start(&mut self, request: &Request, kind: Kind) -> io::Result<std::process::Child> {
        use std::os::unix::process::CommandExt as _;
        let input = match kind {
            Kind::Attempts => self.input.as_ref().map(OwnedFd::try_clone).transpose()?,
            Kind::Server => self.input.take(),
        };
        let input = input.ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = request.command();
        let prints = || match &self.output {
            Some(output) => output.writer().map(Stdio::from),
            None => self.log.try_clone().map(Stdio::from),
        };
        command.stdin(Stdio::from(input)).stdout(prints()?).stderr(prints()?);
        command.process_group(0);
        within(&request.confinement, || command.spawn())
    }
}

impl Ending {
    /// Whether it may be the kernel's doing, for want of memory: bash tells of a killed command by its status.
    fn looks_killed(self) -> bool {
        matches!(self, Self::Signalled(9) | Self::Exited(137))
    }
}
