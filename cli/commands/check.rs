//! `standpipe check [PATH…]`: everything that can be known before running.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use standpipe_syntax::diag::Severity;

use super::format_arg;
use crate::context::{Context, print};
use crate::problem::{Exit, Problem};
use crate::render::diagnostics::Findings;
use crate::render::plural;
use crate::sources;

pub(super) fn define(command: Command) -> Command {
    command
        .arg(
            Arg::new("paths")
                .value_name("PATH")
                .help("Files, or folders with all in them; all of the project when left out")
                .num_args(0..)
                .value_parser(clap::value_parser!(PathBuf))
                .value_hint(clap::ValueHint::AnyPath),
        )
        .arg(format_arg(&["text", "line", "json"]))
        .after_help("Examples:\n  standpipe check\n  standpipe check churn.pipe --format json")
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let paths: Vec<PathBuf> = matches.get_many("paths").unwrap_or_default().cloned().collect();
    let files = sources::find(context, &paths)?;
    let mut findings = Findings::default();
    for path in &files {
        let (project, analysis) = sources::analyse(path, context.root.as_deref())?;
        findings.add(sources::files(&project, &analysis), analysis.diagnostics);
    }
    let findings = findings.sorted();
    let format = matches.get_one::<String>("format").map_or("text", String::as_str);
    let mut text = match format {
        "json" => findings.json(),
        "line" => findings.lines(),
        _ => findings.text(context.look()),
    };
    if format != "json" && !context.quiet {
        text.push_str(&format!("checked {}: {}\n", plural(files.len(), "file"), findings.counts()));
    }
    print(&text)?;
    Ok(if findings.count(Severity::Error) > 0 { Exit::Failed } else { Exit::Done })
}
