//! `standpipe new DIR`: a project that runs at once.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};

use crate::context::{Context, print};
use crate::problem::{Exit, Problem};

/// A project to start from.
struct Template {
    name: &'static str,
    /// The file to run.
    main: &'static str,
    /// Path and text of each file.
    files: &'static [(&'static str, &'static str)],
}

macro_rules! template {
    ($name:literal $main:literal $($file:literal)*) => {
        Template {
            name: $name,
            main: $main,
            files: &[
                ($main, include_str!(concat!("../templates/", $name, "/", $main))),
                $(($file, include_str!(concat!("../templates/", $name, "/", $file))),)*
                ("standpipe.toml", include_str!("../templates/standpipe.toml")),
                (".gitignore", include_str!("../templates/gitignore")),
            ],
        }
    };
}

/// The first is the default.
const TEMPLATES: &[Template] = &[
    template!("hello" "hello.pipe" "README.md"),
    template!("python" "weather.pipe" "weather.py" "readings.csv" "README.md"),
];

pub(super) fn define(command: Command) -> Command {
    command
        .arg(
            Arg::new("dir")
                .value_name("DIR")
                .help("A folder that does not exist yet, or is empty")
                .required(true)
                .value_parser(clap::value_parser!(PathBuf))
                .value_hint(clap::ValueHint::DirPath),
        )
        .arg(
            Arg::new("template")
                .long("template")
                .value_name("NAME")
                .help("What to start from")
                .value_parser(TEMPLATES.iter().map(|template| template.name).collect::<Vec<_>>())
                .default_value(TEMPLATES[0].name)
                .env("STANDPIPE_TEMPLATE")
                .hide_env_values(true),
        )
        .after_help("Example:\n  standpipe new weather --template python")
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let wanted = matches.get_one::<String>("template").map(String::as_str);
    let (Some(dir), Some(template)) =
        (matches.get_one::<PathBuf>("dir"), TEMPLATES.iter().find(|template| Some(template.name) == wanted))
    else {
        return Err(Problem::usage("no folder was named"));
    };
    match dir.read_dir().map(|mut entries| entries.next().is_some()) {
        Ok(true) => {
            return Err(Problem::usage(format!("the folder `{}` is not empty", dir.display()))
                .help("name a folder that does not exist yet"));
        }
        Ok(false) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Problem::usage(format!("`{}` cannot be used: {error}", dir.display()))),
    }
    write(dir, template).map_err(|error| Problem::failed(format!("`{}` cannot be made: {error}", dir.display())))?;
    if !context.quiet {
        let (dir, main) = (dir.display(), template.main);
        print(&format!(
            "made {dir} with {} files\n\n  cd {dir}\n  standpipe check\n  standpipe run {main}\n",
            template.files.len()
        ))?;
    }
    Ok(Exit::Done)
}

fn write(dir: &Path, template: &Template) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    template.files.iter().try_for_each(|(name, text)| {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(dir.join(name))?;
        std::io::Write::write_all(&mut file, text.as_bytes())
    })
}
