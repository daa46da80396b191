//! The world of a run on this machine. Knows nothing of scheduling.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use smol_str::SmolStr;
use standpipe_plan::{CachePolicy, Digest, Value};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::environments::{Environments, Needs, Which};
use super::world::{Ledger, World};
use crate::cache::{self, Found};
use crate::environment::Ready;
use crate::event::{Failure, SweepHead};
use crate::executor::{Executor, News, Stop};
use crate::inputs::{self, Stamps};
use crate::journal::{Journal, Progress, Record};
use crate::lessons::Recalled;
use crate::runner::Attempt;
use crate::schedule::Ticket;
use crate::store::{Soundness, Store, Stored};

pub(super) struct Outside {
    pub begun: Instant,
    pub environments: Environments,
    pub news: mpsc::UnboundedSender<News>,
    pub reader: Connection,
    /// Whether earlier results may be reused.
    pub reuse: bool,
    /// The run, when it is gone on with: what it has made itself is reused in any case.
    pub own: Option<SmolStr>,
    pub store: Store,
    pub stamps: Stamps,
    pub executor: Box<dyn Executor>,
    /// Where the executor runs attempts.
    pub place: &'static str,
    pub stop: watch::Sender<Stop>,
}

impl Outside {
    /// What is looked up from here on is looked up in one state of the database: asking for the newest each time takes
    /// as long as looking. Without an answer each look-up sees to itself.
    fn read(&self) {
        if self.reader.is_autocommit() {
            let _ = self.reader.execute_batch("BEGIN");
        }
    }

    /// Nothing is looked up for a while: what others write meanwhile is to be seen, and they are not to wait.
    pub(super) fn rest(&self) {
        if !self.reader.is_autocommit() {
            let _ = self.reader.execute_batch("COMMIT");
        }
    }
}

impl World for Outside {
    type Ledger = Journal;

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    fn find(&mut self, key: Digest, policy: CachePolicy, inputs: &[Value]) -> Found {
        if !self.reuse && self.own.is_none() {
            return Found::Nothing;
        }
        self.read();
        // A cache that cannot be read has no answer; the journal says what is wrong.
        let found = cache::find(&self.reader, &self.store, key, policy, inputs).unwrap_or(Found::Nothing);
        match &found {
            Found::Hit(hit) if !self.reuse && self.own.as_ref() != Some(&hit.run) => Found::Nothing,
            Found::Lost(lost) if lost.damaged => {
                // Who reads it meanwhile reads on; what cannot be put aside is replaced by nobody and found damaged again.
                let _ = self.store.quarantine(&lost.blob);
                found
            }
            Found::Hit(_) | Found::Lost(_) | Found::Nothing => found,
        }
    }

    fn recall(&mut self, from: &str, step: &str, head: &SweepHead) -> Result<Recalled, Failure> {
        super::recall::recall(&self.reader, from, step, head)
    }

    fn holds(&self, value: &Value) -> bool {
        let mut sound = true;
        cache::each_blob(value, &mut |blob| {
            sound = sound && self.store.check(Some(&self.reader), blob) == Soundness::Sound;
        });
        sound
    }

    fn needs(&self, task: usize) -> Needs {
        self.environments.needs(task)
    }

    fn environment(&mut self, which: Which) -> Option<Result<Arc<Ready>, Failure>> {
        self.environments.get(which)
    }

    fn await_environment(&mut self, which: Which, ticket: Ticket) {
        self.environments.wait(which, ticket, &self.news);
    }

    fn made(&mut self, which: Which, result: Result<Ready, Failure>) -> Vec<Ticket> {
        self.environments.made(which, result)
    }

    fn changed(&self, inputs: &[Value]) -> Option<PathBuf> {
        inputs.iter().find_map(|value| inputs::changed(&self.stamps, value))
    }

    fn located(&self, value: &Value) -> Value {
        crate::outputs::located(value, &self.store)
    }

    fn place(&self) -> &'static str {
        self.place
    }

    fn submit(&mut self, attempts: Vec<Attempt>) {
        self.executor.submit(attempts);
    }

    fn stop_early(&mut self, ticket: Ticket) {
        self.executor.stop_early(ticket);
    }

    fn stop(&mut self, how: Stop) {
        self.stop.send_replace(how);
    }
}

impl Ledger for Journal {
    fn append(&mut self, record: Record, files: Vec<Stored>, urgent: bool) -> u64 {
        Self::append(self, record, files, urgent)
    }

    fn appended(&self) -> u64 {
        Self::appended(self)
    }

    fn progress(&mut self) -> Progress {
        Self::progress(self)
    }
}
