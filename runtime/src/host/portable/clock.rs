//! The clock that all processes of this machine have together.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds since the machine began to run: the same clock for every process. Whether its sleep is counted is the
/// system's to say; on macOS it is.
pub(crate) fn uptime() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(i128::from(now.tv_sec) * 1_000_000_000 + i128::from(now.tv_nsec)).unwrap_or(0)
}
