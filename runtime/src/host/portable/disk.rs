//! What file systems are called, and what is left of what some of them can do.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;
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

/// Whether a part of a file can be given back while others write to the file: here what lies behind is written anew.
pub(crate) const WHILE_WRITTEN: bool = false;

/// What a file is made longer by, to see whether that makes a gap.
const STEP: u64 = 256 << 10;

/// Gives a part of a file back to the file system, which reads as a gap from then on; the file is open for reading and
/// writing, and nobody else writes to it. Nothing happens where there are no gaps, and while what would be given back is
/// less than what must be written anew for it.
pub(crate) fn leave_out(file: &File, from: u64, to: u64) {
    // What cannot be read stays as it is.
    let _ = cut(file, from, to);
}

fn cut(file: &File, from: u64, to: u64) -> io::Result<()> {
    let end = file.metadata()?.len();
    let first = seek(file, SeekFrom::Data(from)).map_or(to, |data| data.min(to));
    let behind = end.saturating_sub(to);
    if to - first < behind || !has_gaps(file, end)? {
        return Ok(());
    }
    let mut rest = vec![0; usize::try_from(behind).unwrap_or(0)];
    file.read_exact_at(&mut rest, to)?;
    file.set_len(from)?;
    // One that is open for adding is added to.
    file.set_len(to)?;
    file.write_all_at(&rest, to)
}

/// Whether a file of that length has a gap where it is made longer.
fn has_gaps(file: &File, end: u64) -> io::Result<bool> {
    file.set_len(end + 2 * STEP)?;
    let found = seek(file, SeekFrom::Data(end.next_multiple_of(STEP)));
    file.set_len(end)?;
    Ok(found == Err(Errno::NXIO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_names_that_people_know() {
        assert_eq!(["apfs", "nfs4", "fuse.sshfs", "beegfs"].map(named), ["APFS", "NFS", "FUSE", "beegfs"]);
        assert_eq!(kind_at(Path::new("/no/such/folder")), None);
    }
}
