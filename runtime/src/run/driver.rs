//! The driver of a run: what happened goes into the scheduler, what it wants done is done through the [`World`]. Knows no
//! clock, file or process of its own: `drive.rs` runs it on this machine, the simulation in a made-up world.

mod finish;
pub(super) mod look;
mod trials;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_plan::{CachePolicy, Plan, Value};

use self::look::{Only, inputs_of};
use super::environments::Which;
use super::past::Past;
use super::recorder::Recorder;
use super::world::World;
use crate::admission::Demand;
use crate::cache::{Key, Keys};
use crate::codes;
use crate::environment::Ready;
use crate::event::{Counts, Event as Told, Failure, LogRange, Status};
use crate::executor::local::Seats;
use crate::executor::{News, Stop};
use crate::journal::{Record, Report};
use crate::planted::{Bug, planted};
use crate::remains::Remnant;
use crate::runner::{self, Attempt};
use crate::sandbox::Tier;
use crate::schedule::{Effect, Event, Schedule, Start, Ticket};
use crate::store::Stored;

/// A run under way.
pub(crate) struct Driver<'p, 'o, W: World> {
    pub(super) plan: &'p Arc<Plan>,
    pub(super) run: SmolStr,
    pub(super) world: W,
    pub(super) recorder: Recorder<'o, W::Ledger>,
    schedule: Schedule<'p>,
    keys: Keys<'p>,
    stopping: Stop,
    /// What the scheduler has not heard of yet.
    events: VecDeque<Event>,
    /// Waits between attempts, the next one first.
    timers: BinaryHeap<Reverse<(Duration, Ticket)>>,
    /// The scheduler has more to do by itself.
    more: bool,
    /// What the scheduler hears of once a record is on the disk, the oldest first: that an effect may begin.
    due: VecDeque<(u64, Event)>,
    steps: FxHashMap<Ticket, Underway>,
    pub(super) counts: Counts,
    pub(super) failures: Vec<(String, Failure)>,
    /// The run cannot go on: its journal cannot be written.
    pub(super) broken: Option<Failure>,
    /// What the program itself got wrong: the run cannot be brought to its end.
    pub(super) fault: Option<Failure>,
    pub(super) done: Option<(Status, Value)>,
    /// What the run has done before, when it is gone on with.
    pub(super) past: Past,
    /// The one step that is to run, when it is only one.
    pub(super) only: Option<Only>,
}

/// What is known of a step besides what the scheduler knows.
#[derive(Default)]
struct Underway {
    key: Option<Key>,
    /// The last attempt whose end was heard of.
    heard: u32,
    seconds: f64,
    /// Bytes that the last attempt was seen to take at most.
    memory: Option<u64>,
    /// Bytes that are reserved for it by what earlier attempts took.
    reserved: Option<u64>,
    log: Option<LogRange>,
    /// What the last attempt reported of what a sweep looks for.
    reports: Vec<Report>,
    files: Vec<Stored>,
    /// What the last attempt gave.
    value: Option<Value>,
    /// The run whose result is reused.
    from: Option<SmolStr>,
    policy: CachePolicy,
    /// A file it reads changed while it ran.
    unsure: bool,
    effect: bool,
    /// Its probe is asked whether it happened: what to say when that cannot tell either.
    asked: Option<Failure>,
    /// An earlier result is of no use: this one takes its place, whatever it is.
    lost: bool,
}

impl<'p, 'o, W: World> Driver<'p, 'o, W> {
    /// A run called `run`, about to begin.
    pub(crate) fn new(
        plan: &'p Arc<Plan>,
        run: SmolStr,
        schedule: Schedule<'p>,
        world: W,
        recorder: Recorder<'o, W::Ledger>,
    ) -> Self {
        Self {
            schedule,
            keys: Keys::new(plan),
            plan,
            run,
            world,
            recorder,
            stopping: Stop::No,
            events: VecDeque::from([Event::Begin]),
            timers: BinaryHeap::new(),
            more: false,
            due: VecDeque::new(),
            steps: FxHashMap::default(),
            counts: Counts::default(),
            failures: Vec::new(),
            broken: None,
            fault: None,
            done: None,
            past: Past::default(),
            only: None,
        }
    }

    /// Steps are confined so: part of what they are made of.
    pub(crate) fn confined(&mut self, tier: Tier) {
        self.keys.confined(tier);
    }

