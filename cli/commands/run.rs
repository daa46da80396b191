//! `standpipe run FILE|PLAN [PIPELINE] [params]`: runs it.

mod detach;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use smol_str::SmolStr;
use standpipe_plan::{Plan, Value};
use standpipe_runtime::history::{History, RunStatus};
use standpipe_runtime::{Event, Observer, Options, RunReport, Status};

use super::{compiled, format_arg, stopped, target_args};
use crate::call::Call;
use crate::context::{Context, print, say};
use crate::problem::{Exit, Problem};
use crate::project::absolute;
use crate::render::progress::{Board, JsonLines, Lines, Live, seconds};
use crate::render::{failure, outputs, plural};
use crate::target::Target;
use crate::{confine, limits, options, params};

/// Failures that are shown in full; of further ones only how many.
pub(super) const MAX_FAILURES: usize = 5;

pub(super) fn define(command: Command) -> Command {
    command
        .args(target_args())
        .arg(format_arg(&["text", "json"]))
        .args(options::machine_args())
        .arg(options::keep_going_arg())
        .arg(
            Arg::new("detach")
                .long("detach")
                .help("Let it go on by itself, and say its name once it is on record")
                .action(ArgAction::SetTrue),
        )
        .arg(Arg::new(detach::INSIDE).long(detach::INSIDE).hide(true).action(ArgAction::SetTrue))
        .arg(
            Arg::new("only")
                .long("only")
                .value_name("STEP")
                .help("Run this step alone, on what earlier runs left for its inputs"),
        )
        .after_help(
            "A pipeline's parameters are options: `standpipe run FILE PIPELINE --help` lists them.\n\
             They may also come from STANDPIPE_PARAM_<NAME> or a file.\n\n\
             Examples:\n  standpipe run churn.pipe train --trials 64 --raw data/new.csv\n  \
             standpipe run churn.plan --params night.toml --format json",
        )
}

pub(super) fn run(context: &Context, matches: &ArgMatches, target: &Target) -> Result<Exit, Problem> {
    let json = matches.get_one::<String>("format").is_some_and(|format| format == "json");
    let plan = match compiled(context, target, json, Exit::Usage)? {
        Ok(compiled) => compiled.plan,
        Err(exit) => return Ok(exit),
    };
    let parameters = target.parameters();
    let given = params::given(&parameters, matches, target.project())?;
    if let Some(missing) = params::missing(&parameters, &given) {
        return Err(Problem::usage(format!("the parameter `{}` of `{}` has no value", missing.name, plan.pipeline))
            .help(format!("give it with `--{}`: {}", missing.name.replace('_', "-"), missing.ty)));
    }
    if !context.quiet {
        for schedule in &plan.schedules {
            say(&format!(
                "note: the schedule `{}` ({}) does not start runs yet: this one is started by hand",
                schedule.name, schedule.trigger
            ));
        }
    }
    limits::limits(None, target.project())?;
    let mut options = options::options(matches, target.project(), true)?;
    options.only = matches.get_one::<String>("only").cloned();
    let file = matches.get_one::<PathBuf>("file").map(|file| absolute(file)).transpose()?.unwrap_or_default();
    let call = Call {
        file,
        pipeline: plan.pipeline.to_string(),
        root: options.root.clone(),
        params: given.clone(),
        cache: options.cache,
        keep_going: options.keep_going,
        profile: target.project().profile.as_ref().map(|(name, _)| name.clone()),
        sandbox: confine::named(matches),
        words: std::env::args().skip(1).filter(|word| *word != format!("--{}", detach::INSIDE)).collect(),
    };
    options.call = serde_json::to_value(&call).ok();
    if !json && !context.quiet && !matches.get_flag(detach::INSIDE) {
        tell_interrupted(target, &call)?;
    }
    if matches.get_flag("detach") {
        return detach::detach(context, json);
    }
    if matches.get_flag(detach::INSIDE) {
        let mut away = detach::Away::new()?;
        let report = standpipe_runtime::run(&plan, given, &options, &mut away);
        limits::keep_within(context, target.project());
        return report.map(|report| exit(&report)).map_err(|failure| {
            away.failed(&failure);
            stopped(&failure)
        });
    }
    carry_out(context, target, &plan, given, &options, &call, json)
}

