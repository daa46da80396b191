//! What this host gives for confining steps. What cannot be read is tried, by a thread or process that ends with it.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{END, files, within};
use crate::host::own_program;
use crate::keeper::COMMAND;
use crate::sandbox::launched::CONFINE;
use crate::sandbox::{Confinement, Host, Tier};

/// The first version of Landlock that keeps from cutting files short.
const LANDLOCK: i32 = 3;
/// The first that keeps from signalling processes outside.
const SIGNALS: i32 = 6;

/// Looks. Namespaces are tried by `program`, which is one whose `main` calls [`crate::keeper::main`].
pub(crate) fn look(program: Option<&Path>) -> Host {
    let namespaces = match program {
        Some(program) => try_namespaces(program),
        None => Err("there is no program that holds steps".into()),
    };
    let (landlock, calls) = (files::version(), within::calls_can_be_refused());
    let (tier, why) = best(landlock, calls, &namespaces);
    let version = match landlock {
        0 => "this kernel has none, or it is not active".to_owned(),
        version => format!("version {version}"),
    };
    let own = namespaces.map_or_else(|why| why, |()| "a process can have its own".to_owned());
    Host {
        tier,
        why,
        network: calls,
        signals: landlock >= SIGNALS,
        means: vec![("namespaces", own), ("Landlock", version)],
    }
}

/// The best tier, and why it is no better.
fn best(landlock: i32, calls: bool, namespaces: &Result<(), String>) -> (Tier, String) {
    match namespaces {
        _ if landlock == 0 => (Tier::Off, "this kernel has no Landlock, or it is not active".into()),
        _ if landlock < LANDLOCK => {
            (Tier::Off, format!("Landlock is of version {landlock}, and {LANDLOCK} is needed (Linux 6.2)"))
        }
        _ if !calls => (Tier::Off, "calls of the kernel cannot be refused here".into()),
        Err(why) => (Tier::T1, why.clone()),
        Ok(()) => (Tier::T2, "it is the best there is".into()),
    }
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
        .arg(own_program())
        .args([COMMAND, END, "exit", "0"])
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
