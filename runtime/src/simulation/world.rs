//! The made-up world as the driver sees it: attempts that take their time and go wrong, a disk that is slow, an
//! environment that is late.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use standpipe_plan::{Body, CachePolicy, Digest, Plan, Value};

use super::fact::Fact;
use super::plans::output;
use super::state::{Happening, Live, State};
use crate::cache::{Found, Hit};
use crate::codes;
use crate::environment::Ready;
use crate::event::{Event, Failure, Observer, SweepHead};
use crate::executor::{News, Stop};
use crate::history::TrialState;
use crate::journal::{Progress, Record};
use crate::lessons::{Lesson, Recalled};
use crate::run::Which;
use crate::run::environments::Needs;
use crate::run::world::{Ledger, World};
use crate::runner::{Attempt, Outcome};
use crate::schedule::Ticket;
use crate::store::Stored;

/// Something nobody's step ever gives: what is told of an attempt the second time.
pub(super) const POISON: Value = Value::Int(-999);

/// Longest that an attempt goes on after it was asked to end, unless it is stubborn.
pub(super) const GRACE: u64 = 50;
/// A stubborn one ends only when it is killed, or after that long.
pub(super) const STUBBORN: u64 = 50_000;

#[derive(Clone)]
pub(super) struct Made {
    pub state: Rc<RefCell<State>>,
    pub plan: Arc<Plan>,
}

impl World for Made {
    type Ledger = Journal;

    const BEHIND: usize = 24;

    fn now(&self) -> Duration {
        Duration::from_nanos(self.state.borrow().now)
    }

    fn find(&mut self, key: Digest, _policy: CachePolicy, _inputs: &[Value]) -> Found {
        let state = self.state.borrow();
        match state.results.get(&key) {
            Some(stored) => Found::Hit(Hit {
                value: stored.value.clone(),
                run: stored.run.clone(),
                seconds: stored.seconds,
                reports: Vec::new(),
            }),
            None => Found::Nothing,
        }
    }

    /// A run that tried one value inside of the space, one outside of it, and one that failed.
    fn recall(&mut self, from: &str, _step: &str, head: &SweepHead) -> Result<Recalled, Failure> {
        let name = head.axes.first().map(|axis| axis.name.clone()).unwrap_or_default();
        let lesson = |trial: i64, state: TrialState| Lesson {
            trial: trial.unsigned_abs(),
            params: Value::record(vec![(name.clone().into(), Value::Int(trial))]),
            state,
            score: (state == TrialState::Finished).then_some(5.0),
            reports: Vec::new(),
        };
        let lessons =
            vec![lesson(0, TrialState::Finished), lesson(77, TrialState::Finished), lesson(1, TrialState::Failed)];
        Ok(Recalled { of: from.to_owned(), lessons })
    }

    fn holds(&self, _value: &Value) -> bool {
        true
    }

    fn needs(&self, task: usize) -> Needs {
        let body = self.plan.tasks.get(task).map(|task| &task.body);
        let python = matches!(body, Some(Body::Python { .. } | Body::PythonFunction { .. }));
        Needs { body: python.then_some(Which::System), tables: None }
    }

    fn environment(&mut self, _which: Which) -> Option<Result<Arc<Ready>, Failure>> {
        self.state.borrow().environment.clone()
    }

    fn await_environment(&mut self, which: Which, ticket: Ticket) {
        let state = &mut *self.state.borrow_mut();
        state.waiting.push(ticket);
        if state.waiting.len() == 1 {
            let ready = Ready { python: PathBuf::new(), identity: Digest::of(b"python"), packages: Vec::new() };
            let result = match state.faults.environment_fails {
                true => Err(Failure::new(codes::NOT_INSTALLED, "there is no such package")),
                false => Ok(ready),
            };
            let wait = state.rng.below(500);
            state.later(wait, Happening::News(Box::new(News::Environment { which, result })));
        }
    }

    fn made(&mut self, _which: Which, result: Result<Ready, Failure>) -> Vec<Ticket> {
        let state = &mut *self.state.borrow_mut();
        state.environment = Some(result.map(Arc::new));
        std::mem::take(&mut state.waiting)
    }

    fn changed(&self, _inputs: &[Value]) -> Option<PathBuf> {
        let state = &mut *self.state.borrow_mut();
        // The driver asks once for each end that it hears of; the fact before says which.
        let Some((_, Fact::Ended { unsure: true, .. })) = state.facts.last() else { return None };
        Some(PathBuf::from("input.csv"))
    }

    fn located(&self, value: &Value) -> Value {
        value.clone()
    }

