//! WHAT a kind of task does. A kind is a file and a line of [`RUNNERS`]; where its attempts run is the executor's.

mod python;
pub(crate) mod shell;
mod sql;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use standpipe_plan::{Body, Digest, Plan, Shape, Task, TaskId, Value};

use crate::codes;
use crate::environment::Ready;
use crate::event::{Failure, LogRange};
use crate::executor::local::{Local, Seats};
use crate::remains::Remnant;
use crate::schedule::{StepName, Ticket};
use crate::secrets::Veil;
use crate::store::Stored;

/// One attempt of a step, with everything known that it needs.
pub(crate) struct Attempt {
    pub ticket: Ticket,
    pub number: u32,
    pub name: StepName,
    pub plan: Arc<Plan>,
    pub task: TaskId,
    /// Content in the store is located: every blob has an absolute path.
    pub inputs: Vec<(SmolStr, Value, Shape)>,
    pub output: Shape,
    pub timeout: Option<Duration>,
    /// What a Python body runs in, or what a shell body finds first on its path.
    pub environment: Option<Arc<Ready>>,
    /// What turns a shell body's tables into CSV files and back.
    pub tables: Option<Arc<Ready>>,
    /// Whole cores it may use.
    pub threads: u64,
    /// Cards it may use.
    pub gpus: u64,
    /// Which cores and cards these are; nothing until it is given to a place.
    pub seats: Seats,
    /// What its result is found by; none of an effect.
    pub key: Option<Digest>,
    /// It is not the task's body that runs but the effect's probe.
    pub probe: bool,
    /// The same attempt as it was left by an interrupted run: it is taken over instead of started.
    pub held: Option<Remnant>,
    /// Hides the secrets among its inputs.
    pub veil: Option<Arc<Veil>>,
}

impl Attempt {
    pub(crate) fn task(&self) -> Option<&Task> {
        self.plan.tasks.get(self.task.0 as usize)
    }

    /// What it runs.
    pub(crate) fn body(&self) -> Option<&Body> {
        let task = self.task()?;
        if self.probe { task.settings.probe.as_ref() } else { Some(&task.body) }
    }
}

/// The code of what a probe gives that found that its effect did not happen: it goes no further than the driver, which
/// starts the effect then.
pub(crate) const ABSENT: &str = "absent";

/// What came of an attempt.
pub(crate) struct Outcome {
    pub result: Result<Value, Failure>,
    /// Content of the result that is in the store and not yet synced.
    pub files: Vec<Stored>,
    pub log: Option<LogRange>,
    /// Bytes of memory that it was seen to take at most.
    pub memory: Option<u64>,
    /// How long it was under way, where that is more than was seen of it.
    pub took: Option<Duration>,
}

impl Outcome {
    pub(crate) fn failed(failure: Failure) -> Self {
        Self { result: Err(failure), files: Vec::new(), log: None, memory: None, took: None }
    }
}

/// A future of one thread.
pub(crate) type Run<T> = Pin<Box<dyn Future<Output = T>>>;

/// Runs attempts of one task one after the other and tells the end of each.
pub(crate) type Together = fn(Rc<Local>, Vec<Attempt>) -> Run<()>;

/// A kind of task.
pub(crate) struct Runner {
    /// What people read.
    pub name: &'static str,
    pub takes: fn(&Body) -> bool,
    pub run: fn(Rc<Local>, Attempt) -> Run<Outcome>,
    /// `None` where going together saves nothing.
    pub together: Option<Together>,
}

pub(crate) const RUNNERS: &[Runner] = &[python::RUNNER, shell::RUNNER, sql::RUNNER];

/// The runner for a body.
pub(crate) fn of(body: &Body) -> Option<&'static Runner> {
    RUNNERS.iter().find(|runner| (runner.takes)(body))
}

/// An effect that may have happened, and whose result nobody has.
fn result_lost(attempt: &Attempt) -> Failure {
    let message = format!("`{}` ended, and what it gave was lost with the program", attempt.name.path);
    Failure::new(codes::UNKNOWN, message)
        .with_help("go on with `standpipe runs resume --skip STEP`, or `--retry STEP` when it may happen again")
}

/// What a person is to do about an effect of which nobody knows whether it happened.
pub(crate) fn decision(step: &str) -> String {
    format!(
        "look whether it happened, then go on with `standpipe runs resume --skip '{step}'` if so, and `--retry '{step}'` if not"
    )
}

/// An attempt whose keeper was lost while it ran.
pub(crate) fn lost(attempt: &Attempt) -> Failure {
    let failure =
        Failure::new(codes::LOST, format!("`{}` was lost: the process that held it was killed", attempt.name.path));
    match attempt.task().is_some_and(|task| task.effect && task.settings.idempotent.is_none()) {
        true => failure.with_help(decision(&attempt.name.path)),
        false => failure.with_help("run again: what finished is reused"),
    }
}

/// A result that the store cannot take.
fn not_kept(attempt: &Attempt, error: &std::io::Error) -> Failure {
    let step = &attempt.name.path;
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Failure::new(codes::DISK_FULL, format!("the disk is full: the result of `{step}` cannot be kept"))
            .with_help("make room and run again: what finished is reused");
    }
    Failure::new(codes::WRONG_RESULT, format!("the result of `{step}` cannot be kept: {error}"))
}
