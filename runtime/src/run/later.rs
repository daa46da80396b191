//! What a plan may hold and no run can do yet: refused before anything starts, never left out in silence.

use standpipe_plan::{Plan, Task};

use crate::codes;
use crate::event::Failure;

/// Refuses a plan with a task that this version cannot run.
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
    None
}
