//! `standpipe runs resume [RUN]`: goes on with a run that was interrupted, failed or was cancelled, with the file as it
//! is now.

use clap::{Arg, ArgAction, ArgMatches, Command};
use standpipe_runtime::Resume;

use super::super::{compiled, format_arg, run as run_command};
use crate::context::Context;
use crate::past;
use crate::problem::{Exit, Problem};
use crate::target::Target;
use crate::{commands, confine, options};

pub(super) fn define(run: Arg) -> Command {
    let steps = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("STEP").help(help).action(ArgAction::Append)
    };
    Command::new("resume")
        .about("Go on with a run that was interrupted, failed or was cancelled")
        .arg(run)
        .arg(steps("retry", "Start this effect again, of which nobody knows whether it happened"))
        .arg(steps("skip", "Take this effect as done, of which nobody knows whether it happened"))
        .arg(format_arg(&["text", "json"]))
        .args(options::machine_args())
        .arg(options::keep_going_arg())
        .after_help(
            "Steps that finished are not run again, and what still runs is waited for. The file is read again: what\n\
             an edit does not touch is kept.\n\n\
             Examples:\n  standpipe runs resume\n  standpipe runs resume brave-otter --skip train.publish",
        )
}

pub(super) fn run(context: &Context, selector: Option<&str>, matches: &ArgMatches) -> Result<Exit, Problem> {
    let (_, history, run) = past::run(context, selector)?;
    let Some(call) = super::call(&history, &run)? else {
        return Err(Problem::usage(format!("`{}` was a run of a test", run.name))
            .help("`standpipe test` runs it again, and reuses what finished"));
    };
    if !call.file.is_file() {
        let message = format!("the file `{}` of `{}` is gone", crate::project::shown(&call.file), run.name);
        return Err(Problem::usage(message).help("bring it back, and resume then"));
    }
    let profile = matches.get_one::<String>("profile").or(call.profile.as_ref());
    let target = Target::open(&call.file, Some(&call.root), Some(&call.pipeline), profile.map(String::as_str))?;
    let json = super::is_json(matches);
    if let Target::Program(program) = &target {
        if program.analysis.has_errors() {
            return commands::refuse(context, &program.findings(), json, Exit::Usage);
        }
        if let Err(problem) = &program.pipeline {
            return Err(problem.clone());
        }
    }
    let plan = match compiled(context, &target, json, Exit::Usage)? {
        Ok(compiled) => compiled.plan,
        Err(exit) => return Ok(exit),
    };
    let mut options = options::options(matches, target.project(), true)?;
    options.cache &= call.cache;
    if let (None, Some(named)) = (confine::named(matches), &call.sandbox) {
        options.sandbox = confine::wanted(Some(named), target.project())?;
    }
    options.keep_going |= call.keep_going;
    let full = |steps: &str| -> Vec<String> {
        let named = matches.get_many::<String>(steps).unwrap_or_default();
        let prefix = format!("{}.", plan.pipeline);
        named.map(|step| if step.starts_with(&prefix) { step.clone() } else { format!("{prefix}{step}") }).collect()
    };
    options.resume = Some(Resume { run: run.id.clone(), retry: full("retry"), skip: full("skip") });
    run_command::carry_out(context, &target, &plan, call.params.clone(), &options, &call, json)
}
