//! What every command is given: the global options, and the way to standard output. Knows nothing of any command.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, ColorChoice};

use crate::problem::Problem;
use crate::project::Project;
use crate::render::paint::Paint;
use crate::render::report::Look;
use crate::target::scan::Scan;

/// The global options.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) root: Option<PathBuf>,
    pub(crate) color: Color,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
}

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "always" => Self::Always,
            "never" => Self::Never,
            _ => Self::Auto,
        }
    }

    /// Whether to colour what goes to a stream, given whether that is a terminal.
    fn on(self, terminal: bool) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }
}

impl Context {
    pub(crate) fn new(matches: &ArgMatches) -> Self {
        Self {
            root: matches.get_one::<PathBuf>("root").cloned(),
            color: matches.get_one::<String>("color").map_or(Color::Auto, |name| Color::named(name)),
            quiet: matches.get_flag("quiet"),
            verbose: matches.get_flag("verbose"),
        }
    }

    /// What a first look at the command line says of colours, for what must be said before it is understood.
    pub(crate) fn early(scan: &Scan) -> Self {
        let color = scan.option("color").cloned().or_else(|| std::env::var_os("STANDPIPE_COLOR"));
        Self { color: color.map_or(Color::Auto, |name| Color::named(&name.to_string_lossy())), ..Self::default() }
    }

    /// As clap says it.
    pub(crate) fn clap_color(&self) -> ColorChoice {
        match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }

    /// The project of the current folder.
    pub(crate) fn project(&self) -> Result<Project, Problem> {
        Project::of(&std::env::current_dir()?, self.root.as_deref())
    }

    /// Colours for standard output.
    pub(crate) fn paint(&self) -> Paint {
        Paint { on: self.color.on(std::io::stdout().is_terminal()) }
    }

    /// Colours for standard error.
    pub(crate) fn paint_error(&self) -> Paint {
        Paint { on: self.color.on(std::io::stderr().is_terminal()) }
    }

    /// How reports on standard output look.
    pub(crate) fn look(&self) -> Look {
        Look { color: self.paint().on, width: width() }
    }

    /// How reports on standard error look.
    pub(crate) fn look_error(&self) -> Look {
        Look { color: self.paint_error().on, width: width() }
    }
}

/// Columns of the terminal, or what `COLUMNS` says; 80 where there is none.
pub(crate) fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0.into())).unwrap_or(80).max(20)
}

/// Writes to standard output. A reader that has gone away is no problem, but the end: see [`Problem`].
pub(crate) fn print(text: &str) -> Result<(), Problem> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes a line to standard error; nobody can be told when that fails.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The options of every command.
pub(crate) fn global_args() -> [Arg; 4] {
    [
        Arg::new("root")
            .long("root")
            .value_name("DIR")
            .help("The project's folder [default: the nearest upward with standpipe.toml, else the file's]")
            .value_parser(clap::value_parser!(PathBuf))
            .value_hint(clap::ValueHint::DirPath)
            .env("STANDPIPE_ROOT")
            .hide_env_values(true)
            .help_heading("Everywhere")
            .global(true),
        Arg::new("color")
            .long("color")
            .value_name("WHEN")
            .help("Colours: auto, always or never")
            .value_parser(["auto", "always", "never"])
            .hide_possible_values(true)
            .default_value("auto")
            .hide_default_value(true)
            .env("STANDPIPE_COLOR")
            .hide_env_values(true)
            .help_heading("Everywhere")
            .global(true),
        Arg::new("quiet")
            .short('q')
            .long("quiet")
            .help("Say only what matters")
            .action(ArgAction::SetTrue)
            .env("STANDPIPE_QUIET")
            .hide_env_values(true)
            .help_heading("Everywhere")
            .global(true),
        Arg::new("verbose")
            .short('v')
            .long("verbose")
            .help("Say more")
            .action(ArgAction::SetTrue)
            .env("STANDPIPE_VERBOSE")
            .hide_env_values(true)
            .help_heading("Everywhere")
            .global(true),
    ]
}
