//! What the operating system gives, asked for by what it is for: a process table, a group that ends a tree, the end of a
//! process, memory, cores, a way into a log, files, a sandbox. Two families answer to the same names: `linux` with what
//! only that kernel has, and `portable` with what every Unix has. Which of them is compiled is said here and nowhere else.

mod holding;
mod memory;

#[cfg(all(target_os = "linux", not(feature = "portable")))]
#[path = "host/linux/mod.rs"]
mod system;

#[cfg(not(all(target_os = "linux", not(feature = "portable"))))]
#[path = "host/portable/mod.rs"]
mod system;

pub(crate) use self::holding::Holding;
pub(crate) use self::memory::{Memory, Tree};
pub(crate) use self::system::clock::uptime;
pub(crate) use self::system::exit::Exit;
pub(crate) use self::system::files::unnamed;
pub(crate) use self::system::group::Group;
pub(crate) use self::system::kin::Kin;
pub(crate) use self::system::program::own_program;
pub(crate) use self::system::reaper::become_reaper;
pub(crate) use self::system::signals::ignored;
pub(crate) use self::system::{about, cores, disk, group, measure, output, processes, sandbox};
