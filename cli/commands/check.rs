//! `standpipe check [PATH…]`: everything that can be known before running.

use std::fs;
use std::path::{Component, Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use standpipe_compiler::stubs;
use standpipe_syntax::FileId;
use standpipe_syntax::diag::Severity;

use super::format_arg;
use crate::context::{Context, print};
use crate::options;
use crate::problem::{Exit, Problem};
use crate::render::diagnostics::Findings;
use crate::render::{github, plural, sarif};
use crate::sources::{self, Package};

pub(super) fn define(command: Command) -> Command {
    command
        .arg(
            Arg::new("paths")
                .value_name("PATH")
                .help("Files, or folders with all in them; all of the project when left out")
                .num_args(0..)
                .value_parser(clap::value_parser!(PathBuf))
                .value_hint(clap::ValueHint::AnyPath),
        )
        .arg(format_arg(&["text", "line", "json", "sarif", "github"]))
        .arg(
            Arg::new("stubs")
                .long("stubs")
                .value_name("DIR")
                .help("Write the Python of each file as a module of typed functions, for mypy or pyright, to this folder")
                .value_parser(clap::value_parser!(PathBuf))
                .value_hint(clap::ValueHint::DirPath),
        )
        .arg(options::profile_arg())
        .after_help(
            "Examples:\n  standpipe check\n  standpipe check churn.pipe --format json\n  standpipe check --stubs .stubs && MYPYPATH=. mypy .stubs\n  standpipe check --format sarif > standpipe.sarif",
        )
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let paths: Vec<PathBuf> = matches.get_many("paths").unwrap_or_default().cloned().collect();
    let files = sources::find(context, &paths)?;
    let profile = matches.get_one::<String>("profile").map(String::as_str);
    let (mut findings, mut last) = (Findings::default(), None);
    for package in sources::analyse_all(&files, context.root.as_deref(), profile)? {
        let Package { project, mut analysis, paths } = package;
        if let Some(folder) = matches.get_one::<PathBuf>("stubs") {
            for (file, path) in (0..).map(FileId).zip(&paths) {
                if let Some(text) = stubs(&analysis, file) {
                    write(&folder.join(module_of(path)), &text)?;
                }
            }
        }
        findings.add(sources::files(&project, &analysis), std::mem::take(&mut analysis.diagnostics));
        last = Some(analysis);
    }
    // The program is about to end: taking a large one to pieces would only make people wait.
    std::mem::forget(last);
    let findings = findings.sorted();
    let format = matches.get_one::<String>("format").map_or("text", String::as_str);
    let mut text = match format {
        "json" => findings.json(),
        "line" => findings.lines(),
        "sarif" => sarif::log(&findings),
        "github" => github::commands(&findings),
        _ => findings.text(context.look()),
    };
    if !matches!(format, "json" | "sarif") && !context.quiet {
        text.push_str(&format!("checked {}: {}\n", plural(files.len(), "file"), findings.counts()));
    }
    print(&text)?;
    Ok(if findings.count(Severity::Error) > 0 { Exit::Failed } else { Exit::Done })
}

/// The name of the Python module that holds the bodies of the file at `path`.
fn module_of(path: &Path) -> String {
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_string_lossy().replace(|letter: char| !letter.is_alphanumeric(), "_")),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    };
    let parts: Vec<String> = path.with_extension("").components().filter_map(name).collect();
    format!("{}.py", parts.join("_"))
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Problem::usage(format!("`{}` cannot be written: {error}", path.display())))
}
