//! What an editor is told of earlier runs: the history of the project that a file belongs to, where it is of the project's
//! own. Makes nothing, starts nothing, and follows no link out of the project.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use standpipe_lsp::{History, Outcome, PastRun, PastStep, StepEnd};
use standpipe_runtime::{Status, history};

use crate::project::{Project, has_own_settings};

/// As long as an editor's question waits for it.
const TIME: Duration = Duration::from_millis(100);
/// So many pipelines are remembered.
const REMEMBERED: usize = 256;

/// The histories of projects, each read again when its files are others.
#[derive(Default)]
pub(crate) struct Glance {
    known: Mutex<HashMap<(PathBuf, String), Known>>,
}

struct Known {
    stamp: Stamp,
    runs: Arc<[PastRun]>,
}

/// Size and time of the database and of its log.
type Stamp = [Option<(u64, SystemTime)>; 2];

impl History for Glance {
    fn any(&self, root: &Path) -> bool {
        state(root).is_some_and(|state| stamp(&state)[0].is_some())
    }

    fn runs(&self, root: &Path, file: &Path, pipeline: &str) -> Arc<[PastRun]> {
        let nothing = || Arc::from([]);
        let (Some(state), Ok(mut known)) = (state(root), self.known.lock()) else { return nothing() };
        let stamp = stamp(&state);
        let key = (file.to_owned(), pipeline.to_owned());
        if let Some(known) = known.get(&key).filter(|known| known.stamp == stamp) {
            return Arc::clone(&known.runs);
        }
        let runs = history::glance(&state, file, pipeline, TIME).unwrap_or_default();
        let runs: Arc<[PastRun]> = runs.into_iter().map(past).collect();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, Known { stamp, runs: Arc::clone(&runs) });
        runs
    }

    fn stamp(&self, root: &Path) -> u64 {
        let mut hasher = DefaultHasher::new();
        state(root).map(|state| stamp(&state)).hash(&mut hasher);
        hasher.finish()
    }
}

/// The state folder of the project, where it has a history that is the project's or that the user's environment names.
fn state(root: &Path) -> Option<PathBuf> {
    let real = root.canonicalize().ok()?;
    if !has_own_settings(root) {
        return None;
    }
    let state = Project::at(root.to_owned()).ok()?.state().ok()?;
    let of_user = std::env::var_os("STANDPIPE_HOME").is_some_and(|home| !home.is_empty());
    (state.canonicalize().ok()?.starts_with(&real) || of_user).then_some(state)
}

fn stamp(state: &Path) -> Stamp {
    ["state.db", "state.db-wal"].map(|name| {
        let about = state.join(name).symlink_metadata().ok()?;
        Some((about.len(), about.modified().ok()?))
    })
}

fn past(run: history::PastRun) -> PastRun {
    // Of a test each output is an expectation, and says whether it holds.
    let outputs = run.outputs.iter().filter_map(|outputs| outputs.as_object()).flat_map(|outputs| outputs.values());
    let unmet = outputs.filter(|output| output["holds"] == false).count();
    let outcome = match run.status {
        Some(Status::Succeeded | Status::Cached) if unmet > 0 => Outcome::Unmet(unmet),
        Some(Status::Succeeded | Status::Cached) => Outcome::Succeeded,
        Some(Status::Failed | Status::Skipped) => Outcome::Failed,
        Some(Status::Cancelled) => Outcome::Cancelled,
        None => Outcome::Open,
    };
    let steps = run.steps.into_iter().map(|step| {
        let end = match (step.status, step.reused) {
            (Status::Succeeded, _) | (Status::Cached, None) => StepEnd::Ran,
            (Status::Cached, Some(run)) => StepEnd::Reused(run),
            (Status::Failed, _) => StepEnd::Failed,
            (Status::Skipped | Status::Cancelled, _) => StepEnd::Skipped,
        };
        PastStep { path: step.step, end, seconds: step.seconds, memory: step.memory, why: step.why }
    });
    PastRun { name: run.name, started: run.started, outcome, seconds: run.seconds, steps: steps.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_outside_of_the_project_is_nobodys_business() {
        let folder = tempfile::tempdir().unwrap();
        let (root, other) = (folder.path().join("project"), folder.path().join("other"));
        std::fs::create_dir_all(root.join("own")).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        let with = |line: &str| {
            std::fs::write(root.join(".env"), line).unwrap();
            state(&root)
        };
        assert_eq!(with(""), None);
        assert_eq!(with("STANDPIPE_HOME=own\n"), Some(root.join("own")));
        assert_eq!(with("STANDPIPE_HOME=../other\n"), None);
        std::os::unix::fs::symlink(&other, root.join("link")).unwrap();
        assert_eq!(with("STANDPIPE_HOME=link\n"), None);
        std::fs::remove_file(root.join(".env")).unwrap();
        std::fs::write(other.join(".env"), "STANDPIPE_HOME=own\n").unwrap();
        std::os::unix::fs::symlink(other.join(".env"), root.join(".env")).unwrap();
        assert_eq!(state(&root), None);
    }
}
