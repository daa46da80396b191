//! The project a file belongs to: its root, its settings, where its state lies. Knows nothing of pipelines.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use standpipe_runtime::Secrets;

use crate::confine::Sandbox;
use crate::problem::{Problem, nearest};
use crate::world::{DiskWorld, read_regular};

/// The file that marks a project's root.
pub(crate) const SETTINGS: &str = "standpipe.toml";
/// Largest settings file or `.env` that is read, in bytes.
const MAX_SETTINGS: u64 = 1 << 20;

/// A project's folder and its settings.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// Absolute.
    pub(crate) root: PathBuf,
    pub(crate) settings: Settings,
    /// What the machine is like that is chosen for the run, with its name.
    pub(crate) profile: Option<(String, Profile)>,
    /// `STANDPIPE_…` lines of the root's `.env`; other lines are none of our business.
    dotenv: BTreeMap<String, String>,
}

/// What `standpipe.toml` may say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The interpreter of tasks without an `env`.
    pub(crate) python: Option<String>,
    /// Cores to use.
    pub(crate) jobs: Option<usize>,
    /// Memory to use, as a size: `4GiB`.
    pub(crate) memory: Option<String>,
    /// What one attempt of a step may print, as a size: `64MiB`.
    #[serde(rename = "max-log")]
    pub(crate) max_log: Option<String>,
    /// The file of secrets, relative to the root: `NAME=value` on each line, for its owner only.
    pub(crate) secrets: Option<String>,
    /// What may be kept of results.
    pub(crate) cache: Option<Cache>,
    /// Machines by name: `[profile.NAME]`.
    #[serde(default)]
    pub(crate) profile: BTreeMap<String, Profile>,
    /// What steps are kept from.
    pub(crate) sandbox: Option<Sandbox>,
}

/// `[cache]`: checked after each run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Cache {
    /// A size: `10GiB`.
    pub(crate) max_size: Option<String>,
    /// A duration: `30d`.
    pub(crate) older_than: Option<String>,
}

/// A machine that `--profile` chooses. What it does not say is as on this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Cores.
    pub(crate) cpus: Option<usize>,
    /// A size: `64GiB`.
    pub(crate) memory: Option<String>,
    /// Cards.
    pub(crate) gpus: Option<u64>,
    /// Most steps at once.
    pub(crate) workers: Option<u64>,
}

const KEYS: [&str; 8] = ["cache", "jobs", "max-log", "memory", "profile", "python", "sandbox", "secrets"];

impl Project {
    /// The project of `path`, a file or a folder: `root` when given, else the nearest folder upward with a
    /// `standpipe.toml`, else the file's folder.
    pub(crate) fn of(path: &Path, root: Option<&Path>) -> Result<Self, Problem> {
        let root = match root {
            Some(root) if root.is_dir() => absolute(root)?,
            Some(root) => return Err(Problem::usage(format!("the root `{}` is not a folder", root.display()))),
            None => root_of(&absolute(path)?),
        };
        Self::at(root)
    }

    /// The project in the folder `root`.
    pub(crate) fn at(root: PathBuf) -> Result<Self, Problem> {
        let settings = read_settings(&root.join(SETTINGS))?;
        let dotenv = read_dotenv(&root.join(".env"))?;
        Ok(Self { root, settings, profile: None, dotenv })
    }

    /// The same with the profile `name`, or else the one that `STANDPIPE_PROFILE` names.
    ///
    /// # Errors
    /// A profile that the settings do not have.
    pub(crate) fn with_profile(mut self, name: Option<&str>) -> Result<Self, Problem> {
        let name = match name {
            Some(name) => Some(name.to_owned()),
            None => self.variable("STANDPIPE_PROFILE")?.filter(|name| !name.is_empty()),
        };
        let Some(name) = name else { return Ok(self) };
        let known = &self.settings.profile;
        let Some(profile) = known.get(&name).cloned() else {
            let problem = Problem::usage(format!("`{SETTINGS}` has no profile `{name}`"));
            return Err(match known.is_empty() {
                true => problem.help(format!("describe the machine there: `[profile.{name}]`, `cpus = 8`")),
                false => problem.nearest(&name, known.keys().map(String::as_str), "it has"),
            });
        };
        self.profile = Some((name, profile));
        Ok(self)
    }

