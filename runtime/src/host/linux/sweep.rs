//! Ends every process that this one has below it, whatever it did to get away. Only for a process that is a subreaper
//! and starts nothing else: a process that loses its parent is then its child, in whatever group or session it is.

use std::fs;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpgid, getpgrp, kill_process, kill_process_group, waitid};

use super::group::Group;
use super::processes::children_of;

/// How long it is tried: what hangs in the kernel, or belongs to another user, cannot be ended.
const PATIENCE: Duration = Duration::from_secs(10);
/// Rounds without a pause: what forks faster than it is looked for is caught by its group or by chance.
const EAGER: u32 = 200;

/// Kills all children and theirs, until none is left; how many could not be ended. What is in the `group` is ended in one
/// go; who has left it is looked for.
pub(super) fn sweep(group: &mut Group) -> usize {
    if matches!(reap(), Reaped::NoneLeft) {
        return 0;
    }
    // What it does not end is found below.
    let _ = group.clear();
    let begun = Instant::now();
    let mut rounds = 0_u32;
    loop {
        match reap() {
            Reaped::NoneLeft => return 0,
            Reaped::SomeLeft => {}
        }
        let children = children();
        if begun.elapsed() > PATIENCE {
            return children.len();
        }
        for pid in &children {
            // A group is killed in one go: nobody in it can fork meanwhile.
            if let Ok(group) = getpgid(Some(*pid))
                && group != getpgrp()
            {
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = kill_process(*pid, Signal::KILL);
        }
        rounds += 1;
        std::thread::sleep(if rounds < EAGER { Duration::from_micros(50) } else { Duration::from_millis(2) });
    }
}

enum Reaped {
    NoneLeft,
    SomeLeft,
}

/// Takes note of the children that are dead.
fn reap() -> Reaped {
    loop {
        match waitid(WaitId::All, WaitIdOptions::EXITED | WaitIdOptions::NOHANG) {
            Ok(None) => return Reaped::SomeLeft,
            Err(Errno::CHILD) => return Reaped::NoneLeft,
            Ok(Some(_)) | Err(_) => {}
        }
    }
}

/// The numbers of this process's children, those of its threads included.
fn children() -> Vec<Pid> {
    // A kernel may be built without these lists.
    children_of("self").unwrap_or_else(by_parent)
}

/// The same out of every process's own account of its parent, the second field behind the name.
fn by_parent() -> Vec<Pid> {
    let own = std::process::id().to_string();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let child = |entry: fs::DirEntry| {
        let number = pid(entry.file_name().to_str()?)?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        (fields.split_whitespace().nth(1)? == own).then_some(number)
    };
    processes.flatten().filter_map(child).collect()
}

fn pid(text: &str) -> Option<Pid> {
    text.parse().ok().and_then(Pid::from_raw)
}
