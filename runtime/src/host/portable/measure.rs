//! Memory: the machine's, and what processes have at the moment. Nobody keeps count of the most, of what is shared, or of
//! what the kernel ended for want of it.

use rustix::process::{Pid, getpid};
use sysinfo::{MemoryRefreshKind, ProcessRefreshKind, System};

use super::table::Table;
use crate::host::{Memory, Tree};

/// The memory of the machine, in bytes.
pub(crate) fn installed() -> Option<u64> {
    let mut system = System::new().ok()?;
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    Some(system.total_memory()).filter(|bytes| *bytes > 0)
}

/// What a container leaves this process of it: nothing here knows of containers.
pub(crate) fn granted() -> Option<u64> {
    None
}

/// What each process there has, of at most so many.
pub(crate) fn of(tree: Tree, most: usize) -> Vec<(Pid, Memory)> {
    let table = Table::look(ProcessRefreshKind::nothing().with_memory());
    let all = match tree {
        Tree::Below(pid) => [vec![pid], table.below(&[pid])].concat(),
        Tree::Mine => table.below(&[getpid()]),
    };
    let memory = |process: &sysinfo::Process| Memory { high: process.memory(), own: process.memory() };
    table.living().filter(|(pid, _)| all.contains(pid)).take(most).map(|(pid, about)| (pid, memory(about))).collect()
}

/// A process's part of what it has together with others: not known.
pub(crate) fn fair(_: Pid) -> Option<u64> {
    None
}

/// How often the kernel has ended a process for want of memory: nobody counts.
pub(crate) fn killings() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_memory_and_this_process_some_of_it() {
        let all = installed().expect("it is known");
        let own = of(Tree::Below(rustix::process::getppid().expect("cargo's")), 1000);
        let own = own.into_iter().map(|(_, memory)| memory.high).max().expect("it lives");
        assert!(own > 1 << 20 && own < all, "{own} of {all}");
    }
}
