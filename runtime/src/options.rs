//! What a caller of the runtime says, and what it is told in the end. Knows nothing of how a run is made.

use std::path::PathBuf;

use serde::Serialize;
use smol_str::SmolStr;
use standpipe_plan::Value;

use crate::event::{Counts, Failure, Status};
use crate::sandbox::Wanted;
use crate::secrets::Secrets;

/// How to run a plan.
#[derive(Clone, Debug)]
pub struct Options {
    /// The project's root: what relative paths are relative to, and where steps are run.
    pub root: PathBuf,
    /// Where journal, store and logs are kept.
    pub state: PathBuf,
    /// Cores to use; the machine's when absent.
    pub jobs: Option<usize>,
    /// Bytes of memory to use; the machine's when absent.
    pub memory: Option<u64>,
    /// Cards to use; the machine's when absent.
    pub gpus: Option<u64>,
    /// Most steps under way at once; as many as there is room for when absent.
    pub workers: Option<u64>,
    /// Whether earlier results may be reused. New ones are kept either way.
    pub cache: bool,
    /// After a failure, whether steps that do not need the failed one are still started.
    pub keep_going: bool,
    /// The interpreter for tasks without an `env`; `python3` on the path when absent.
    pub python: Option<PathBuf>,
    /// Whether Ctrl-C and SIGTERM end the run.
    pub signals: bool,
    /// Bytes that one attempt may print; 64 MiB when absent. Of what is more, the middle is left out.
    pub max_log: Option<u64>,
    /// The program whose `main` calls [`crate::keeper::main`] when its first argument is [`crate::keeper::COMMAND`]:
    /// it holds attempts, and they outlive this process. Without one they are held here.
    pub keeper: Option<PathBuf>,
    /// How the run was called, in the caller's words: kept with the run for [`crate::history::History::call`].
    pub call: Option<serde_json::Value>,
    /// Go on with a run that was interrupted, failed or was cancelled, instead of beginning one.
    pub resume: Option<Resume>,
    /// Where secrets are looked up.
    pub secrets: Secrets,
    /// Run this step alone, on what earlier runs left for its inputs.
    pub only: Option<String>,
    /// What steps are kept from.
    pub sandbox: Wanted,
}

/// Which run to go on with, and what to do about effects of which nobody knows whether they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// The run's id.
    pub run: String,
    /// Effects to start once more, by path.
    pub retry: Vec<String>,
    /// Effects to take as done, by path; they have no result.
    pub skip: Vec<String>,
}

impl Options {
    /// The same with absolute folders: steps are run elsewhere than this process.
    pub(crate) fn absolute(&self) -> Self {
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        Self { root: absolute(&self.root), state: absolute(&self.state), ..self.clone() }
    }
}

/// How a run went.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The readable name, `brave-otter`.
    pub run: String,
    pub id: String,
    /// Succeeded, failed or cancelled.
    pub status: Status,
    pub seconds: f64,
    pub counts: Counts,
    /// The pipeline's result; `none` unless the run succeeded.
    pub value: Value,
    /// The same as JSON, with files, tables and artifacts as `{"path", "hash", "type"}`.
    pub outputs: serde_json::Value,
    /// The steps that failed, by path, in the order in which they did.
    pub failures: Vec<(String, Failure)>,
}

/// What a run would do with one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    pub step: String,
    /// Tells instances apart: `region=eu`; empty elsewhere.
    pub label: String,
    /// Bytes of memory that would be reserved for it by what earlier attempts took; absent where its task declares its memory,
    /// where nothing is known, and of what would not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<u64>,
    pub outlook: Outlook,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outlook", rename_all = "snake_case")]
pub enum Outlook {
    /// The result of that run would be reused.
    Reuse {
        run: String,
    },
    Run {
        why: SmolStr,
    },
    /// It depends on what only a run will tell.
    Unknown {
        why: SmolStr,
    },
}
