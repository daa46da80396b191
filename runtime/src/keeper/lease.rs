//! The file that says a keeper lives, and, when nobody was there to be told, how its attempt ended. Locked as long as
//! the keeper lives: a lock dies with its holder, so none is ever stale.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use super::client::Ended;
use crate::executor::local::Ending;
use crate::host::disk::{ONE_BY_ONE, settle_all};

/// The keeper's own side.
pub(crate) struct Lease {
    file: File,
    path: PathBuf,
    /// It tells of an attempt that ended.
    used: bool,
    /// That it is there is on the disk.
    rooted: bool,
}

/// What a keeper left, for whoever comes after its runtime.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Left {
    /// It lives: this is its number.
    Alive(Pid),
    /// It wrote down how its attempt ended.
    Ended(Box<Ended>),
    /// It is gone, and nothing is known of how its attempt ended.
    Nothing,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Keeper(i32),
    Ended { tag: String, ended: Box<Ended> },
}

impl Lease {
    /// Takes the lease; fails when another process has it.
    pub(crate) fn take(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        let lease = Self { file, path: path.to_owned(), used: false, rooted: false };
        lease.write(&Line::Keeper(rustix::process::getpid().as_raw_nonzero().get()))?;
        Ok(lease)
    }

    /// Forgets how the last attempt ended.
    pub(crate) fn begin(&mut self) -> io::Result<()> {
        if !self.used {
            return Ok(());
        }
        self.used = false;
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.write(&Line::Keeper(rustix::process::getpid().as_raw_nonzero().get()))
    }

    /// Brings to the disk how the attempt ended, and before that, when it ended well, what it gave: the files in `own`.
    ///
    /// Whoever reads later that it ended well takes those files for whole, so they come first. Then the lease's own place:
    /// a file is on the disk only when the folder that names it is, and that one's folder. That of the text itself comes
    /// last. What else the attempt wrote, in other places, is no part of what the lease tells: it is not waited for, and
    /// neither is what other programs have written, as it would be if the whole file system were brought to the disk.
    pub(crate) fn end(&mut self, tag: &str, ended: &Ended, own: &Path) -> io::Result<()> {
        self.used = true;
        let gave = ended.how == Ending::Exited(0) && own.is_absolute();
        if gave && settled(own, &mut { ONE_BY_ONE }).is_err() {
            // Too many files, or one that this process may not read.
            settle_all(&self.file)?;
        }
        if !self.rooted {
            self.path.ancestors().skip(1).take(2).try_for_each(sync)?;
            self.rooted = true;
        }
        self.write(&Line::Ended { tag: tag.to_owned(), ended: Box::new(ended.clone()) })?;
        self.file.sync_all()
    }

    /// Whether it was removed: nobody can find out any more how an attempt ended.
    pub(crate) fn is_gone(&self) -> bool {
        self.file.metadata().is_ok_and(|about| about.nlink() == 0)
    }

    fn write(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        (&self.file).write_all(text.as_bytes())
    }
}

/// Brings a file or folder to the disk.
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Brings the folder `own` to the disk with the files in it, and its place; fails at more than `most` of them.
fn settled(own: &Path, most: &mut u32) -> io::Result<()> {
    if own.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(());
    }
    content_settled(own, most)?;
    own.parent().map_or(Ok(()), sync)
}

fn content_settled(path: &Path, most: &mut u32) -> io::Result<()> {
    let kind = path.symlink_metadata()?.file_type();
    if kind.is_dir() {
        for entry in fs::read_dir(path)? {
            content_settled(&entry?.path(), most)?;
        }
    } else if !kind.is_file() {
        // Its name stands in its folder; there is nothing else to it.
        return Ok(());
    }
    *most = most.checked_sub(1).ok_or(io::ErrorKind::QuotaExceeded)?;
    sync(path)
}

impl Left {
    /// What the keeper with the lease at `path` left of the attempt called `tag`.
    pub(crate) fn read(path: &Path, tag: &str) -> Self {
        let Ok(mut file) = File::open(path) else { return Self::Nothing };
        let alive = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        let mut text = String::new();
        if file.read_to_string(&mut text).is_err() {
            return Self::Nothing;
        }
        let lines: Vec<Line> = text.lines().map_while(|line| serde_json::from_str(line).ok()).collect();
        match (alive, lines.as_slice()) {
            (true, [Line::Keeper(pid), ..]) => Pid::from_raw(*pid).map_or(Self::Nothing, Self::Alive),
            (false, [_, Line::Ended { tag: of, ended }, ..]) if of == tag => Self::Ended(ended.clone()),
            _ => Self::Nothing,
        }
    }

    /// Asks a keeper that lives to end its attempt; asked twice, it does so at once.
    pub(crate) fn ask_to_end(&self) {
        if let Self::Alive(pid) = self {
            // It may have ended this moment, which is what is wanted.
            let _ = kill_process(*pid, Signal::TERM);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_who_lives_and_how_it_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lease");
        let read = || Left::read(&path, "1-1");
        assert_eq!(read(), Left::Nothing);
        let mut lease = Lease::take(&path).expect("it is free");
        assert_eq!(read(), Left::Alive(rustix::process::getpid()));
        assert!(Lease::take(&path).is_err(), "it is taken");
        let ended = Ended { how: Ending::Exited(3), ..Ended::default() };
        lease.end("1-1", &ended, Path::new("")).expect("written");
        drop(lease);
        assert_eq!(freed(&read), Left::Ended(Box::new(ended.clone())));
        assert_eq!(Left::read(&path, "2-1"), Left::Nothing, "that is of another attempt");
        let take = |_| Lease::take(&path).inspect_err(|_| std::thread::sleep(std::time::Duration::from_millis(5))).ok();
        let mut again = (0..1_000).find_map(take).expect("it is free again");
        again.end("1-1", &ended, Path::new("")).expect("written");
        again.begin().expect("written");
        drop(again);
        assert_eq!(freed(&read), Left::Nothing);
    }

    /// What is left once nobody has the lease: a process that another test is about to start has a copy of every open
    /// file, until it begins its program.
    fn freed(read: &impl Fn() -> Left) -> Left {
        for _ in 0..1_000 {
            match read() {
                Left::Alive(_) => std::thread::sleep(std::time::Duration::from_millis(5)),
                left => return left,
            }
        }
        read()
    }
}
