//! What the operating system gives, asked for by what it is for: a process table, a group that ends a tree, the end of a
//! process, memory, cores, a way into a log, files, a sandbox. What Linux alone has stands in `linux`, and nowhere else.

mod memory;

#[cfg(target_os = "linux")]
#[path = "host/linux/mod.rs"]
mod system;

pub(crate) use self::memory::{Memory, Tree};
pub(crate) use self::system::about;
pub(crate) use self::system::clock::uptime;
pub(crate) use self::system::cores;
pub(crate) use self::system::disk;
pub(crate) use self::system::exit::Exit;
pub(crate) use self::system::files::unnamed;
pub(crate) use self::system::group::{self, Group};
pub(crate) use self::system::measure;
pub(crate) use self::system::output;
pub(crate) use self::system::processes;
pub(crate) use self::system::program::own_program;
pub(crate) use self::system::reaper::become_reaper;
pub(crate) use self::system::sandbox;
pub(crate) use self::system::signals::ignored;