    /// A variable of the environment, or else of `.env`.
    pub(crate) fn variable(&self, name: &str) -> Result<Option<String>, Problem> {
        match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(self.dotenv.get(name).cloned()),
            Err(std::env::VarError::NotUnicode(_)) => Err(Problem::usage(format!("the variable {name} is not UTF-8"))),
        }
    }

    /// What `.env` says of `name`.
    pub(crate) fn dotenv(&self, name: &str) -> Option<&str> {
        self.dotenv.get(name).map(String::as_str)
    }

    /// Where secrets are looked up: among the variables of the environment, then in the file that the settings name, then in
    /// the keyring.
    pub(crate) fn secrets(&self) -> Result<Secrets, Problem> {
        let mut kept = BTreeMap::new();
        if let Some(name) = &self.settings.secrets {
            let path = self.root.join(name);
            let about = path.metadata().map_err(|error| {
                Problem::usage(format!("`{}`, the file of secrets, cannot be read: {error}", shown(&path)))
                    .help(format!("`secrets` in `{SETTINGS}` names it"))
            })?;
            if about.permissions().mode() & 0o077 != 0 {
                return Err(Problem::usage(format!("`{}` holds secrets, and others may read it", shown(&path)))
                    .help(format!("make it yours alone: chmod 600 {}", shown(&path))));
            }
            let text = read_text(&path)?.unwrap_or_default();
            let pairs = dotenvy::from_read_iter(text.as_bytes()).collect::<Result<BTreeMap<_, _>, _>>();
            // What is wrong with a line is not told: it holds a secret.
            kept = pairs.map_err(|_| {
                Problem::usage(format!("`{}` cannot be read", shown(&path))).help("each of its lines is `NAME=value`")
            })?;
        }
        let known = Secrets::new(move |name| std::env::var(name).ok().or_else(|| kept.get(name).cloned()));
        Ok(known.or_of_the_keyring())
    }

    /// Where history, logs and results lie.
    pub(crate) fn state(&self) -> Result<PathBuf, Problem> {
        match self.variable("STANDPIPE_HOME")? {
            Some(home) if !home.is_empty() => absolute(&self.root.join(home)),
            _ => Ok(self.root.join(".standpipe")),
        }
    }

    /// # Errors
    /// An amount of memory in the settings that makes no sense.
    pub(crate) fn world(&self) -> Result<DiskWorld, Problem> {
        Ok(DiskWorld { root: self.root.clone(), machines: crate::options::machines(self)? })
    }

    /// `path` as plans and the compiler have it: relative to the root with `/` between parts, or absolute.
    pub(crate) fn inside(&self, path: &Path) -> Result<String, Problem> {
        let path = absolute(path)?;
        let path = path.strip_prefix(&self.root).unwrap_or(&path);
        path.to_str()
            .map(str::to_owned)
            .ok_or_else(|| Problem::usage(format!("the path `{}` is not UTF-8", path.display())))
    }

    /// What a command needs to be told to find this project from the current folder: nothing, or ` --root DIR`.
    pub(crate) fn elsewhere(&self) -> String {
        match std::env::current_dir() {
            Ok(here) if root_of(&here) != self.root => format!(" --root {}", self.shown("")),
            _ => String::new(),
        }
    }

    /// A path of the compiler as people should see it: relative to the current folder where that is shorter.
    pub(crate) fn shown(&self, path: &str) -> String {
        if path.is_empty() { shown(&self.root) } else { shown(&self.root.join(path)) }
    }
}

/// `path` relative to the current folder when it lies near, else as it is.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let near = here.ancestors().take(MOST_UP + 1).filter(|above| above.parent().is_some()).enumerate();
    let mut inside = near.filter_map(|(up, above)| Some((up, path.strip_prefix(above).ok()?)));
    match inside.next() {
        None => path.display().to_string(),
        Some((0, rest)) if rest.as_os_str().is_empty() => ".".into(),
        Some((up, rest)) => Path::new(&"../".repeat(up)).join(rest).display().to_string(),
    }
}

/// A path further up than this is clearer when it starts from the root.
const MOST_UP: usize = 2;

/// `path` from the file system's root, without `.` and `..`; symbolic links stay.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    let path = std::path::absolute(path)
        .map_err(|error| Problem::usage(format!("the path `{}` makes no sense: {error}", path.display())))?;
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => clean.push(part),
        }
    }
    Ok(clean)
}

