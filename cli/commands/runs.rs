//! `standpipe runs [list|show|logs|rm] [RUN]`: what has run, and how.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Serialize;
use standpipe_runtime::Counts;
use standpipe_runtime::history::{RunRow, RunStatus, StepRow, StepStatus};

use super::run::MAX_FAILURES;
use super::{format_arg, stopped};
use crate::context::{Context, print, say};
use crate::past;
use crate::problem::{Exit, Problem};
use crate::render::failure;
use crate::render::paint::Paint;
use crate::render::progress::seconds;
use crate::render::table::table;

/// Runs that are listed unless all are asked for.
const LISTED: usize = 20;

pub(super) fn define(command: Command) -> Command {
    let run = || Arg::new("run").value_name("RUN").help("A name, an id or its start; the latest when left out");
    command
        .args_conflicts_with_subcommands(true)
        .args(list_args())
        .subcommand(Command::new("list").about("The latest runs").args(list_args()))
        .subcommand(
            Command::new("show")
                .about("A run's steps and what went wrong")
                .arg(run())
                .arg(format_arg(&["text", "json"])),
        )
        .subcommand(
            Command::new("logs")
                .about("What a run's steps printed")
                .arg(run())
                .arg(Arg::new("step").long("step").value_name("STEP").help("Only that step").action(ArgAction::Append)),
        )
        .subcommand(
            Command::new("rm").about("Forget a run and its logs").arg(run().required(true).help("A name or an id")),
        )
        .after_help(
            "Examples:\n  standpipe runs\n  standpipe runs show brave-otter\n  standpipe runs logs --step train.fit",
        )
}

fn list_args() -> [Arg; 2] {
    let all = Arg::new("all").long("all").help("Not only the latest").action(ArgAction::SetTrue);
    [all, format_arg(&["text", "json"])]
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let selector = |matches: &ArgMatches| matches.get_one::<String>("run").cloned();
    match matches.subcommand() {
        Some(("show", matches)) => show(context, selector(matches).as_deref(), is_json(matches)),
        Some(("logs", matches)) => {
            let steps: Vec<String> = matches.get_many("step").unwrap_or_default().cloned().collect();
            logs(context, selector(matches).as_deref(), &steps)
        }
        Some(("rm", matches)) => remove(context, selector(matches).as_deref()),
        Some((_, matches)) => list(context, matches.get_flag("all"), is_json(matches)),
        None => list(context, matches.get_flag("all"), is_json(matches)),
    }
}

fn is_json(matches: &ArgMatches) -> bool {
    matches.get_one::<String>("format").is_some_and(|format| format == "json")
}

fn json(document: &impl Serialize) -> Result<(), Problem> {
    let text = serde_json::to_string(document).map_err(|error| Problem::failed(error.to_string()))?;
    print(&(text + "\n"))
}

#[derive(Serialize)]
struct List<'a> {
    runs: &'a [RunRow],
}

fn list(context: &Context, all: bool, as_json: bool) -> Result<Exit, Problem> {
    let (_, history) = past::open(context)?;
    let runs = match history {
        Some(history) => history.runs().map_err(|failure| stopped(&failure))?,
        None => Vec::new(),
    };
    let shown = &runs[..if all { runs.len() } else { runs.len().min(LISTED) }];
    if as_json {
        json(&List { runs: shown })?;
        return Ok(Exit::Done);
    }
    if runs.is_empty() {
        say("nothing has run here yet");
        return Ok(Exit::Done);
    }
    let paint = context.paint();
    let rows: Vec<_> = shown
        .iter()
        .map(|run| {
            let took = run.seconds.map_or(String::new(), seconds);
            let started = local(&run.started);
            vec![run.name.clone(), run.pipeline.clone(), started, took, run.status.as_str().into(), counts(run.counts)]
        })
        .collect();
    print(&table(&["RUN", "PIPELINE", "STARTED", "TOOK", "STATUS", "STEPS"], &rows, paint))?;
    if runs.len() > shown.len() && !context.quiet {
        say(&format!("and {} more: standpipe runs --all", runs.len() - shown.len()));
    }
    Ok(Exit::Done)
}