    /// Does what can be done now; what is left waits for news, for a timer or for the disk, or, where it is
    /// [`Driver::busy`], for nothing: it only lets others have their turn.
    pub(crate) fn pump(&mut self) {
        loop {
            self.after_flush();
            if self.full() {
                return;
            }
            let event = match self.events.pop_front() {
                Some(event) => event,
                None if std::mem::take(&mut self.more) => {
                    return self.step(Event::More);
                }
                None => return,
            };
            self.step(event);
        }
    }

    fn step(&mut self, event: Event) {
        for effect in self.schedule.step(event) {
            self.carry_out(effect);
        }
    }

    /// So much waits for the disk that nothing more is done before that.
    fn full(&self) -> bool {
        let wait = self.broken.is_none() || planted(Bug::WaitForBrokenDisk);
        self.recorder.behind() >= W::BEHIND && wait && !planted(Bug::MemoryWithoutEnd)
    }

    /// Whether [`Driver::pump`] has more to do at once.
    pub(crate) fn busy(&self) -> bool {
        (self.more || !self.events.is_empty()) && !self.full()
    }

    /// How the run ended, once it has and everything that it knows is told.
    pub(crate) fn over(&self) -> Option<&(Status, Value)> {
        self.done.as_ref().filter(|_| self.events.is_empty())
    }

    /// When [`Driver::wake`] has something to do.
    pub(crate) fn timer(&self) -> Option<Duration> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    #[cfg(test)]
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// How many events wait for the disk.
    #[cfg(test)]
    pub(crate) fn behind(&self) -> usize {
        self.recorder.behind()
    }

    /// Steps that could start now and do not.
    #[cfg(test)]
    pub(crate) fn idle(&self) -> usize {
        if self.events.is_empty() { self.schedule.idle() } else { 0 }
    }

