//! Which run and which step of the past a command is about. Knows nothing of how it is shown.

use standpipe_runtime::history::{History, RunRow, StepRow};

use crate::commands::stopped;
use crate::context::Context;
use crate::problem::Problem;
use crate::project::Project;

/// The history of the current project; `None` where nothing has run yet.
pub(crate) fn open(context: &Context) -> Result<(Project, Option<History>), Problem> {
    let project = context.project()?;
    let history = History::open(&project.state()?).map_err(|failure| stopped(&failure))?;
    Ok((project, history))
}

/// The history and one of its runs: the one that `selector` names, else the latest.
pub(crate) fn run(context: &Context, selector: Option<&str>) -> Result<(Project, History, RunRow), Problem> {
    let (project, history) = open(context)?;
    let Some(history) = history else {
        return Err(Problem::usage(format!("nothing has run in `{}` yet", project.shown("")))
            .help("`--root DIR` says where else to look"));
    };
    match history.find(selector).map_err(|failure| stopped(&failure))? {
        Some(run) => Ok((project, history, run)),
        None => {
            let wanted = selector.unwrap_or_default();
            let runs = history.runs().map_err(|failure| stopped(&failure))?;
            let names = runs.iter().map(|run| run.name.as_str());
            Err(match wanted {
                "" => Problem::usage("there are no runs any more"),
                wanted => {
                    Problem::usage(format!("there is no run `{wanted}`")).nearest(wanted, names, "the latest runs are")
                }
            })
        }
    }
}

/// The step of `run` called `wanted`, with or without the pipeline's name before it.
pub(crate) fn step<'a>(run: &RunRow, steps: &'a [StepRow], wanted: &str) -> Result<&'a StepRow, Problem> {
    let full = format!("{}.{wanted}", run.pipeline);
    steps.iter().find(|row| row.step == wanted).or_else(|| steps.iter().find(|row| row.step == full)).ok_or_else(|| {
        let names = steps.iter().map(|row| row.step.as_str());
        let near = if wanted.starts_with(&format!("{}.", run.pipeline)) { wanted } else { &full };
        Problem::usage(format!("the run `{}` has no step `{wanted}`", run.name)).nearest(near, names, "its steps are")
    })
}
