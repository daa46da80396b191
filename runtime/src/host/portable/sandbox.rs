//! Confining steps: nothing here does that. What must be confined is not started.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::sandbox::{Confinement, Host, Tier};

/// What a process does with its arguments.
type Work = fn(&[OsString]) -> ExitCode;

/// What a program that is to be a keeper does instead, by the word that comes first: nothing.
pub(crate) const INSTEAD: &[(&str, Work)] = &[];

/// Folders of the system's, which only a confined step must be told to see.
pub(crate) const SYSTEM: &[&str] = &[];

/// Devices of the same kind.
pub(crate) const DEVICES: &[&str] = &[];

/// Whether a step can be kept from the network.
pub(crate) const NETWORK: bool = false;

/// What `start` gives, where there is nothing to keep it from.
///
/// # Errors
/// There is.
pub(crate) fn within<T: Send + 'static>(
    confinement: &Confinement,
    start: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match confinement.is_open() {
        true => start(),
        false => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// What there is for confining: nothing.
pub(crate) fn look(_: Option<&Path>) -> Host {
    Host {
        tier: Tier::Off,
        why: "this system has nothing that steps can be confined with".into(),
        network: NETWORK,
        signals: false,
        means: Vec::new(),
    }
}
