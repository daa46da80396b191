//! One look at the processes of this machine: who is whose parent, when each began, and what else was asked for.

use rustc_hash::FxHashMap;
use rustix::process::{Pid, getpid};
use sysinfo::{Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

/// What is known at one moment of all that have not ended, but for this one.
pub(super) struct Table {
    system: Option<System>,
    /// The parent of each, and when it began, in seconds.
    rows: FxHashMap<Pid, (Option<Pid>, u64)>,
}

impl Table {
    /// Parents and beginnings, and what `more` names.
    pub(super) fn look(more: ProcessRefreshKind) -> Self {
        // A system that shows no processes has none to be found.
        let mut system = System::new().ok();
        if let Some(system) = &mut system {
            system.refresh_processes_specifics(ProcessesToUpdate::All, true, more.without_tasks());
        }
        let row = |process: &Process| (process.parent().and_then(number), process.start_time());
        let rows = living(system.as_ref()).map(|(pid, process)| (pid, row(process))).collect();
        Self { system, rows }
    }

    /// Parents and beginnings alone.
    pub(super) fn plain() -> Self {
        Self::look(ProcessRefreshKind::nothing())
    }

    /// All of it.
    pub(super) fn living(&self) -> impl Iterator<Item = (Pid, &Process)> {
        living(self.system.as_ref())
    }

    /// When the process began; `None` of one that has ended.
    pub(super) fn began(&self, pid: Pid) -> Option<u64> {
        self.rows.get(&pid).map(|(_, began)| *began)
    }

    /// The processes below these, however far.
    pub(super) fn below(&self, first: &[Pid]) -> Vec<Pid> {
        let mut children: FxHashMap<Pid, Vec<Pid>> = FxHashMap::default();
        for (pid, (parent, _)) in &self.rows {
            if let Some(parent) = parent {
                children.entry(*parent).or_default().push(*pid);
            }
        }
        let mut found = first.to_vec();
        let mut looked = 0;
        while let Some(pid) = found.get(looked) {
            found.extend(children.remove(pid).unwrap_or_default());
            looked += 1;
        }
        found.split_off(first.len())
    }
}

fn living(system: Option<&System>) -> impl Iterator<Item = (Pid, &Process)> {
    let own = getpid();
    let dead = |process: &Process| matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead);
    let all = system.into_iter().flat_map(|system| system.processes().values());
    let all = all.filter(move |process| !dead(process));
    all.filter_map(|process| Some((number(process.pid())?, process))).filter(move |(pid, _)| *pid != own)
}

/// A process's number as the rest of the program has it.
fn number(pid: sysinfo::Pid) -> Option<Pid> {
    i32::try_from(pid.as_u32()).ok().and_then(Pid::from_raw)
}
