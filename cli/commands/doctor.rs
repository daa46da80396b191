//! `standpipe doctor`: what the machine gives, and whether the state folder is as it should be.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use serde::Serialize;
use standpipe_runtime::doctor::{Finding, Part, Subject, Verdict, examine};

use super::format_arg;
use crate::context::{Context, print};
use crate::problem::{Exit, Problem};
use crate::project::shown;
use crate::render::paint::Paint;

pub(super) fn define(command: Command) -> Command {
    command
        .arg(format_arg(&["text", "json"]))
        .after_help("The exit code is 1 when something is wrong.\n\nExample:\n  standpipe doctor")
}

#[derive(Serialize)]
struct Shown {
    state: PathBuf,
    findings: Vec<Finding>,
    wrong: usize,
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let project = context.project()?;
    let state = project.state()?;
    let python = crate::options::python(&project)?;
    let keeper = crate::options::keeper();
    let findings = examine(Subject {
        root: &project.root,
        state: &state,
        python: python.as_deref(),
        sandbox: &crate::confine::wanted(None, &project)?,
        keeper: Some(&keeper),
    });
    let wrong = findings.iter().filter(|finding| finding.verdict == Verdict::Wrong).count();
    let exit = if wrong > 0 { Exit::Failed } else { Exit::Done };
    if matches.get_one::<String>("format").is_some_and(|format| format == "json") {
        let shown = Shown { state, findings, wrong };
        let text = serde_json::to_string(&shown).map_err(|error| Problem::failed(error.to_string()))?;
        print(&(text + "\n"))?;
        return Ok(exit);
    }
    let paint = context.paint();
    let part = |part: Part| findings.iter().filter(move |finding| finding.part == part);
    let mut text = format!("{}\n", paint.bold("this machine"));
    part(Part::Host).for_each(|finding| draw(finding, paint, &mut text));
    text.push_str(&format!("\n{} {}\n", paint.bold("state"), shown(&state)));
    part(Part::State).for_each(|finding| draw(finding, paint, &mut text));
    print(&text)?;
    Ok(exit)
}

fn draw(finding: &Finding, paint: Paint, text: &mut String) {
    let mark = match finding.verdict {
        Verdict::Good => paint.green("✓"),
        Verdict::Note => paint.yellow("·"),
        Verdict::Wrong => paint.red("✗"),
    };
    text.push_str(&format!("  {mark} {:15} {}\n", finding.about, finding.text));
    if let Some(help) = &finding.help {
        text.push_str(&format!("    {:15} {}\n", "", paint.dimmed(help)));
    }
}
