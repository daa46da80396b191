//! Interpreters on this machine: found by version, asked once what they are, remembered until they change. Knows
//! nothing of packages.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use standpipe_plan::Digest;

use crate::Failure;
use crate::codes::NO_PYTHON;

use super::cache;

/// The oldest version that workers run on.
const OLDEST: (u32, u32) = (3, 9);

/// Asks an interpreter what it is.
const QUESTION: &str = "import json, platform, sys, sysconfig; print(json.dumps(dict(\
    executable=sys.executable, version=platform.python_version(), platform=sysconfig.get_platform(), \
    implementation=sys.implementation.name, \
    sites=sorted({sysconfig.get_path('purelib'), sysconfig.get_path('platlib')} | {p for p in sys.path if p.endswith('-packages')}))))";

/// A Python interpreter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Interpreter {
    /// The program itself, where a shim or a link on the path leads.
    pub(super) executable: PathBuf,
    /// `3.11.7`.
    pub(super) version: String,
    pub(super) implementation: String,
    pub(super) platform: String,
    /// The folders that packages lie in.
    pub(super) sites: Vec<PathBuf>,
}

impl Interpreter {
    /// `3.11`.
    pub(super) fn minor(&self) -> &str {
        let dots = self.version.match_indices('.').nth(1);
        dots.and_then(|(end, _)| self.version.get(..end)).unwrap_or(&self.version)
    }

    fn usable(&self) -> bool {
        let mut parts = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= OLDEST
    }

    fn is(&self, wanted: &str) -> bool {
        self.version.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// The interpreter of version `wanted` (`3`, `3.11` or `3.11.7`; any when absent): the `configured` one, when it is
/// given, else the first on the path.
///
/// # Errors
/// When there is none; the versions that are there are named.
pub(super) fn find(wanted: Option<&str>, configured: Option<&Path>, root: &Path) -> Result<Interpreter, Failure> {
    let mut found: Vec<String> = Vec::new();
    for path in candidates(wanted, configured) {
        let Some(interpreter) = probe(&path, root) else { continue };
        if interpreter.usable() && wanted.is_none_or(|wanted| interpreter.is(wanted)) {
            return Ok(interpreter);
        }
        if !found.contains(&interpreter.version) {
            found.push(interpreter.version);
        }
    }
    Err(absent(wanted, configured, &found))
}

fn absent(wanted: Option<&str>, configured: Option<&Path>, found: &[String]) -> Failure {
    let version = wanted.map_or_else(|| "3.9 or newer".into(), |wanted| wanted.to_owned());
    let place = configured.map_or_else(|| "on the path".into(), |path| format!("at `{}`", path.display()));
    let there = if found.is_empty() { "none was found".into() } else { format!("found: {}", found.join(", ")) };
    Failure::new(NO_PYTHON, format!("there is no Python {version} {place}; {there}"))
        .with_help("install that version, or name another in the `env`")
}

/// Programs that may be an interpreter of that version, likely ones first; looked for as they are asked for.
fn candidates(wanted: Option<&str>, configured: Option<&Path>) -> Box<dyn Iterator<Item = PathBuf>> {
    if let Some(path) = configured {
        return Box::new(std::iter::once(path.into()));
    }
    let minor = wanted.map(|wanted| wanted.split('.').take(2).collect::<Vec<_>>().join("."));
    let names = minor.map(|minor| format!("python{minor}")).into_iter().chain(["python3".into(), "python".into()]);
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    let others = if wanted.is_some() { folders.clone() } else { Vec::new() };
    let named = names.flat_map(move |name| folders.iter().map(|folder| folder.join(&name)).collect::<Vec<_>>());
    Box::new(named.filter(|path| path.is_file()).chain(others.into_iter().flat_map(|folder| versioned(&folder))))
}

/// `python3.9`, `python3.10`, … of a folder.
fn versioned(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let minor = |name: OsString| name.to_str()?.strip_prefix("python3.")?.parse::<u32>().ok();
    let mut paths: Vec<(u32, PathBuf)> =
        entries.filter_map(|entry| Some((minor(entry.file_name())?, entry.path()))).collect();
    paths.sort();
    paths.into_iter().map(|(_, path)| path).collect()
}

/// What a program says of itself, from the record of the last time when it has not changed since.
pub(super) fn probe(path: &Path, root: &Path) -> Option<Interpreter> {
    let record = record(path, root);
    let known = record.as_ref().and_then(|record| serde_json::from_slice::<Interpreter>(&fs::read(record).ok()?).ok());
    if let Some(known) = known.filter(|known| known.executable.is_file()) {
        return Some(known);
    }
    let output = ask(path, QUESTION, root)?;
    let interpreter: Interpreter = serde_json::from_slice(&output).ok()?;
    if let Some(record) = record {
        remember(&record, &output);
    }
    Some(interpreter)
}

/// What the program prints when it is given that text.
pub(super) fn ask(python: &Path, text: &str, root: &Path) -> Option<Vec<u8>> {
    let mut command = Command::new(python);
    command.args(["-s", "-c", text]).env_remove("PYTHONPATH").env_remove("PYTHONHOME");
    let output = command.current_dir(root).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// Keeps what was found out; that it cannot be kept only costs time.
pub(super) fn remember(record: &Path, content: &[u8]) {
    let write = || -> std::io::Result<()> {
        let folder = record.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, content)?;
        file.persist(record)?;
        Ok(())
    };
    let _ = write();
}

/// The file that remembers `path` as it is now. Shims of version managers look around where they are started.
fn record(path: &Path, root: &Path) -> Option<PathBuf> {
    let mut text = format!("2 {} {}", path.display(), stamp(path)?);
    if path.parent().is_some_and(|folder| folder.ends_with("shims")) {
        let chosen = env::var("PYENV_VERSION").unwrap_or_default();
        text.push_str(&format!(" {} {chosen}", root.display()));
    }
    let name = Digest::of(text.as_bytes()).to_hex();
    Some(cache().ok()?.join("interpreters").join(format!("{}.json", name.get(..32)?)))
}

/// Modification time and size: what changes when a file does.
pub(super) fn stamp(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    let time = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(format!("{time} {}", meta.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(version: &str) -> Interpreter {
        Interpreter {
            executable: PathBuf::new(),
            version: version.into(),
            implementation: String::new(),
            platform: String::new(),
            sites: Vec::new(),
        }
    }

    #[test]
    fn versions_match_by_whole_numbers() {
        assert!(version("3.11.7").is("3.11") && version("3.11.7").is("3") && version("3.11.7").is("3.11.7"));
        assert!(!version("3.11.7").is("3.1") && !version("3.1.11").is("3.11"));
        assert_eq!(version("3.11.7").minor(), "3.11");
        assert!(!version("3.8.18").usable());
    }

    #[test]
    fn what_is_absent_is_told_with_what_is_there() {
        let failure = absent(Some("3.99"), None, &["3.11.7".into(), "3.9.18".into()]);
        insta::assert_snapshot!(failure.message, @"there is no Python 3.99 on the path; found: 3.11.7, 3.9.18");
    }
}
