//! What a plan may hold and no run can do yet: refused before anything starts, never left out in silence.

use standpipe_plan::{NodeKind, Plan, Region, Task};

use crate::codes;
use crate::event::Failure;

/// Refuses a plan with a task or a sweep that this version cannot run.
///
/// # Errors
/// Names the first such part.
pub(super) fn refuse(plan: &Plan) -> Result<(), Failure> {
    plan.tasks.iter().try_for_each(|task| match why(task) {
        None => Ok(()),
        Some((what, help)) => {
            let failure = Failure::new(codes::NOT_YET, format!("{what}, which this version cannot do yet"));
            Err(failure.at(plan, task.origin).with_help(help))
        }
    })?;
    sweeps(plan, &plan.root)
}

fn sweeps(plan: &Plan, region: &Region) -> Result<(), Failure> {
    region.nodes.iter().try_for_each(|node| {
        if matches!(node.kind, NodeKind::Sweep(_)) {
            let message = format!("`{}` has a sweep, which this version plans and cannot run yet", plan.pipeline);
            let help = "go over a list of parameters with `for`, and take the best with `max_by`";
            return Err(Failure::new(codes::NOT_YET, message).at(plan, node.origin).with_help(help));
        }
        node.kind.regions().try_for_each(|inner| sweeps(plan, inner))
    })
}

/// What the task wants in vain, and what would help.
fn why(task: &Task) -> Option<(String, &'static str)> {
    let name = &task.name;
    if task.service.is_some() {
        return Some((
            format!("the service `{name}` is deployed"),
            "start it by hand, and call the pipelines that only make what it serves",
        ));
    }
    if let Some(image) = &task.settings.container {
        return Some((
            format!("`{name}` runs in the container {image:?}"),
            "take `container` away, and name its packages in an `env`",
        ));
    }
    if task.settings.network == Some(false) {
        return Some((
            format!("`{name}` runs without a network"),
            "take `network: false` away when the task may reach one",
        ));
    }
    None
}