/// See [`Project::of`].
pub(crate) fn root_of(path: &Path) -> PathBuf {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    folder.ancestors().find(|folder| folder.join(SETTINGS).is_file()).unwrap_or(folder).to_path_buf()
}

/// Whether what the project at `root` says of itself lies in it: no link leads out.
pub(crate) fn has_own_settings(root: &Path) -> bool {
    let Ok(real) = root.canonicalize() else { return false };
    let leads_out = |name: &str| root.join(name).canonicalize().is_ok_and(|path| !path.starts_with(&real));
    ![SETTINGS, ".env"].into_iter().any(leads_out)
}

fn read_text(path: &Path) -> Result<Option<String>, Problem> {
    if !path.exists() {
        return Ok(None);
    }
    let bytes = read_regular(path, MAX_SETTINGS)
        .map_err(|why| Problem::usage(format!("`{}` cannot be read: {why}", shown(path))))?;
    String::from_utf8(bytes).map(Some).map_err(|_| Problem::usage(format!("`{}` is not UTF-8", shown(path))))
}

fn read_settings(path: &Path) -> Result<Settings, Problem> {
    let Some(text) = read_text(path)? else { return Ok(Settings::default()) };
    let table: toml::Table = toml::from_str(&text)
        .map_err(|error| Problem::usage(format!("`{}` is not TOML: {}", shown(path), place(&error, &text))))?;
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let problem = Problem::usage(format!("`{}` has an unknown key `{key}`", shown(path)));
        return Err(match nearest(key, KEYS) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("the keys are `{}`", KEYS.join("`, `"))),
        });
    }
    toml::from_str(&text)
        .map_err(|error| Problem::usage(format!("`{}` makes no sense: {}", shown(path), place(&error, &text))))
}

/// A TOML error on one line, with the line it is about.
fn place(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().lines().next().unwrap_or("unknown error");
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
        None => message.to_owned(),
    }
}

fn read_dotenv(path: &Path) -> Result<BTreeMap<String, String>, Problem> {
    let Some(text) = read_text(path)? else { return Ok(BTreeMap::new()) };
    let pairs = dotenvy::from_read_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
    let pairs = pairs.map_err(|error| Problem::usage(format!("`{}` cannot be read: {error}", shown(path))))?;
    Ok(pairs.into_iter().filter(|(name, _)| name.starts_with("STANDPIPE_")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_the_nearest_folder_with_settings() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        let file = inner.join("x.pipe");
        assert_eq!(Project::of(&file, None).unwrap().root, inner);
        std::fs::write(folder.path().join(SETTINGS), "jobs = 3\n").unwrap();
        let project = Project::of(&file, None).unwrap();
        assert_eq!(project.root, folder.path());
        assert_eq!(project.settings.jobs, Some(3));
        assert_eq!(project.inside(&file).unwrap(), "a/b/x.pipe");
        assert_eq!(project.inside(&inner.join("../c.csv")).unwrap(), "a/c.csv");
        assert_eq!(project.inside(Path::new("/elsewhere/c.csv")).unwrap(), "/elsewhere/c.csv");
        assert_eq!(Project::of(&file, Some(&inner)).unwrap().root, inner);
    }

    #[test]
    fn settings_name_the_nearest_key_and_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let problem = |text: &str| {
            std::fs::write(folder.path().join(SETTINGS), text).unwrap();
            let problem = Project::at(folder.path().into()).unwrap_err();
            let message = problem.message.replace(&shown(folder.path()), "[root]");
            format!("{message} ({})", problem.help.unwrap_or_default())
        };
        assert_eq!(problem("job = 2"), "`[root]/standpipe.toml` has an unknown key `job` (did you mean `jobs`?)");
        assert_eq!(
            problem("\njobs = \"two\""),
            "`[root]/standpipe.toml` makes no sense: line 2: invalid type: string \"two\", expected usize ()"
        );
        assert!(problem("jobs = ").contains("is not TOML: line 1:"));
    }

    #[test]
    fn dotenv_keeps_to_its_own() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "SECRET=1\nSTANDPIPE_TEST_ONLY=2\n").unwrap();
        let project = Project::at(folder.path().into()).unwrap();
        assert_eq!(project.variable("STANDPIPE_TEST_ONLY").unwrap().as_deref(), Some("2"));
        assert_eq!(project.dotenv("SECRET"), None);
    }
}
