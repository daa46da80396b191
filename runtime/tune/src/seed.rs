//! Random numbers that follow from the seed and the trial's number alone, so that what was tried elsewhere, or in which
//! order trials ended, changes nothing.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// The generator of one trial.
pub(crate) fn of_trial(seed: u64, trial: u64) -> StdRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&trial.to_le_bytes());
    StdRng::from_seed(bytes)
}
