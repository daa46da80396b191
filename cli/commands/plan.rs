//! `standpipe plan FILE [PIPELINE]`: the optimised plan, what would run, be reused, and why. Starts nothing.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Serialize;
use standpipe_compiler::optimise::PassReport;
use standpipe_compiler::view;
use standpipe_plan::Plan;
use standpipe_runtime::Forecast;

use super::{Compiled, compiled, format_arg, target_args};
use crate::context::{Context, print, say};
use crate::problem::{Exit, Problem};
use crate::render;
use crate::target::{Program, Target};
use crate::{options, params};

const STAGES: [&str; 5] = ["tokens", "tree", "lowered", "optimised", "plan"];

pub(super) fn define(command: Command) -> Command {
    command
        .args(target_args())
        .arg(format_arg(&["text", "json", "svg", "dot", "mermaid"]))
        .arg(
            Arg::new("explain")
                .long("explain")
                .help("Say what each pass of the optimiser did")
                .action(ArgAction::SetTrue)
                .env("STANDPIPE_EXPLAIN")
                .hide_env_values(true),
        )
        .arg(
            Arg::new("stage")
                .long("stage")
                .value_name("NAME")
                .help(format!("Show what the compiler made of it by then: {}", STAGES.join(", ")))
                .value_parser(STAGES)
                .hide_possible_values(true),
        )
        .args(options::machine_args())
        .after_help("Examples:\n  standpipe plan churn.pipe train --trials 64\n  standpipe plan churn.pipe --format svg > churn.svg")
}

#[derive(Serialize)]
struct Document<'a> {
    plan: &'a Plan,
    /// Absent where a parameter that the pipeline needs was not given.
    forecast: Option<&'a [Forecast]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passes: Option<Vec<Pass<'a>>>,
}

#[derive(Serialize)]
struct Pass<'a> {
    name: &'static str,
    what: &'a [String],
}

pub(super) fn run(context: &Context, matches: &ArgMatches, target: &Target) -> Result<Exit, Problem> {
    let format = matches.get_one::<String>("format").map_or("text", String::as_str);
    if let Some(stage) = matches.get_one::<String>("stage") {
        return self::stage(context, target, stage);
    }
    let Compiled { plan, passes } = match compiled(context, target, format == "json", Exit::Failed)? {
        Ok(compiled) => compiled,
        Err(exit) => return Ok(exit),
    };
    match format {
        "svg" => print(&view::svg(&plan))?,
        "dot" => print(&view::dot(&plan))?,
        "mermaid" => print(&view::mermaid(&plan))?,
        format => {
            let parameters = target.parameters();
            let given = params::given(&parameters, matches, target.project())?;
            let missing = params::missing(&parameters, &given);
            let forecast = match missing {
                Some(_) => None,
                None => {
                    let options = options::options(matches, target.project(), false)?;
                    Some(
                        standpipe_runtime::forecast(&plan, given, &options)
                            .map_err(|failure| super::stopped(&failure))?,
                    )
                }
            };
            let explain = matches.get_flag("explain");
            if format == "json" {
                let pass = |report| {
                    let PassReport { name, what }: &PassReport = report;
                    Pass { name, what }
                };
                let passes = explain.then(|| passes.iter().map(pass).collect());
                let document = Document { plan: &plan, forecast: forecast.as_deref(), passes };
                let text = serde_json::to_string(&document).map_err(|error| Problem::failed(error.to_string()))?;
                print(&(text + "\n"))?;
            } else {
                let paint = context.paint();
                let mut text = render::plan::text(&plan, forecast.as_deref(), paint);
                if explain {
                    text = format!("{}\n{text}", render::plan::passes(&passes, paint));
                }
                print(&text)?;
                if let Some(missing) = missing {
                    say(&format!("give `--{}` to see what would run and what would be reused", missing.name));
                }
            }
        }
    }
    Ok(Exit::Done)
}

/// What the compiler has after `stage`. The early ones are shown of files with mistakes, too.
fn stage(context: &Context, target: &Target, stage: &str) -> Result<Exit, Problem> {
    let program = match (target, stage) {
        (Target::Plan { plan, .. }, "plan") => return show_plan(plan),
        (Target::Plan { .. }, _) => {
            return Err(
                Problem::usage(format!("a plan has no stage `{stage}` any more")).help("it has the stage `plan`")
            );
        }
        (Target::Program(program), _) => program,
    };
    match stage {
        "tokens" | "tree" => {
            let sources = program.analysis.sources();
            let Some(source) = sources.first().filter(|source| !source.text.is_empty()) else {
                return super::refuse(context, &program.findings(), false, Exit::Failed);
            };
            print(&match stage {
                "tokens" => standpipe_syntax::tokens_text(source),
                _ => standpipe_syntax::tree_text(source),
            })?;
            Ok(Exit::Done)
        }
        stage => late_stage(context, program, stage),
    }
}

fn late_stage(context: &Context, program: &Program, stage: &str) -> Result<Exit, Problem> {
    if program.analysis.has_errors() {
        return super::refuse(context, &program.findings(), false, Exit::Failed);
    }
    let (compiled, findings) = program.compile()?;
    match (stage, &compiled.plan) {
        (_, None) => super::refuse(context, &findings, false, Exit::Failed),
        ("lowered", _) => print(&compiled.lowered).map(|()| Exit::Done),
        ("optimised", _) => print(&compiled.optimised).map(|()| Exit::Done),
        (_, Some(plan)) => show_plan(plan),
    }
}

fn show_plan(plan: &Plan) -> Result<Exit, Problem> {
    let text = serde_json::to_string_pretty(plan).map_err(|error| Problem::failed(error.to_string()))?;
    print(&(text + "\n"))?;
    Ok(Exit::Done)
}
