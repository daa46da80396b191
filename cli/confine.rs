//! What steps are to be kept from: `[sandbox]` of `standpipe.toml`, and the option over it. Knows nothing of how.

use std::path::PathBuf;

use clap::{Arg, ArgMatches};
use serde::Deserialize;
use standpipe_runtime::sandbox::{Tier, Wanted};

use crate::problem::Problem;
use crate::project::{Project, SETTINGS, absolute};

/// The best tier that the host gives.
const BEST: &str = "auto";
const TIERS: [&str; 4] = ["off", BEST, "T1", "T2"];

/// `[sandbox]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sandbox {
    /// `off`, `auto`, `T1` or `T2`.
    tier: Option<String>,
    /// The least that will do: `T1` or `T2`.
    require: Option<String>,
    /// What steps may read besides.
    #[serde(default)]
    read: Vec<String>,
    /// What they may write besides.
    #[serde(default)]
    write: Vec<String>,
}

/// `--sandbox`.
pub(crate) fn arg() -> Arg {
    Arg::new("sandbox")
        .long("sandbox")
        .value_name("TIER")
        .help("What steps are kept from: off, auto, T1 or T2 [default: what standpipe.toml says, else off]")
        .value_parser(TIERS)
        .hide_possible_values(true)
        .env("STANDPIPE_SANDBOX")
        .hide_env_values(true)
}

/// The tier that the command line names.
pub(crate) fn named(matches: &ArgMatches) -> Option<String> {
    matches.get_one::<String>("sandbox").cloned()
}

/// What the project asks for; `named` stands over its own tier.
///
/// # Errors
/// A tier that does not exist.
pub(crate) fn wanted(named: Option<&str>, project: &Project) -> Result<Wanted, Problem> {
    let settings = project.settings.sandbox.clone().unwrap_or_default();
    let require = match &settings.require {
        None => Tier::Off,
        Some(name) => tier("`require` of `[sandbox]`", name)?.unwrap_or(Tier::T1),
    };
    let from_dotenv = project.dotenv("STANDPIPE_SANDBOX").map(|name| ("STANDPIPE_SANDBOX of `.env`", name));
    let from_settings = settings.tier.as_deref().map(|name| ("`tier` of `[sandbox]`", name));
    let named = named.map(|name| ("--sandbox", name));
    let tier = match named.or(from_dotenv).or(from_settings) {
        Some((what, name)) => tier(what, name)?,
        // What is required is wanted.
        None if require > Tier::Off => None,
        None => Some(Tier::Off),
    };
    let paths = |all: &[String]| all.iter().map(|path| absolute(&place(project, path))).collect::<Result<_, _>>();
    Ok(Wanted {
        tier,
        require,
        read: paths(&settings.read)?,
        write: paths(&settings.write)?,
        hidden: project.settings.secrets.iter().map(|name| project.root.join(name)).collect(),
    })
}

/// The tier of that name; `None` for the best.
fn tier(what: &str, name: &str) -> Result<Option<Tier>, Problem> {
    if name == BEST {
        return Ok(None);
    }
    Tier::named(name).map(Some).ok_or_else(|| {
        Problem::usage(format!("{what} is `{name}`, which is no tier of the sandbox"))
            .help(format!("`{SETTINGS}` and `--sandbox` know `{}`", TIERS.join("`, `")))
    })
}

/// A path of the settings: relative to the project's root, or to the home folder behind `~/`.
fn place(project: &Project, path: &str) -> PathBuf {
    match path.strip_prefix("~/").zip(std::env::home_dir()) {
        Some((rest, home)) => home.join(rest),
        None => project.root.join(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted_of(text: &str, named: Option<&str>) -> Result<Wanted, String> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(SETTINGS), text).expect("written");
        let project = Project::at(folder.path().into()).map_err(|problem| problem.message)?;
        let root = |path: PathBuf| path.strip_prefix(folder.path()).map(PathBuf::from).unwrap_or(path);
        let wanted = wanted(named, &project).map_err(|problem| problem.message)?;
        Ok(Wanted { read: wanted.read.into_iter().map(root).collect(), ..wanted })
    }

    #[test]
    fn nothing_is_asked_for_unless_it_is_said() {
        assert_eq!(wanted_of("", None), Ok(Wanted::default()));
        assert_eq!(wanted_of("", Some("auto")).map(|wanted| wanted.tier), Ok(None));
        assert_eq!(wanted_of("[sandbox]\ntier = \"T2\"", Some("T1")).map(|wanted| wanted.tier), Ok(Some(Tier::T1)));
    }

    #[test]
    fn what_is_required_is_wanted() {
        let wanted = wanted_of("[sandbox]\nrequire = \"T1\"\nread = [\"data\"]", None).expect("sense");
        assert_eq!((wanted.tier, wanted.require, wanted.read), (None, Tier::T1, vec![PathBuf::from("data")]));
    }

    #[test]
    fn other_tiers_are_refused() {
        let message = wanted_of("[sandbox]\ntier = \"t1\"", None).expect_err("there is none");
        assert_eq!(message, "`tier` of `[sandbox]` is `t1`, which is no tier of the sandbox");
        assert!(wanted_of("[sandbox]\nlevel = 1", None).is_err());
    }
}
