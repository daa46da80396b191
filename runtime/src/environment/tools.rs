//! The programs that choose and install packages: `uv` where there is one or it can be had, else `pip`. Knows nothing
//! of environments.

use std::env;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::Failure;
use crate::codes::NOT_INSTALLED;

use super::cache;
use super::command::run;
use super::interpreter::Interpreter;
use super::place::held;

/// A program that resolves and installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Uv(PathBuf),
    /// The interpreter whose `pip` is used.
    Pip(PathBuf),
}

/// The best tool there is: `uv` on the path, else one of our own from its package, else `pip`.
///
/// # Errors
/// When not even a virtual environment can be made.
pub(super) async fn tool(interpreter: &Interpreter, progress: &mut (dyn FnMut(&str) + Send)) -> Result<Tool, Failure> {
    if let Some(uv) = on_path("uv") {
        return Ok(Tool::Uv(uv));
    }
    let folder = cache()?.join("tools").join(interpreter.minor());
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new(NOT_INSTALLED, "the tools that install packages could not be set up").with_detail(why.to_string())
    };
    let _held = held(&folder.with_extension("lock"), progress).await.map_err(|error| failed(&error))?;
    let (uv, python) = (folder.join("bin").join("uv"), folder.join("bin").join("python"));
    if uv.is_file() {
        return Ok(Tool::Uv(uv));
    }
    progress("setting up uv");
    let mut venv = Command::new(&interpreter.executable);
    venv.args(["-m", "venv", "--clear"]).arg(&folder);
    run(venv, "", &mut |_| {}).await.map_err(|why| {
        failed(&why).with_help("install `uv`, or the part of Python that makes virtual environments (`python3-venv`)")
    })?;
    let mut pip = pip(&python);
    pip.args(["install", "--quiet", "--upgrade", "uv"]);
    if let Err(why) = run(pip, "", &mut |_| {}).await {
        progress(&format!("uv is not to be had, using pip: {}", why.lines().last().unwrap_or_default()));
        return Ok(Tool::Pip(python));
    }
    Ok(Tool::Uv(uv))
}

/// Where `uv` is: on the path, or made ready for that interpreter earlier.
pub(super) fn present(interpreter: Option<&Interpreter>) -> Option<PathBuf> {
    on_path("uv").or_else(|| {
        let uv = cache().ok()?.join("tools").join(interpreter?.minor()).join("bin").join("uv");
        uv.is_file().then_some(uv)
    })
}

/// `python -m pip`, quiet about itself.
pub(super) fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "--disable-pip-version-check", "--no-input"]);
    command
}

/// `uv`, told where packages come from by what is configured for pip, unless it is configured itself.
pub(super) async fn uv(program: &Path, interpreter: &Interpreter) -> Command {
    let mut command = Command::new(program);
    command.args(["--quiet", "--no-progress", "--color", "never"]);
    let configured = env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("UV_"));
    if !configured {
        let mut list = pip(&interpreter.executable);
        list.args(["config", "list"]);
        let listed = run(list, "", &mut |_| {}).await.unwrap_or_default();
        command.envs(translated(&listed));
    }
    command
}

/// The variables in which `uv` takes what pip's configuration says.
fn translated(listed: &str) -> Vec<(&'static str, String)> {
    const NAMES: [(&str, &str); 5] = [
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("find-links", "UV_FIND_LINKS"),
        ("no-index", "UV_NO_INDEX"),
        ("trusted-host", "UV_INSECURE_HOST"),
    ];
    let mut variables: Vec<(&'static str, String)> = Vec::new();
    for (name, variable) in NAMES {
        let of_name = |line: &str| {
            let (key, value) = line.split_once('=')?;
            (key.rsplit('.').next() == Some(name)).then(|| value.trim().trim_matches(['\'', '"']).replace("\\n", " "))
        };
        // The last line that names it holds: variables come after files.
        if let Some(value) = listed.lines().filter_map(of_name).next_back() {
            let words: Vec<&str> = value.split_whitespace().collect();
            let separator = if variable == "UV_FIND_LINKS" { "," } else { " " };
            variables.push((variable, words.join(separator)));
        }
    }
    variables
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_configured_for_pip_holds_for_uv() {
        let listed = ":env:.cert='/c.pem'\nglobal.index-url='https://a/simple'\n:env:.index-url='https://b/simple'\nglobal.find-links='\\n/w\\n/x'\n";
        assert_eq!(
            translated(listed),
            [("UV_DEFAULT_INDEX", "https://b/simple".to_owned()), ("UV_FIND_LINKS", "/w,/x".to_owned())]
        );
    }
}
