//! `standpipe.lock`: the exact versions of each environment, beside the project's files. Names and versions only, so
//! that it says the same wherever the packages come from.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use standpipe_plan::Digest;

use crate::Failure;
use crate::codes::LOCK_FILE;

use super::cache;
use super::place::held;
use super::requirement;

/// The version of the file's form.
const VERSION: u32 = 1;

const HEADER: &str =
    "# Exact versions of the packages of each `env`. Written by standpipe; keep it with the project's files.\n";

/// The file's content.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lock {
    version: u32,
    #[serde(default)]
    env: Vec<Locked>,
}

/// The versions of one environment. Files of a project may each have an `env` of the same name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Locked {
    pub(super) name: String,
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
                return Ok(Self { version: VERSION, env: Vec::new() });
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
        self.env.iter().find(|locked| locked.name == name && locked.requires == requires)
    }

    /// Sets one environment's versions and leaves the others as they are. What has the same name and requires the same
    /// packages, at other versions, is taken for an earlier state of the same environment.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(super) async fn update(root: &Path, locked: Locked) -> Result<(), Failure> {
        let digest = Digest::of(root.as_os_str().as_encoded_bytes()).to_hex();
        let guard = cache()?.join("locks").join(digest);
        let _held = held(&guard, &mut |_| {}).await.map_err(|error| failed("cannot be held", &error))?;
        let mut lock = Self::read(root)?;
        lock.env.retain(|other| other.name != locked.name || names(other) != names(&locked));
        lock.env.push(locked);
        lock.env.sort();
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

fn names(locked: &Locked) -> BTreeSet<String> {
    locked.requires.iter().map(|requirement| requirement::name(requirement)).collect()
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

    fn locked(name: &str, requires: &[&str], package: &str) -> Locked {
        Locked {
            name: name.into(),
            python: "3.11".into(),
            requires: requires.iter().map(|requirement| (*requirement).into()).collect(),
            packages: vec![package.into(), "six==1.17.0".into()],
        }
    }

    #[test]
    fn one_environment_changes_and_the_others_stay() {
        let root = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let web = locked("web", &["flask"], "flask==3.0.0");
        let (old, new) = (locked("ml", &["numpy<2"], "numpy==1.9"), locked("ml", &["numpy"], "numpy==2.4.6"));
        let other = locked("ml", &["numpy<2", "scipy"], "numpy==1.9");
        runtime.block_on(async {
            for locked in [&web, &old, &other, &new] {
                Lock::update(root.path(), locked.clone()).await.expect("written");
            }
        });
        let lock = Lock::read(root.path()).expect("read");
        assert_eq!(lock.matching("ml", &new.requires), Some(&new));
        assert_eq!(lock.matching("ml", &old.requires), None);
        assert_eq!(lock.matching("ml", &other.requires), Some(&other));
        insta::assert_snapshot!(std::fs::read_to_string(path(root.path())).expect("text"), @r#"
            # Exact versions of the packages of each `env`. Written by standpipe; keep it with the project's files.
            version = 1

            [[env]]
            name = "ml"
            python = "3.11"
            requires = ["numpy"]
            packages = [
                "numpy==2.4.6",
                "six==1.17.0",
            ]

            [[env]]
            name = "ml"
            python = "3.11"
            requires = [
                "numpy<2",
                "scipy",
            ]
            packages = [
                "numpy==1.9",
                "six==1.17.0",
            ]

            [[env]]
            name = "web"
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
        for text in ["version = 2", "env = 3", "version = 1\n[[env]]\npython = 3"] {
            std::fs::write(path(root.path()), text).expect("written");
            assert_eq!(Lock::read(root.path()).expect_err(text).code, LOCK_FILE);
        }
    }
}
