//! `standpipe cache rm STEP… | --all`: forgets results.

use clap::{Arg, ArgAction, ArgMatches, Command};
use standpipe_runtime::upkeep::{Collected, Upkeep};

use super::super::{format_arg, stopped};
use super::{is_json, json};
use crate::context::{Context, print};
use crate::limits::freed;
use crate::problem::{Exit, Problem};
use crate::render::counter::Counter;

pub(super) fn define() -> Command {
    Command::new("rm")
        .about("Forget the results of steps, so that they run again")
        .arg(
            Arg::new("steps")
                .value_name("STEP")
                .help("Steps, such as train.fit, whatever their inputs were")
                .num_args(1..)
                .required_unless_present("all"),
        )
        .arg(Arg::new("all").long("all").help("All results").action(ArgAction::SetTrue).conflicts_with("steps"))
        .arg(format_arg(&["text", "json"]))
}

pub(super) fn run(context: &Context, upkeep: Option<Upkeep>, matches: &ArgMatches) -> Result<Exit, Problem> {
    let counter = Counter::new("removing", context.quiet);
    let mut progress = |done, all| counter.show(done, all);
    let mut collected = Collected::default();
    let mut add = |more: Collected| {
        let (results, files) = (collected.results + more.results, collected.files + more.files);
        collected = Collected { results, files, bytes: collected.bytes + more.bytes, ..more };
    };
    let none = |step: &str| {
        Problem::usage(format!("no result of a step `{step}` is kept"))
            .help("`standpipe runs show` lists the steps of a run by their names")
    };
    let Some(mut upkeep) = upkeep else {
        let first = matches.get_many::<String>("steps").unwrap_or_default().next();
        return match first {
            Some(step) => Err(none(step)),
            None => Ok(Exit::Done),
        };
    };
    if matches.get_flag("all") {
        add(upkeep.forget_all(&mut progress).map_err(|failure| stopped(&failure))?);
    }
    for step in matches.get_many::<String>("steps").unwrap_or_default() {
        let forgotten = upkeep.forget(step, &mut progress).map_err(|failure| stopped(&failure))?;
        if forgotten.results == 0 {
            return Err(none(step));
        }
        add(forgotten);
    }
    drop(counter);
    if is_json(matches) {
        return json(&collected);
    }
    print(&format!("forgot {}\n", freed(&collected)))?;
    Ok(Exit::Done)
}
