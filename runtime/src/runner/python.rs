//! Python bodies, on warm workers.

mod together;

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use smol_str::SmolStr;
use standpipe_plan::{Body, Origin, Shape, Value};

use super::{Attempt, Outcome, Runner};
use crate::codes;
use crate::event::{Event, Failure};
use crate::executor::local::{Called, Ending, Local, stopped, timed_out};
use crate::keeper::Ended;
use crate::remains::Remnant;
use crate::store::Stored;
use crate::worker::{Message, Produced, PythonBody, PythonTask, Record, Request, answered, unanswered};

pub(crate) const RUNNER: Runner = Runner {
    name: "python",
    takes: |body| matches!(body, Body::Python { .. } | Body::PythonFunction { .. }),
    run: |local, attempt| Box::pin(run(local, attempt)),
    together: Some(|local, attempts| Box::pin(together::run(local, attempts))),
};

async fn run(local: Rc<Local>, attempt: Attempt) -> Outcome {
    match task(&attempt) {
        Some((task, origin)) => on_worker(local, attempt, task, origin).await,
        None => Outcome::failed(Failure::new(codes::NOT_STARTED, "this task has no Python body")),
    }
}

/// Runs an attempt on a warm worker; what fails without a place of its own fails at `origin`.
pub(super) async fn on_worker(local: Rc<Local>, attempt: Attempt, task: PythonTask, origin: Origin) -> Outcome {
    let Some(ready) = attempt.environment.clone() else {
        return Outcome::failed(Failure::new(codes::NOT_STARTED, "this task has no Python environment"));
    };
    if let Some(held) = attempt.held.clone() {
        return take_over(local, attempt, held, task, origin).await;
    }
    let request = request(&local, &attempt, &Arc::new(task), local.record_of(&attempt));
    let scratch = request.scratch.clone();
    let mut messages = messages(&local, &attempt);
    let called = local.call(&attempt, &ready, request, &mut messages).await;
    outcome(&local, &attempt, origin, &scratch, called).await
}

/// The same for a call that an interrupted run left to its worker.
async fn take_over(local: Rc<Local>, attempt: Attempt, held: Remnant, task: PythonTask, origin: Origin) -> Outcome {
    let ended = local.wait_for(&attempt, &held).await;
    let request = request(&local, &attempt, &Arc::new(task.clone()), Record::Never);
    let request = Request { scratch: held.own().to_owned(), ..request };
    let answered = answered(&request, local.root());
    let log_end = match (&answered, &ended) {
        (Some(answered), _) => answered.log_end,
        (None, Ok(Some(ended))) => ended.log_end,
        (None, Ok(None) | Err(_)) => held.now.start,
    };
    let memory = answered.as_ref().and_then(|answered| answered.memory);
    let took = ended.as_ref().ok().and_then(|ended| ended.as_ref()?.took);
    let effect = attempt.task().is_some_and(|task| task.effect);
    let result = match (ended, answered) {
        (Ok(Some(Ended { how: Ending::TimedOut(after), .. })), _) => Err(timed_out(&attempt, after)),
        (Ok(Some(Ended { how: Ending::Cancelled, .. })), _) => Err(stopped(&attempt)),
        (Err(failure), _) => Err(failure),
        (_, Some(answered)) => answered.result,
        // It was not told of the call any more, or what came of it was told to who is gone, or its keeper was lost, too,
        // as it could have been before this run looked for it.
        (Ok(Some(Ended { how: Ending::Exited(0), .. }) | None), None) if !effect => {
            return Box::pin(on_worker(local, Attempt { held: None, ..attempt }, task, origin)).await;
        }
        (Ok(Some(Ended { how: Ending::Exited(0), .. })), None) => Err(super::result_lost(&attempt)),
        (Ok(Some(ended)), None) => Err(unanswered(&request, &ended)),
        (Ok(None), None) => Err(super::lost(&attempt)),
    };
    let called = Called { result, log: held.log(log_end), memory };
    let outcome = outcome(&local, &attempt, origin, &request.scratch, called).await;
    if !effect {
        let _ = std::fs::remove_file(held.answer());
    }
    Outcome { took, ..outcome }
}

fn request(local: &Local, attempt: &Attempt, task: &Arc<PythonTask>, record: Record) -> Request {
    Request {
        task: Arc::clone(task),
        inputs: attempt.inputs.clone(),
        output: attempt.output.clone(),
        scratch: local.own(attempt),
        checkpoint: local.work().join(format!("{}-checkpoint", attempt.ticket)),
        attempt: attempt.number,
        record,
    }
}

