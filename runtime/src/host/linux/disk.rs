//! What file systems are called here, and what they can do that others cannot.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate, statfs};

/// Sources: `linux/magic.h`, and the file systems' own headers.
const NAMES: [(u64, &str); 14] = [
    (0xef53, "ext4"),
    (0x5846_5342, "XFS"),
    (0x9123_683e, "Btrfs"),
    (0x2fc1_2fc1, "ZFS"),
    (0xf2f5_2010, "F2FS"),
    (0x0102_1994, "tmpfs"),
    (0x794c_7630, "overlayfs"),
    (0x6969, "NFS"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "FUSE"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
];

/// How many files are brought to the disk one by one; more are with all that the file system has.
pub(crate) const ONE_BY_ONE: u32 = 256;

/// The kind of file system that `path` lies on: its name, or the number that stands for one without.
pub(crate) fn kind_at(path: &Path) -> Option<String> {
    let magic = u64::try_from(statfs(path).ok()?.f_type).unwrap_or(0) & 0xffff_ffff;
    Some(named(magic))
}

fn named(magic: u64) -> String {
    let known = NAMES.iter().find(|(number, _)| *number == magic);
    known.map_or_else(|| format!("{magic:#x}"), |(_, name)| (*name).to_owned())
}

/// Brings everything to the disk that the file system has on which `file` lies.
pub(crate) fn settle_all(file: &File) -> io::Result<()> {
    Ok(rustix::fs::syncfs(file)?)
}

/// Whether a part of a file can be given back while others write to the file.
pub(crate) const WHILE_WRITTEN: bool = true;

/// Gives a part of a file back to the file system, which reads as a gap from then on; nothing happens where there are no
/// gaps.
pub(crate) fn leave_out(file: &File, from: u64, to: u64) {
    let _ = fallocate(file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, from, to - from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_or_numbers() {
        assert_eq!([0xef53, 0x6969, 0x1234].map(named), ["ext4", "NFS", "0x1234"]);
        assert!(kind_at(Path::new("/")).is_some());
        assert_eq!(kind_at(Path::new("/no/such/folder")), None);
    }
}
