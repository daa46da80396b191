//! Calls of warm workers: within the attempt's time, and ended with it when the run is stopped.

use std::io;
use std::path::Path;
use std::time::Duration;

use standpipe_plan::{Shape, Value};
use tokio::time::{Instant, sleep_until};

use super::log::Slot;
use super::pool::{self, Kind, Warm};
use super::process::GRACE;
use super::seats::Seats;
use super::{Local, output};
use crate::codes;
use crate::environment::Ready;
use crate::event::{Failure, LogRange};
use crate::executor::Stop;
use crate::host::uptime;
use crate::remains::Alone;
use crate::runner::Attempt;
use crate::sandbox::{Confinement, Tier};
use crate::worker::{Ask, KeptBy, Message, Outcome, Produced, Record, Request, WorkerOptions};

/// How often new output is looked for.
pub(super) const LOOK: Duration = Duration::from_millis(200);

/// What came of a call.
pub(crate) struct Called {
    pub result: Result<Produced, Failure>,
    pub log: Option<LogRange>,
    /// Bytes that the worker had at most.
    pub memory: Option<u64>,
}

impl Called {
    /// It came to nothing.
    pub(super) fn failed(failure: Failure) -> Self {
        Self { result: Err(failure), log: None, memory: None }
    }
}

impl Local {
    /// Runs a request on a worker of that environment.
    pub(crate) async fn call(
        &self,
        attempt: &Attempt,
        ready: &Ready,
        request: Request,
        messages: &mut (dyn FnMut(Message) + Send),
    ) -> Called {
        if *self.stop().borrow() != Stop::No {
            return Called::failed(stopped(attempt));
        }
        let warm = match attempt.veil.is_some() {
            true => self.veiled(attempt, ready).await,
            false => self.begun(attempt, ready, request.record).await,
        };
        let mut warm = match warm {
            Ok(warm) => warm,
            Err(failure) => return Called::failed(failure),
        };
        let (outcome, ended_by) = self.within_limits(attempt, &mut warm, request, messages).await;
        let log = warm.slot.log(self, attempt);
        let memory = outcome.as_ref().and_then(|outcome| outcome.memory);
        let result = match (ended_by, outcome) {
            (Some(failure), _) => Err(failure.with_detail(warm.slot.tail())),
            (None, Some(Outcome { result, alive, .. })) => {
                // What knows a secret serves no other step.
                if alive && attempt.veil.is_none() {
                    self.put_back(warm).await;
                } else {
                    self.end(warm).await;
                }
                return Called { result, log, memory };
            }
            (None, None) => Err(stopped(attempt)),
        };
        self.end(warm).await;
        Called { result, log, memory }
    }

    /// The call's outcome, and why it was ended from here.
    async fn within_limits(
        &self,
        attempt: &Attempt,
        warm: &mut Warm,
        request: Request,
        messages: &mut (dyn FnMut(Message) + Send),
    ) -> (Option<Outcome>, Option<Failure>) {
        let asker = warm.worker.asker();
        let mut stop = self.stop();
        let begun = Instant::now();
        let mut deadline = attempt.timeout.and_then(|timeout| begun.checked_add(timeout));
        let mut look_at = begun + LOOK;
        let mut ended_by = None;
        let slot = &mut warm.slot;
        let call = warm.worker.call(request, messages);
        tokio::pin!(call);
        loop {
            tokio::select! {
                biased;
                outcome = &mut call => return (Some(outcome), ended_by),
                Ok(()) = stop.changed() => {
                    if *stop.borrow_and_update() == Stop::AtOnce {
                        return (None, ended_by.or_else(|| Some(stopped(attempt))));
                    }
                    ended_by = ended_by.or_else(|| Some(stopped(attempt)));
                    deadline = Some(ask(asker));
                }
                () = sleep_until(deadline.unwrap_or(begun)), if deadline.is_some() => {
                    if ended_by.is_some() {
                        return (None, ended_by);
                    }
                    ended_by = Some(timed_out(attempt));
                    deadline = Some(ask(asker));
                }
                () = sleep_until(look_at) => {
                    slot.fresh(&mut |text| self.say(output(attempt, text)));
                    look_at = Instant::now() + LOOK;
                }
            }
        }
    }

    /// What the worker of an attempt is to note. What has secrets to hide does not outlive who hides them, and what a
    /// probe would find is asked anew.
    pub(crate) fn record_of(&self, attempt: &Attempt) -> Record {
        if self.site.keeper.is_none() || attempt.veil.is_some() || attempt.probe {
            return Record::Never;
        }
        match attempt.task().is_some_and(|task| task.effect) {
            true => Record::Always,
            false => Record::Alone,
        }
    }

    /// A worker whose log is ready for the attempt.
    async fn begun(&self, attempt: &Attempt, ready: &Ready, record: Record) -> Result<Warm, Failure> {
        let mut warm = self.worker(self.kind(attempt, ready)).await?;
        let alone = match record {
            Record::Never => Alone::Ended,
            Record::Alone | Record::Always => {
                Alone::Called { marker: warm.worker.marker().to_owned(), limit: limit(attempt) }
            }
        };
        match warm.slot.begin(|start| self.now(attempt, start, alone)) {
            Ok(_) => Ok(warm),
            Err(error) => {
                self.end(warm).await;
                Err(super::not_started(attempt, &error))
            }
        }
    }

