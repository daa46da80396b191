//! SQL bodies: a query for DuckDB, which a warm worker of the task's environment holds.

use std::rc::Rc;

use standpipe_plan::Body;

use super::{Attempt, Outcome, Runner, python};
use crate::codes;
use crate::event::Failure;
use crate::executor::local::Local;
use crate::worker::{PythonBody, PythonTask};

pub(crate) const RUNNER: Runner = Runner {
    name: "sql",
    takes: |body| matches!(body, Body::Sql { .. }),
    run: |local, attempt| Box::pin(run(local, attempt)),
    // The engine takes longer than a call.
    together: None,
};

async fn run(local: Rc<Local>, attempt: Attempt) -> Outcome {
    let Some(task) = attempt.task() else {
        return Outcome::failed(Failure::new(codes::NOT_STARTED, "this task is not in its plan"));
    };
    let Body::Sql { text, origin } = &task.body else {
        return Outcome::failed(Failure::new(codes::NOT_STARTED, "this task has no body in SQL"));
    };
    let file = attempt.plan.files.get(origin.file as usize).map(ToString::to_string).unwrap_or_default();
    let body = PythonBody::Sql { text: text.clone(), file, line: origin.line };
    let origin = *origin;
    let (name, reads) = (task.name.clone(), task.reads.clone());
    let task = PythonTask { task: attempt.task.0, name, frame: task.frame, reads, body };
    python::on_worker(local, attempt, task, origin).await
}
