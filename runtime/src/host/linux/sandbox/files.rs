//! Confines the calling thread, and what it starts, to files by Landlock: everything that is not named is refused.
//! Where the kernel knows it, processes outside are out of reach too: abstract sockets and signals.

use std::io;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
};

use crate::host::own_program;
use crate::sandbox::Confinement;

/// The version of Landlock whose rights are handled; an older kernel handles those that it knows.
const KNOWN: ABI = ABI::V6;

/// Confines the calling thread for good.
pub(super) fn restrict(confinement: &Confinement) -> io::Result<()> {
    let all = AccessFs::from_all(KNOWN);
    // Who is root could make the device of a disk.
    let write = all & !(AccessFs::MakeBlock | AccessFs::MakeChar);
    let ruleset = Ruleset::default().handle_access(all).map_err(io::Error::other)?;
    let ruleset = ruleset.scope(Scope::from_all(KNOWN)).map_err(io::Error::other)?;
    let ruleset = if confinement.network {
        ruleset
    } else {
        ruleset.handle_access(AccessNet::from_all(KNOWN)).map_err(io::Error::other)?
    };
    let mut ruleset = ruleset.create().map_err(io::Error::other)?;
    let itself = own_program();
    let read = confinement.read.iter().map(|path| path.as_path()).chain([itself.as_path()]);
    let list = confinement.list.iter().map(|path| path.as_path());
    for (path, rights) in read
        .map(|path| (path, AccessFs::from_read(KNOWN)))
        .chain(list.map(|path| (path, AccessFs::ReadDir.into())))
        .chain(confinement.write.iter().map(|path| (path.as_path(), write)))
    {
        ruleset = allow(ruleset, path, rights)?;
    }
    let status = ruleset.restrict_self().map_err(io::Error::other)?;
    match status.ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        RulesetStatus::NotEnforced => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Allows what is there; what is not, nobody can be kept from.
fn allow(ruleset: RulesetCreated, path: &Path, rights: BitFlags<AccessFs>) -> io::Result<RulesetCreated> {
    match PathFd::new(path) {
        Ok(opened) => ruleset.add_rule(PathBeneath::new(opened, rights)).map_err(io::Error::other),
        Err(_) => Ok(ruleset),
    }
}

/// The version of Landlock that this kernel has, or 0; tried on a thread that ends with it.
pub(super) fn version() -> i32 {
    let tried = std::thread::spawn(|| {
        let ruleset = Ruleset::default().handle_access(AccessFs::MakeSock).ok()?.create().ok()?;
        match ruleset.restrict_self().ok()?.landlock {
            LandlockStatus::Available { effective_abi, kernel_abi } => Some(kernel_abi.unwrap_or(effective_abi as i32)),
            LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => None,
        }
    });
    tried.join().ok().flatten().unwrap_or(0)
}
