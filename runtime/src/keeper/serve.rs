//! The keeper itself: takes commands from its socket, has each held to its end, and says or notes how that was.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream as StdStream;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use super::REAPER;
use super::client::{Kind, NAMELESS};
use super::ears::Ears;
use super::hold::Place;
use super::lease::Lease;
use super::output::Output;
use crate::host::{Group, become_reaper, sandbox};
use crate::memory::Killings;
use crate::room;

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
        && let Some((_, work)) = sandbox::INSTEAD.iter().find(|(name, _)| word == name)
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
    let _ = become_reaper();
    let error = Command::new(program).args(arguments).exec();
    // As a shell has it.
    ExitCode::from(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 })
}

/// The log of that name.
fn opened(kind: Kind, log: &OsStr) -> io::Result<File> {
    let mut options = OpenOptions::new();
    match kind {
        Kind::Attempts => options.read(true).write(true),
        Kind::Server => options.append(true),
    };
    options.create(true).mode(0o600).open(log)
}

fn begin(arguments: &[OsString]) -> io::Result<()> {
    let [kind, lease, log, most] = arguments else { return Err(io::ErrorKind::InvalidInput.into()) };
    let kind = Kind::named(kind).ok_or(io::ErrorKind::InvalidInput)?;
    let most = most.to_str().and_then(|most| most.parse().ok()).ok_or(io::ErrorKind::InvalidInput)?;
    // Away from the terminal: its signals are for the runtime.
    let leads = rustix::process::setsid().is_ok();
    become_reaper()?;
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
    let log = match log == NAMELESS {
        true => File::from(std::io::stderr().as_fd().try_clone_to_owned()?),
        false => opened(kind, log)?,
    };
    rustix::stdio::dup2_stderr(&nothing)?;
    let runtime = room::runtime()?;
    runtime.block_on(async {
        let socket = StdStream::from(socket);
        socket.set_nonblocking(true)?;
        let (reader, mut writer) = UnixStream::from_std(socket)?.into_split();
        let mut ears = Ears::new(kind, reader);
        let mut killings = Killings::default();
        // Counted where it was before it moves.
        killings.begin();
        let now = now.with_extension("now");
        let output = match kind {
            Kind::Attempts => Output::alone()?,
            // Its log is its own, too.
            Kind::Server => Output::beside()?,
        };
        let group = Group::enter(leads);
        let mut place = Place { lease, now, log, output, most, input: Some(input), killings, group };
        while let Some(request) = ears.request().await {
            let ended = place.hold(&request, &mut ears).await;
            if request.recorded {
                place.note(&request.tag, &ended, &request.own)?;
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
                return place.note(&tag, &ended, &request.own);
            }
        }
        Ok(())
    })
}
