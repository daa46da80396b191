//! `standpipe cache stats`: what is in the store.

use clap::{Arg, Command};
use standpipe_plan::readable_size;
use standpipe_runtime::upkeep::{Counted, Upkeep};

use super::super::{format_arg, stopped};
use super::{json, nothing};
use crate::context::{Context, print};
use crate::problem::{Exit, Problem};
use crate::project::{Project, shown};
use crate::render::table::table;
use crate::render::{local_time, plural};

pub(super) fn define() -> Command {
    Command::new("stats").about("What is kept, and how large it is").arg(format())
}

pub(super) fn format() -> Arg {
    format_arg(&["text", "json"])
}

pub(super) fn run(
    context: &Context,
    project: &Project,
    upkeep: Option<Upkeep>,
    as_json: bool,
) -> Result<Exit, Problem> {
    let counted = match &upkeep {
        Some(upkeep) => upkeep.counted().map_err(|failure| stopped(&failure))?,
        None => Counted::default(),
    };
    if as_json {
        return json(&counted);
    }
    let Some(upkeep) = upkeep else { return Ok(nothing(project)) };
    let (results, files) = (plural(counted.results, "result"), plural(counted.files, "file"));
    let mut text = format!("{results}, {files} of {} in {}\n", readable_size(counted.bytes), shown(&upkeep.folder()));
    for (bytes, what) in [
        (counted.kept, "stay whatever the limits are: the last run of each pipeline, and what runs now"),
        (counted.unreferenced, "belong to no result: `standpipe cache gc` removes them"),
        (counted.damaged, "were found damaged and put aside"),
    ] {
        if bytes > 0 {
            text.push_str(&format!("{} {what}\n", readable_size(bytes)));
        }
    }
    if !counted.pipelines.is_empty() {
        let rows: Vec<_> = counted
            .pipelines
            .iter()
            .map(|of| {
                let name = if of.pipeline.is_empty() { "(forgotten runs)" } else { &of.pipeline };
                vec![name.to_owned(), of.results.to_string(), readable_size(of.bytes), local_time(&of.last_used)]
            })
            .collect();
        text.push('\n');
        text.push_str(&table(&["PIPELINE", "RESULTS", "SIZE", "LAST USED"], &rows, context.paint()));
    }
    print(&text)?;
    Ok(Exit::Done)
}
