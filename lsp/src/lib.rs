//! The editor's view of the compiler: what an editor tells and asks, and what is answered. How that travels is not known
//! here, but in `standpipe-lsp-server`.
//!
//! Opening a file is not running it: nothing of a project is executed or fetched here, files are only read, and only
//! those below the project's root or the editor's folders, through the [`World`] the caller provides; what earlier runs left
//! on record comes through [`History`].

pub mod analysis;
pub mod convert;
pub mod documents;
mod history;
pub mod ide;
mod index;
mod overlay;
mod planned;
mod reports;
pub mod snapshot;
pub mod survey;
pub mod workspace;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use standpipe_compiler::World;

pub use history::{History, Outcome, PastRun, PastStep, StepEnd};
pub use ide::words;

/// Finds the project's root of a file and opens it: the root, and the files below it.
pub type Open = Arc<dyn Fn(&Path) -> (PathBuf, Box<dyn World>) + Send + Sync>;
