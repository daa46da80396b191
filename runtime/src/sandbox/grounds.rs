//! Which files the steps of one run may see: the system's, their interpreter's, the project's, what the run was given,
//! and what is a step's own. Knows nothing of how they are kept from others.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use standpipe_plan::{Module, Task};

use super::{Confinement, Tier, Wanted};
use crate::host::sandbox::{DEVICES, SYSTEM};

/// What else of the system is read when there is a network.
const RESOLVER: &str = "/etc/resolv.conf";
/// What the names of a card's devices begin with.
const CARDS: &str = "nvidia";

/// What folders of programs are called whose folder is one tool's, with all that it needs.
const TOOLS: [&str; 2] = ["bin", "shims"];
/// Where that folder is not one tool's, these of it are needed.
const BESIDE: [&str; 3] = ["lib", "lib64", "libexec"];
/// Of the home folder, where programs of all kinds lie.
const MIXED: &str = ".local";

/// Of more files than this that a run was given, the folders are seen.
const MOST_GIVEN: usize = 256;

/// What of a project's folder nobody sees who does not ask.
const HIDDEN: &str = ".env";

/// What every step of a run sees.
#[derive(Clone, Debug)]
pub(crate) struct Grounds {
    tier: Tier,
    root: PathBuf,
    read: Vec<PathBuf>,
    list: Vec<PathBuf>,
    write: Vec<PathBuf>,
    /// The folders of each interpreter: looked for once in a run, and not at every step.
    interpreters: RefCell<BTreeMap<PathBuf, Vec<PathBuf>>>,
}

/// The folders of a run.
pub(crate) struct Folders<'f> {
    pub root: &'f Path,
    pub state: &'f Path,
    pub store: &'f Path,
}

impl Grounds {
    /// `given` are the files and folders that the run was given, `modules` those of the project's code.
    pub(crate) fn new(
        tier: Tier,
        wanted: &Wanted,
        folders: &Folders<'_>,
        given: &[PathBuf],
        modules: &[Module],
    ) -> Self {
        let root = folders.root.to_owned();
        if tier == Tier::Off {
            let interpreters = RefCell::default();
            return Self { tier, root, read: Vec::new(), list: Vec::new(), write: Vec::new(), interpreters };
        }
        let mut read: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
        read.extend(programs(folders.root));
        read.push(folders.store.to_owned());
        let mut list = Vec::new();
        let hidden = |path: &Path| {
            path == folders.root.join(HIDDEN)
                || folders.state.starts_with(path)
                || wanted.hidden.iter().any(|hidden| hidden.starts_with(path))
        };
        if tier == Tier::T1 {
            project(folders.root, &hidden, &mut read, &mut list);
        } else {
            read.extend(modules.iter().map(|module| folders.root.join(module.path.as_str())));
        }
        read.extend(few(given));
        read.extend(wanted.read.iter().cloned());
        let mut write: Vec<PathBuf> = DEVICES.iter().map(PathBuf::from).collect();
        write.extend(cards());
        write.extend(wanted.write.iter().cloned());
        if tier == Tier::T2 {
            // In memory, and its own.
            write.push("/tmp".into());
        }
        Self { tier, root, read, list, write, interpreters: RefCell::default() }
    }

    /// What a step may do: of that task, in that environment, with `own` to write to. An effect changes the world, and
    /// is kept from the network only.
    pub(crate) fn of_step(&self, task: &Task, probe: bool, python: Option<&Path>, own: &[&Path]) -> Confinement {
        let free = task.effect || probe;
        let tier = if free { Tier::Off } else { self.tier };
        let network = match (tier, task.settings.network) {
            (_, Some(network)) => network,
            (Tier::Off, None) => true,
            (Tier::T1 | Tier::T2, None) => false,
        };
        if tier == Tier::Off {
            return Confinement { network, ..Confinement::open() };
        }
        let mut read = self.read.clone();
        if let Some(python) = python {
            let mut known = self.interpreters.borrow_mut();
            let found = known.entry(python.to_owned()).or_insert_with(|| interpreter(python, &self.root));
            read.extend(found.iter().cloned());
        }
        if network {
            read.extend(fs::canonicalize(RESOLVER).ok());
        }
        let mut write = self.write.clone();
        write.extend(own.iter().map(|path| path.to_path_buf()));
        Confinement { tier, cores: Vec::new(), network, read, list: self.list.clone(), write }
    }
}

/// The entries of the project's folder that are not hidden; and the folder itself to be listed.
fn project(root: &Path, hidden: &dyn Fn(&Path) -> bool, read: &mut Vec<PathBuf>, list: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(root).map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>());
    let mut entries = entries.unwrap_or_default();
    entries.retain(|path| !hidden(path));
    entries.sort_unstable();
    read.extend(entries);
    list.push(root.to_owned());
}

/// What was given, or the folders that it lies in when that is much.
fn few(given: &[PathBuf]) -> Vec<PathBuf> {
    if given.len() <= MOST_GIVEN {
        return given.to_vec();
    }
    let folders: BTreeSet<PathBuf> = given.iter().filter_map(|path| path.parent()).map(Path::to_owned).collect();
    folders.into_iter().collect()
}

/// Where the programs of the path lie that are not the system's, and what they need.
fn programs(root: &Path) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let system = |folder: &PathBuf| SYSTEM.iter().any(|known| folder.starts_with(known));
    let own = env::split_paths(&path).filter(|folder| folder.is_absolute() && !system(folder));
    own.flat_map(|folder| with_tool(&folder, root)).collect()
}

/// The folder of the tool whose programs lie in `folder`; where that is everybody's, only what programs need of it.
fn with_tool(folder: &Path, root: &Path) -> Vec<PathBuf> {
    let Some(parent) = folder.parent().filter(|_| TOOLS.iter().any(|name| folder.ends_with(name))) else {
        return vec![folder.to_owned()];
    };
    let home = env::home_dir();
    let everybodys = parent == Path::new("/")
        || root.starts_with(parent)
        || home.is_some_and(|home| home.starts_with(parent) || parent == home.join(MIXED));
    match everybodys {
        false => vec![parent.to_owned()],
        true => BESIDE.iter().map(|name| parent.join(name)).chain([folder.to_owned()]).collect(),
    }
}

/// An interpreter's own folders: those of its environment, and of what that was made from.
fn interpreter(python: &Path, root: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    if let Some(environment) =
        python.parent().and_then(Path::parent).filter(|folder| folder.join("pyvenv.cfg").exists())
    {
        all.push(environment.to_owned());
    }
    let real = fs::canonicalize(python).ok();
    for python in [Some(python), real.as_deref()].into_iter().flatten() {
        all.extend(python.parent().map(|folder| with_tool(folder, root)).unwrap_or_default());
    }
    all.retain(|folder| !SYSTEM.iter().any(|known| folder.starts_with(known)));
    all
}

fn cards() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/dev") else { return Vec::new() };
    let mut cards: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    cards.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(CARDS)));
    cards.sort_unstable();
    cards
}
