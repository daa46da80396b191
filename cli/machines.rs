//! The machines that an editor's warnings speak of: this one and those that the project's settings describe, read again
//! when the settings are others. Settings that cannot be read, or lie outside of the project, leave none: they break no
//! editor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use standpipe_compiler::Machine;

use crate::options;
use crate::project::{Project, SETTINGS, has_own_settings};

/// Size and time of the settings and of `.env`, where they are.
type Stamp = [Option<(u64, SystemTime)>; 2];

/// By the project's root.
#[derive(Default)]
pub(crate) struct Machines {
    known: Mutex<HashMap<PathBuf, (Stamp, Vec<Machine>)>>,
}

impl Machines {
    /// The machines of the project at `root`.
    pub(crate) fn of(&self, root: &Path) -> Vec<Machine> {
        let Ok(mut known) = self.known.lock() else { return Vec::new() };
        let stamp = [SETTINGS, ".env"].map(|name| {
            let about = root.join(name).metadata().ok()?;
            Some((about.len(), about.modified().ok()?))
        });
        if let Some((_, machines)) = known.get(root).filter(|(known, _)| *known == stamp) {
            return machines.clone();
        }
        let machines = read(root).unwrap_or_default();
        known.insert(root.to_owned(), (stamp, machines.clone()));
        machines
    }
}

fn read(root: &Path) -> Option<Vec<Machine>> {
    let own = has_own_settings(root).then(|| root.to_owned())?;
    let project = Project::at(own).and_then(|project| project.with_profile(None)).ok()?;
    options::machines(&project).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_followed_and_break_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (root, machines) = (folder.path(), Machines::default());
        let names = || machines.of(root).into_iter().map(|machine| machine.name).collect::<Vec<_>>();
        assert_eq!(names(), ["this machine"]);
        std::fs::write(root.join(SETTINGS), "[profile.big]\ncpus = 64\n").unwrap();
        assert_eq!(names(), ["this machine", "the profile `big`"]);
        std::fs::write(root.join(SETTINGS), "[profile.big\n").unwrap();
        assert_eq!(names(), Vec::<String>::new());
    }

    #[test]
    fn a_link_out_of_the_project_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(folder.path().join("other.toml"), "[profile.big]\ncpus = 64\n").unwrap();
        std::os::unix::fs::symlink(folder.path().join("other.toml"), root.join(SETTINGS)).unwrap();
        assert_eq!(Machines::default().of(&root), Vec::new());
    }
}
