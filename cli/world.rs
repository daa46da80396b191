//! The compiler's door to the disk. Knows nothing of what is in the files.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use standpipe_compiler::{FileKind, MAX_SOURCE, Machine, ReadError, World};

/// Files below (or, by absolute path, outside) the folder `root`.
#[derive(Clone, Debug)]
pub(crate) struct DiskWorld {
    pub(crate) root: PathBuf,
    /// Where steps may run; none when that is not asked.
    pub(crate) machines: Vec<Machine>,
}

impl World for DiskWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        read_regular(&self.root.join(path), MAX_SOURCE)
    }

    fn start(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError> {
        part(&self.root.join(path), most, false)
    }

    fn end(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError> {
        part(&self.root.join(path), most, true)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        let kind = self.root.join(path).metadata().ok()?.file_type();
        Some(match () {
            () if kind.is_file() => FileKind::File,
            () if kind.is_dir() => FileKind::Dir,
            () => FileKind::Other,
        })
    }

    fn machines(&self) -> Vec<Machine> {
        self.machines.clone()
    }

    fn list(&self, path: &str) -> Vec<String> {
        let Ok(entries) = self.root.join(path).read_dir() else { return Vec::new() };
        let mut names: Vec<_> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).take(MAX_LISTED).collect();
        names.sort_unstable();
        names
    }
}

/// Enough for a suggestion; a folder of a million files is not worth waiting for.
const MAX_LISTED: usize = 10_000;

/// The bytes of a regular file of at most `most` bytes.
pub(crate) fn read_regular(path: &Path, most: u64) -> Result<Vec<u8>, ReadError> {
    let (file, length) = open_regular(path)?;
    if length > most {
        return Err(ReadError::TooLarge { bytes: length });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // One more than allowed: the file may have grown since, and files of the kernel's own have no length at all.
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
    match bytes.len() as u64 {
        length if length > most => Err(ReadError::TooLarge { bytes: length }),
        _ => Ok(bytes),
    }
}

/// At most `most` bytes from the start of a regular file, or up to its end.
fn part(path: &Path, most: usize, end: bool) -> Result<Vec<u8>, ReadError> {
    let (mut file, length) = open_regular(path)?;
    if end {
        let start = length.saturating_sub(most as u64);
        file.seek(SeekFrom::Start(start)).map_err(|error| read_error(&error))?;
    }
    let mut bytes = Vec::new();
    file.take(most as u64).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
    Ok(bytes)
}

/// The file and its length. Never waits: pipes and devices are refused unopened, and one that takes a file's place in
/// between is opened without blocking and refused then.
fn open_regular(path: &Path) -> Result<(File, u64), ReadError> {
    let regular = |file_type: std::fs::FileType| match () {
        () if file_type.is_file() => Ok(()),
        () if file_type.is_dir() => Err(ReadError::IsDir),
        () => Err(ReadError::NotRegular),
    };
    regular(path.metadata().map_err(|error| read_error(&error))?.file_type())?;
    let file = open(path).map_err(|error| read_error(&error))?;
    let metadata = file.metadata().map_err(|error| read_error(&error))?;
    regular(metadata.file_type())?;
    Ok((file, metadata.len()))
}

/// Whether the regular file at `path` starts with `magic`.
pub(crate) fn starts_with(path: &Path, magic: &[u8]) -> bool {
    let regular = path.metadata().is_ok_and(|metadata| metadata.is_file());
    let mut start = Vec::new();
    regular
        && open(path).is_ok_and(|file| file.take(magic.len() as u64).read_to_end(&mut start).is_ok())
        && start == magic
}

fn open(path: &Path) -> std::io::Result<File> {
    #[expect(clippy::cast_possible_wrap, reason = "the flag is a small number")]
    let flags = rustix::fs::OFlags::NONBLOCK.bits() as i32;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn read_error(error: &std::io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::NotFound,
        ErrorKind::PermissionDenied => ReadError::Denied,
        ErrorKind::IsADirectory => ReadError::IsDir,
        _ => ReadError::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_regular_file() {
        let folder = tempfile::tempdir().unwrap();
        let world = DiskWorld { root: folder.path().into(), machines: Vec::new() };
        std::fs::write(folder.path().join("a.pipe"), "x").unwrap();
        assert_eq!(world.read("a.pipe"), Ok(b"x".to_vec()));
        assert_eq!(world.read("b.pipe"), Err(ReadError::NotFound));
        assert_eq!(world.read("a.pipe/b"), Err(ReadError::NotFound));
        assert_eq!(world.read(""), Err(ReadError::IsDir));
        assert_eq!(world.read("/dev/zero"), Err(ReadError::NotRegular));
        assert_eq!(world.list(""), ["a.pipe"]);
        assert_eq!(world.kind("a.pipe"), Some(FileKind::File));
    }

    #[test]
    fn refuses_more_than_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        std::fs::write(&path, [0; 11]).unwrap();
        assert_eq!(read_regular(&path, 10), Err(ReadError::TooLarge { bytes: 11 }));
        assert_eq!(read_regular(&path, 11).map(|bytes| bytes.len()), Ok(11));
    }
}
