//! What file systems are called, and what is left of what some of them can do.

use std::fs::File;
use std::io;
use std::path::Path;

use sysinfo::{DiskRefreshKind, Disks};

/// How many files are brought to the disk one by one: however many there are.
pub(crate) const ONE_BY_ONE: u32 = u32::MAX;

/// What systems call kinds that have another name among people.
const NAMES: [(&str, &str); 19] = [
    ("9p", "9p"),
    ("apfs", "APFS"),
    ("btrfs", "Btrfs"),
    ("ceph", "Ceph"),
    ("cifs", "CIFS"),
    ("ext4", "ext4"),
    ("f2fs", "F2FS"),
    ("fuse", "FUSE"),
    ("fuseblk", "FUSE"),
    ("hfs", "HFS+"),
    ("macfuse", "FUSE"),
    ("nfs", "NFS"),
    ("nfs4", "NFS"),
    ("osxfuse", "FUSE"),
    ("overlay", "overlayfs"),
    ("smbfs", "SMB"),
    ("tmpfs", "tmpfs"),
    ("xfs", "XFS"),
    ("zfs", "ZFS"),
];

/// The kind of file system that `path` lies on: its name, or what the system calls it; `None` where that is not listed.
pub(crate) fn kind_at(path: &Path) -> Option<String> {
    let path = std::fs::canonicalize(path).ok()?;
    let disks = Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing()).ok()?;
    let disks = disks.iter().filter(|disk| path.starts_with(disk.mount_point()));
    let nearest = disks.max_by_key(|disk| disk.mount_point().components().count())?;
    Some(named(&nearest.file_system().to_string_lossy()))
}

fn named(kind: &str) -> String {
    let plain = kind.split('.').next().unwrap_or(kind);
    let known = NAMES.iter().find(|(name, _)| *name == plain);
    known.map_or_else(|| kind.to_owned(), |(_, name)| (*name).to_owned())
}

/// Brings everything to the disk that the file system has on which a file lies: nothing here does that and says when it
/// has.
pub(crate) fn settle_all(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives a part of a file back to the file system: nothing here does that, all of it stays.
pub(crate) fn leave_out(_: &File, _: u64, _: u64) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_names_that_people_know() {
        assert_eq!(["apfs", "nfs4", "fuse.sshfs", "beegfs"].map(named), ["APFS", "NFS", "FUSE", "beegfs"]);
        assert_eq!(kind_at(Path::new("/no/such/folder")), None);
    }
}
