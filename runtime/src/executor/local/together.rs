//! A series of calls of one warm worker: sent at once, answered one after the other.

use std::collections::VecDeque;
use std::path::PathBuf;

use tokio::time::{Instant, sleep_until};

use super::Local;
use super::pool::Warm;
use super::python::{Called, LOOK, ask, stopped};
use crate::environment::Ready;
use crate::event::Failure;
use crate::executor::Stop;
use crate::remains::Alone;
use crate::runner::Attempt;
use crate::worker::{Message, Outcome, Request, Sent};

/// A worker with the calls that it was sent and has not answered.
pub(crate) struct Series {
    warm: Warm,
    sent: VecDeque<Sent>,
    alive: bool,
}

impl Local {
    /// A worker for a series of attempts like this one.
    pub(crate) async fn series(&self, attempt: &Attempt, ready: &Ready) -> Result<Series, Failure> {
        if *self.stop().borrow() != Stop::No {
            return Err(stopped(attempt));
        }
        let mut warm = self.worker(self.kind(attempt, ready)).await?;
        if let Err(error) = warm.slot.begin(|start| self.now(attempt, start, Alone::Ended)) {
            self.end(warm).await;
            return Err(super::not_started(attempt, &error));
        }
        Ok(Series { warm, sent: VecDeque::new(), alive: true })
    }
}

impl Series {
    /// Sends as many of the requests as the worker can take without reading; how many, at least one.
    pub(crate) async fn send(&mut self, requests: Vec<Request>) -> usize {
        self.sent = self.warm.worker.send(requests).await.into();
        self.sent.len()
    }

    /// The folder for what the next call produces.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.sent.front().map(|sent| sent.request.scratch.clone()).unwrap_or_default()
    }

    /// Whether the worker can answer more.
    pub(crate) fn alive(&self) -> bool {
        self.alive
    }

    /// What came of the next call; after a stop the worker is of no more use.
    pub(crate) async fn next(
        &mut self,
        local: &Local,
        attempt: &Attempt,
        messages: &mut (dyn FnMut(Message) + Send),
    ) -> Called {
        let Some(sent) = self.sent.pop_front() else { return Called::failed(stopped(attempt)) };
        let (outcome, ended_by) = self.within_limits(local, attempt, sent, messages).await;
        self.alive &= ended_by.is_none();
        let Some(Outcome { result, log, alive, memory }) = outcome else {
            self.alive = false;
            let failure = ended_by.unwrap_or_else(|| stopped(attempt));
            return Called::failed(failure.with_detail(self.warm.slot.tail()));
        };
        self.alive &= alive;
        let log = self.warm.slot.part(local, attempt, log.start, log.end);
        let result = match ended_by {
            Some(failure) => Err(failure.with_detail(self.warm.slot.tail())),
            None => result,
        };
        Called { result, log, memory }
    }

    async fn within_limits(
        &mut self,
        local: &Local,
        attempt: &Attempt,
        sent: Sent,
        messages: &mut (dyn FnMut(Message) + Send),
    ) -> (Option<Outcome>, Option<Failure>) {
        let asker = self.warm.worker.asker();
        let slot = &self.warm.slot;
        let mut look_at = Instant::now() + LOOK;
        let mut stop = local.stop();
        let mut deadline: Option<Instant> = None;
        let answer = self.warm.worker.answer_to(sent, messages);
        tokio::pin!(answer);
        loop {
            let ended_by = || deadline.is_some().then(|| stopped(attempt));
            tokio::select! {
                biased;
                outcome = &mut answer => return (Some(outcome), ended_by()),
                () = sleep_until(look_at) => {
                    slot.limit_next();
                    look_at = Instant::now() + LOOK;
                }
                () = asked(&mut stop, deadline.is_some()) => {
                    if *stop.borrow() == Stop::AtOnce {
                        return (None, Some(stopped(attempt)));
                    }
                    deadline = Some(ask(asker));
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    return (None, Some(stopped(attempt)));
                }
            }
        }
    }

    /// Gives the worker back, or ends it.
    pub(crate) async fn close(self, local: &Local) {
        if self.alive && self.sent.is_empty() {
            local.put_back(self.warm).await;
        } else {
            local.end(self.warm).await;
        }
    }
}

/// Until the run is to end; once that is known, until it is to end at once.
async fn asked(stop: &mut tokio::sync::watch::Receiver<Stop>, known: bool) {
    let wanted = |stop: &Stop| if known { *stop == Stop::AtOnce } else { *stop != Stop::No };
    if stop.wait_for(wanted).await.is_err() {
        std::future::pending::<()>().await;
    }
}
