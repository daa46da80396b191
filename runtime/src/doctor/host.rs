//! The machine: kernel, cores and memory, open files, Python and what installs its packages.

use std::path::Path;

use rustix::process::{Resource, getrlimit};

use super::{Finding, Part, Verdict};
use crate::environment;
use crate::machine::Machine;

/// Open files that a run with many steps at a time needs.
const FILES: u64 = 512;
/// The first kernel that processes can be waited for on by a descriptor.
const KERNEL: (u32, u32) = (5, 4);

pub(super) fn look(root: &Path, python: Option<&Path>) -> Vec<Finding> {
    vec![kernel(), size(), files(), interpreter(root, python), packages(root, python)]
}

fn kernel() -> Finding {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let old = version(&release).is_some_and(|version| version < KERNEL);
    let finding = |verdict| Finding::new(Part::Host, "kernel", verdict, format!("Linux {release}"));
    match old {
        true => {
            finding(Verdict::Wrong).help(format!("steps cannot be waited for before Linux {}.{}", KERNEL.0, KERNEL.1))
        }
        false => finding(Verdict::Good),
    }
}

/// Major and minor number of a kernel's release.
pub(super) fn version(release: &str) -> Option<(u32, u32)> {
    let mut parts = release.split(|character: char| !character.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn size() -> Finding {
    let machine = Machine::this();
    let cards = if machine.gpus == 0 { String::new() } else { format!(", {} cards", machine.gpus) };
    let memory = machine.memory >> 20;
    Finding::new(Part::Host, "size", Verdict::Good, format!("{} cores, {memory} MiB{cards}", machine.cpus))
}

fn files() -> Finding {
    let most = getrlimit(Resource::Nofile).current;
    let text = most.map_or_else(|| "no limit".to_owned(), |most| format!("{most} at a time"));
    let finding = |verdict| Finding::new(Part::Host, "open files", verdict, text);
    match most.is_some_and(|most| most < FILES) {
        true => finding(Verdict::Note).help("raise `ulimit -n` where many steps run at a time"),
        false => finding(Verdict::Good),
    }
}

fn interpreter(root: &Path, python: Option<&Path>) -> Finding {
    match environment::interpreter_at(python, root) {
        Ok((path, version)) => {
            Finding::new(Part::Host, "Python", Verdict::Good, format!("{version} at {}", path.display()))
        }
        Err(failure) => {
            let finding = Finding::new(Part::Host, "Python", Verdict::Wrong, failure.message);
            finding.help("install Python 3.9 or newer, or name one with `python` in standpipe.toml")
        }
    }
}

fn packages(root: &Path, python: Option<&Path>) -> Finding {
    match environment::installer(python, root) {
        Some(path) => Finding::new(Part::Host, "packages", Verdict::Good, format!("uv at {}", path.display())),
        None => {
            let text = "uv is not there: it is fetched when the first environment is made, or pip is used";
            Finding::new(Part::Host, "packages", Verdict::Note, text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_told_by_their_first_two_numbers() {
        assert_eq!(version("6.18.44-fc-v657"), Some((6, 18)));
        assert_eq!(version("5.4"), Some((5, 4)));
        assert_eq!(version("unknown"), None);
    }
}
