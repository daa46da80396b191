//! Python environments: from declared packages to an interpreter that has them, locked, made once and shared between
//! projects. Knows nothing of plans' steps.

mod command;
mod install;
mod interpreter;
mod lock;
mod passwords;
mod place;
mod requirement;
mod system;
mod tools;

use std::path::{Path, PathBuf};

use standpipe_plan::{Digest, Environment};

use crate::Failure;
use interpreter::Interpreter;
use lock::{Lock, Locked};
use place::Place;

pub use system::system;

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

/// Makes sure that `env` is there: its packages and those of `extra` that it does not list itself, at the versions of
/// the lock in `root`; where the lock has none for what is declared, versions are chosen and the lock is written.
///
/// `python` is the interpreter to build on; without it one of the declared version is looked for. `progress` is called
/// with a line for people now and then.
///
/// # Errors
/// When there is no such interpreter, the packages cannot be brought together, or they cannot be installed.
pub async fn ensure(
    env: &Environment,
    extra: &[&str],
    root: &Path,
    python: Option<&Path>,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Ready, Failure> {
    let requires = requirement::all(env, extra);
    let locked = Lock::read(root)?.matching(&env.name, &requires).cloned();
    let interpreter = interpreter(env, locked.as_ref(), root, python)?;
    let packages = match locked {
        Some(locked) => locked.packages,
        None if requires.is_empty() => Vec::new(),
        None => {
            let packages = install::resolve(&env.name, &requires, &interpreter, root, progress).await?;
            let (name, python) = (env.name.to_string(), interpreter.minor().to_owned());
            Lock::update(root, Locked { name, python, requires, packages: packages.clone() }).await?;
            packages
        }
    };
    let place = Place::new(&interpreter, packages)?;
    if let Some(ready) = place.ready() {
        return Ok(ready);
    }
    let _held = place.hold(progress).await?;
    // Another process may have made it while this one waited.
    if let Some(ready) = place.ready() {
        return Ok(ready);
    }
    install::install(&env.name, &place, &interpreter, root, progress).await?;
    place.finish()
}

/// The environment that [`ensure`] would give, when it is there already. Makes nothing, and asks no process as long as
/// what was found out about the interpreter the last time still holds.
#[must_use]
pub fn peek(env: &Environment, extra: &[&str], root: &Path, python: Option<&Path>) -> Option<Ready> {
    let requires = requirement::all(env, extra);
    let locked = Lock::read(root).ok()?.matching(&env.name, &requires).cloned();
    if locked.is_none() && !requires.is_empty() {
        return None;
    }
    let interpreter = interpreter(env, locked.as_ref(), root, python).ok()?;
    Place::new(&interpreter, locked.map(|locked| locked.packages).unwrap_or_default()).ok()?.ready()
}

/// The interpreter for `env`: of the declared version; else, where there is one, of the version that was locked.
fn interpreter(
    env: &Environment,
    locked: Option<&Locked>,
    root: &Path,
    python: Option<&Path>,
) -> Result<Interpreter, Failure> {
    if let Some(declared) = &env.python {
        return interpreter::find(Some(declared), python, root);
    }
    let as_locked = locked.and_then(|locked| interpreter::find(Some(&locked.python), python, root).ok());
    as_locked.map_or_else(|| interpreter::find(None, python, root), Ok)
}

/// The folder of this user's environments, tools and records.
fn cache() -> Result<PathBuf, Failure> {
    use etcetera::BaseStrategy as _;
    let strategy = etcetera::choose_base_strategy().map_err(|_| {
        Failure::new(crate::codes::NOT_INSTALLED, "there is no home folder to keep environments in")
            .with_help("set `XDG_CACHE_HOME` to a folder")
    })?;
    Ok(strategy.cache_dir().join("standpipe"))
}

/// The interpreter that steps without an `env` run in, and its version.
///
/// # Errors
/// There is none.
pub(crate) fn interpreter_at(python: Option<&Path>, root: &Path) -> Result<(PathBuf, String), Failure> {
    interpreter::find(None, python, root).map(|found| (found.executable, found.version))
}

/// Where `uv` is, when it is there already.
pub(crate) fn installer(python: Option<&Path>, root: &Path) -> Option<PathBuf> {
    tools::present(interpreter::find(None, python, root).ok().as_ref())
}

/// The digest of everything in an environment.
fn identity(interpreter: &Interpreter, packages: &[String]) -> Digest {
    let mut text = format!("{} {} {}\n", interpreter.implementation, interpreter.version, interpreter.platform);
    for package in packages {
        text.push_str(package);
        text.push('\n');
    }
    Digest::of(text.as_bytes())
}
