//! `standpipe test [PATH…]`: runs the tests, and shows what they expected in vain.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use standpipe_runtime::Options;
use standpipe_syntax::diag::Severity;

use super::{format_arg, refuse};
use crate::context::{Context, print, say};
use crate::problem::{Exit, Problem};
use crate::render::{plural, progress, tests};
use crate::suite::{self, Finished, Planned, Verdict};
use crate::{options, sources};

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
        .arg(
            Arg::new("name")
                .short('k')
                .long("name")
                .value_name("NAME")
                .help("Only tests whose name contains this")
                .env("STANDPIPE_TEST_NAME")
                .hide_env_values(true),
        )
        .arg(format_arg(&["text", "json"]))
        .args(options::machine_args())
        .after_help("Examples:\n  standpipe test\n  standpipe test churn.pipe -k holdout")
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let paths: Vec<PathBuf> = matches.get_many("paths").unwrap_or_default().cloned().collect();
    let json = matches.get_one::<String>("format").is_some_and(|format| format == "json");
    let profile = matches.get_one::<String>("profile").map(String::as_str);
    let (mut planned, findings) = suite::plan(&sources::find(context, &paths)?, context.root.as_deref(), profile)?;
    if findings.count(Severity::Error) > 0 {
        return refuse(context, &findings, json, Exit::Failed);
    }
    if let Some(wanted) = matches.get_one::<String>("name") {
        let names: Vec<_> = planned.iter().map(|test| test.info.name.clone()).collect();
        planned.retain(|test| test.info.name.to_lowercase().contains(&wanted.to_lowercase()));
        if planned.is_empty() {
            return Err(Problem::usage(format!("no test has `{wanted}` in its name")).nearest(
                wanted,
                names.iter().map(smol_str::SmolStr::as_str),
                "there are",
            ));
        }
    }
    let own = planned.iter().map(|test| options::options(matches, &test.project, false));
    let own: Vec<Options> = own.collect::<Result<_, _>>()?;
    let begun = std::time::Instant::now();
    let mut ends: Vec<Finished> = Vec::with_capacity(planned.len());
    let mut broken_pipe = Ok(());
    suite::run(&planned, &own, &mut |end| {
        if let Some(test) = planned.get(end.index) {
            if json {
                broken_pipe = print(&tests::json(test, &end));
            } else if !context.quiet || !matches!(end.verdict, Verdict::Passed) {
                say(&tests::line(test, &end, context.paint_error()));
            }
        }
        ends.push(end);
    });
    broken_pipe?;
    ends.sort_by_key(|end| end.index);
    finish(context, &planned, &ends, begun.elapsed().as_secs_f64(), json)
}

fn finish(
    context: &Context,
    planned: &[Planned],
    ends: &[Finished],
    seconds: f64,
    json: bool,
) -> Result<Exit, Problem> {
    let passed = ends.iter().filter(|end| matches!(end.verdict, Verdict::Passed)).count();
    let failed = ends.len() - passed;
    if json {
        print(&tests::summary_json(passed, failed, seconds))?;
    } else {
        for end in ends {
            if let Some(text) = planned.get(end.index).and_then(|test| tests::report(test, end, context.look())) {
                print(&format!("\n{text}"))?;
            }
        }
        if !context.quiet {
            let counts = [(passed, "passed"), (failed, "failed")];
            let counts = counts.iter().filter(|(count, _)| *count > 0);
            let counts: String = counts.map(|(count, what)| format!("{count} {what}, ")).collect();
            say(&format!("{}: {counts}{}", plural(planned.len(), "test"), progress::seconds(seconds)));
        }
    }
    Ok(match failed {
        _ if ends.iter().any(|end| matches!(end.verdict, Verdict::Cancelled)) => Exit::Cancelled,
        0 => Exit::Done,
        _ => Exit::Failed,
    })
}
