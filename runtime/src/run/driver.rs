//! The loop of a run: what happened goes into the scheduler, what it wants done comes out.

mod finish;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_plan::{CachePolicy, Plan, Value};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::environments::{Environments, Which};
use super::recorder::Recorder;
use super::setup::Setup;
use super::signals::Signals;
use crate::cache::{self, Key, Keys};
use crate::environment::Ready;
use crate::event::{Counts, Event as Told, Failure, LogRange, Observer, Status};
use crate::executor::{EXECUTORS, Executor, News, Site, Stop};
use crate::inputs::Stamps;
use crate::journal::Record;
use crate::machine;
use crate::options::{Options, RunReport};
use crate::runner::{self, Attempt};
use crate::schedule::{Effect, Event, Rules, Schedule, Ticket};
use crate::store::Store;

/// A run under way.
struct Driver<'p, 'o> {
    plan: &'p Arc<Plan>,
    options: &'p Options,
    run: SmolStr,
    schedule: Schedule<'p>,
    keys: Keys<'p>,
    environments: Environments,
    news: mpsc::UnboundedSender<News>,
    reader: Connection,
    store: Store,
    stamps: Stamps,
    executor: Box<dyn Executor>,
    /// Where the executor runs attempts.
    place: &'static str,
    recorder: Recorder<'o>,
    stop: watch::Sender<Stop>,
    /// What the scheduler has not heard of yet.
    events: VecDeque<Event>,
    /// Waits between attempts, the next one first.
    timers: BinaryHeap<Reverse<(Instant, Ticket)>>,
    /// Effects whose announcement is on its way to the disk, oldest first.
    announced: VecDeque<(u64, Ticket)>,
    steps: FxHashMap<Ticket, Underway>,
    counts: Counts,
    failures: Vec<(String, Failure)>,
    /// The run cannot go on: its journal cannot be written.
    broken: Option<Failure>,
    done: Option<(Status, Value)>,
}

/// What is known of a step besides what the scheduler knows.
#[derive(Default)]
struct Underway {
    key: Option<Key>,
    seconds: f64,
    log: Option<LogRange>,
    files: Vec<std::path::PathBuf>,
    /// What the last attempt gave.
    value: Option<Value>,
    /// The run whose result is reused.
    from: Option<SmolStr>,
    policy: CachePolicy,
    /// A file it reads changed while it ran.
    unsure: bool,
}

pub(super) async fn drive(setup: Setup, options: &Options, observer: &mut dyn Observer) -> Result<RunReport, Failure> {
    let begun = Instant::now();
    let Setup { plan, params, id, name, folder, journal, reader, store, stamps, lock } = setup;
    let (news_sender, mut news) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(Stop::No);
    let capacity = machine::capacity(options.jobs, options.memory, &options.state);
    let slots = usize::try_from(capacity.cpu / 1000).unwrap_or(1);
    let site = Site {
        run: id.clone(),
        root: options.root.clone(),
        folder,
        store: store.clone(),
        news: news_sender.clone(),
        stop: stopped,
        plan: Arc::clone(&plan),
        slots,
    };
    let place = EXECUTORS.first().ok_or_else(|| Failure::new(crate::codes::NOT_STARTED, "there is no executor"))?;
    let executor = (place.open)(site)?;
    let rules = Rules { keep_going: options.keep_going, window: 64 + 8 * slots };
    let mut driver = Driver {
        schedule: Schedule::new(&plan, params, capacity, rules),
        keys: Keys::new(&plan),
        environments: Environments::new(&plan, options),
        news: news_sender,
        plan: &plan,
        options,
        run: name.clone(),
        reader,
        store,
        stamps,
        executor,
        place: place.name,
        recorder: Recorder::new(journal, observer),
        stop,
        events: VecDeque::from([Event::Begin]),
        timers: BinaryHeap::new(),
        announced: VecDeque::new(),
        steps: FxHashMap::default(),
        counts: Counts::default(),
        failures: Vec::new(),
        broken: None,
        done: None,
    };
    driver.recorder.tell(Told::RunStarted { run: name.to_string(), id: id.clone(), pipeline: plan.pipeline.clone() });
    driver.go(&mut news).await;
    let report = driver.conclude(id, begun).await;
    drop(lock);
    report
}

