//! `standpipe why [RUN] STEP`: why a step ran or was reused.

use clap::{Arg, ArgMatches, Command};

use super::{format_arg, stopped};
use crate::context::{Context, print};
use crate::past;
use crate::problem::{Exit, Problem};
use crate::render::size::reserved;

pub(super) fn define(command: Command) -> Command {
    command
        .override_usage("standpipe why [OPTIONS] [RUN] <STEP>")
        .arg(
            Arg::new("names")
                .value_names(["RUN", "STEP"])
                .help("The run (the latest when left out) and the step")
                .num_args(1..=2)
                .required(true),
        )
        .arg(format_arg(&["text", "json"]))
        .after_help("Examples:\n  standpipe why train.fit\n  standpipe why brave-otter 'train.models[3].fit'")
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let names: Vec<&String> = matches.get_many("names").unwrap_or_default().collect();
    let (selector, wanted) = match names.as_slice() {
        [run, step, ..] => (Some(run.as_str()), step.as_str()),
        [step] => (None, step.as_str()),
        [] => return Err(Problem::usage("no step was named")),
    };
    let (_, history, run) = past::run(context, selector)?;
    let steps = history.steps(&run).map_err(|failure| stopped(&failure))?;
    let step = past::step(&run, &steps, wanted)?;
    let why = history.why(&run, &step.step).map_err(|failure| stopped(&failure))?;
    if matches.get_one::<String>("format").is_some_and(|format| format == "json") {
        let text = serde_json::to_string(&why).map_err(|error| Problem::failed(error.to_string()))?;
        print(&(text + "\n"))?;
        return Ok(Exit::Done);
    }
    let paint = context.paint();
    print(&format!("{} in {}: {}\n", paint.bold(&why.step), run.name, why.reason))?;
    if let Some(reserved) = reserved(why.reserved) {
        print(&format!("{reserved} of memory were reserved for it, by what earlier attempts took\n"))?;
    }
    Ok(Exit::Done)
}