    fn place(&self) -> &'static str {
        "simulated"
    }

    fn submit(&mut self, attempts: Vec<Attempt>) {
        let state = &mut *self.state.borrow_mut();
        state.dispatches += 1;
        // One after the other.
        let mut begins = 0;
        for attempt in attempts {
            begins = submit(state, attempt, begins);
        }
    }

    fn stop_early(&mut self, _ticket: Ticket) {}

    fn stop(&mut self, how: Stop) {
        let state = &mut *self.state.borrow_mut();
        state.note(Fact::StopSent { how });
        state.stop = how;
        let live: Vec<_> = state.live.iter().map(|(key, live)| (*key, live.stubborn)).collect();
        for ((ticket, number), stubborn) in live {
            end(state, ticket, number, stubborn);
        }
    }
}

/// Runs an attempt that begins after `begins`; when it ends.
fn submit(state: &mut State, attempt: Attempt, begins: u64) -> u64 {
    let (ticket, number, dispatch) = (attempt.ticket, attempt.number, state.dispatches);
    let inputs: Vec<Value> = attempt.inputs.into_iter().map(|(_, value, _)| value).collect();
    let result = luck(state, attempt.task, &inputs);
    let stubborn = state.rng.chance(state.faults.stubborn);
    let path = attempt.name.path;
    state.note(Fact::Submitted { ticket, path, task: attempt.task, attempt: number, inputs, dispatch });
    state.live.insert((ticket, number), Live { stubborn });
    let mut takes = 1 + state.rng.below(100);
    if state.rng.chance(state.faults.slow) {
        takes *= 100;
    }
    let (takes, result) = match attempt.timeout.map(|timeout| u64::try_from(timeout.as_nanos()).unwrap_or(0)) {
        Some(timeout) if timeout < takes => (timeout, Err(Failure::new(codes::TIMED_OUT, "too long"))),
        _ => (takes, result),
    };
    let ends = begins + takes;
    state.later(ends, ended(ticket, number, takes, result));
    if state.rng.chance(state.faults.told_twice) {
        let more = state.rng.below(150);
        state.later(ends + more, ended(ticket, number, takes, Ok(POISON)));
    }
    if state.stop != Stop::No {
        end(state, ticket, number, stubborn);
    }
    ends
}

/// What an attempt will come to.
fn luck(state: &mut State, task: standpipe_plan::TaskId, inputs: &[Value]) -> Result<Value, Failure> {
    let faults = state.faults;
    if state.rng.chance(faults.fails) {
        Err(Failure::new(codes::EXITED, "luck"))
    } else if state.rng.chance(faults.out_of_memory) {
        Err(Failure::new(codes::OUT_OF_MEMORY, "memory ran out"))
    } else if state.rng.chance(faults.lost) {
        Err(Failure::new(codes::WORKER_DIED, "it is gone"))
    } else {
        Ok(output(task, inputs))
    }
}

/// The attempt is asked to end, or killed; it may be faster and end well.
fn end(state: &mut State, ticket: Ticket, number: u32, stubborn: bool) {
    let wait = match state.stop {
        Stop::AtOnce => state.rng.below(5),
        _ if stubborn => STUBBORN,
        _ => state.rng.below(GRACE),
    };
    state.later(wait, ended(ticket, number, wait, Err(Failure::new(codes::CANCELLED, "stopped"))));
}

#[expect(clippy::cast_precision_loss, reason = "a short time")]
fn ended(ticket: Ticket, attempt: u32, nanos: u64, result: Result<Value, Failure>) -> Happening {
    let outcome = Outcome { result, files: Vec::new(), log: None, memory: None, took: None };
    Happening::News(Box::new(News::Ended { ticket, attempt, seconds: nanos as f64 / 1e9, outcome }))
}

/// The journal on the made-up disk.
pub(super) struct Journal(pub Rc<RefCell<State>>);

impl Ledger for Journal {
    fn append(&mut self, record: Record, _files: Vec<Stored>, urgent: bool) -> u64 {
        self.0.borrow_mut().append(record, urgent)
    }

    fn appended(&self) -> u64 {
        self.0.borrow().appended
    }

    fn progress(&mut self) -> Progress {
        self.0.borrow().progress.clone()
    }
}

/// Who listens to the run.
pub(super) struct Listener(pub Rc<RefCell<State>>);

impl Observer for Listener {
    fn event(&mut self, event: &Event) {
        if let Event::StepFinished { step, status, .. } = event {
            self.0.borrow_mut().note(Fact::ToldEnd { path: step.clone(), status: *status });
        }
    }
}
