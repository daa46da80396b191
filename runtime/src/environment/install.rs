//! Chooses exact versions and installs them. Knows neither the lock's form nor where environments lie.

use std::path::Path;

use serde::Deserialize;
use tokio::process::Command;

use crate::Failure;
use crate::codes::{NOT_INSTALLED, NOT_RESOLVED};

use super::command::run;
use super::interpreter::Interpreter;
use super::place::Place;
use super::tools::{Tool, pip, tool, uv};

/// Exact versions, `name==version`, sorted, of everything that `requires` needs.
///
/// # Errors
/// When no versions fit together, or the packages cannot be found.
pub(super) async fn resolve(
    name: &str,
    requires: &[String],
    interpreter: &Interpreter,
    root: &Path,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<String>, Failure> {
    let tool = tool(interpreter, progress).await?;
    progress(&format!("choosing versions of {}", requires.join(", ")));
    let resolved = match &tool {
        Tool::Uv(program) => with_uv(program, requires, interpreter, root, progress).await,
        Tool::Pip(python) => with_pip(python, requires, root, progress).await,
    };
    let mut packages = resolved.map_err(|why| {
        Failure::new(NOT_RESOLVED, format!("the packages of `env {name}` cannot be brought together"))
            .with_detail(why)
            .with_help("check the names and versions, and that the package index can be reached")
    })?;
    packages.sort();
    progress(&format!("locked {} packages", packages.len()));
    Ok(packages)
}

async fn with_uv(
    program: &Path,
    requires: &[String],
    interpreter: &Interpreter,
    root: &Path,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<String>, String> {
    let mut command = uv(program, interpreter).await;
    command.args(["pip", "compile", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]);
    command.arg("--python").arg(&interpreter.executable).arg("-").current_dir(root);
    let printed = run(command, &lines(requires), progress).await?;
    let pins = printed.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '-']));
    Ok(pins.map(Into::into).collect())
}

/// What pip reports that it would install.
#[derive(Deserialize)]
struct Report {
    install: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    metadata: Metadata,
    #[serde(default)]
    is_direct: bool,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    version: String,
}

async fn with_pip(
    python: &Path,
    requires: &[String],
    root: &Path,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<String>, String> {
    let mut command = pip(python);
    command.args(["install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]);
    command.args(requires).current_dir(root);
    let printed = run(command, "", progress).await?;
    let report: Report = serde_json::from_str(&printed).map_err(|error| error.to_string())?;
    let pin = |item: &Item| {
        let name = super::requirement::name(&item.metadata.name);
        let direct = requires.iter().find(|requirement| super::requirement::name(requirement) == name);
        match direct {
            // What was required by its address has no version to be found by.
            Some(requirement) if item.is_direct => requirement.clone(),
            _ => format!("{name}=={}", item.metadata.version),
        }
    };
    Ok(report.install.iter().map(pin).collect())
}

/// Makes the environment in `place` with exactly its packages.
///
/// # Errors
/// When it cannot be made or a package cannot be installed.
pub(super) async fn install(
    name: &str,
    place: &Place,
    interpreter: &Interpreter,
    root: &Path,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<(), Failure> {
    let started = std::time::Instant::now();
    if place.folder.exists() {
        // What an interrupted process left, or what was built on another interpreter.
        std::fs::remove_dir_all(&place.folder).map_err(|error| place.failed(&error))?;
    }
    let tool = tool(interpreter, progress).await?;
    progress(&format!("installing {} packages", place.packages.len()));
    for command in commands(&tool, place, interpreter, root).await {
        run(command, &lines(&place.packages), progress).await.map_err(|why| {
            Failure::new(NOT_INSTALLED, format!("the packages of `env {name}` could not be installed")).with_detail(why)
        })?;
    }
    progress(&format!("installed {} packages in {:.1} s", place.packages.len(), started.elapsed().as_secs_f64()));
    Ok(())
}

/// What makes the environment, in order. Nothing is compiled ahead: a worker compiles what it imports.
async fn commands(tool: &Tool, place: &Place, interpreter: &Interpreter, root: &Path) -> Vec<Command> {
    let mut commands = Vec::new();
    match tool {
        Tool::Uv(program) => {
            let mut venv = uv(program, interpreter).await;
            venv.args(["venv", "--no-project", "--python"]).arg(&interpreter.executable).arg(&place.folder);
            commands.push(venv);
            if !place.packages.is_empty() {
                let mut install = uv(program, interpreter).await;
                install.args(["pip", "install", "--no-deps", "--python"]).arg(place.python());
                install.args(["--requirement", "-"]);
                commands.push(install);
            }
        }
        Tool::Pip(python) => {
            let mut venv = Command::new(&interpreter.executable);
            venv.args(["-m", "venv", "--without-pip"]).arg(&place.folder);
            commands.push(venv);
            if !place.packages.is_empty() {
                let mut install = pip(python);
                install.arg("--python").arg(place.python());
                install.args(["install", "--quiet", "--no-deps", "--no-compile", "--requirement", "/dev/stdin"]);
                commands.push(install);
            }
        }
    }
    for command in &mut commands {
        command.current_dir(root);
    }
    commands
}

fn lines(requirements: &[String]) -> String {
    requirements.iter().map(|requirement| format!("{requirement}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::interpreter::find;

    #[test]
    fn pip_does_what_uv_does() {
        let root = tempfile::tempdir().expect("a folder");
        let interpreter = find(None, None, root.path()).expect("a Python");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let requires = ["iniconfig==2.0.0".to_owned()];
        runtime.block_on(async {
            let tools = root.path().join("tools");
            let mut venv = Command::new(&interpreter.executable);
            venv.args(["-m", "venv"]).arg(&tools);
            run(venv, "", &mut |_| {}).await.expect("made");
            let python = tools.join("bin/python");
            let packages = with_pip(&python, &requires, root.path(), &mut |_| {}).await.expect("resolved");
            assert_eq!(packages, requires);

            let mut place = Place::new(&interpreter, packages).expect("a place");
            place.folder = root.path().join("env");
            for command in commands(&Tool::Pip(python), &place, &interpreter, root.path()).await {
                run(command, &lines(&place.packages), &mut |_| {}).await.expect("installed");
            }
            assert!(!place.folder.join("ready.json").exists());
            assert_eq!(place.finish().map(|ready| ready.packages), Ok(requires.to_vec()));
            let mut import = Command::new(place.python());
            import.args(["-c", "import iniconfig"]);
            run(import, "", &mut |_| {}).await.expect("imported");
        });
    }
}
