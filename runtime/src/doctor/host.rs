//! The machine: kernel, cores and memory, open files, Python and what installs its packages.

use std::path::Path;

use rustix::process::{Resource, getrlimit};

use super::{Finding, Part, Verdict};
use crate::environment;
use crate::host::about;
use crate::machine::Machine;

/// Open files that a run with many steps at a time needs.
const FILES: u64 = 512;

pub(super) fn look(root: &Path, python: Option<&Path>) -> Vec<Finding> {
    vec![kernel(), size(), files(), interpreter(root, python), packages(root, python)]
}

fn kernel() -> Finding {
    let (text, wrong) = about::system();
    match wrong {
        Some(wrong) => Finding::new(Part::Host, "kernel", Verdict::Wrong, text).help(wrong),
        None => Finding::new(Part::Host, "kernel", Verdict::Good, text),
    }
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
