//! The command line: arguments in, rendering out, no logic of its own.

mod call;
mod commands;
mod confine;
mod context;
mod glance;
mod limits;
mod machines;
mod options;
mod params;
mod past;
mod problem;
mod project;
mod render;
mod sources;
mod suite;
mod target;
mod world;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, Command};

use crate::commands::{Action, COMMANDS, Entry};
use crate::context::{Context, say};
use crate::problem::{Exit, Problem};
use crate::target::Target;
use crate::target::scan::{Scan, scan};

/// Runs the program with the command line `argv`, whose first item is the program's name.
#[must_use]
pub fn main(argv: Vec<OsString>) -> ExitCode {
    if let [_, command, arguments @ ..] = argv.as_slice()
        && command == standpipe_runtime::keeper::COMMAND
    {
        return standpipe_runtime::keeper::main(arguments);
    }
    dispatch(argv).into()
}

/// The whole command line, without the parameters of any pipeline.
pub(crate) fn command() -> Command {
    let root = Command::new("standpipe")
        .about("Typed pipelines for AI work: checked before they run")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .args(context::global_args())
        .after_help(
            "Examples:\n  standpipe new hello              a project that runs at once\n  standpipe run hello/hello.pipe   runs it",
        );
    COMMANDS
        .iter()
        .fold(root, |root, entry| root.subcommand((entry.define)(Command::new(entry.name).about(entry.about))))
}

fn dispatch(argv: Vec<OsString>) -> Exit {
    let mut root = command();
    let scan = scan(&argv, &root);
    let early = Context::early(&scan);
    let mut target = None;
    if let Some(Entry { action: Action::Target(_), name, .. }) =
        COMMANDS.iter().find(|entry| entry.name == scan.command)
    {
        target = match load(&early, &scan) {
            Ok(target) => target,
            // Help is given even about what cannot be read.
            Err(_) if scan.help => None,
            Err(exit) => return exit,
        };
        if scan.file.is_none() && !scan.help {
            return complain(&early, &nothing_named(name));
        }
        if let Some(target) = &target {
            root = root.mut_subcommand(name, |command| about(params::define(command, &target.parameters()), target));
        }
    }
    let matches = match root.color(early.clap_color()).try_get_matches_from(&argv) {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let context = Context::new(&matches);
    let found = matches
        .subcommand()
        .and_then(|(name, matches)| COMMANDS.iter().find(|entry| entry.name == name).map(|entry| (entry, matches)));
    let Some((entry, matches)) = found else { return Exit::Usage };
    let result = match (&entry.action, &target) {
        (Action::Plain(run), _) => run(&context, matches),
        (Action::Target(run), Some(target)) => misplaced(&scan, matches).and_then(|()| run(&context, matches, target)),
        (Action::Target(_), None) => Err(Problem::usage("the file stands before any parameter")),
    };
    result.unwrap_or_else(|problem| complain(&context, &problem))
}

/// Loads what the command is about. A program with mistakes ends here, with what is wrong with it, unless it is one of
/// its earlier stages that was asked for: its parameters are not known, so the rest of the command line makes no sense.
fn load(context: &Context, scan: &Scan) -> Result<Option<Target>, Exit> {
    let target = Target::load(scan).map_err(|problem| complain(context, &problem))?;
    if scan.option("stage").is_some() || scan.help {
        return Ok(target);
    }
    if let Some(Target::Program(program)) = &target {
        if program.analysis.has_errors() {
            let format = scan.option("format").cloned().or_else(|| std::env::var_os("STANDPIPE_FORMAT"));
            let json = format.is_some_and(|format| format == "json");
            let exit = if scan.command == "run" { Exit::Usage } else { Exit::Failed };
            let refused = commands::refuse(context, &program.findings(), json, exit);
            return Err(refused.unwrap_or_else(|problem| complain(context, &problem)));
        }
        if let Err(problem) = &program.pipeline {
            return Err(complain(context, problem));
        }
    }
    Ok(target)
}

/// A command that is about a file, and no file.
fn nothing_named(command: &str) -> Problem {
    let here = std::fs::read_dir(".").into_iter().flatten().flatten();
    let mut files: Vec<String> = here
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".pipe") && !name.starts_with('.'))
        .collect();
    files.sort_unstable();
    let problem = Problem::usage("no file is named");
    match files.as_slice() {
        [] => problem.help(format!("for example `standpipe {command} flow.pipe`; `standpipe new` makes a project")),
        [only] => problem.help(format!("for example `standpipe {command} {only}`")),
        [first, second] => problem.help(format!("for example `standpipe {command} {first}`; {second} is here too")),
        [first, rest @ ..] => {
            problem.help(format!("for example `standpipe {command} {first}`; {} more are here", rest.len()))
        }
    }
}

/// Help that tells which pipeline it is about.
fn about(command: Command, target: &Target) -> Command {
    match target.about() {
        Some((name, doc)) if doc.is_empty() => command.before_help(format!("The pipeline `{name}`.")),
        Some((name, doc)) => command.before_help(format!("The pipeline `{name}`: {}", doc.trim())),
        None => command,
    }
}

/// A pipeline named after a parameter: by then another one's parameters were read.
fn misplaced(scan: &Scan, matches: &ArgMatches) -> Result<(), Problem> {
    match matches.get_one::<String>("pipeline") {
        Some(name) if scan.pipeline.as_ref() != Some(name) => {
            Err(Problem::usage(format!("the argument `{name}` stands after a parameter"))
                .help("the pipeline's name stands before its parameters, and each parameter has a `--name`"))
        }
        _ => Ok(()),
    }
}

/// Shows what clap has to say: help, the version, or what is wrong with the command line.
fn usage(error: &clap::Error) -> Exit {
    // Whoever reads standard output may have gone away; there is nobody left to tell.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

pub(crate) fn complain(context: &Context, problem: &Problem) -> Exit {
    if !problem.message.is_empty() {
        let paint = context.paint_error();
        say(&format!("{} {}", paint.red("error:"), problem.message));
        if let Some(help) = &problem.help {
            say(&format!("  {} {help}", paint.cyan("help:")));
        }
    }
    problem.exit
}
