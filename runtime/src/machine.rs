//! What this machine has: cores, memory, cards, free disk. Knows nothing of who wants them.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::admission::Capacity;
use crate::host::measure;
use crate::options::Options;

/// What this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Cores.
    pub cpus: usize,
    /// Bytes.
    pub memory: u64,
    /// Cards.
    pub gpus: u64,
}

impl Machine {
    /// The machine that this runs on, or the container where that has less, as it was when it was first asked for.
    #[must_use]
    pub fn this() -> Self {
        static THIS: LazyLock<Machine> =
            LazyLock::new(|| Machine { cpus: cores(), memory: installed_memory(), gpus: cards() });
        *THIS
    }
}

/// The machine's resources, or as much of them as the run may use.
pub(crate) fn capacity(options: &Options) -> Capacity {
    let machine = Machine::this();
    Capacity {
        cpu: 1000 * slots(options),
        memory: options.memory.unwrap_or(machine.memory),
        gpu: options.gpus.unwrap_or(machine.gpus),
        disk: free_disk(&options.state),
        steps: options.workers,
        limits: Vec::new(),
    }
}

/// Attempts of one core that fit at a time.
pub(crate) fn slots(options: &Options) -> u64 {
    options.jobs.unwrap_or_else(|| Machine::this().cpus).max(1) as u64
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The memory of the machine, or of the container where that is less. What cannot be read limits nothing.
fn installed_memory() -> u64 {
    measure::installed().unwrap_or(u64::MAX).min(measure::granted().unwrap_or(u64::MAX))
}

fn cards() -> u64 {
    let Ok(devices) = fs::read_dir("/dev") else { return 0 };
    let names = devices.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.strip_prefix("nvidia").is_some_and(|number| number.parse::<u32>().is_ok())).count() as u64
}

fn free_disk(state: &Path) -> u64 {
    rustix::fs::statvfs(state).map_or(u64::MAX, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}
