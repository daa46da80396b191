//! The `.pipe` files that a command is about, and their compilation. Knows nothing of pipelines.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use standpipe_compiler::Analysis;
use standpipe_syntax::Source;

use crate::context::Context;
use crate::params::near;
use crate::problem::Problem;
use crate::project::{Project, absolute, root_of};
use crate::render::report::Files;

/// Folders in which nobody keeps sources.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// The `.pipe` files that `paths` name: files as they are, of folders all in them, sorted; without paths, those of the
/// project.
///
/// # Errors
/// A path where nothing is.
pub(crate) fn find(context: &Context, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    if paths.is_empty() {
        walk(&context.project()?.root, &mut files);
    }
    for path in paths {
        if path.is_dir() {
            walk(path, &mut files);
        } else if path.symlink_metadata().is_err() {
            let problem = Problem::usage(format!("there is nothing at `{}`", path.display()));
            return Err(match near(path) {
                Some(near) => problem.help(format!("did you mean `{}`?", path.with_file_name(near).display())),
                None => problem,
            });
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Adds the `.pipe` files below `folder`, but not those of hidden folders. Links to folders are not followed, so that
/// there is an end to it.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_ref()) {
                walk(&entry.path(), files);
            }
        } else if entry.path().extension().is_some_and(|extension| extension == "pipe") {
            files.push(entry.path());
        }
    }
}

/// Compiles the file at `path` as far as its types.
///
/// # Errors
/// A project whose settings cannot be read.
pub(crate) fn analyse(path: &Path, root: Option<&Path>, profile: Option<&str>) -> Result<(Project, Analysis), Problem> {
    let full = absolute(path)?;
    let project = Project::of(full.parent().unwrap_or(&full), root)?.with_profile(profile)?;
    let analysis = standpipe_compiler::analyse(&project.world()?, &project.inside(path)?);
    Ok((project, analysis))
}

/// Files of one project, compiled together.
pub(crate) struct Package {
    pub(crate) project: Project,
    pub(crate) analysis: Analysis,
    /// What the first files of the analysis are called on the command line.
    pub(crate) paths: Vec<PathBuf>,
}

/// Compiles all files at `paths` as far as their types, those of a project together: what many import is read once.
///
/// # Errors
/// As [`analyse`].
pub(crate) fn analyse_all(
    paths: &[PathBuf],
    root: Option<&Path>,
    profile: Option<&str>,
) -> Result<Vec<Package>, Problem> {
    let mut projects: Vec<(Project, Vec<(PathBuf, String)>)> = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        let full = absolute(path)?;
        let folder = full.parent().unwrap_or(&full);
        let own = root_of(folder);
        let known = projects.iter().position(|(project, _)| root.is_some() || project.root == own);
        let index = match known {
            Some(index) => index,
            None => {
                projects.push((Project::of(folder, root)?.with_profile(profile)?, Vec::new()));
                projects.len() - 1
            }
        };
        let (project, files) = &mut projects[index];
        if seen.insert(full.clone()) {
            files.push((path.clone(), project.inside(path)?));
        }
    }
    let compiled = projects.into_iter().map(|(project, files)| {
        let inside: Vec<&str> = files.iter().map(|(_, inside)| inside.as_str()).collect();
        let analysis = standpipe_compiler::analyse_all(&project.world()?, &inside);
        Ok(Package { project, analysis, paths: files.into_iter().map(|(path, _)| path).collect() })
    });
    compiled.collect()
}

/// The files of `analysis`, named as people should see them.
pub(crate) fn files(project: &Project, analysis: &Analysis) -> Files {
    let pipes = &analysis.checked.resolved.files;
    let name = |(index, source): (usize, &Source)| match pipes.get(index) {
        Some(file) if file.std => file.path.to_string(),
        Some(file) => project.shown(&file.path),
        None => project.shown(&source.name),
    };
    let sources = analysis.sources();
    let names: Vec<_> = sources.iter().enumerate().map(name).collect();
    Files { files: names.into_iter().zip(sources).collect() }
}
