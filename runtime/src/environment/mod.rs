//! Python environments: from declared packages to an interpreter that has them, locked, made once and shared between
//! projects. Knows nothing of plans' steps.

use std::path::PathBuf;

use standpipe_plan::Digest;

/// An environment that is ready for use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The interpreter.
    pub python: PathBuf,
    /// Identity of everything in it: interpreter version and each package's exact version. Part of every cache key.
    pub identity: Digest,
    /// Exact versions, `name==version`, sorted.
    pub packages: Vec<String>,
}
