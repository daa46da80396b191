//! `standpipe runs [list|show|logs|cancel|resume|rm] [RUN]`: what has run, and how.

mod cancel;
mod logs;
mod resume;
mod sweep;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Serialize;
use standpipe_plan::readable_size;
use standpipe_runtime::history::{History, RunRow, RunStatus, StepRow, StepStatus};

use super::run::MAX_FAILURES;
use super::{format_arg, stopped};
use crate::call::Call;
use crate::context::{Context, print, say};
use crate::past;
use crate::problem::{Exit, Problem};
use crate::render::paint::Paint;
use crate::render::progress::seconds;
use crate::render::size::reserved;
use crate::render::table::table;
use crate::render::{failure, label, local_time};

/// Runs that are listed unless all are asked for.
const LISTED: usize = 20;

pub(super) fn define(command: Command) -> Command {
    let run = || Arg::new("run").value_name("RUN").help("A name, an id or its start; the latest when left out");
    command
        .args_conflicts_with_subcommands(true)
        .args(list_args())
        .subcommand(Command::new("list").about("The latest runs").args(list_args()))
        .subcommand(sweep::define(
            Command::new("show")
                .about("A run's steps and what went wrong, or what a sweep of it found")
                .arg(run())
                .arg(format_arg(&["text", "json"]))
                .after_help(
                    "Examples:\n  standpipe runs show brave-otter\n  standpipe runs show brave-otter --sweep\n  \
                     standpipe runs show --html report.html",
                ),
        ))
        .subcommand(logs::define(run()))
        .subcommand(cancel::define(run()))
        .subcommand(resume::define(run()))
        .subcommand(
            Command::new("rm").about("Forget a run and its logs").arg(run().required(true).help("A name or an id")),
        )
        .after_help(
            "Examples:\n  standpipe runs\n  standpipe runs show brave-otter\n  standpipe runs logs -f --step train.fit\n  \
             standpipe runs cancel brave-otter\n  standpipe runs resume brave-otter",
        )
}

fn list_args() -> [Arg; 2] {
    let all =
        Arg::new("all").long("all").help("Not only the latest, and those of tests as well").action(ArgAction::SetTrue);
    [all, format_arg(&["text", "json"])]
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let selector = |matches: &ArgMatches| matches.get_one::<String>("run").cloned();
    match matches.subcommand() {
        Some(("show", matches)) if sweep::wanted(matches) => sweep::run(context, selector(matches).as_deref(), matches),
        Some(("show", matches)) => show(context, selector(matches).as_deref(), is_json(matches)),
        Some(("logs", matches)) => logs::run(context, selector(matches).as_deref(), matches),
        Some(("cancel", matches)) => cancel::run(context, selector(matches).as_deref(), matches),
        Some(("resume", matches)) => resume::run(context, selector(matches).as_deref(), matches),
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
    runs: &'a [&'a RunRow],
}

