//! A control group of the keeper's own, where it may make one: whatever it starts is in it and in no other, and all of it
//! is ended at once, faster than it can fork (cgroup.kill, Linux 5.14). Nothing of the groups' limits is used.
//!
//! Before it moves a process the kernel waits until every processor has come by, some milliseconds. The keeper does not
//! wait for that: it moves beside its work, and what it has started meanwhile is moved after it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{Builder, JoinHandle};

use rustix::process::{Pid, getppid};

use super::kin::Kin;
use super::processes::{below, children_of};
use super::sweep::sweep;

/// The variable that says to do without.
const WITHOUT: &str = "STANDPIPE_NO_CGROUP";
/// What a group's name begins with; the keeper's number follows.
const PREFIX: &str = "standpipe-";
/// How often it is looked for processes that were started by one not moved yet; what forks faster is found one by one.
const ROUNDS: u32 = 20;
/// Processes that are moved in one round.
const MOST: usize = 10_000;

/// A group that this process is in, or on its way into.
#[derive(Debug)]
pub(crate) struct Group {
    way: Option<JoinHandle<Option<Inside>>>,
    inside: Option<Inside>,
    /// Who takes the group away once this process is over.
    runtime: Option<Pid>,
}

impl Group {
    /// Begins to move this process, and everything that it will have started by then, into a new one. Whether it leads a
    /// session changes nothing here.
    pub(crate) fn enter(_: bool) -> Self {
        // Without a thread, it does without a group.
        let way = Builder::new().name("group".into()).spawn(Inside::enter).ok();
        Self { way, inside: None, runtime: getppid() }
    }

    /// Ends every process below this one, whatever it did to get away; how many could not be ended.
    pub(crate) fn end(&mut self, _: &Kin) -> usize {
        sweep(self)
    }

    /// Ends everything in it but this process.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.inside().map_or(Ok(()), Inside::clear)
    }

    /// Waits until it has arrived; `None` where that is not allowed.
    fn inside(&mut self) -> Option<&Inside> {
        if let Some(way) = self.way.take() {
            self.inside = way.join().ok().flatten();
        }
        self.inside.as_ref()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if getppid() != self.runtime
            && let Some(inside) = self.inside()
        {
            let _ = move_to(&inside.above, "0");
            let _ = fs::remove_dir(&inside.folder);
        }
    }
}

/// A group that this process is in.
#[derive(Debug)]
struct Inside {
    folder: PathBuf,
    /// The one it was in before.
    above: PathBuf,
}

impl Inside {
    fn enter() -> Option<Self> {
        let above = above()?;
        let group = Self { folder: of(&above, std::process::id()), above };
        // One that was killed left its own behind, empty by now; it had the same number.
        let _ = fs::remove_dir(&group.folder);
        fs::create_dir(&group.folder).ok()?;
        // Without that file there is no use in it.
        if !group.folder.join("cgroup.kill").exists() || move_to(&group.folder, "0").is_err() {
            let _ = fs::remove_dir(&group.folder);
            return None;
        }
        group.follow();
        tidy(&group.above);
        Some(group)
    }

    /// Moves what this process had started before it was in the group itself: from then on whatever starts is born in it,
    /// but for the children of those that are not.
    fn follow(&self) {
        for _ in 0..ROUNDS {
            let inside = fs::read_to_string(self.folder.join("cgroup.procs")).unwrap_or_default();
            let inside: BTreeSet<&str> = inside.lines().collect();
            let all = below(children_of("self").unwrap_or_default(), MOST);
            let numbers = all.into_iter().map(|pid| pid.as_raw_nonzero().to_string());
            let outside = numbers.filter(|pid| !inside.contains(pid.as_str()));
            // Who is over, or another user's, cannot be moved.
            let moved = outside.filter(|pid| move_to(&self.folder, pid).is_ok()).count();
            if moved == 0 {
                return;
            }
        }
    }

    fn clear(&self) -> io::Result<()> {
        move_to(&self.above, "0")?;
        let killed = fs::write(self.folder.join("cgroup.kill"), "1");
        move_to(&self.folder, "0")?;
        killed
    }
}

/// Takes away the groups of keepers that are over and were killed, or whose runtimes were.
fn tidy(above: &Path) {
    for entry in fs::read_dir(above).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(keeper) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<u32>().ok()) else {
            continue;
        };
        if !Path::new("/proc").join(keeper.to_string()).exists() {
            // Not while anything is in it.
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// Takes away the groups of keepers that are over, which this process has started.
pub(crate) fn remove(keepers: &[u32]) {
    let Some(above) = keepers.first().and_then(|_| above()) else { return };
    for keeper in keepers {
        // Most often there is one; it is in nobody's way if it is not empty.
        let _ = fs::remove_dir(of(&above, *keeper));
    }
}

/// Ends everything in the group of a keeper that is gone, one that this process has started.
pub(crate) fn end_of(keeper: u32) {
    let Some(folder) = above().map(|above| of(&above, keeper)) else { return };
    if fs::write(folder.join("cgroup.kill"), "1").is_ok() {
        // It is in nobody's way while it is not empty yet.
        let _ = fs::remove_dir(&folder);
    }
}

/// Whether keepers started by this process can have groups of their own; tried.
pub(super) fn possible() -> bool {
    let Some(folder) = above().map(|above| of(&above, std::process::id())) else { return false };
    let made = fs::create_dir(&folder).is_ok();
    let usable = made && folder.join("cgroup.kill").exists();
    if made {
        let _ = fs::remove_dir(&folder);
    }
    usable
}

fn of(above: &Path, keeper: u32) -> PathBuf {
    above.join(format!("{PREFIX}{keeper}"))
}

/// Moves a process, with `0` this one.
fn move_to(folder: &Path, process: &str) -> io::Result<()> {
    fs::write(folder.join("cgroup.procs"), process)
}

/// The group that this process is in, of version 2; `None` where there is none, or none is wanted.
fn above() -> Option<PathBuf> {
    if std::env::var_os(WITHOUT).is_some_and(|value| !value.is_empty() && value != "0") {
        return None;
    }
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let mount = mounts.lines().find(|line| line.contains(" - cgroup2 ")).and_then(|line| line.split(' ').nth(4))?;
    Some(Path::new(mount).join(own))
}
