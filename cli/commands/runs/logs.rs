//! `standpipe runs logs [RUN] [--step STEP] [-f]`: what a run's steps printed, or print.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use standpipe_runtime::LogRange;
use standpipe_runtime::history::{History, RunRow, RunStatus, StepRow};

use super::stopped;
use crate::context::{Context, print, say};
use crate::past;
use crate::problem::{Exit, Problem};
use crate::render::paint::Paint;

/// How often it is looked for more.
const LOOK: Duration = Duration::from_millis(200);

pub(super) fn define(run: Arg) -> Command {
    Command::new("logs")
        .about("What a run's steps printed")
        .arg(run)
        .arg(Arg::new("step").long("step").value_name("STEP").help("Only that step").action(ArgAction::Append))
        .arg(
            Arg::new("follow")
                .short('f')
                .long("follow")
                .help("Go on as long as the run does")
                .action(ArgAction::SetTrue),
        )
        .after_help("Examples:\n  standpipe runs logs --step train.fit\n  standpipe runs logs -f")
}

pub(super) fn run(context: &Context, selector: Option<&str>, matches: &ArgMatches) -> Result<Exit, Problem> {
    let wanted: Vec<String> = matches.get_many("step").unwrap_or_default().cloned().collect();
    let (_, history, run) = past::run(context, selector)?;
    if matches.get_flag("follow") {
        return follow(context, &history, run, &wanted);
    }
    let steps = history.steps(&run).map_err(|failure| stopped(&failure))?;
    let chosen: Vec<&StepRow> = match wanted.as_slice() {
        [] => steps.iter().filter(|step| part(&history, &run, step).is_some()).collect(),
        wanted => wanted.iter().map(|name| past::step(&run, &steps, name)).collect::<Result<_, _>>()?,
    };
    let mut printer = Printer { paint: context.paint(), alone: chosen.len() == 1, last: None, line_open: false };
    for step in &chosen {
        printer.head(&step.step)?;
        if let Some(range) = part(&history, &run, step) {
            printer.part(&history, &run, range)?;
        }
    }
    printer.end_line()?;
    if chosen.is_empty() && !context.quiet {
        say(&format!("the steps of {} printed nothing", run.name));
    }
    Ok(Exit::Done)
}

/// Where a step's log lies, of a running one as far as it has come.
fn part(history: &History, run: &RunRow, step: &StepRow) -> Option<LogRange> {
    step.log.clone().or_else(|| history.live_log(run, step))
}

/// Prints what is there, and then what comes, until the run has ended.
fn follow(context: &Context, history: &History, run: RunRow, wanted: &[String]) -> Result<Exit, Problem> {
    let chosen = |step: &StepRow| {
        let short = step.step.strip_prefix(&format!("{}.", run.pipeline)).unwrap_or(&step.step);
        wanted.is_empty() || wanted.iter().any(|name| *name == step.step || name == short)
    };
    let mut printer = Printer { paint: context.paint(), alone: wanted.len() == 1, last: None, line_open: false };
    let mut seen: HashMap<(String, u64), u64> = HashMap::new();
    loop {
        // Asked before the logs are read: what was printed up to the end is printed here, too.
        let now = history.find(Some(&run.id)).map_err(|failure| stopped(&failure))?;
        let Some(now) = now else { return Ok(Exit::Done) };
        let steps = history.steps(&now).map_err(|failure| stopped(&failure))?;
        for step in steps.iter().filter(|step| chosen(step)) {
            let Some(mut range) = part(history, &now, step) else { continue };
            let upto = seen.entry((range.file.clone(), range.start)).or_insert(range.start);
            range.start = (*upto).min(range.end);
            *upto = range.end;
            if range.start < range.end {
                printer.head(&step.step)?;
                printer.part(history, &now, range)?;
            }
        }
        if now.status != RunStatus::Running && history.still_held(&now) == 0 {
            printer.end_line()?;
            return Ok(Exit::Done);
        }
        std::thread::sleep(LOOK);
    }
}

/// Writes logs one below the other, each under its step's name.
struct Printer {
    paint: Paint,
    /// Only one step is shown, and needs no name.
    alone: bool,
    last: Option<String>,
    line_open: bool,
}

impl Printer {
    fn head(&mut self, step: &str) -> Result<(), Problem> {
        if self.last.as_deref() == Some(step) {
            return Ok(());
        }
        self.end_line()?;
        self.last = Some(step.to_owned());
        if self.alone { Ok(()) } else { print(&format!("{}\n", self.paint.bold(&format!("── {step}")))) }
    }

    /// Piece by piece: a log may be larger than this machine's memory.
    fn part(&mut self, history: &History, run: &RunRow, mut range: LogRange) -> Result<(), Problem> {
        while range.start < range.end {
            let (bytes, next) = history.piece(run, &range).map_err(|failure| stopped(&failure))?;
            let mut out = std::io::stdout().lock();
            out.write_all(&bytes)?;
            out.flush()?;
            self.line_open = bytes.last().map_or(self.line_open, |byte| *byte != b'\n');
            range.start = next;
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Problem> {
        if std::mem::take(&mut self.line_open) { print("\n") } else { Ok(()) }
    }
}
