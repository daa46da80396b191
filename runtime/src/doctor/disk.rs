//! The file system that the state folder lies on, or would lie on.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::fs::{statfs, statvfs};

use super::{Finding, Part, Verdict};

/// Less free space than this makes the next run fail.
const LEAST: u64 = 64 << 20;
/// Less than this is soon too little.
const LITTLE: u64 = 1 << 30;

/// What is known of a kind of file system.
struct Kind {
    /// As `statfs` has it.
    magic: u64,
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

/// Sources: `linux/magic.h`, and the file systems' own headers.
const KINDS: [Kind; 14] = [
    Kind { magic: 0xef53, name: "ext4", advice: Advice::Fine },
    Kind { magic: 0x5846_5342, name: "XFS", advice: Advice::Fine },
    Kind { magic: 0x9123_683e, name: "Btrfs", advice: Advice::Fine },
    Kind { magic: 0x2fc1_2fc1, name: "ZFS", advice: Advice::Fine },
    Kind { magic: 0xf2f5_2010, name: "F2FS", advice: Advice::Fine },
    Kind { magic: 0x0102_1994, name: "tmpfs", advice: Advice::Know("it is gone when the machine is restarted") },
    Kind { magic: 0x794c_7630, name: "overlayfs", advice: Advice::Know("it is gone with its container") },
    Kind { magic: 0x6969, name: "NFS", advice: Advice::Elsewhere },
    Kind { magic: 0x0102_1997, name: "9p", advice: Advice::Elsewhere },
    Kind { magic: 0x6573_5546, name: "FUSE", advice: Advice::Elsewhere },
    Kind { magic: 0xff53_4d42, name: "CIFS", advice: Advice::Elsewhere },
    Kind { magic: 0xfe53_4d42, name: "SMB", advice: Advice::Elsewhere },
    Kind { magic: 0x00c3_6400, name: "Ceph", advice: Advice::Elsewhere },
    Kind { magic: 0x5346_414f, name: "AFS", advice: Advice::Elsewhere },
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
    let magic = u64::try_from(statfs(path).ok()?.f_type).unwrap_or(0) & 0xffff_ffff;
    Some(described(magic))
}

fn described(magic: u64) -> Finding {
    let finding = |verdict, text: String| Finding::new(Part::State, "file system", verdict, text);
    match KINDS.iter().find(|kind| kind.magic == magic) {
        Some(Kind { name, advice: Advice::Fine, .. }) => finding(Verdict::Good, (*name).into()),
        Some(Kind { name, advice: Advice::Know(what), .. }) => finding(Verdict::Note, format!("{name}: {what}")),
        Some(Kind { name, advice: Advice::Elsewhere, .. }) => {
            finding(Verdict::Wrong, format!("the state folder lies on {name}")).help(ELSEWHERE)
        }
        None => finding(Verdict::Note, format!("of a kind that is not known here ({magic:#x})")),
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
        let verdict = |magic| described(magic).verdict;
        assert_eq!(
            [0xef53, 0x0102_1994, 0x6969, 0x6573_5546, 0x1234].map(verdict),
            [Verdict::Good, Verdict::Note, Verdict::Wrong, Verdict::Wrong, Verdict::Note]
        );
        assert!(described(0x6969).help.is_some_and(|help| help.contains("STANDPIPE_HOME")));
    }
}