impl Driver<'_, '_> {
    /// Until the run is over.
    async fn go(&mut self, news: &mut mpsc::UnboundedReceiver<News>) {
        let mut signals = self.options.signals.then(Signals::listen);
        loop {
            while let Some(event) = self.events.pop_front() {
                for effect in self.schedule.step(event) {
                    self.carry_out(effect);
                }
            }
            self.after_flush();
            if !self.events.is_empty() {
                continue;
            }
            if self.done.is_some() {
                return;
            }
            let timer = self.timers.peek().map(|Reverse((at, _))| *at);
            tokio::select! {
                Some(first) = news.recv() => {
                    self.hear(first);
                    while let Ok(more) = news.try_recv() {
                        self.hear(more);
                    }
                }
                () = self.recorder.changed() => {}
                () = sleep_until(timer.unwrap_or_else(Instant::now)), if timer.is_some() => self.wake(),
                () = next(&mut signals), if signals.is_some() => self.interrupt(),
            }
        }
    }

    /// Tells what is on the disk now, and lets announced effects go.
    fn after_flush(&mut self) {
        let progress = self.recorder.flush();
        while let Some((number, ticket)) = self.announced.front().copied() {
            if number > progress.durable {
                break;
            }
            self.announced.pop_front();
            self.events.push_back(Event::Admitted { ticket });
        }
        if let (Some(failure), None) = (progress.broken, &self.broken) {
            self.broken = Some(failure);
            self.events.push_back(Event::Cancel);
        }
    }