fn list(context: &Context, all: bool, as_json: bool) -> Result<Exit, Problem> {
    let (_, history) = past::open(context)?;
    let runs = match history {
        Some(history) => history.runs().map_err(|failure| stopped(&failure))?,
        None => Vec::new(),
    };
    let most = if all { usize::MAX } else { LISTED };
    let shown: Vec<&RunRow> = runs.iter().filter(|run| all || !run.test).take(most).collect();
    if as_json {
        json(&List { runs: &shown })?;
        return Ok(Exit::Done);
    }
    if runs.is_empty() {
        say("nothing has run here yet");
        return Ok(Exit::Done);
    }
    if shown.is_empty() {
        say("only tests have run here yet: standpipe runs --all");
        return Ok(Exit::Done);
    }
    let paint = context.paint();
    let rows: Vec<_> = shown
        .iter()
        .map(|run| {
            let took = run.seconds.map_or(String::new(), seconds);
            let started = local_time(&run.started);
            let steps = run.counts.words().collect::<Vec<_>>().join(", ");
            vec![run.name.clone(), run.pipeline.clone(), started, took, run.status.as_str().into(), steps]
        })
        .collect();
    print(&table(&["RUN", "PIPELINE", "STARTED", "TOOK", "STATUS", "STEPS"], &rows, paint))?;
    if runs.len() > shown.len() && !context.quiet {
        say(&format!("and {} more: standpipe runs --all", runs.len() - shown.len()));
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    run: &'a RunRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<String>,
    steps: &'a [StepRow],
}

fn show(context: &Context, selector: Option<&str>, as_json: bool) -> Result<Exit, Problem> {
    let (project, history, run) = past::run(context, selector)?;
    let steps = history.steps(&run).map_err(|failure| stopped(&failure))?;
    let sandbox = history.sandbox(&run).map_err(|failure| stopped(&failure))?;
    if as_json {
        json(&Shown { run: &run, sandbox, steps: &steps })?;
        return Ok(Exit::Done);
    }
    let call: Option<Call> = call(&history, &run)?;
    let paint = context.paint();
    let took = run.seconds.map_or(String::new(), |took| format!(" after {}", seconds(took)));
    let status = colored(run.status, paint);
    let mut text = format!("{} ({})  {}  {status}{took}\n", paint.bold(&run.name), run.id, run.pipeline);
    let sandbox = sandbox.map_or(String::new(), |tier| format!(", in the sandbox {tier}"));
    text.push_str(&format!("started {}{sandbox}\n\n", local_time(&run.started)));
    if let Some(note) = left(&history, &run, &steps) {
        text.push_str(&format!("{note}\n\n"));
    }
    let rows: Vec<_> = steps.iter().map(row).collect();
    text.push_str(&table(&["STEP", "INSTANCE", "STATUS", "TOOK", "MEMORY", "ATTEMPTS", ""], &rows, paint));
    for step in steps.iter().filter(|step| step.status == StepStatus::Failed).take(MAX_FAILURES) {
        if let Some(error) = &step.error {
            text.push('\n');
            text.push_str(&failure::draw(&step.step, error, &run.name, call.as_ref(), &project, context.look()));
        }
    }
    print(&text)?;
    Ok(Exit::Done)
}

/// How the run was called; `None` where that is not on record.
fn call(history: &History, run: &RunRow) -> Result<Option<Call>, Problem> {
    let call = history.call(run).map_err(|failure| stopped(&failure))?;
    Ok(call.and_then(|call| serde_json::from_value(call).ok()))
}

/// What an interrupted run left for a person to decide.
fn left(history: &History, run: &RunRow, steps: &[StepRow]) -> Option<String> {
    if run.status != RunStatus::Interrupted {
        return None;
    }
    let name = &run.name;
    let mut text = match history.still_held(run) {
        0 => String::new(),
        1 => "one step still runs; ".to_owned(),
        held => format!("{held} steps still run; "),
    };
    text.push_str(&format!("`standpipe runs resume {name}` goes on with it"));
    for step in steps.iter().filter(|step| step.status == StepStatus::Unknown) {
        let step = &step.step;
        text.push_str(&format!(
            "\n`{step}` had begun, and nothing says whether it happened: look, then add `--skip '{step}'` if it did, and `--retry '{step}'` if not"
        ));
    }
    Some(text)
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
    let memory = step.memory.map_or(String::new(), readable_size);
    let memory = match reserved(step.reserved) {
        Some(reserved) => format!("{memory} of ~{reserved}").trim_start().to_owned(),
        None => memory,
    };
    let attempts = if step.attempts > 1 { step.attempts.to_string() } else { String::new() };
    vec![step.step.clone(), label::short(&step.label), step.status.as_str().into(), took, memory, attempts, note]
}

fn remove(context: &Context, selector: Option<&str>) -> Result<Exit, Problem> {
    let (_, history, run) = past::run(context, selector)?;
    history.remove(&run).map_err(|failure| stopped(&failure))?;
    if !context.quiet {
        say(&format!("forgot {}; its results stay for other runs", run.name));
    }
    Ok(Exit::Done)
}
