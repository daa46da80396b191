//! Shell bodies: bash with `set -euo pipefail`, inputs as variables, results read from the files it wrote.

mod cause;
mod direct;
mod outputs;
mod signals;
mod variables;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use smol_str::SmolStr;
use standpipe_plan::{BlobKind, Body, Origin, Plan, Shape, Value};

use super::{ABSENT, Attempt, Outcome, Runner};
use crate::codes;
use crate::event::Failure;
use crate::executor::local::{Ending, Local};
use crate::keeper::Ended;
use crate::remains::Remnant;

pub(crate) const RUNNER: Runner = Runner {
    name: "sh",
    takes: |body| matches!(body, Body::Shell { .. }),
    run: |local, attempt| Box::pin(run(local, attempt)),
    together: None,
};

/// The exit status of a probe that found that its effect did not happen.
const NO: i32 = 1;

/// Longest script or variable that is handed over as an argument; the system's limit is 128 KiB.
const LONGEST: usize = 100 << 10;

async fn run(local: Rc<Local>, attempt: Attempt) -> Outcome {
    let Some(Body::Shell { text, origin }) = attempt.body().cloned() else {
        return Outcome::failed(Failure::new(codes::NOT_STARTED, "this task has no shell body"));
    };
    if let Some(held) = attempt.held.clone() {
        return take_over(local, attempt, held, origin).await;
    }
    let mut slot = local.slot(true);
    let work = outputs::Work::new(&local, local.own(&attempt), &attempt);
    let mut program = String::new();
    let ended = match start(&local, &attempt, &text, &work).await {
        Ok(command) => {
            program = command.get_program().to_string_lossy().into_owned();
            local.process(&attempt, command, &mut slot).await
        }
        Err(failure) => Err(failure),
    };
    let log = slot.log(&local, &attempt);
    let memory = ended.as_ref().ok().and_then(|ended| ended.memory);
    let (result, files) = match ended {
        Ok(Ended { how: Ending::Exited(0), .. }) => match outputs::read(&local, &attempt, &work).await {
            Ok((value, files)) => (Ok(value), files),
            Err(failure) => (Err(failure), Vec::new()),
        },
        Ok(Ended { how: Ending::Exited(NO), left: 0, out_of_memory: false, .. }) if attempt.probe => {
            (Err(Failure::new(ABSENT, "it did not happen")), Vec::new())
        }
        Ok(ended) => (Err(cause::failure(&local, &attempt, &ended, &program, slot.tail())), Vec::new()),
        Err(failure) => (Err(failure), Vec::new()),
    };
    // What an effect gave is kept until the run ends: it cannot be had a second time if this process ends before that is
    // on record.
    if result.is_err() || !attempt.task().is_some_and(|task| task.effect) {
        work.clear();
    }
    local.give_back(slot);
    let result = result.map_err(|failure| placed(failure, &attempt.plan, origin));
    Outcome { result, files, log, memory, took: None }
}

/// The same for an attempt that an interrupted run left to its keeper.
async fn take_over(local: Rc<Local>, attempt: Attempt, held: Remnant, origin: Origin) -> Outcome {
    let work = outputs::Work::new(&local, held.own().to_owned(), &attempt);
    let effect = attempt.task().is_some_and(|task| task.effect);
    let ended = match local.wait_for(&attempt, &held).await {
        Ok(Some(ended)) => Ok(ended),
        Ok(None) if effect => Err(super::lost(&attempt)),
        Ok(None) => {
            work.clear();
            return Box::pin(run(local, Attempt { held: None, ..attempt })).await;
        }
        Err(failure) => Err(failure),
    };
    let log = ended.as_ref().ok().and_then(|ended| held.log(ended.log_end));
    let (memory, took) = ended.as_ref().map_or((None, None), |ended| (ended.memory, ended.took));
    let tail = log.as_ref().map(|range| local.tail_of(range)).unwrap_or_default();
    let (result, files) = match ended {
        Ok(Ended { how: Ending::Exited(0), .. }) => match outputs::read(&local, &attempt, &work).await {
            Ok((value, files)) => (Ok(value), files),
            Err(failure) => (Err(failure), Vec::new()),
        },
        Ok(ended) => (Err(cause::failure(&local, &attempt, &ended, "bash", tail)), Vec::new()),
        Err(failure) => (Err(failure), Vec::new()),
    };
    // As above.
    if result.is_err() || !effect {
        work.clear();
    }
    // The session that is gone may have taken the result and ended before that was on record.
    if result.as_ref().is_err_and(|failure| failure.code == codes::NO_OUTPUT) {
        if !effect {
            return Box::pin(run(local, Attempt { held: None, ..attempt })).await;
        }
        let unknown = super::result_lost(&attempt);
        return Outcome { result: Err(placed(unknown, &attempt.plan, origin)), files: Vec::new(), log, memory, took };
    }
    Outcome { result: result.map_err(|failure| placed(failure, &attempt.plan, origin)), files, log, memory, took }
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
        None => bash(local.bash(), text, &variables.prelude, work)?,
    };
    for name in local.hidden() {
        command.env_remove(name);
    }
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

fn bash(program: &Path, text: &str, prelude: &str, work: &outputs::Work) -> Result<Command, Failure> {
    // On the body's first line, so that bash counts lines as the body does.
    let script = format!("{prelude}{text}");
    let mut command = Command::new(program);
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
