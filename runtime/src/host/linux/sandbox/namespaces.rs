//! A process in namespaces of its own: user, processes, mounts, network, System V objects, the machine's name. Two small
//! processes stand before it: one outside, which whoever started it waits for, and one inside, the first of its
//! namespace, whose end is the end of everything in it.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::{Child, Command, ExitCode, Stdio};

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, wait};
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use super::within::{apart, restrict};
use super::{END, INIT, root};
use crate::host::own_program;
use crate::keeper::COMMAND;
use crate::room;
use crate::run::Signals;
use crate::sandbox::Confinement;

/// What is needed to make the file system of the namespace, and to give up what is needed.
const NEEDED: [CapabilitySet; 2] = [CapabilitySet::SYS_ADMIN, CapabilitySet::SETPCAP];

/// The status of a process whose namespaces could not be made.
const NOT_MADE: u8 = 125;

/// The process outside.
pub(super) fn launch(arguments: &[OsString]) -> ExitCode {
    let begun = begin(arguments).and_then(|mut inside| {
        let mut said = String::new();
        inside.stderr.take().map(|mut end| end.read_to_string(&mut said)).transpose()?;
        inside.wait()?;
        Ok(said)
    });
    match begun {
        Ok(said) => follow(&said),
        Err(error) => not_made(&error.to_string()),
    }
}

/// Unshares, and starts the first process inside, whose standard error is for how it ended.
fn begin(arguments: &[OsString]) -> io::Result<Child> {
    let confinement = Confinement::take(&mut arguments.iter().cloned()).ok_or(io::ErrorKind::InvalidInput)?;
    // A signal to the group is for the program: this process ends after it. Nothing here ever waits on a runtime.
    let runtime = room::runtime()?;
    let deaf = runtime.enter();
    std::mem::forget(Signals::all());
    drop(deaf);
    std::mem::forget(runtime);
    let (user, group) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    let mut flags = UnshareFlags::NEWUSER | UnshareFlags::NEWPID | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS;
    if !confinement.network {
        flags |= UnshareFlags::NEWNET;
    }
    unshare(flags).map_err(|error| doing("namespaces of its own are refused", &error))?;
    let map = |name: &str, text: String| {
        std::fs::write(format!("/proc/self/{name}"), text).map_err(|error| doing("its user cannot be mapped", &error))
    };
    map("setgroups", "deny".into())?;
    map("uid_map", format!("{user} {user} 1"))?;
    map("gid_map", format!("{group} {group} 1"))?;
    // They would be lost at the start of the next program.
    let sets = rustix::thread::capabilities(None)?;
    rustix::thread::set_capabilities(None, CapabilitySets { inheritable: sets.permitted, ..sets })?;
    for capability in NEEDED {
        rustix::thread::configure_capability_in_ambient_set(capability, true)?;
    }
    Command::new(own_program()).args([COMMAND, INIT]).args(arguments).stderr(Stdio::piped()).spawn()
}

#[expect(deprecated, reason = "its successor is unsafe on account of FILES alone, which is never asked for here")]
pub(super) fn unshare(flags: UnshareFlags) -> rustix::io::Result<()> {
    rustix::thread::unshare(flags)
}

fn doing(what: &str, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{what}: {error}"))
}

fn not_made(why: &str) -> ExitCode {
    // The log of the step, or whoever tries what this host gives.
    let _ = writeln!(io::stdout(), "the sandbox could not be made: {why}");
    ExitCode::from(NOT_MADE)
}

/// Ends as the program inside did.
fn follow(said: &str) -> ExitCode {
    let said = said.trim();
    match said.split_once(' ') {
        Some(("exit", status)) => status.parse::<u8>().map_or(ExitCode::FAILURE, ExitCode::from),
        // This process has its own mind about some signals: the next program in its place has none.
        Some(("signal", signal)) => {
            use std::os::unix::process::CommandExt as _;
            let error = Command::new(own_program()).args([COMMAND, END, "signal", signal]).exec();
            not_made(&error.to_string())
        }
        _ if said.is_empty() => not_made("its first process was killed"),
        _ => not_made(said),
    }
}

/// Ends this process as the two words say.
pub(super) fn end(arguments: &[OsString]) -> ExitCode {
    let [how, number] = arguments else { return ExitCode::from(NOT_MADE) };
    let number = number.to_str().and_then(|number| number.parse::<i32>().ok());
    match (how.to_str(), number) {
        (Some("exit"), Some(status)) => u8::try_from(status).map_or(ExitCode::FAILURE, ExitCode::from),
        (Some("signal"), Some(signal)) => {
            if let Some(signal) = Signal::from_named_raw(signal) {
                // The first may only take away what the language's own runtime does about it.
                let _ = kill_process(rustix::process::getpid(), signal);
                let _ = kill_process(rustix::process::getpid(), signal);
            }
            ExitCode::from(u8::try_from(128 + signal).unwrap_or(NOT_MADE))
        }
        _ => ExitCode::from(NOT_MADE),
    }
}

/// The first process inside.
pub(super) fn init(arguments: &[OsString]) -> ExitCode {
    // It ends with the one outside, and with it everything inside.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    let said = match inside(arguments) {
        Ok(status) => said(status),
        Err(error) => error.to_string(),
    };
    let _ = writeln!(io::stderr(), "{said}");
    ExitCode::SUCCESS
}

fn said(status: WaitStatus) -> String {
    match status.terminating_signal() {
        Some(signal) => format!("signal {signal}"),
        None => format!("exit {}", status.exit_status().unwrap_or(-1)),
    }
}

/// Makes what is inside, starts the program there, and waits for its end and for those of all that lost their parent.
fn inside(arguments: &[OsString]) -> io::Result<WaitStatus> {
    let mut words = arguments.iter().cloned();
    let confinement = Confinement::take(&mut words).ok_or(io::ErrorKind::InvalidInput)?;
    let program = words.next().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = std::env::current_dir()?;
    root::enter(&confinement, &folder)?;
    let arguments: Vec<OsString> = words.collect();
    let child = apart(|| {
        restrict(&confinement)?;
        let output = io::stdout().as_fd().try_clone_to_owned()?;
        let mut command = Command::new(&program);
        command.args(&arguments).current_dir(&folder).stderr(output);
        command.spawn().map_err(|error| not_started(&program, &error))
    })?;
    let first = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    loop {
        match wait(WaitOptions::empty())? {
            Some((pid, status)) if Some(pid) == first => return Ok(status),
            Some(_) | None => {}
        }
    }
}

/// What a shell says of it, and with its statuses: whoever reads the log knows them.
fn not_started(program: &OsStr, error: &io::Error) -> io::Error {
    let status = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
    let _ = writeln!(io::stdout(), "{}: {error}", program.to_string_lossy());
    io::Error::other(format!("exit {status}"))
}
