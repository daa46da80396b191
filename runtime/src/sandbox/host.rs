//! What this host gives for confining steps. What cannot be read is tried, by a thread or process that ends with it.

use std::path::Path;
use std::process::{Command, Stdio};

use super::namespaces::{CONFINE, END};
use super::{Confinement, Tier, files, within};
use crate::keeper::COMMAND;

/// The first version of Landlock that keeps from cutting files short.
const LANDLOCK: i32 = 3;

/// What there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Landlock's version; 0 where it is not active.
    pub landlock: i32,
    /// Whether calls of the kernel can be refused.
    pub calls: bool,
    /// Whether a process can have namespaces of its own; why not, if not.
    pub namespaces: Result<(), String>,
}

impl Host {
    /// The best tier, and why it is no better.
    #[must_use]
    pub fn best(&self) -> (Tier, String) {
        match &self.namespaces {
            _ if self.landlock == 0 => (Tier::Off, "this kernel has no Landlock, or it is not active".into()),
            _ if self.landlock < LANDLOCK => {
                (Tier::Off, format!("Landlock is of version {}, and {LANDLOCK} is needed (Linux 6.2)", self.landlock))
            }
            _ if !self.calls => (Tier::Off, "calls of the kernel cannot be refused here".into()),
            Err(why) => (Tier::T1, why.clone()),
            Ok(()) => (Tier::T2, "it is the best there is".into()),
        }
    }
}

/// Looks. Namespaces are tried by `program`, which is one whose `main` calls [`crate::keeper::main`].
#[must_use]
pub fn look(program: Option<&Path>) -> Host {
    let namespaces = match program {
        Some(program) => try_namespaces(program),
        None => Err("there is no program that holds steps".into()),
    };
    Host { landlock: files::version(), calls: within::calls_can_be_refused(), namespaces }
}

/// Has a process end well in namespaces of its own.
fn try_namespaces(program: &Path) -> Result<(), String> {
    let folder = std::env::temp_dir();
    let confinement = Confinement {
        tier: Tier::T2,
        network: false,
        read: ["/usr", "/lib", "/lib64", "/bin"].map(Into::into).to_vec(),
        ..Confinement::open()
    };
    let output = Command::new(program)
        .args([COMMAND, CONFINE])
        .args(confinement.words())
        .args(["/proc/self/exe", COMMAND, END, "exit", "0"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output();
    match output {
        Err(error) => Err(error.to_string()),
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Err(if said.is_empty() { format!("a process in namespaces ended with {}", output.status) } else { said })
        }
    }
}
