//! The file system that the state folder lies on, or would lie on.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::fs::statvfs;

use super::{Finding, Part, Verdict};
use crate::host::disk::kind_at;

/// Less free space than this makes the next run fail.
const LEAST: u64 = 64 << 20;
/// Less than this is soon too little.
const LITTLE: u64 = 1 << 30;

/// What is known of a kind of file system.
struct Kind {
    name: &'static str,
    advice: Advice,
}

#[derive(Clone, Copy)]
enum Advice {
    /// Locks, syncs and renames mean what they say.
    Fine,
    /// They do, and something else is worth knowing.
    Know(&'static str),
    /// They may not.
    Elsewhere,
}

const ELSEWHERE: &str = "set STANDPIPE_HOME to a folder on a local disk: locks and syncs cannot be relied on here";

const KINDS: [Kind; 14] = [
    Kind { name: "ext4", advice: Advice::Fine },
    Kind { name: "XFS", advice: Advice::Fine },
    Kind { name: "Btrfs", advice: Advice::Fine },
    Kind { name: "ZFS", advice: Advice::Fine },
    Kind { name: "F2FS", advice: Advice::Fine },
    Kind { name: "tmpfs", advice: Advice::Know("it is gone when the machine is restarted") },
    Kind { name: "overlayfs", advice: Advice::Know("it is gone with its container") },
    Kind { name: "NFS", advice: Advice::Elsewhere },
    Kind { name: "9p", advice: Advice::Elsewhere },
    Kind { name: "FUSE", advice: Advice::Elsewhere },
    Kind { name: "CIFS", advice: Advice::Elsewhere },
    Kind { name: "SMB", advice: Advice::Elsewhere },
    Kind { name: "Ceph", advice: Advice::Elsewhere },
    Kind { name: "AFS", advice: Advice::Elsewhere },
];

pub(super) fn look(state: &Path) -> Vec<Finding> {
    let Some(there) = state.ancestors().find(|path| path.exists()) else { return Vec::new() };
    let mut findings: Vec<Finding> = [file_system(there), space(there)].into_iter().flatten().collect();
    if there == state {
        findings.extend(modes(state));
    }
    findings
}

fn file_system(path: &Path) -> Option<Finding> {
    kind_at(path).map(|kind| described(&kind))
}

fn described(kind: &str) -> Finding {
    let finding = |verdict, text: String| Finding::new(Part::State, "file system", verdict, text);
    match KINDS.iter().find(|known| known.name == kind) {
        Some(Kind { name, advice: Advice::Fine }) => finding(Verdict::Good, (*name).into()),
        Some(Kind { name, advice: Advice::Know(what) }) => finding(Verdict::Note, format!("{name}: {what}")),
        Some(Kind { name, advice: Advice::Elsewhere }) => {
            finding(Verdict::Wrong, format!("the state folder lies on {name}")).help(ELSEWHERE)
        }
        None => finding(Verdict::Note, format!("of a kind that is not known here ({kind})")),
    }
}

fn space(path: &Path) -> Option<Finding> {
    let about = statvfs(path).ok()?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    let files = if about.f_files == 0 { None } else { Some(about.f_favail) };
    let text = format!("{} MiB free", free >> 20);
    let finding = |verdict| Finding::new(Part::State, "free space", verdict, text.clone());
    Some(match (free, files) {
        (free, _) if free < LEAST => finding(Verdict::Wrong).help("make room: `standpipe cache gc --max-size SIZE`"),
        (_, Some(files)) if files < 1000 => {
            let text = format!("{files} more files can be made");
            Finding::new(Part::State, "free space", Verdict::Wrong, text).help("remove files: there are no inodes left")
        }
        (free, _) if free < LITTLE => finding(Verdict::Note),
        _ => finding(Verdict::Good),
    })
}

/// State is its owner's alone.
fn modes(state: &Path) -> Option<Finding> {
    let open = |path: &Path| path.metadata().is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
    let path = [state.to_owned(), state.join("state.db")].into_iter().find(|path| open(path))?;
    let finding = Finding::new(Part::State, "access", Verdict::Wrong, format!("others may use {}", path.display()));
    Some(finding.help(format!("make it yours alone: chmod go= {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_from_local_ones() {
        let verdict = |kind| described(kind).verdict;
        assert_eq!(
            ["ext4", "tmpfs", "NFS", "FUSE", "0x1234"].map(verdict),
            [Verdict::Good, Verdict::Note, Verdict::Wrong, Verdict::Wrong, Verdict::Note]
        );
        assert!(described("NFS").help.is_some_and(|help| help.contains("STANDPIPE_HOME")));
    }
}
