//! Shell bodies: bash with `set -euo pipefail`, inputs as variables, results read from the files it wrote.

mod direct;
mod outputs;
mod variables;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use smol_str::SmolStr;
use standpipe_plan::{BlobKind, Body, Origin, Plan, Shape, Value};

use super::{Attempt, Outcome, Runner};
use crate::codes;
use crate::event::Failure;
use crate::executor::local::{Ending, Local, timed_out};

pub(crate) const RUNNER: Runner = Runner {
    name: "sh",
    takes: |body| matches!(body, Body::Shell { .. }),
    run: |local, attempt| Box::pin(run(local, attempt)),
};

/// Longest script or variable that is handed over as an argument; the system's limit is 128 KiB.
const LONGEST: usize = 100 << 10;

async fn run(local: Rc<Local>, attempt: Attempt) -> Outcome {
    let plan = std::sync::Arc::clone(&attempt.plan);
    let Some(Body::Shell { text, origin }) = attempt.task().map(|task| &task.body) else {
        return Outcome::failed(Failure::new(codes::NOT_STARTED, "this task has no shell body"));
    };
    let mut slot = local.slot();
    let work = outputs::Work::new(local.work(), &attempt);
    let ended = match start(&local, &attempt, text, &work).await {
        Ok(command) => local.process(&attempt, command, &mut slot).await,
        Err(failure) => Err(failure),
    };
    let log = slot.log(&local, &attempt);
    let (result, files) = match ended {
        Ok(Ending::Exited(0)) => match outputs::read(&local, &attempt, &work).await {
            Ok((value, files)) => (Ok(value), files),
            Err(failure) => (Err(failure), Vec::new()),
        },
        Ok(ending) => (Err(failure(&attempt, &ending, slot.tail())), Vec::new()),
        Err(failure) => (Err(failure), Vec::new()),
    };
    work.clear();
    local.give_back(slot);
    Outcome { result: result.map_err(|failure| placed(failure, &plan, *origin)), files, log }
}

/// The command of an attempt, with its variables set.
async fn start(local: &Local, attempt: &Attempt, text: &str, work: &outputs::Work) -> Result<Command, Failure> {
    let inputs = with_csv(local, attempt, work).await?;
    let variables = variables::of(&inputs, local.root(), work)?;
    let direct = if variables.prelude.is_empty() { direct::words(text) } else { None };
    let mut command = match direct {
        Some(words) => {
            let mut words = words.into_iter();
            let mut command = Command::new(words.next().unwrap_or_default());
            command.args(words);
            command
        }
        None => bash(text, &variables.prelude, work)?,
    };
    for (name, value) in &variables.set {
        command.env(name, value);
    }
    for name in &variables.unset {
        command.env_remove(name);
    }
    if let Some(path) = attempt.environment.as_ref().and_then(|ready| first_on_path(&ready.python)) {
        command.env("PATH", path);
    }
    work.announce(&mut command)?;
    Ok(command)
}

/// The path with the folder of that interpreter first.
fn first_on_path(python: &Path) -> Option<OsString> {
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(python.parent()?.to_owned()).chain(std::env::split_paths(&others))).ok()
}

/// The inputs with each table as the CSV file that the body reads.
async fn with_csv(
    local: &Local,
    attempt: &Attempt,
    work: &outputs::Work,
) -> Result<Vec<(SmolStr, Value, Shape)>, Failure> {
    let mut inputs = Vec::with_capacity(attempt.inputs.len());
    for (name, value, shape) in &attempt.inputs {
        let value = match value {
            Value::Blob(blob) if blob.kind == BlobKind::Table => {
                let csv = work.write(&format!("{name}.csv"), b"")?;
                let table = match shape {
                    Shape::Optional(inner) => inner,
                    shape => shape,
                };
                local.table_to_csv(attempt, value.clone(), table, &csv).await?;
                Value::Path(SmolStr::new(csv.to_string_lossy()))
            }
            value => value.clone(),
        };
        inputs.push((name.clone(), value, shape.clone()));
    }
    Ok(inputs)
}

fn bash(text: &str, prelude: &str, work: &outputs::Work) -> Result<Command, Failure> {
    // On the body's first line, so that bash counts lines as the body does.
    let script = format!("{prelude}{text}");
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-euo", "pipefail"]);
    if script.len() <= LONGEST {
        command.arg("-c").arg(script).arg("sh");
    } else {
        command.arg(work.write("script", script.as_bytes())?);
    }
    Ok(command)
}

fn placed(failure: Failure, plan: &Plan, origin: Origin) -> Failure {
    if failure.line.is_some() { failure } else { failure.at(plan, origin) }
}

/// What an ending that is no success means.
fn failure(attempt: &Attempt, ending: &Ending, tail: String) -> Failure {
    let step = &attempt.name.path;
    let failure = match ending {
        Ending::Exited(status) => {
            let failure = Failure::new(codes::EXITED, format!("`{step}` ended with exit status {status}"));
            match status {
                127 => failure.with_help("127 means that a command was not found: is it installed, and on the PATH?"),
                126 => failure.with_help("126 means that a command may not be executed"),
                137 => failure.with_help(
                    "137 means that a command was killed, often because memory ran out: `memory:` in the task says how much it needs",
                ),
                _ => failure,
            }
        }
        Ending::Signalled(9) => {
            Failure::new(codes::SIGNALLED, format!("`{step}` was killed by a signal that did not come from Standpipe"))
                .with_help("often memory ran out: `memory:` in the task says how much it needs")
        }
        Ending::Signalled(signal) => Failure::new(codes::SIGNALLED, format!("`{step}` was ended by signal {signal}")),
        Ending::TimedOut(after) => timed_out(attempt, *after),
        Ending::Cancelled => Failure::new(codes::CANCELLED, format!("`{step}` was stopped")),
    };
    failure.with_detail(tail)
}