    fn wake(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((at, ticket))) = self.timers.peek().copied() {
            if at > now {
                break;
            }
            self.timers.pop();
            self.events.push_back(Event::Woken { ticket });
        }
    }

    /// The first signal stops the run gently, the next at once.
    fn interrupt(&mut self) {
        if *self.stop.borrow() == Stop::No {
            self.events.push_back(Event::Cancel);
            self.recorder.tell(Told::RunStopping);
        } else {
            self.stop.send_replace(Stop::AtOnce);
        }
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Said(event) => self.recorder.tell(event),
            News::Environment { which, result } => {
                for ticket in self.environments.made(which, result) {
                    self.look(ticket);
                }
            }
            News::Ended { ticket, seconds, outcome } => {
                let unsure = self.changed_file(ticket);
                let step = self.steps.entry(ticket).or_default();
                step.seconds = seconds;
                step.log = outcome.log;
                step.files = outcome.files;
                step.value = outcome.result.as_ref().ok().cloned();
                step.unsure |= unsure;
                self.events.push_back(Event::Ended { ticket, result: outcome.result });
            }
        }
    }

    /// Whether a file that the step reads is not what it was; the user is told.
    fn changed_file(&mut self, ticket: Ticket) -> bool {
        let Some(instance) = self.schedule.instance(ticket) else { return false };
        let Some(path) = instance.inputs.iter().find_map(|value| crate::inputs::changed(&self.stamps, value)) else {
            return false;
        };
        let text = format!("{} changed while this step ran: its result is not kept for later runs", path.display());
        self.recorder.tell(Told::Log { step: instance.name.path.clone(), stream: "warning".into(), text });
        true
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Look { ticket } => self.look(ticket),
            Effect::Start { ticket, attempt, timeout, demand } => self.start(ticket, attempt, timeout, demand.cpu),
            Effect::Wait { ticket, attempt, nanos, failure } => self.wait(ticket, attempt, nanos, failure),
            Effect::Finished { ticket, step, attempt, status, failure } => {
                self.finished(ticket, step, attempt, status, failure);
            }
            Effect::Passed { step, why } => self.passed(step, why),
            Effect::Fanout { step, count } => self.recorder.tell(Told::Fanout { step, count }),
            Effect::Stop => {
                let how = if self.broken.is_some() { Stop::AtOnce } else { Stop::Gently };
                self.stop.send_replace(how);
            }
            Effect::Done { status, value } => self.done = Some((status, value)),
        }
    }

    /// Looks for an earlier result; of an effect it is recorded that it will start.
    fn look(&mut self, ticket: Ticket) {
        let Some(instance) = self.schedule.instance(ticket) else { return };
        let Some(task) = self.plan.tasks.get(instance.task.0 as usize) else { return };
        let needs = self.environments.needs(instance.task.0 as usize);
        let Some(body) = self.environment(ticket, needs.body) else { return };
        let identity = body.map(|ready| ready.identity);
        if task.effect && self.environment(ticket, needs.tables).is_none() {
            return;
        }
        let Some(instance) = self.schedule.instance(ticket) else { return };
        if task.effect {
            let (step, label) = (instance.name.path.clone(), instance.name.label.clone());
            let number = self.recorder.record_now(Record::EffectAnnounced { step, label });
            self.announced.push_back((number, ticket));
            return;
        }
        let key = self.keys.key(instance.node, task, instance.step, &instance.inputs, identity);
        let policy = task.settings.cache;
        let hit = if self.options.cache && policy != CachePolicy::Off {
            // A cache that cannot be read has no answer; the journal says what is wrong.
            cache::find(&self.reader, &self.store, key.digest, policy, &instance.inputs).unwrap_or(None)
        } else {
            None
        };
        let step = self.steps.entry(ticket).or_default();
        step.key = Some(key);
        step.policy = policy;
        match hit {
            Some(hit) => {
                step.from = Some(hit.run);
                self.events.push_back(Event::Reused { ticket, value: hit.value });
            }
            None if self.environment(ticket, needs.tables).is_some() => {
                self.events.push_back(Event::Admitted { ticket });
            }
            None => {}
        }
    }

    /// An environment that a step needs, if it needs one; `None` when the step must wait for it, or cannot have it.
    fn environment(&mut self, ticket: Ticket, which: Option<Which>) -> Option<Option<Arc<Ready>>> {
        let Some(which) = which else { return Some(None) };
        match self.environments.get(which) {
            Some(Ok(ready)) => return Some(Some(ready)),
            Some(Err(failure)) => self.events.push_back(Event::Refused { ticket, failure }),
            None => self.environments.wait(which, ticket, &self.news),
        }
        None
    }

    fn start(&mut self, ticket: Ticket, number: u32, timeout: Option<i64>, cpu: u64) {
        let Some(instance) = self.schedule.instance(ticket) else { return };
        let inputs = instance.step.inputs.iter().zip(&instance.inputs);
        let needs = self.environments.needs(instance.task.0 as usize);
        let mut ready = |which: Option<Which>| which.and_then(|which| self.environments.get(which)?.ok());
        let attempt = Attempt {
            ticket,
            number,
            name: instance.name.clone(),
            plan: Arc::clone(self.plan),
            task: instance.task,
            inputs: inputs
                .map(|(input, value)| {
                    (input.name.clone(), crate::outputs::located(value, &self.store), input.shape.clone())
                })
                .collect(),
            output: instance.step.output.clone(),
            timeout: timeout.map(|nanos| Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))),
            environment: ready(needs.body),
            tables: ready(needs.tables),
            threads: cpu.div_ceil(1000),
        };
        let runner = attempt.task().and_then(|task| runner::of(&task.body)).map_or("", |runner| runner.name);
        let place = format!("{}/{runner}", self.place);
        let (step, label) = (instance.name.path.clone(), instance.name.label.clone());
        self.recorder
            .record(Record::StepStarted { step: step.clone(), label: label.clone(), attempt: number }, Vec::new());
        self.recorder.tell(Told::StepStarted { step, label, attempt: number, r#where: place });
        self.executor.submit(attempt);
    }

    fn wait(&mut self, ticket: Ticket, attempt: u32, nanos: i64, error: Failure) {
        let Some(instance) = self.schedule.instance(ticket) else { return };
        let pause = Duration::from_nanos(u64::try_from(nanos).unwrap_or(0));
        let (step, wait) = (instance.name.path.clone(), pause.as_secs_f64());
        self.recorder
            .record(Record::StepRetrying { step: step.clone(), attempt, wait, error: error.clone() }, Vec::new());
        self.recorder.tell(Told::StepRetrying { step, attempt, wait, error });
        self.timers.push(Reverse((Instant::now() + pause, ticket)));
    }
}

async fn next(signals: &mut Option<Signals>) {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}