    /// A worker of its own for an attempt with secrets, which prints where they are taken out.
    async fn veiled(&self, attempt: &Attempt, ready: &Ready) -> Result<Warm, Failure> {
        let mut slot = self.slot(false);
        let begun = slot.begin(|start| self.now(attempt, start, Alone::Ended)).map(|_| ());
        let raw = match &attempt.veil {
            Some(veil) => begun.and_then(|()| slot.veil(veil)),
            None => Err(io::Error::other("there is nothing to hide")),
        };
        if let Err(error) = raw {
            self.give_back(slot);
            return Err(super::not_started(attempt, &error));
        }
        let kind = self.kind(attempt, ready);
        let mut options = self.options(&kind, &slot);
        // It is this process's alone; the worker's only call has all of it.
        options.adds = false;
        if let Some((lease, log)) = slot.veiled() {
            options.nameless = Some(log);
            options.kept_by = self.site.keeper.clone().map(|program| KeptBy { program, lease, most: u64::MAX });
        }
        pool::start(options, kind, slot).await.map_err(|(failure, slot)| {
            self.give_back(slot);
            failure
        })
    }

    /// The kind of worker that an attempt needs.
    pub(super) fn kind(&self, attempt: &Attempt, ready: &Ready) -> Kind {
        Kind::new(ready, attempt.threads, &attempt.seats, self.confinement(attempt, &[self.work()]))
    }

    /// How to start a worker of that kind with that slot.
    fn options(&self, kind: &Kind, slot: &Slot) -> WorkerOptions {
        let mut options = self.pool.borrow().options(kind, self.root().to_owned(), slot, self.hidden());
        if options.confinement.tier > Tier::Off {
            let name = slot.path().file_stem().unwrap_or_default().to_string_lossy();
            options.home = Some(self.work().join(format!("home-{name}")));
        }
        options.launcher.clone_from(&self.site.keeper);
        options
    }

    pub(super) async fn worker(&self, kind: Kind) -> Result<Warm, Failure> {
        let idle = self.pool.borrow_mut().take(&kind);
        if let Some(warm) = idle {
            return Ok(warm);
        }
        let slot = self.slot(false);
        let mut options = self.options(&kind, &slot);
        options.kept_by = self.site.keeper.clone().map(|program| KeptBy {
            program,
            lease: slot.lease(),
            most: slot.log_limit().most,
        });
        pool::start(options, kind, slot).await.map_err(|(failure, slot)| {
            self.give_back(slot);
            failure
        })
    }

    pub(super) async fn put_back(&self, warm: Warm) {
        let surplus = self.pool.borrow_mut().put(warm);
        if let Some(surplus) = surplus {
            self.end(surplus).await;
        }
    }

    pub(super) async fn end(&self, mut warm: Warm) {
        warm.worker.kill().await;
        self.give_back(warm.slot);
    }

    /// Ends every idle worker.
    pub(super) async fn end_workers(&self) {
        let idle = self.pool.borrow_mut().empty();
        for warm in idle {
            self.end(warm).await;
        }
    }

    /// Writes a table as the CSV file `csv`.
    pub(crate) async fn table_to_csv(
        &self,
        attempt: &Attempt,
        table: Value,
        shape: &Shape,
        csv: &Path,
    ) -> Result<(), Failure> {
        let mut warm = self.converter(attempt).await?;
        let result = warm.worker.table_to_csv(table, shape, csv).await;
        self.put_back(warm).await;
        result
    }

    /// Reads the CSV file `csv` as a table, into a file in `scratch`.
    pub(crate) async fn csv_to_table(
        &self,
        attempt: &Attempt,
        csv: &Path,
        shape: &Shape,
        scratch: &Path,
    ) -> Result<Produced, Failure> {
        let mut warm = self.converter(attempt).await?;
        let result = warm.worker.csv_to_table(csv, shape, scratch).await;
        self.put_back(warm).await;
        result
    }

    async fn converter(&self, attempt: &Attempt) -> Result<Warm, Failure> {
        let Some(ready) = &attempt.tables else {
            return Err(Failure::new(codes::NOT_STARTED, "this task has nothing that reads its tables"));
        };
        // Not the step's own doing.
        let mut warm = self.worker(Kind::new(ready, attempt.threads, &Seats::default(), Confinement::open())).await?;
        match warm.slot.begin(|start| self.now(attempt, start, Alone::Ended)) {
            Ok(_) => Ok(warm),
            Err(error) => {
                let error: io::Error = error;
                self.end(warm).await;
                Err(super::not_started(attempt, &error))
            }
        }
    }
}

/// How long an attempt that begins now may take, and when that is over, in nanoseconds.
fn limit(attempt: &Attempt) -> Option<(u64, u64)> {
    let limit = u64::try_from(attempt.timeout?.as_nanos()).ok()?;
    Some((limit, uptime().saturating_add(limit)))
}

pub(super) fn ask(asker: Ask) -> Instant {
    asker.ask();
    Instant::now() + GRACE
}

pub(crate) fn stopped(attempt: &Attempt) -> Failure {
    Failure::new(codes::CANCELLED, format!("`{}` was stopped", attempt.name.path))
}

fn timed_out(attempt: &Attempt) -> Failure {
    super::timed_out(attempt, attempt.timeout.unwrap_or_default())
}
