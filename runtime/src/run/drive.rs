//! A run on this machine, from its first step to its report: waits for news, timers, signals and the disk, and lets the
//! driver do the rest.

use std::path::PathBuf;
use std::sync::Arc;

use standpipe_plan::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::driver::Driver;
use super::driver::look::Only;
use super::environments::Environments;
use super::outside::Outside;
use super::recorder::Recorder;
use super::setup::Setup;
use super::signals::Signals;
use crate::codes;
use crate::event::{Event as Told, Failure, Observer, Status};
use crate::executor::{EXECUTORS, News, Site, Stop};
use crate::gaps;
use crate::journal::{self, Record};
use crate::machine;
use crate::options::{Options, RunReport};
use crate::outputs;
use crate::sandbox::{Folders, Grounds};
use crate::schedule::{Rules, Schedule};

/// Nodes that are gone on with before signals and steps are heard again: some milliseconds.
const SLICE: usize = 4096;

pub(super) async fn drive(setup: Setup, options: &Options, observer: &mut dyn Observer) -> Result<RunReport, Failure> {
    let begun = Instant::now();
    let Setup { plan, params, id, name, folder, journal, reader, store, stamps, lock, session, mut past, .. } = setup;
    let (secrets, granted) = (setup.secrets, setup.granted);
    let (news_sender, mut news) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(Stop::No);
    let capacity = machine::capacity(options);
    let slots = usize::try_from(machine::slots(options)).unwrap_or(1);
    let given: Vec<PathBuf> = sorted(stamps.keys().map(PathBuf::from));
    let folders = Folders { root: &options.root, state: &options.state, store: store.root() };
    let environments = Environments::new(&plan, options, secrets.veil());
    let grounds = Grounds::new(granted.tier, &options.sandbox, &folders, &given, &plan.modules);
    let site = Site {
        run: id.clone(),
        root: options.root.clone(),
        folder,
        store: store.clone(),
        news: news_sender.clone(),
        stop: stopped,
        plan: Arc::clone(&plan),
        session,
        keeper: options.keeper.clone(),
        secrets,
        max_log: options.max_log.unwrap_or(gaps::MOST),
        grounds,
        slots,
        gpus: capacity.gpu,
    };
    let place = EXECUTORS.first().ok_or_else(|| Failure::new(codes::NOT_STARTED, "there is no executor"))?;
    let executor = (place.open)(site)?;
    let rules = Rules { keep_going: options.keep_going, window: 64 + 8 * slots, slice: SLICE, catches: true };
    let world = Outside {
        begun,
        environments,
        news: news_sender,
        reader,
        reuse: options.cache,
        own: (session > 1).then(|| name.clone()),
        store,
        stamps,
        executor,
        place: place.name,
        stop,
    };
    let durations = journal::durations(&world.reader, &plan.pipeline);
    let peaks = journal::peaks(&world.reader, &plan.pipeline);
    let mut schedule = Schedule::new(&plan, params, capacity, rules, &durations, &peaks);
    schedule.remember(past.trials());
    let mut recorder = Recorder::new(journal, observer);
    recorder.tell(Told::RunStarted {
        run: name.to_string(),
        id: id.clone(),
        pipeline: plan.pipeline.clone(),
        sandbox: granted.tier,
        lacking: granted.lacking,
    });
    let mut driver = Driver::new(&plan, name, schedule, world, recorder);
    driver.confined(granted.tier);
    driver.past = past;
    driver.only = options.only.as_deref().map(|step| Only::new(step, &plan));
    driver.go(options.signals.then(Signals::listen), &mut news).await;
    driver.past.close();
    let report = driver.conclude(id, begun).await;
    drop(lock);
    report
}

impl Driver<'_, '_, Outside> {
    /// Until the run is over.
    async fn go(&mut self, mut signals: Option<Signals>, news: &mut mpsc::UnboundedReceiver<News>) {
        loop {
            self.pump();
            self.world.rest();
            if self.over().is_some() || self.fault.is_some() {
                return;
            }
            let timer = self.timer().map(|at| self.world.begun + at);
            let busy = self.busy();
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
                () = tokio::task::yield_now(), if busy => {}
            }
        }
    }

    /// The run is over: nothing of it is left running, and everything is on the disk.
    async fn conclude(self, id: String, begun: Instant) -> Result<RunReport, Failure> {
        let Self { plan, run, world, mut recorder, counts, failures, broken, fault, done, only, past, .. } = self;
        if let Some(failure) = fault {
            // As a kill has it: what holds its steps goes on with them, and whoever goes on with the run takes them over.
            return Err(failure);
        }
        let Outside { store, executor, stop, .. } = world;
        if let Some(failure) = broken {
            executor.close().await;
            return Err(failure);
        }
        let (status, value) = done.unwrap_or((Status::Failed, Value::None));
        let value = outputs::located(&value, &store);
        let outputs =
            if status == Status::Succeeded { outputs::json(&value, &plan.result) } else { serde_json::Value::Null };
        let seconds = begun.elapsed().as_secs_f64();
        let in_all = past.spent + seconds;
        recorder.record_now(Record::RunFinished { status, counts, seconds: in_all, outputs: outputs.clone() });
        // It comes to the disk while those end that have nothing to do any more.
        executor.close().await;
        drop(stop);
        let last = Told::RunFinished { run: run.to_string(), status, seconds, steps: counts, outputs: outputs.clone() };
        recorder.close(&last)?;
        executor.tidy();
        if let Some(only) = only.filter(|only| !only.found && status == Status::Succeeded) {
            let step = only.step;
            let message =
                format!("`{step}` cannot be tried alone: there is no such step, or its inputs are not on record");
            return Err(Failure::new(codes::NOT_ALONE, message).with_help("run the pipeline without `--only` once"));
        }
        Ok(RunReport { run: run.to_string(), id, status, seconds, counts, value, outputs, failures })
    }
}

fn sorted(paths: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.sort_unstable();
    paths
}

async fn next(signals: &mut Option<Signals>) {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}
