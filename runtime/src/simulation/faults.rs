//! What goes wrong in a run, and how often: drawn anew for each seed, so that some worlds are calm and others are not.

use super::rng::Rng;

/// Percent, unless said otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Faults {
    /// An attempt fails.
    pub fails: u64,
    /// It is ended for want of memory.
    pub out_of_memory: u64,
    /// Its process is lost, which is noticed late.
    pub lost: u64,
    /// Its end is told twice, the second time with another result.
    pub told_twice: u64,
    /// It does not end when it is asked to.
    pub stubborn: u64,
    /// A file that it reads is changed while it runs.
    pub file_changed: u64,
    /// It takes a hundred times as long as others.
    pub slow: u64,
    /// The run's process is killed after any one thing has happened; per mille.
    pub crash: u64,
    /// The disk is full when the journal is written; per mille.
    pub disk_full: u64,
    /// Nanoseconds until the user says that it is enough, and again until he insists.
    pub interrupt: Option<(u64, u64)>,
    /// The environment must be made first, or cannot be made.
    pub environment_late: bool,
    pub environment_fails: bool,
}

impl Faults {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let mut some = |often: u64, most: u64| if rng.chance(often) { 1 + rng.below(most) } else { 0 };
        let mut faults = Self {
            fails: some(40, 30),
            out_of_memory: some(25, 30),
            lost: some(25, 15),
            told_twice: some(40, 40),
            stubborn: some(40, 50),
            file_changed: some(20, 20),
            slow: some(30, 10),
            crash: some(50, 40),
            disk_full: some(12, 40),
            ..Self::default()
        };
        if rng.chance(20) {
            // Most runs are short.
            let within = if rng.chance(50) { 300 } else { 3_000 };
            faults.interrupt = Some((rng.below(within), 1 + rng.below(10_000)));
            if rng.chance(30) {
                // Nobody insists where everything ends by itself.
                (faults.slow, faults.stubborn) = (50, 50);
            }
        }
        faults.environment_late = rng.chance(50);
        faults.environment_fails = rng.chance(6);
        faults
    }
}
