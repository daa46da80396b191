//! `standpipe cache verify`: reads everything that is kept, and compares it with its digest.

use clap::{ArgMatches, Command};
use standpipe_plan::readable_size;
use standpipe_runtime::upkeep::{Upkeep, Verified};

use super::super::{format_arg, stopped};
use super::{is_json, json, nothing};
use crate::context::{Context, print};
use crate::problem::{Exit, Problem};
use crate::project::{Project, shown};
use crate::render::counter::Counter;
use crate::render::plural;

pub(super) fn define() -> Command {
    Command::new("verify")
        .about("Read everything again, and put aside what is damaged")
        .arg(format_arg(&["text", "json"]))
        .after_help(
            "The exit code is 1 when something was damaged or missing; it is made again by the next run that needs it.",
        )
}

pub(super) fn run(
    context: &Context,
    project: &Project,
    upkeep: Option<Upkeep>,
    matches: &ArgMatches,
) -> Result<Exit, Problem> {
    let verified = match upkeep {
        None if !is_json(matches) => return Ok(nothing(project)),
        None => Verified::default(),
        Some(mut upkeep) => {
            let counter = Counter::new("reading", context.quiet);
            upkeep.verify(&mut |done, all| counter.show(done, all)).map_err(|failure| stopped(&failure))?
        }
    };
    let exit = if verified.sound() { Exit::Done } else { Exit::Failed };
    if is_json(matches) {
        return json(&verified).map(|_| exit);
    }
    let paint = context.paint();
    let mut text = String::new();
    for damaged in &verified.damaged {
        let (path, aside) = (shown(&damaged.path), shown(&damaged.aside));
        text.push_str(&format!("{} {path}: {}; it is now {aside}\n", paint.red("damaged"), damaged.why));
    }
    for path in &verified.missing {
        text.push_str(&format!("{} {}\n", paint.red("missing"), shown(path)));
    }
    text.push_str(&format!("{} of {} as they were", plural(verified.files, "file"), readable_size(verified.bytes)));
    if verified.forgotten > 0 {
        text.push_str(&format!("; {} will be made again when needed", plural(verified.forgotten, "result")));
    }
    text.push('\n');
    print(&text)?;
    Ok(exit)
}
