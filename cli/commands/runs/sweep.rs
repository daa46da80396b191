//! `standpipe runs show [RUN] --sweep [NAME]` and `--html FILE`: what a sweep of a run tried and found.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Serialize;
use serde_json::{Map, Value};
use standpipe_report::{Importance, front, importances, page};
use standpipe_runtime::history::{AxisInfo, History, ObjectiveInfo, RunRow, SweepHistory, TrialRow, TrialState};

use super::{is_json, json, stopped};
use crate::context::{Context, print, say};
use crate::past;
use crate::problem::{Exit, Problem};
use crate::render::local_time;
use crate::render::progress::seconds;
use crate::render::sweep::draw;
use crate::render::table::table;

/// Trials that are listed unless all are asked for.
const LISTED: usize = 20;

pub(super) fn define(show: Command) -> Command {
    show.arg(
        Arg::new("sweep")
            .long("sweep")
            .value_name("NAME")
            .num_args(0..=1)
            .default_missing_value("")
            .help("A sweep's trials, its best parameters and which of them matter; NAME where there are several"),
    )
    .arg(
        Arg::new("html")
            .long("html")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .value_hint(clap::ValueHint::FilePath)
            .help("Write a sweep with its figures as one page that needs nothing else"),
    )
    .arg(Arg::new("all").long("all").help("Not only the best trials of a sweep").action(ArgAction::SetTrue))
}

/// Whether a sweep is asked for.
pub(super) fn wanted(matches: &ArgMatches) -> bool {
    matches.contains_id("sweep") || matches.contains_id("html")
}

#[derive(Serialize)]
struct Sweeps<'a> {
    run: &'a RunRow,
    sweeps: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    step: &'a str,
    axes: &'a [AxisInfo],
    objectives: &'a [ObjectiveInfo],
    trials: Vec<Trial<'a>>,
    best: Option<u64>,
    importances: Vec<Importance>,
    /// Of several objectives: the trials that no other beats in all.
    front: Vec<u64>,
}

#[derive(Serialize)]
struct Trial<'a> {
    number: u64,
    params: Map<String, Value>,
    state: TrialState,
    scores: &'a [Option<f64>],
    seconds: f64,
    steps: Option<u64>,
    reports: &'a [(f64, f64)],
    error: Option<&'a str>,
}

fn shown(sweep: &SweepHistory) -> Shown<'_> {
    Shown {
        step: &sweep.step,
        axes: &sweep.axes,
        objectives: &sweep.objectives,
        trials: sweep.trials.iter().map(Trial::of).collect(),
        best: sweep.best,
        importances: importances(sweep),
        front: front(sweep),
    }
}

impl<'a> Trial<'a> {
    fn of(row: &'a TrialRow) -> Self {
        Self {
            number: row.number,
            params: row.params.iter().cloned().collect(),
            state: row.state,
            scores: &row.scores,
            seconds: row.seconds,
            steps: row.steps,
            reports: &row.reports,
            error: row.error.as_deref(),
        }
    }
}

pub(super) fn run(context: &Context, selector: Option<&str>, matches: &ArgMatches) -> Result<Exit, Problem> {
    let (_, history, run) = past::run(context, selector)?;
    let sweeps = of(&history, &run)?;
    let name = matches.get_one::<String>("sweep").map_or("", String::as_str);
    if let Some(file) = matches.get_one::<PathBuf>("html") {
        return write(context, &run, one(&run, &sweeps, name)?, file);
    }
    let chosen: Vec<&SweepHistory> =
        if name.is_empty() { sweeps.iter().collect() } else { vec![one(&run, &sweeps, name)?] };
    if is_json(matches) {
        json(&Sweeps { run: &run, sweeps: chosen.into_iter().map(shown).collect() })?;
        return Ok(Exit::Done);
    }
    let [sweep] = chosen.as_slice() else { return list(context, &sweeps) };
    let most = if matches.get_flag("all") { usize::MAX } else { LISTED };
    print(&draw(sweep, most, context.paint()))?;
    if sweep.trials.len() > most && !context.quiet {
        say(&format!("and {} more: --all", sweep.trials.len() - most));
    }
    Ok(Exit::Done)
}

/// The sweeps of a run, which must have one.
fn of(history: &History, run: &RunRow) -> Result<Vec<SweepHistory>, Problem> {
    let sweeps = history.sweeps(run).map_err(|failure| stopped(&failure))?;
    if sweeps.is_empty() {
        let name = &run.name;
        return Err(Problem::usage(format!("the run `{name}` has no sweep"))
            .help(format!("`standpipe runs show {name}` shows its steps")));
    }
    Ok(sweeps)
}

/// The sweep called `name`, with or without the pipeline's name before it; the only one without a name.
fn one<'a>(run: &RunRow, sweeps: &'a [SweepHistory], name: &str) -> Result<&'a SweepHistory, Problem> {
    if let ("", [only]) = (name, sweeps) {
        return Ok(only);
    }
    let full = format!("{}.{name}", run.pipeline);
    let names = || sweeps.iter().map(|sweep| sweep.step.as_str());
    sweeps.iter().find(|sweep| sweep.step == name || sweep.step == full).ok_or_else(|| match name {
        "" => {
            let problem = Problem::usage(format!("the run `{}` has {} sweeps", run.name, sweeps.len()));
            problem.nearest("", names(), "say which with `--sweep NAME`")
        }
        name => Problem::usage(format!("the run `{}` has no sweep `{name}`", run.name)).nearest(
            if name.contains('.') { name } else { &full },
            names(),
            "its sweeps are",
        ),
    })
}

/// Several sweeps, a line for each.
fn list(context: &Context, sweeps: &[SweepHistory]) -> Result<Exit, Problem> {
    let rows: Vec<Vec<String>> = sweeps
        .iter()
        .map(|sweep| {
            let best = sweep.best.and_then(|best| sweep.trials.iter().find(|trial| trial.number == best));
            let score = best.and_then(|best| best.scores.first().copied().flatten());
            let objective = sweep.objectives.first().map_or(String::new(), |objective| objective.name.clone());
            let score = score.map_or(String::new(), standpipe_report::words::number);
            vec![sweep.step.clone(), sweep.trials.len().to_string(), objective, score]
        })
        .collect();
    print(&table(&["SWEEP", "TRIALS", "OBJECTIVE", "BEST"], &rows, context.paint()))?;
    if !context.quiet {
        say("one of them: --sweep NAME");
    }
    Ok(Exit::Done)
}

fn write(context: &Context, run: &RunRow, sweep: &SweepHistory, file: &Path) -> Result<Exit, Problem> {
    let mut facts = vec![
        ("run", run.name.clone()),
        ("pipeline", run.pipeline.clone()),
        ("started", local_time(&run.started)),
        ("status", run.status.as_str().to_owned()),
    ];
    facts.extend(run.seconds.map(|took| ("took", seconds(took))));
    std::fs::write(file, page(sweep, &facts))
        .map_err(|error| Problem::failed(format!("`{}` cannot be written: {error}", file.display())))?;
    if !context.quiet {
        say(&format!("wrote `{}` to {}", sweep.step, file.display()));
    }
    Ok(Exit::Done)
}
