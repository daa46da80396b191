//! The commands: a table of names, and a file each.

mod build;
mod cache;
mod check;
mod completions;
mod doctor;
mod explain;
mod fmt;
mod lsp;
mod new;
mod plan;
mod run;
mod runs;
mod test;
mod why;

use clap::{Arg, ArgMatches, Command};
use standpipe_compiler::optimise::PassReport;
use standpipe_plan::Plan;
use standpipe_runtime::Failure;
use standpipe_syntax::diag::Severity;

use crate::context::{Context, print, say};
use crate::problem::{Exit, Problem};
use crate::render::diagnostics::Findings;
use crate::target::Target;

/// A command.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    /// One line of the overview.
    pub(crate) about: &'static str,
    /// Adds its arguments and its examples.
    pub(crate) define: fn(Command) -> Command,
    pub(crate) action: Action,
}

/// What a command does, and what it must be given.
pub(crate) enum Action {
    /// Its arguments.
    Plain(fn(&Context, &ArgMatches) -> Result<Exit, Problem>),
    /// Its arguments, the parameters of a pipeline among them, and that pipeline.
    Target(fn(&Context, &ArgMatches, &Target) -> Result<Exit, Problem>),
}

macro_rules! commands {
    ($($kind:ident $name:ident $about:literal)*) => {
        /// In the order of the overview.
        pub(crate) const COMMANDS: &[Entry] = &[
            $(Entry { name: stringify!($name), about: $about, define: $name::define, action: Action::$kind($name::run) },)*
        ];
    };
}

commands! {
    Plain new "Make a project that runs at once"
    Plain check "Find everything that can be known to be wrong before anything runs"
    Target plan "Show what would run, what would be reused, and why"
    Target build "Write a pipeline's plan to a file"
    Target run "Run a pipeline"
    Plain test "Run the tests"
    Plain fmt "Bring files into the one style"
    Plain runs "Show what has run, and how"
    Plain why "Say why a step ran or was reused"
    Plain cache "Show, check and clean up what is kept of results"
    Plain doctor "Look for what is wrong with this machine or the state folder"
    Plain explain "Say what a diagnostic's code means, with an example"
    Plain lsp "Serve an editor"
    Plain completions "Print a completion script for a shell"
}

/// `--format`, whose first kind is the default.
fn format_arg(kinds: &'static [&'static str]) -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("KIND")
        .help(format!("How to show it: {}", kinds.join(", ")))
        .value_parser(clap::builder::PossibleValuesParser::new(kinds))
        .hide_possible_values(true)
        .default_value(kinds.first().copied())
        .env("STANDPIPE_FORMAT")
        .hide_env_values(true)
}

/// `FILE` and `PIPELINE`, and how to read parameters from a file; the parameters themselves are added when the pipeline
/// is known.
fn target_args() -> [Arg; 3] {
    [
        Arg::new("file")
            .value_name("FILE|PLAN")
            .help("A .pipe file, or a plan that was built from one")
            .required(true)
            .value_parser(clap::value_parser!(std::path::PathBuf))
            .value_hint(clap::ValueHint::FilePath),
        Arg::new("pipeline")
            .value_name("PIPELINE")
            .help("Which of the file's pipelines; `main` or the only one when left out. Stands before any parameter"),
        crate::params::file_arg(),
    ]
}

/// A plan, and what was done to it.
struct Compiled {
    plan: Plan,
    /// None of a plan that was read from a file.
    passes: Vec<PassReport>,
}

/// The target's plan. Mistakes are shown and give the exit code `exit`; warnings go to standard error.
fn compiled(context: &Context, target: &Target, json: bool, exit: Exit) -> Result<Result<Compiled, Exit>, Problem> {
    let program = match target {
        Target::Plan { plan, .. } => return Ok(Ok(Compiled { plan: plan.as_ref().clone(), passes: Vec::new() })),
        Target::Program(program) => program,
    };
    let (compiled, findings) = program.compile()?;
    match compiled.plan {
        Some(plan) if findings.count(Severity::Error) == 0 => {
            if !findings.is_empty() && !context.quiet {
                say(findings.text(context.look_error()).trim_end());
            }
            Ok(Ok(Compiled { plan, passes: compiled.passes }))
        }
        _ => refuse(context, &findings, json, exit).map(Err),
    }
}

/// Shows why a program cannot be used.
pub(crate) fn refuse(context: &Context, findings: &Findings, json: bool, exit: Exit) -> Result<Exit, Problem> {
    if json {
        print(&findings.json())?;
    } else {
        say(findings.text(context.look_error()).trim_end());
        say(&format!("\n{}", findings.counts()));
    }
    Ok(exit)
}

/// A failure of the runtime itself, before or beside any step.
pub(crate) fn stopped(failure: &Failure) -> Problem {
    let message = if failure.code.is_empty() {
        failure.message.clone()
    } else {
        format!("{} ({})", failure.message, failure.code)
    };
    let problem = Problem::failed(message);
    match &failure.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}