/// Says that the last run of this pipeline was interrupted, and what goes on with it.
fn tell_interrupted(target: &Target, call: &Call) -> Result<(), Problem> {
    let Some(history) = History::open(&target.project().state()?).map_err(|failure| stopped(&failure))? else {
        return Ok(());
    };
    let last = history.last_of(&call.pipeline).map_err(|failure| stopped(&failure))?;
    let Some(last) = last.filter(|last| last.status == RunStatus::Interrupted) else { return Ok(()) };
    let before = history.call(&last).map_err(|failure| stopped(&failure))?;
    let before: Option<Call> = before.and_then(|before| serde_json::from_value(before).ok());
    if before.is_some_and(|before| before.file == call.file) {
        let (name, elsewhere) = (&last.name, target.project().elsewhere());
        let held = match history.still_held(&last) {
            0 => String::new(),
            held => format!(" and takes over what still runs of it ({})", plural(held as u64, "step")),
        };
        say(&format!(
            "note: the last run, {name}, was interrupted: `standpipe runs resume {name}{elsewhere}` goes on with it{held}; this one begins anew"
        ));
    }
    Ok(())
}

/// Runs a plan and tells how it went.
pub(super) fn carry_out(
    context: &Context,
    target: &Target,
    plan: &Plan,
    given: Vec<(SmolStr, Value)>,
    options: &Options,
    call: &Call,
    json: bool,
) -> Result<Exit, Problem> {
    let report = {
        let mut observer = observer(context, plan, json);
        standpipe_runtime::run(plan, given, options, observer.as_mut())
    };
    let report = report.map_err(|failure| stopped(&failure))?;
    if !json {
        tell(context, target, &report, call)?;
    }
    limits::keep_within(context, target.project());
    Ok(exit(&report))
}

fn exit(report: &RunReport) -> Exit {
    match report.status {
        Status::Succeeded | Status::Cached => Exit::Done,
        Status::Failed | Status::Skipped => Exit::Failed,
        Status::Cancelled => Exit::Cancelled,
    }
}

/// Hears nothing: `--quiet`.
struct Deaf;

impl Observer for Deaf {
    fn event(&mut self, _: &Event) {}
}

fn observer(context: &Context, plan: &Plan, json: bool) -> Box<dyn Observer> {
    if json {
        return Box::new(JsonLines::new(std::io::stdout()));
    }
    if context.quiet {
        return Box::new(Deaf);
    }
    let paint = context.paint_error();
    let board = Board::new(plan, paint, context.verbose);
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let watched = std::io::stderr().is_terminal() && !dumb && std::env::var_os("CI").is_none_or(|ci| ci.is_empty());
    if watched { Box::new(Live::new(board, paint)) } else { Box::new(Lines::new(board, std::io::stderr())) }
}

/// Failures and the summary for people, the result for whoever reads standard output.
fn tell(context: &Context, target: &Target, report: &RunReport, call: &Call) -> Result<(), Problem> {
    let look = context.look_error();
    for (step, failure) in report.failures.iter().take(MAX_FAILURES) {
        say(&format!("\n{}", failure::draw(step, failure, &report.run, Some(call), target.project(), look).trim_end()));
    }
    let more = report.failures.len().saturating_sub(MAX_FAILURES);
    if more > 0 {
        say(&format!("\nand {more} more failures: standpipe runs show {}{}", report.run, target.project().elsewhere()));
    }
    if !context.quiet {
        say(&summary(report));
    }
    if report.status == Status::Cancelled {
        let elsewhere = target.project().elsewhere();
        say(&format!("cancelled: `standpipe runs resume {}{elsewhere}` goes on where it stopped", report.run));
    }
    if report.status == Status::Succeeded {
        print(&outputs::text(&report.value, &report.outputs))?;
    }
    Ok(())
}

/// `12 steps: 3 ran, 9 reused, 4.2 s  (run brave-otter)`.
fn summary(report: &RunReport) -> String {
    let counts = report.counts;
    let parts: String = counts.words().map(|part| part + ", ").collect();
    format!("{}: {}{}  (run {})", plural(counts.all(), "step"), parts, seconds(report.seconds), report.run)
}
