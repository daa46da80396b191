//! Why a command did not end well: one cause, with what speaks for it. Knows nothing of how commands are run.

use std::io;
use std::path::Path;

use rustix::io::Errno;

use super::signals;
use crate::codes;
use crate::event::Failure;
use crate::executor::local::{Ending, Local, timed_out};
use crate::keeper::Ended;
use crate::runner::Attempt;

/// What a program prints that met a full disk.
const NO_SPACE: &str = "No space left on device";

/// Less free space than this has no room for a page of a file.
const PAGE: u64 = 8 << 10;

/// Whether nothing can be written to the disk that a step's results are written to: its log, on the same, cannot say so.
fn full(work: &Path) -> bool {
    let there = work.ancestors().find(|folder| folder.exists());
    let about = there.and_then(|folder| rustix::fs::statvfs(folder).ok());
    about.is_some_and(|about| about.f_bavail.saturating_mul(about.f_frsize) < PAGE)
}

/// What an ending that is no success means; `tail` is the end of what the step printed.
pub(super) fn failure(local: &Local, attempt: &Attempt, ended: &Ended, program: &str, tail: String) -> Failure {
    let step = &attempt.name.path;
    let failure = match ended.how {
        Ending::NotStarted(errno) => return not_started(step, errno, program, local.root()),
        Ending::TimedOut(after) => timed_out(attempt, after),
        Ending::Cancelled => Failure::new(codes::CANCELLED, format!("`{step}` was stopped")),
        Ending::Exited(_) | Ending::Signalled(_) if ended.out_of_memory => {
            Failure::new(codes::OUT_OF_MEMORY, format!("`{step}` ran out of memory: the kernel killed it"))
                .with_help("`memory:` in the task says how much it needs, so that it does not run beside too much else")
        }
        Ending::Exited(status) if tail.contains(NO_SPACE) || full(local.work()) => {
            Failure::new(codes::DISK_FULL, format!("`{step}` found the disk full and ended with exit status {status}"))
                .with_help("make room and run again: what finished is reused")
        }
        Ending::Exited(status) => match local.kept_from(attempt, &tail, &format!("ended with exit status {status}")) {
            Some(kept) => kept,
            None => exited(step, status),
        },
        Ending::Signalled(signal) => signalled(step, signal),
    };
    let failure = match ended.left {
        0 => failure,
        left => {
            let message = format!("{}; {left} of its processes could not be ended", failure.message);
            Failure { message, ..failure }
        }
    };
    failure.with_detail(tail)
}

fn exited(step: &str, status: i32) -> Failure {
    let failure = Failure::new(codes::EXITED, format!("`{step}` ended with exit status {status}"));
    match status {
        127 => failure.with_help("127 means that a command was not found: is it installed, and on the PATH?"),
        126 => failure.with_help("126 means that a command may not be executed"),
        129..=192 => {
            let signal = named(status - 128);
            failure.with_help(format!("{status} is what bash gives for a command that was ended by {signal}"))
        }
        _ => failure,
    }
}

fn signalled(step: &str, signal: i32) -> Failure {
    let message = format!("`{step}` was ended by {}, which Standpipe did not send", named(signal));
    let failure = Failure::new(codes::SIGNALLED, message);
    match signal {
        9 => failure.with_help("the kernel killed nothing for want of memory meanwhile: a person or a program did it"),
        signal if signals::is_limit(signal) => {
            failure.with_help("a limit of this machine was reached: `ulimit -a` shows them")
        }
        signal if signals::is_crash(signal) => failure.with_help("its program crashed: the log may say where"),
        _ => failure.with_help("a person, another program, or the command itself sent it"),
    }
}

fn named(signal: i32) -> String {
    match signals::name(signal) {
        Some(name) => format!("signal {signal} ({name})"),
        None => format!("signal {signal}"),
    }
}

fn not_started(step: &str, number: i32, program: &str, folder: &Path) -> Failure {
    let because = |why: String| Failure::new(codes::NOT_STARTED, format!("`{step}` could not be started: {why}"));
    if !folder.is_dir() {
        return because(format!("its folder {} is gone", folder.display()));
    }
    let Some(errno) = Errno::from_io_error(&io::Error::from_raw_os_error(number)) else {
        return because(Ending::reason(number));
    };
    match errno {
        Errno::NOENT => because(format!("there is no `{program}`")).with_help("is it installed, and on the PATH?"),
        Errno::ACCESS | Errno::PERM => {
            because(format!("`{program}` may not be executed")).with_help("`chmod +x` makes a file executable")
        }
        Errno::TOOBIG => {
            because("its inputs are too long for variables".into()).with_help("hand what is long on as a `File`")
        }
        Errno::NOEXEC => because(format!("`{program}` is no program that this machine can run"))
            .with_help("a script needs a first line such as `#!/bin/sh`"),
        Errno::TXTBSY => because(format!("`{program}` is being written")).with_help("wait until that is done"),
        Errno::AGAIN | Errno::NOMEM => because("this machine has no room for another process".into())
            .with_help("run with fewer `--jobs`, or raise `ulimit -u`"),
        Errno::MFILE | Errno::NFILE => {
            because("too many files are open".into()).with_help("run with fewer `--jobs`, or raise `ulimit -n`")
        }
        Errno::NOSPC | Errno::DQUOT => {
            Failure::new(codes::DISK_FULL, format!("the disk is full: `{step}` could not be started"))
                .with_help("make room and run again: what finished is reused")
        }
        _ => because(Ending::reason(number)),
    }
}
