//! One call of a worker: the task told once, the inputs sent, what it says passed on, the result taken. Knows nothing
//! of how values are encoded.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Serialize;
use smol_str::SmolStr;
use standpipe_plan::{Frame, Shape};

use crate::codes;
use crate::event::{Failure, LogRange};

use super::holder::End;
use super::inputs::Inputs;
use super::process::{Worker, printed};
use super::produced::produced;
use super::reply::Reply;
use super::{Message, Outcome, Produced, PythonBody, Record, Request};

/// A task with the shapes of one kind of call, as a worker knows it.
#[derive(Debug)]
pub(super) struct Definition {
    number: u32,
    inputs: Vec<(SmolStr, Shape)>,
    output: Shape,
}

impl Definition {
    fn fits(&self, request: &Request) -> bool {
        self.output == request.output
            && self.inputs.len() == request.inputs.len()
            && self.inputs.iter().zip(&request.inputs).all(|(own, given)| own.0 == given.0 && own.1 == given.2)
    }
}

/// The frame that tells a worker of a task.
#[derive(Serialize)]
struct Define<'a> {
    define: Defined<'a>,
}

#[derive(Serialize)]
struct Defined<'a> {
    task: u32,
    name: &'a str,
    frame: Frame,
    reads: &'a BTreeMap<SmolStr, Vec<SmolStr>>,
    body: Body<'a>,
    inputs: Vec<(&'a str, &'a Shape)>,
    output: &'a Shape,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Body<'a> {
    Raw { text: &'a str, file: &'a str, line: u32 },
    Function { module: &'a str, function: &'a str },
    Sql { text: &'a str, file: &'a str, line: u32 },
}

/// The first part of a call's frame; the second are its inputs.
#[derive(Serialize)]
struct Head<'a> {
    call: u64,
    task: u32,
    files: &'a [String],
    scratch: &'a Path,
    checkpoint: &'a Path,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Record>,
}

/// Bytes of calls that are sent ahead of their answers: what surely fits into a socket that nobody reads.
const ROOM: usize = 32 << 10;

/// A call on its way.
pub(crate) struct Sent {
    pub(crate) request: Request,
    inputs: Inputs,
    number: u64,
    /// Why it was not sent after all.
    problem: Option<Failure>,
}

/// What a step left behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    Processes,
}

impl From<bool> for Left {
    fn from(left: bool) -> Self {
        if left { Self::Processes } else { Self::Nothing }
    }
}

/// What a call came to.
enum Answer {
    Done(Result<Produced, Failure>, (u64, u64), Left, Option<u64>),
    /// The process is of no more use: why.
    Broken(End),
}

impl Worker {
    /// Runs one attempt of a step. `messages` is called with what the step says while it runs.
    ///
    /// Dropping the future leaves the step running: the worker must be killed then.
    pub async fn call(&mut self, request: Request, messages: &mut (dyn FnMut(Message) + Send)) -> Outcome {
        let inputs = match Inputs::new(&request.task.name, &request.inputs) {
            Ok(inputs) => inputs,
            Err(failure) => return self.outcome(Err(failure), (self.log_end, self.log_end), true),
        };
        self.calls += 1;
        if let Err(error) = self.push(&request, &inputs) {
            return self.outcome(Err(unsent(&request, &error)), (self.log_end, self.log_end), true);
        }
        let number = self.calls;
        self.socket_flushed().await;
        self.answer_to(Sent { request, inputs, number, problem: None }, messages).await
    }

    /// Sends what was pushed; a worker that is gone shows when its answer is read.
    async fn socket_flushed(&mut self) {
        let _ = self.socket.flush().await;
    }

    /// Sends calls one behind the other, as many as fit into the socket without the worker reading, at least one: what
    /// was sent, to be asked for in that order.
    pub(crate) async fn send(&mut self, requests: Vec<Request>) -> Vec<Sent> {
        let mut sent: Vec<Sent> = Vec::with_capacity(requests.len());
        for request in requests {
            if !sent.is_empty() && self.socket.queued() > ROOM {
                break;
            }
            let inputs = match Inputs::new(&request.task.name, &request.inputs) {
                Ok(inputs) => inputs,
                Err(problem) => {
                    let number = self.calls;
                    sent.push(Sent { request, inputs: Inputs::default(), number, problem: Some(problem) });
                    continue;
                }
            };
            self.calls += 1;
            let problem = self.push(&request, &inputs).err().map(|error| unsent(&request, &error));
            sent.push(Sent { request, inputs, number: self.calls, problem });
        }
        self.socket_flushed().await;
        sent
    }

    /// What comes of a call that was sent, once the calls sent before it are answered.
    pub(crate) async fn answer_to(&mut self, sent: Sent, messages: &mut (dyn FnMut(Message) + Send)) -> Outcome {
        let Sent { request, inputs, number, problem } = sent;
        if let Some(problem) = problem {
            return self.outcome(Err(problem), (self.log_end, self.log_end), true);
        }
        match self.answer(number, &request, &inputs, messages).await {
            // A process that a step left behind is ended with the worker.
            Answer::Done(result, log, left, memory) => {
                Outcome { memory, ..self.outcome(result, log, left == Left::Nothing) }
            }
            Answer::Broken(why) => {
                let failure = died(&request, why).with_detail(self.tail(self.log_end));
                let end = self.log_end_now();
                self.outcome(Err(failure), (self.log_end, end), false)
            }
        }
    }