/// An instant of the history in the local time zone.
fn local(instant: &str) -> String {
    match instant.parse::<jiff::Timestamp>() {
        Ok(time) => time.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => instant.to_owned(),
    }
}

/// `3 ran, 9 reused`.
fn counts(counts: Counts) -> String {
    let all =
        [(counts.succeeded, "ran"), (counts.cached, "reused"), (counts.failed, "failed"), (counts.skipped, "skipped")];
    let some = all.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    some.collect::<Vec<_>>().join(", ")
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    run: &'a RunRow,
    steps: &'a [StepRow],
}

fn show(context: &Context, selector: Option<&str>, as_json: bool) -> Result<Exit, Problem> {
    let (project, history, run) = past::run(context, selector)?;
    let steps = history.steps(&run).map_err(|failure| stopped(&failure))?;
    if as_json {
        json(&Shown { run: &run, steps: &steps })?;
        return Ok(Exit::Done);
    }
    let paint = context.paint();
    let took = run.seconds.map_or(String::new(), |took| format!(" after {}", seconds(took)));
    let status = colored(run.status, paint);
    let mut text = format!("{} ({})  {}  {status}{took}\n", paint.bold(&run.name), run.id, run.pipeline);
    text.push_str(&format!("started {}\n\n", local(&run.started)));
    let rows: Vec<_> = steps.iter().map(row).collect();
    text.push_str(&table(&["STEP", "INSTANCE", "STATUS", "TOOK", "ATTEMPTS", ""], &rows, paint));
    for step in steps.iter().filter(|step| step.status == StepStatus::Failed).take(MAX_FAILURES) {
        if let Some(error) = &step.error {
            text.push('\n');
            text.push_str(&failure::draw(&step.step, error, &run.name, &project, context.look()));
        }
    }
    print(&text)?;
    Ok(Exit::Done)
}

fn colored(status: RunStatus, paint: Paint) -> String {
    match status {
        RunStatus::Succeeded => paint.green(status.as_str()),
        RunStatus::Failed => paint.red(status.as_str()),
        RunStatus::Running => paint.cyan(status.as_str()),
        RunStatus::Cancelled | RunStatus::Interrupted => paint.yellow(status.as_str()),
    }
}

fn row(step: &StepRow) -> Vec<String> {
    let note = match (&step.error, &step.reused) {
        (Some(error), _) => error.message.clone(),
        (None, Some(run)) => format!("result of {run}"),
        (None, None) => String::new(),
    };
    let took = step.seconds.filter(|_| step.status != StepStatus::Cached).map_or(String::new(), seconds);
    let attempts = if step.attempts > 1 { step.attempts.to_string() } else { String::new() };
    vec![step.step.clone(), step.label.clone(), step.status.as_str().into(), took, attempts, note]
}

fn logs(context: &Context, selector: Option<&str>, wanted: &[String]) -> Result<Exit, Problem> {
    let (_, history, run) = past::run(context, selector)?;
    let steps = history.steps(&run).map_err(|failure| stopped(&failure))?;
    let chosen: Vec<&StepRow> = match wanted {
        [] => steps.iter().filter(|step| step.log.is_some()).collect(),
        wanted => wanted.iter().map(|name| past::step(&run, &steps, name)).collect::<Result<_, _>>()?,
    };
    let alone = chosen.len() == 1;
    let paint = context.paint();
    for step in &chosen {
        let log = history.log(&run, &step.step).map_err(|failure| stopped(&failure))?;
        if !alone {
            print(&format!("{}\n", paint.bold(&format!("── {}", step.step))))?;
        }
        print(&log)?;
        if !log.is_empty() && !log.ends_with('\n') {
            print("\n")?;
        }
    }
    if chosen.is_empty() && !context.quiet {
        say(&format!("the steps of {} printed nothing", run.name));
    }
    Ok(Exit::Done)
}

fn remove(context: &Context, selector: Option<&str>) -> Result<Exit, Problem> {
    let (_, history, run) = past::run(context, selector)?;
    history.remove(&run).map_err(|failure| stopped(&failure))?;
    if !context.quiet {
        say(&format!("forgot {}; its results stay for other runs", run.name));
    }
    Ok(Exit::Done)
}