    /// What is still remembered; nothing should be once the run is over.
    #[cfg(test)]
    pub(crate) fn left(&self) -> Vec<&'static str> {
        let mut left = self.schedule.left();
        if !self.steps.is_empty() {
            left.push("steps");
        }
        left
    }

    /// Tells what is on the disk now, and lets go what waited for that.
    fn after_flush(&mut self) {
        let progress = self.recorder.flush();
        while self.due.front().is_some_and(|(number, _)| *number <= progress.durable) {
            self.events.extend(self.due.pop_front().map(|(_, event)| event));
        }
        let broken = progress.broken.filter(|_| !planted(Bug::BrokenJournalIgnored));
        match broken {
            Some(failure) if failure.code == codes::ITSELF => self.fault = Some(failure),
            Some(failure) if self.broken.is_none() => {
                self.broken = Some(failure);
                self.events.push_back(Event::Cancel);
            }
            Some(_) | None => {}
        }
    }

    /// The time of the first waits has come.
    pub(crate) fn wake(&mut self) {
        let now = self.world.now();
        while let Some(Reverse((at, ticket))) = self.timers.peek().copied() {
            if at > now && !planted(Bug::TimerTooEarly) {
                break;
            }
            self.timers.pop();
            if planted(Bug::TimerForgotten) {
                continue;
            }
            self.events.push_back(Event::Woken { ticket });
        }
    }

    /// The first signal stops the run gently, the next at once.
    pub(crate) fn interrupt(&mut self) {
        if self.stopping == Stop::No {
            self.events.push_back(Event::Cancel);
            self.recorder.tell(Told::RunStopping);
        } else if !planted(Bug::SecondInterruptIgnored) {
            self.stop(Stop::AtOnce);
        }
    }

    fn stop(&mut self, how: Stop) {
        self.stopping = how;
        self.world.stop(how);
    }

    pub(crate) fn hear(&mut self, news: News) {
        match news {
            News::Said(event) => self.recorder.tell(event),
            News::Fault(failure) => self.fault = Some(failure),
            News::Environment { which, result } => {
                let waited = self.world.made(which, result);
                let some = if planted(Bug::OnlyFirstWaiterOfEnvironment) { 1 } else { waited.len() };
                for ticket in waited.into_iter().take(some) {
                    self.look(ticket);
                }
            }
            News::Reported { ticket, name, value, at } => {
                if !self.schedule.judges(ticket, &name) {
                    return;
                }
                let report = Report { name: name.clone(), value: value.is_finite().then_some(value), at };
                self.steps.entry(ticket).or_default().reports.push(report);
                self.events.push_back(Event::Reported { ticket, name, value, at });
            }
            // What comes of an attempt that is not under way any more, or comes twice, is dropped.
            News::Ended { ticket, attempt, .. } if !self.schedule.awaits(ticket, attempt) => {}
            News::Ended { ticket, attempt, seconds, mut outcome } => {
                if self.steps.get(&ticket).is_some_and(|step| step.heard == attempt && !planted(Bug::DuplicateHeard)) {
                    return;
                }
                if let Some(asked) = self.steps.get_mut(&ticket).and_then(|step| step.asked.take()) {
                    match answered(asked, outcome.result) {
                        Some(result) => outcome.result = result,
                        None => return self.absent(ticket, attempt),
                    }
                }
                let unsure = self.changed_file(ticket);
                if let (Err(failure), Some(instance)) = (&mut outcome.result, self.schedule.instance(ticket)) {
                    failure.inputs = inputs_of(instance.step, &instance.inputs);
                }
                let step = self.steps.entry(ticket).or_default();
                step.heard = attempt;
                step.seconds = seconds;
                step.memory = outcome.memory;
                step.log = outcome.log;
                step.files = outcome.files;
                step.value = outcome.result.as_ref().ok().cloned();
                step.unsure |= unsure && !planted(Bug::ChangedFileKept);
                let nanos = nanos(seconds);
                self.events.push_back(Event::Ended { ticket, attempt, nanos, result: outcome.result });
            }
        }
    }

    /// An effect did not happen, says its probe: it is started.
    fn absent(&mut self, ticket: Ticket, attempt: u32) {
        self.steps.entry(ticket).or_default().heard = attempt;
        if let Some(instance) = self.schedule.instance(ticket) {
            let text = "the probe says that it did not happen: it is started".to_owned();
            self.recorder.tell(Told::Log { step: instance.name.path.clone(), stream: "warning".into(), text });
        }
        self.events.push_back(Event::Absent { ticket, attempt });
    }

    /// Whether a file that the step reads is not what it was; the user is told.
    fn changed_file(&mut self, ticket: Ticket) -> bool {
        let Some(instance) = self.schedule.instance(ticket) else { return false };
        let Some(path) = self.world.changed(&instance.inputs) else { return false };
        let text = format!("{} changed while this step ran: its result is not kept for later runs", path.display());
        self.recorder.tell(Told::Log { step: instance.name.path.clone(), stream: "warning".into(), text });
        true
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Look { ticket } => self.look(ticket),
            Effect::Start { starts, timeout, demand } => {
                let attempts = starts.into_iter().filter_map(|start| self.start(start, timeout, &demand)).collect();
                self.world.submit(attempts);
            }
            Effect::Wait { ticket, attempt, nanos, failure } => self.wait(ticket, attempt, nanos, failure),
            Effect::Alarm { ticket, nanos } => {
                let pause = Duration::from_nanos(u64::try_from(nanos).unwrap_or(0));
                self.timers.push(Reverse((self.world.now() + pause, ticket)));
            }
            Effect::StopEarly { ticket } => self.world.stop_early(ticket),
            Effect::SweepBegun { step, head } => self.sweep_begun(step, head),
            Effect::Recall { ticket, step, from, head } => self.recall(ticket, step, from, &head),
            Effect::SweepTaught { step, of, trials, outside } => {
                self.recorder.tell(Told::SweepTaught { step, of, trials, outside });
            }
            Effect::TrialBegun { step, trial, params } => self.trial_begun(step, trial, params),
            Effect::TrialEnded { step, trial, end } => self.trial_ended(step, trial, end),
            Effect::SweepEnded { step, found } => self.recorder.promise(Told::SweepFinished { step, found }),
            Effect::Finished { ticket, step, attempt, status, failure, caught } => {
                self.finished(ticket, step, attempt, status, failure, caught);
            }
            Effect::Passed { step, why } => self.passed(step, why),
            Effect::Fanout { step, count } => self.recorder.tell(Told::Fanout { step, count }),
            Effect::More => self.more = true,
            Effect::Stop => {
                let how = if self.broken.is_some() { Stop::AtOnce } else { Stop::Gently };
                if !planted(Bug::StopNotPassedOn) {
                    self.stop(how);
                }
            }
            Effect::Done { status, value } => self.done = Some((status, value)),
        }
    }

    /// An environment that a step needs, if it needs one; `None` when the step must wait for it, or cannot have it.
    fn environment(&mut self, ticket: Ticket, which: Option<Which>) -> Option<Option<Arc<Ready>>> {
        let Some(which) = which else { return Some(None) };
        match self.world.environment(which) {
            Some(Ok(ready)) => return Some(Some(ready)),
            Some(Err(_)) if planted(Bug::EnvironmentFailureSwallowed) => {}
            Some(Err(failure)) => self.events.push_back(Event::Refused { ticket, failure }),
            None => self.world.await_environment(which, ticket),
        }
        None
    }

    /// An attempt with all that it needs; that it starts is recorded and told.
    fn start(&mut self, start: Start, timeout: Option<i64>, demand: &Demand) -> Option<Attempt> {
        let Start { ticket, attempt: number } = start;
        let reserved = self.schedule.reserved(ticket);
        if let Some(step) = self.steps.get_mut(&ticket) {
            step.reports.clear();
            step.reserved = reserved;
        }
        let instance = self.schedule.instance(ticket)?;
        let key = self.steps.get(&ticket).and_then(|step| step.key.as_ref()).map(|key| key.digest);
        let held = self.past.take(&instance.name.path, key);
        let already = held.as_ref().and_then(Remnant::took).map(|took| took.as_secs_f64());
        let inputs = instance.step.inputs.iter().zip(&instance.inputs);
        let needs = self.world.needs(instance.task.0 as usize);
        let mut ready = |which: Option<Which>| which.and_then(|which| self.world.environment(which)?.ok());
        let (environment, tables) = (ready(needs.body), ready(needs.tables));
        let attempt = Attempt {
            ticket,
            number,
            name: instance.name.clone(),
            plan: Arc::clone(self.plan),
            task: instance.task,
            inputs: inputs
                .map(|(input, value)| (input.name.clone(), self.world.located(value), input.shape.clone()))
                .collect(),
            output: instance.step.output.clone(),
            timeout: timeout.map(|nanos| Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))),
            environment,
            tables,
            threads: demand.cpu.div_ceil(1000),
            gpus: demand.gpu,
            seats: Seats::default(),
            key,
            probe: self.steps.get(&ticket).is_some_and(|step| step.asked.is_some()),
            held,
            veil: None,
        };
        let runner = attempt.body().and_then(runner::of).map_or("", |runner| runner.name);
        let place = format!("{}/{runner}", self.world.place());
        let (step, label) = (instance.name.path.clone(), instance.name.label.clone());
        self.recorder
            .record(Record::StepStarted { step: step.clone(), label: label.clone(), attempt: number }, Vec::new());
        self.recorder.tell(Told::StepStarted { step, label, attempt: number, r#where: place, already });
        Some(attempt)
    }

    fn wait(&mut self, ticket: Ticket, attempt: u32, nanos: i64, error: Failure) {
        let Some(instance) = self.schedule.instance(ticket) else { return };
        let pause = Duration::from_nanos(u64::try_from(nanos).unwrap_or(0));
        let (step, wait) = (instance.name.path.clone(), pause.as_secs_f64());
        let memory = self.steps.get(&ticket).and_then(|step| step.memory);
        let record = Record::StepRetrying { step: step.clone(), attempt, wait, error: error.clone(), memory };
        self.recorder.record(record, Vec::new());
        self.recorder.tell(Told::StepRetrying { step, attempt, wait, error });
        self.timers.push(Reverse((self.world.now() + pause, ticket)));
    }
}

/// Seconds as whole nanoseconds, whose sum does not depend on the order.
pub(super) fn nanos(seconds: f64) -> u64 {
    let nanos = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_nanos();
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

/// What a probe's end says of its effect: its result, that nobody knows, or, `None`, that it did not happen. `asked` says
/// why it was asked.
fn answered(asked: Failure, result: Result<Value, Failure>) -> Option<Result<Value, Failure>> {
    match result {
        Ok(value) => Some(Ok(value)),
        Err(failure) if failure.code == runner::ABSENT => None,
        Err(failure) if failure.code == codes::CANCELLED => Some(Err(failure)),
        Err(failure) => {
            let message = format!("{}; its probe cannot tell: {}", asked.message, failure.message);
            Some(Err(Failure { message, detail: failure.detail, file: failure.file, line: failure.line, ..asked }))
        }
    }
}