    fn outcome(&mut self, result: Result<Produced, Failure>, (start, end): (u64, u64), alive: bool) -> Outcome {
        self.log_end = end;
        let log = LogRange { file: self.log.to_string_lossy().into_owned(), start, end };
        Outcome { result, log, alive, memory: None }
    }

    /// Queues the call's frame, after the task's own when the worker has not seen it with these shapes.
    fn push(&mut self, request: &Request, inputs: &Inputs) -> io::Result<()> {
        let known = self.known.get(&request.task.task).and_then(|known| known.iter().find(|own| own.fits(request)));
        let task = match known {
            Some(definition) => definition.number,
            None => self.define(request)?,
        };
        let head = Head {
            call: self.calls,
            task,
            files: &inputs.files,
            scratch: &request.scratch,
            checkpoint: &request.checkpoint,
            seed: inputs.seed,
            record: Some(request.record).filter(|record| *record != Record::Never),
        };
        self.socket.push_with(|frame| {
            frame.extend_from_slice(br#"{"call":["#);
            serde_json::to_writer(&mut *frame, &head)?;
            frame.push(b',');
            frame.extend_from_slice(&inputs.json);
            frame.extend_from_slice(b"]}");
            Ok(())
        })
    }

    /// Queues the task's frame and remembers the number it got.
    fn define(&mut self, request: &Request) -> io::Result<u32> {
        let number = self.defined;
        let task = &request.task;
        self.socket.push(&Define {
            define: Defined {
                task: number,
                name: &task.name,
                frame: task.frame,
                reads: &task.reads,
                body: match &task.body {
                    PythonBody::Raw { text, file, line } => Body::Raw { text, file, line: *line },
                    PythonBody::Function { module, function } => Body::Function { module, function },
                    PythonBody::Sql { text, file, line } => Body::Sql { text, file, line: *line },
                },
                inputs: request.inputs.iter().map(|(name, _, shape)| (name.as_str(), shape)).collect(),
                output: &request.output,
            },
        })?;
        self.defined += 1;
        self.known.entry(task.task).or_default().push(Definition {
            number,
            inputs: request.inputs.iter().map(|(name, _, shape)| (name.clone(), shape.clone())).collect(),
            output: request.output.clone(),
        });
        Ok(number)
    }

    /// Reads frames until the call's answer has come or the process is of no more use.
    async fn answer(
        &mut self,
        number: u64,
        request: &Request,
        inputs: &Inputs,
        messages: &mut (dyn FnMut(Message) + Send),
    ) -> Answer {
        loop {
            let frame = tokio::select! {
                biased;
                frame = self.socket.next() => frame,
                never = printed(self.output.as_ref()) => match never {},
                // A child of the step may hold the socket open when the worker itself has died.
                _ = self.holder.wait() => self.socket.rest().await,
            };
            let reply = match frame {
                Ok(Some(frame)) => serde_json::from_slice::<Reply>(frame),
                Ok(None) => return Answer::Broken(self.ending().await),
                // It died with calls that it had not read.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    return Answer::Broken(self.ending().await);
                }
                Err(error) => return Answer::Broken(End::said(format!("it sent what cannot be read: {error}"))),
            };
            match reply {
                Ok(Reply::Done { call, value, log, left, memory }) if call == number => {
                    return match produced(value, &request.output, &inputs.values) {
                        Some(produced) => Answer::Done(Ok(produced), log, left.into(), memory),
                        None => Answer::Broken(End::said("it sent a result of another form than is declared".into())),
                    };
                }
                Ok(Reply::Failed(failed)) if failed.call == number => {
                    let (log, left, memory) = (failed.log, failed.left.into(), failed.memory);
                    return Answer::Done(Err(failed.failure(&self.root)), log, left, memory);
                }
                Ok(other) => other.message(number).into_iter().for_each(&mut *messages),
                Err(error) => return Answer::Broken(End::said(format!("it sent what cannot be read: {error}"))),
            }
        }
    }
}

fn unsent(request: &Request, error: &io::Error) -> Failure {
    Failure::new(codes::WRONG_INPUT, format!("the inputs of `{}` cannot be sent to it: {error}", request.task.name))
        .with_help("give large values as a Table, a File or an artifact")
}

/// The failure of a step whose process is gone.
pub(super) fn died(request: &Request, end: End) -> Failure {
    let name = &request.task.name;
    let code = if end.out_of_memory { codes::OUT_OF_MEMORY } else { codes::WORKER_DIED };
    let failure = Failure::new(code, format!("the worker process of `{name}` is gone: {}", end.why));
    match &request.task.body {
        PythonBody::Raw { file, line, .. } | PythonBody::Sql { file, line, .. } => {
            Failure { file: Some(file.clone()), line: Some(*line), ..failure }
        }
        PythonBody::Function { .. } => failure,
    }
}
