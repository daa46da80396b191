//! A control group of the keeper's own, where it may make one: whatever it starts is in it and in no other, and all of it
//! is ended at once, faster than it can fork (cgroup.kill, Linux 5.14). Nothing of the groups' limits is used.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The variable that says to do without.
const WITHOUT: &str = "STANDPIPE_NO_CGROUP";

/// A group that this process is in.
#[derive(Debug)]
pub(super) struct Group {
    folder: PathBuf,
    /// The one it was in before.
    above: PathBuf,
}

impl Group {
    /// Moves this process into a new one; `None` where that is not allowed.
    pub(super) fn enter() -> Option<Self> {
        let above = above()?;
        let group = Self { folder: of(&above, std::process::id()), above };
        // One that was killed left its own behind, empty by now; it had the same number.
        let _ = fs::remove_dir(&group.folder);
        fs::create_dir(&group.folder).ok()?;
        // Without that file there is no use in it. Dropped, it is taken away again.
        (group.folder.join("cgroup.kill").exists() && move_to(&group.folder).is_ok()).then_some(group)
    }

    /// Ends everything in it but this process.
    pub(super) fn clear(&self) -> io::Result<()> {
        move_to(&self.above)?;
        let killed = fs::write(self.folder.join("cgroup.kill"), "1");
        move_to(&self.folder)?;
        killed
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = move_to(&self.above);
        let _ = fs::remove_dir(&self.folder);
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
pub(crate) fn possible() -> bool {
    let Some(folder) = above().map(|above| of(&above, std::process::id())) else { return false };
    let made = fs::create_dir(&folder).is_ok();
    let usable = made && folder.join("cgroup.kill").exists();
    if made {
        let _ = fs::remove_dir(&folder);
    }
    usable
}

fn of(above: &Path, keeper: u32) -> PathBuf {
    above.join(format!("standpipe-{keeper}"))
}

fn move_to(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("cgroup.procs"), "0")
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
