//! A file system of its own for a process: a small one in memory, into which what it may see is put, each at its place.
//! Made by the first process of a namespace, which may mount there. Knows nothing of who will see it.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsString};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind_recursive, mount_change, mount_remount, unmount,
};
use rustix::process::{chdir, pivot_root};
use rustix::thread::UnshareFlags;

use super::namespaces::unshare;
use crate::sandbox::Confinement;

/// A folder that is everywhere: what lies in it is out of sight only while the new root is mounted there.
const BASE: &str = "/tmp";
/// Where the old file system is while the new one is made.
const OLD: &str = "/.old";

/// Folders in memory that are everybody's, as on any machine; their content ends with the namespace.
const SHARED: [&str; 2] = ["/tmp", "/dev/shm"];

/// What stands in `/dev` for what the process itself has.
const OWN: [(&str, &str); 4] = [
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
];

/// Moves this process into such a file system, into `folder`.
pub(super) fn enter(confinement: &Confinement, folder: &Path) -> io::Result<()> {
    unshare(UnshareFlags::NEWNS)?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let writable: Vec<&Path> = confinement.write.iter().map(PathBuf::as_path).collect();
    let all = confinement.read.iter().map(PathBuf::as_path).chain(writable.iter().copied());
    // Folders before what lies in them.
    let seen: BTreeMap<&Path, Piece> = all.filter_map(|path| Some((path, Piece::of(path)?))).collect();
    mount("tmpfs", BASE, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, c"mode=0755")
        .map_err(|error| doing("mounting", Path::new(BASE), &error.into()))?;
    fs::create_dir(Path::new(BASE).join(".old"))?;
    pivot_root(BASE, Path::new(BASE).join(".old"))
        .map_err(|error| doing("turning to", Path::new(BASE), &error.into()))?;
    chdir("/")?;
    for path in SHARED {
        make_folder(Path::new(path))?;
        fs::set_permissions(path, Permissions::from_mode(0o1777))?;
    }
    make_folder(Path::new("/proc"))?;
    mount("proc", "/proc", "proc", MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC, None::<&CStr>)
        .map_err(|error| doing("mounting", Path::new("/proc"), &error.into()))?;
    for (name, target) in OWN {
        symlink(target, name)?;
    }
    make_folder(folder)?;
    if SHARED.iter().any(|shared| folder.starts_with(shared)) {
        // Else what is written there would seem to be kept.
        mount("tmpfs", folder, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, None::<&CStr>)
            .map_err(|error| doing("mounting", folder, &error.into()))?;
    }
    for (path, piece) in &seen {
        piece.put(path).map_err(|error| doing("putting", path, &error))?;
    }
    unmount(OLD, UnmountFlags::DETACH)?;
    fs::remove_dir(OLD)?;
    // What was put into a folder that is everybody's was put there to be seen.
    let own: Vec<&Path> =
        writable.into_iter().filter(|path| !SHARED.iter().any(|shared| *path == Path::new(shared))).collect();
    protect(&own)?;
    Ok(chdir(folder)?)
}

fn doing(what: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::other(format!("{what} {}: {error}", path.display()))
}

/// Something of the old file system.
enum Piece {
    /// A link that many paths go through, as `/bin`.
    Link(PathBuf),
    Folder(PathBuf),
    /// Anything else that is there: where it really lies.
    File(PathBuf),
}

impl Piece {
    /// `None` for what is not there, and for what is made anew.
    fn of(path: &Path) -> Option<Self> {
        if path == Path::new("/proc") || SHARED.iter().any(|shared| path == Path::new(shared)) {
            return None;
        }
        if path.parent() == Some(Path::new("/"))
            && let Ok(target) = fs::read_link(path)
        {
            return Some(Self::Link(target));
        }
        let real = fs::canonicalize(path).ok()?;
        Some(if real.is_dir() { Self::Folder(real) } else { Self::File(real) })
    }

    fn put(&self, path: &Path) -> io::Result<()> {
        let there = fs::symlink_metadata(path).is_ok();
        let source = match self {
            Self::Link(target) if !there => {
                return symlink(target, path);
            }
            Self::Link(_) => return Ok(()),
            Self::Folder(real) => {
                make_folder(path)?;
                real
            }
            Self::File(real) => {
                if !there {
                    path.parent().map_or(Ok(()), make_folder)?;
                    File::create(path)?;
                }
                real
            }
        };
        let source = Path::new(OLD).join(source.strip_prefix("/").unwrap_or(source));
        Ok(mount_bind_recursive(&source, path)?)
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o755).create(path)
}

/// Makes everything that was put there read-only, but for what lies in one of `writable`.
fn protect(writable: &[&Path]) -> io::Result<()> {
    for line in fs::read_to_string("/proc/self/mountinfo")?.lines() {
        let mut fields = line.split(' ').skip(4);
        let (Some(place), Some(options)) = (fields.next(), fields.next()) else { continue };
        let place = PathBuf::from(unescaped(place));
        let own = place == Path::new("/") || place == Path::new("/proc");
        if own || options.split(',').any(|option| option == "ro") || writable.iter().any(|path| place.starts_with(path))
        {
            continue;
        }
        let flags = options.split(',').fold(MountFlags::BIND | MountFlags::RDONLY, |flags, option| {
            // Those that came with it cannot be taken away (mount_namespaces(7)).
            flags
                | match option {
                    "nosuid" => MountFlags::NOSUID,
                    "nodev" => MountFlags::NODEV,
                    "noexec" => MountFlags::NOEXEC,
                    "noatime" => MountFlags::NOATIME,
                    "nodiratime" => MountFlags::NODIRATIME,
                    "relatime" => MountFlags::RELATIME,
                    _ => MountFlags::empty(),
                }
        });
        mount_remount(&place, flags, "").map_err(|error| doing("protecting", &place, &error.into()))?;
    }
    Ok(())
}

/// A path of the list of mounts, where spaces and the like are written as octal numbers (proc_pid_mountinfo(5)).
fn unescaped(text: &str) -> OsString {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let number = more.first_chunk::<3>().filter(|_| *first == b'\\').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        bytes.push(number.unwrap_or(*first));
        rest = if number.is_some() { &more[3..] } else { more };
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_mounts_are_read_as_they_are() {
        assert_eq!(unescaped(r"/a\040b\134c"), "/a b\\c");
        assert_eq!(unescaped("/plain"), "/plain");
        assert_eq!(unescaped(r"/end\0"), r"/end\0");
    }
}
