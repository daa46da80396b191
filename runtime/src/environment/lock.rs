//! `standpipe.lock`: the exact versions of each environment, beside the project's files. Names and versions only, so
//! that it says the same wherever the packages come from.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use standpipe_plan::Digest;

use crate::Failure;
use crate::codes::LOCK_FILE;

use super::cache;
use super::place::held;

/// The version of the file's form.
const VERSION: u32 = 1;

const HEADER: &str =
    "# Exact versions of the packages of each `env`. Written by standpipe; keep it with the project's files.\n";

/// The file's content.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lock {
    version: u32,
    #[serde(default)]
    env: BTreeMap<String, Locked>,
}

/// The versions of one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Locked {
    /// The version of Python they were chosen for, `3.11`.
    pub(super) python: String,
    /// What was required when they were chosen.
    pub(super) requires: Vec<String>,
    pub(super) packages: Vec<String>,
}

impl Lock {
    /// Reads the lock of the project in `root`; empty where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or was written by a newer Standpipe.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let text = match std::fs::read_to_string(path(root)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { version: VERSION, env: BTreeMap::new() });
            }
            Err(error) => return Err(failed("cannot be read", &error)),
        };
        let lock: Self = toml::from_str(&text).map_err(|error| {
            failed("cannot be understood", &error.message())
                .with_help("restore it, or delete it to choose versions anew")
        })?;
        if lock.version != VERSION {
            return Err(failed("cannot be understood", &format!("it has version {}", lock.version))
                .with_help("use the version of Standpipe that wrote it, or delete it to choose versions anew"));
        }
        Ok(lock)
    }

    /// What is locked for that environment, as long as it requires what it required then.
    pub(super) fn matching(&self, name: &str, requires: &[String]) -> Option<&Locked> {
        self.env.get(name).filter(|locked| locked.requires == requires)
    }

    /// Sets one environment's versions and leaves the others as they are.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(super) async fn update(root: &Path, name: &str, locked: Locked) -> Result<(), Failure> {
        let digest = Digest::of(root.as_os_str().as_encoded_bytes()).to_hex();
        let guard = cache()?.join("locks").join(digest);
        let _held = held(&guard, &mut |_| {}).await.map_err(|error| failed("cannot be held", &error))?;
        let mut lock = Self::read(root)?;
        lock.env.insert(name.into(), locked);
        lock.write(root).map_err(|error| failed("cannot be written", &error))
    }

    fn write(&self, root: &Path) -> std::io::Result<()> {
        let text = toml::to_string_pretty(self).map_err(std::io::Error::other)?;
        let mut file = tempfile::Builder::new()
            .prefix(".standpipe.lock-")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .tempfile_in(root)?;
        file.write_all(HEADER.as_bytes())?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path(root))?;
        Ok(())
    }
}

fn path(root: &Path) -> PathBuf {
    root.join("standpipe.lock")
}

fn failed(what: &str, why: &dyn std::fmt::Display) -> Failure {
    Failure::new(LOCK_FILE, format!("`standpipe.lock` {what}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(package: &str) -> Locked {
        let requires = vec![package.split('=').next().unwrap_or_default().to_owned()];
        Locked { python: "3.11".into(), requires, packages: vec![package.into(), "six==1.17.0".into()] }
    }

    #[test]
    fn one_environment_changes_and_the_others_stay() {
        let root = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            for (name, package) in [("web", "flask==3.0.0"), ("ml", "numpy==1.0"), ("ml", "numpy==2.4.6")] {
                Lock::update(root.path(), name, locked(package)).await.expect("written");
            }
        });
        let lock = Lock::read(root.path()).expect("read");
        assert_eq!(lock.matching("ml", &["numpy".into()]), Some(&locked("numpy==2.4.6")));
        assert_eq!(lock.matching("ml", &["numpy".into(), "pandas".into()]), None);
        insta::assert_snapshot!(std::fs::read_to_string(path(root.path())).expect("text"), @r#"
            # Exact versions of the packages of each `env`. Written by standpipe; keep it with the project's files.
            version = 1

            [env.ml]
            python = "3.11"
            requires = ["numpy"]
            packages = [
                "numpy==2.4.6",
                "six==1.17.0",
            ]

            [env.web]
            python = "3.11"
            requires = ["flask"]
            packages = [
                "flask==3.0.0",
                "six==1.17.0",
            ]
        "#);
    }

    #[test]
    fn a_lock_that_is_not_ours_is_refused() {
        let root = tempfile::tempdir().expect("a folder");
        for text in ["version = 2", "env = 3", "version = 1\n[env.ml]\npython = 3"] {
            std::fs::write(path(root.path()), text).expect("written");
            assert_eq!(Lock::read(root.path()).expect_err(text).code, LOCK_FILE);
        }
    }
}
