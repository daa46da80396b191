//! A machine that steps may run on, as far as what they ask for is compared with it. Knows nothing of who looked.

/// What one machine has; without a number where that is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// As it stands in a sentence: `this machine`, `` the profile `small` ``.
    pub name: String,
    /// Cores.
    pub cpus: Option<f64>,
    /// Bytes.
    pub memory: Option<u64>,
    /// Cards.
    pub gpus: Option<u64>,
}
