//! What steps are kept from: files that they have no business with, the network, other processes, the kernel's finer
//! doors. Tiers build on each other; a run has the best that is wanted and that the host gives. Knows nothing of plans,
//! and not how a system confines: that is `host`'s.

mod confinement;
mod denied;
mod grounds;
mod home;
mod host;
pub(crate) mod launched;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use standpipe_plan::Plan;

pub use self::confinement::Confinement;
pub(crate) use self::denied::denied;
pub(crate) use self::grounds::{Folders, Grounds};
pub(crate) use self::home::at_home;
pub use self::host::Host;
pub(crate) use self::launched::launched;
use crate::codes;
use crate::event::Failure;
use crate::host::sandbox::NETWORK;
pub(crate) use crate::host::sandbox::within;

/// How much a step is kept from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tier {
    /// Nothing, but the network where its task says so.
    #[default]
    #[serde(rename = "off")]
    Off,
    /// Files by Landlock, the network and calls of the kernel by seccomp.
    T1,
    /// Besides, it has file system, processes and network of its own, by namespaces.
    T2,
}

impl Tier {
    /// All of them, the weakest first.
    pub const ALL: [Self; 3] = [Self::Off, Self::T1, Self::T2];

    /// Its name in settings and in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::T1 => "T1",
            Self::T2 => "T2",
        }
    }

    /// Whether it is none.
    #[must_use]
    pub fn is_off(&self) -> bool {
        *self == Self::Off
    }

    /// The tier of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }
}

/// What a project asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The tier; the best there is when absent.
    pub tier: Option<Tier>,
    /// Without at least this one, nothing runs.
    pub require: Tier,
    /// What steps may read besides, absolute.
    pub read: Vec<PathBuf>,
    /// What they may write besides, absolute.
    pub write: Vec<PathBuf>,
    /// What of the project's folder they do not see, absolute.
    pub hidden: Vec<PathBuf>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { tier: Some(Tier::Off), require: Tier::Off, read: Vec::new(), write: Vec::new(), hidden: Vec::new() }
    }
}

/// The tier that a run has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Granted {
    pub tier: Tier,
    /// Why it is less than was named.
    pub lacking: Option<String>,
}

/// What this host gives. What is best of it is tried by `program`, which is one whose `main` calls
/// [`crate::keeper::main`].
#[must_use]
pub fn look(program: Option<&Path>) -> Host {
    crate::host::sandbox::look(program)
}

/// # Errors
/// A task says `network: false`, and this system keeps no step from the network.
pub(crate) fn refuse(plan: &Plan) -> Result<(), Failure> {
    match plan.tasks.iter().find(|task| task.settings.network == Some(false)) {
        Some(task) if !NETWORK => {
            let text = format!("`{}` has `network: false`, and this system keeps no step from the network", task.name);
            Err(Failure::new(codes::SANDBOX_MISSING, text)
                .with_help("leave `network` out where that is not needed here, or run it on Linux"))
        }
        Some(_) | None => Ok(()),
    }
}

/// The best tier that is wanted and that this host gives; `program` is what holds steps.
///
/// # Errors
/// It is less than is required.
pub(crate) fn grant(wanted: &Wanted, program: Option<&Path>) -> Result<Granted, Failure> {
    let best = |host: Host| (host.tier, host.why);
    let most = wanted.tier.unwrap_or(Tier::T2);
    if most == Tier::Off && wanted.require == Tier::Off {
        return Ok(Granted::default());
    }
    let (tier, why) = match most {
        Tier::Off => (Tier::Off, "`tier` is \"off\"".to_owned()),
        Tier::T1 => best(look(None)),
        Tier::T2 => best(look(program)),
    };
    let tier = tier.min(most);
    if tier < wanted.require {
        let message = format!("the sandbox {} is required, and there is {}: {why}", wanted.require.name(), tier.name());
        return Err(Failure::new(codes::SANDBOX_MISSING, message).with_help(
            "`standpipe doctor` says what this host gives; `require` below `[sandbox]` in standpipe.toml asks",
        ));
    }
    let short = wanted.tier.is_some() && tier < most;
    let lacking = short.then(|| format!("steps run in the sandbox {} and not {}: {why}", tier.name(), most.name()));
    Ok(Granted { tier, lacking })
}
