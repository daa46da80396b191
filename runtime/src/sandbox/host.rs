//! What a host gives for confining steps, told in the same way by every system.

use super::Tier;

/// What there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The best tier.
    pub tier: Tier,
    /// Why it is no better.
    pub why: String,
    /// Whether a step can be kept from the network, in any tier.
    pub network: bool,
    /// Whether a confined step is kept from signalling processes outside, from the lowest tier that confines on.
    pub signals: bool,
    /// The means by name, and how it stands with each.
    pub means: Vec<(&'static str, String)>,
}
