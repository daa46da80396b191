//! What a confined process keeps of its user's special rights (capabilities(7)), where that is root: what root needs for
//! files. The others are ways around the rest of the sandbox.

use std::io;

use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

use crate::sandbox::Tier;

/// Of those that containers leave to root, the ones about files and users. In namespaces of its own there is nobody else.
const KEPT: [CapabilitySet; 7] = [
    CapabilitySet::CHOWN,
    CapabilitySet::DAC_OVERRIDE,
    CapabilitySet::FOWNER,
    CapabilitySet::FSETID,
    CapabilitySet::SETGID,
    CapabilitySet::SETUID,
    CapabilitySet::NET_BIND_SERVICE,
];

/// Gives up the others, for the calling thread and all that it starts.
pub(super) fn give_up(tier: Tier) -> io::Result<()> {
    let sets = capabilities(None)?;
    if tier == Tier::Off || sets.permitted.is_empty() {
        return Ok(());
    }
    let kept = match tier {
        Tier::Off | Tier::T1 => KEPT.into_iter().fold(CapabilitySet::empty(), CapabilitySet::union),
        Tier::T2 => CapabilitySet::empty(),
    };
    clear_ambient_capability_set()?;
    for bit in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        match capability_is_in_bounding_set(capability) {
            Ok(true) if !kept.contains(capability) => remove_capability_from_bounding_set(capability)?,
            Ok(_) => {}
            // The kernel knows no further ones.
            Err(_) => break,
        }
    }
    let kept = CapabilitySets {
        effective: sets.effective.intersection(kept),
        permitted: sets.permitted.intersection(kept),
        inheritable: CapabilitySet::empty(),
    };
    Ok(set_capabilities(None, kept)?)
}
