//! The one door through which the compiler sees files. Knows nothing of what is in them.

mod machine;
mod memory;

use std::fmt;
use std::sync::Arc;

pub use machine::Machine;
pub use memory::MemoryWorld;
use standpipe_syntax::{Parsed, Source};

use crate::embed::Readings;

/// Largest source file that is read, in bytes.
pub const MAX_SOURCE: u64 = 16 << 20;

/// Files, as the disk, memory, an editor or a fuzzer has them. Paths are relative to the project's root with `/`
/// between parts and no `.` or `..` left in them, or absolute.
pub trait World {
    /// The bytes of a regular file of at most [`MAX_SOURCE`] bytes.
    ///
    /// # Errors
    /// Says why there are none; never blocks on pipes or devices.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// The first `most` bytes of a regular file of any size, or all when it has fewer.
    ///
    /// # Errors
    /// As [`World::read`].
    fn start(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError> {
        let mut bytes = self.read(path)?;
        bytes.truncate(most);
        Ok(bytes)
    }

    /// The last `most` bytes of a regular file of any size, or all when it has fewer.
    ///
    /// # Errors
    /// As [`World::read`].
    fn end(&self, path: &str, most: usize) -> Result<Vec<u8>, ReadError> {
        let bytes = self.read(path)?;
        Ok(bytes[bytes.len().saturating_sub(most)..].to_vec())
    }

    /// What stands at `path`; `None` when nothing does.
    fn kind(&self, path: &str) -> Option<FileKind>;

    /// Names in the folder `path`, sorted; empty when it is none. For did-you-mean.
    fn list(&self, path: &str) -> Vec<String>;

    /// Where steps may run: a step that none of them has enough for is warned of. None when that is not known.
    fn machines(&self) -> Vec<Machine> {
        Vec::new()
    }

    /// The source, read. Whoever compiles often may remember what a text was read as: it depends on nothing but the
    /// text and the file's number.
    fn parsed(&self, source: &Source) -> Arc<Parsed> {
        Arc::new(standpipe_syntax::parse(source))
    }

    /// What bodies were read as, where that is remembered from one compilation to the next.
    fn readings(&self) -> Option<&Readings> {
        None
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    File,
    Dir,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    NotFound,
    IsDir,
    /// Neither file nor folder: a pipe, a socket, a device.
    NotRegular,
    TooLarge {
        bytes: u64,
    },
    Denied,
    Other(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such file"),
            Self::IsDir => f.write_str("it is a folder"),
            Self::NotRegular => f.write_str("it is not a regular file"),
            Self::TooLarge { bytes } => {
                write!(f, "it has {bytes} bytes, more than the {} MiB a source file may have", MAX_SOURCE >> 20)
            }
            Self::Denied => f.write_str("permission denied"),
            Self::Other(why) => f.write_str(why),
        }
    }
}