/// Passes on what a step says while it runs.
fn messages(local: &Local, attempt: &Attempt) -> impl FnMut(Message) + Send + use<> {
    let step = attempt.name.path.clone();
    let (speaker, ticket) = (local.speaker(), attempt.ticket);
    let veil = attempt.veil.clone();
    let shown = move |text: String| match &veil {
        Some(veil) => veil.text(&text),
        None => text,
    };
    move |message: Message| {
        let step = step.clone();
        let message = match message {
            Message::Metric { name, value, at } => Message::Metric { name: shown(name.into()).into(), value, at },
            Message::Log { text } => Message::Log { text: shown(text) },
        };
        if let Message::Metric { name, value, at } = &message {
            speaker.report(ticket, name.clone(), *value, *at);
        }
        speaker.say(match message {
            Message::Metric { name, value, at } => Event::Metric { step, name, value, at },
            Message::Log { text } => Event::Log { step, stream: SmolStr::new_static("log"), text },
        });
    }
}

/// What came of a call, with its files in the store.
async fn outcome(local: &Rc<Local>, attempt: &Attempt, origin: Origin, scratch: &Path, called: Called) -> Outcome {
    let Called { result, log, memory } = called;
    let (result, files) = match result {
        Ok(produced) => match keep(local, attempt, &attempt.output, scratch, produced).await {
            Ok((value, files)) => (Ok(value), files),
            Err(failure) => (Err(failure), Vec::new()),
        },
        Err(failure) => (Err(kept_from(local, attempt, failure)), Vec::new()),
    };
    // What an effect gave is kept until the run ends: it cannot be had a second time if this process ends before that is
    // on record. Most steps write nothing there.
    if !attempt.task().is_some_and(|task| task.effect) {
        let _ = std::fs::remove_dir_all(scratch);
    }
    let placed = |failure: Failure| if failure.line.is_some() { failure } else { failure.at(&attempt.plan, origin) };
    Outcome { result: result.map_err(placed), files, log, memory, took: None }
}

/// The failure, with the sandbox as its cause where it is: what the body raised says so.
fn kept_from(local: &Local, attempt: &Attempt, failure: Failure) -> Failure {
    if failure.code != codes::RAISED {
        return failure;
    }
    let said = format!("{}\n{}", failure.detail, failure.message);
    match local.kept_from(attempt, &said, "raised an error") {
        Some(kept) => Failure { file: failure.file, line: failure.line, detail: failure.detail, ..kept },
        None => failure,
    }
}

fn task(attempt: &Attempt) -> Option<(PythonTask, Origin)> {
    let task = attempt.task()?;
    let (body, origin) = match &task.body {
        Body::Python { text, origin, modules: _ } => {
            let file = attempt.plan.files.get(origin.file as usize).map(ToString::to_string).unwrap_or_default();
            (PythonBody::Raw { text: text.clone(), file, line: origin.line }, *origin)
        }
        Body::PythonFunction { module, function, modules: _ } => {
            (PythonBody::Function { module: module.clone(), function: function.clone() }, task.origin)
        }
        Body::Shell { .. } | Body::Sql { .. } => return None,
    };
    let number = attempt.task.0;
    let (name, reads) = (task.name.clone(), task.reads.clone());
    Some((PythonTask { task: number, name, frame: task.frame, reads, body }, origin))
}

/// The result with its files in the store.
pub(super) async fn keep(
    local: &Rc<Local>,
    attempt: &Attempt,
    shape: &Shape,
    scratch: &Path,
    produced: Produced,
) -> Result<(Value, Vec<Stored>), Failure> {
    let effect = attempt.task().is_some_and(|task| task.effect);
    let mut kept = Vec::new();
    let mut files = Vec::new();
    for file in all_files(&produced) {
        let Produced::File { path, kind, format, rows } = file else { continue };
        let own = path.starts_with(scratch) && !effect;
        let adopted = local.adopt(path.clone(), own, *kind, format.clone(), *rows).await;
        let adopted = adopted.map_err(|error| super::not_kept(attempt, &error))?;
        files.extend(adopted.files);
        kept.push(Value::Blob(Arc::new(adopted.blob)));
    }
    let value = value(produced, &mut kept.into_iter());
    shape.check(&value).map_err(|mismatch| {
        let message = format!("`{}` did not return its declared type: {mismatch}", attempt.name.path);
        Failure::new(codes::WRONG_RESULT, message)
    })?;
    Ok((value, files))
}

/// The files of a result, from left to right.
fn all_files(produced: &Produced) -> Vec<&Produced> {
    match produced {
        Produced::File { .. } => vec![produced],
        Produced::List(items) => items.iter().flat_map(all_files).collect(),
        Produced::Record(fields) => fields.iter().flat_map(|(_, field)| all_files(field)).collect(),
        Produced::Value(_) | Produced::Same(_) => Vec::new(),
    }
}

/// The result as a value, its files replaced by `kept`, from left to right.
fn value(produced: Produced, kept: &mut dyn Iterator<Item = Value>) -> Value {
    match produced {
        Produced::Value(value) | Produced::Same(value) => value,
        Produced::File { .. } => kept.next().unwrap_or(Value::None),
        Produced::List(items) => Value::list(items.into_iter().map(|item| value(item, kept)).collect()),
        Produced::Record(fields) => {
            Value::record(fields.into_iter().map(|(name, field)| (name, value(field, kept))).collect())
        }
    }
}
