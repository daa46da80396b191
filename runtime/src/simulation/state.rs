//! What the made-up world remembers: its clock, what will happen, what runs, and a disk that survives the run's process.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use standpipe_plan::{Digest, Value};

use super::fact::{Fact, Line};
use super::faults::Faults;
use super::rng::Rng;
use crate::codes;
use crate::environment::Ready;
use crate::event::Failure;
use crate::executor::{News, Stop};
use crate::journal::{Progress, Record};
use crate::schedule::Ticket;

/// Something that is going to happen.
pub(super) enum Happening {
    News(Box<News>),
    /// The journal's writer comes to the disk.
    Disk,
    Interrupt,
}

/// An attempt under way.
pub(super) struct Live {
    pub stubborn: bool,
}

/// A result on the disk.
pub(super) struct Stored {
    pub value: Value,
    pub run: SmolStr,
    pub seconds: f64,
}

pub(super) struct State {
    pub now: u64,
    pub rng: Rng,
    pub faults: Faults,
    pub facts: Vec<(u64, Fact)>,
    future: BTreeMap<(u64, u64), Happening>,
    made: u64,
    pub live: BTreeMap<(Ticket, u32), Live>,
    pub dispatches: u64,
    pub stop: Stop,
    /// Attempts whose files were changed while they ran.
    pub unsure: Vec<Ticket>,
    pub environment: Option<Result<Arc<Ready>, Failure>>,
    pub waiting: Vec<Ticket>,
    // What survives a crash.
    pub results: BTreeMap<Digest, Stored>,
    // What does not.
    pending: VecDeque<(u64, Record)>,
    pub appended: u64,
    pub progress: Progress,
}

impl State {
    pub(super) fn new(rng: Rng) -> Self {
        Self {
            now: 0,
            rng,
            faults: Faults::default(),
            facts: Vec::new(),
            future: BTreeMap::new(),
            made: 0,
            live: BTreeMap::new(),
            dispatches: 0,
            stop: Stop::No,
            unsure: Vec::new(),
            environment: None,
            waiting: Vec::new(),
            results: BTreeMap::new(),
            pending: VecDeque::new(),
            appended: 0,
            progress: Progress::default(),
        }
    }

    /// A process of the run begins: what was only in memory is gone.
    pub(super) fn boot(&mut self, faults: Faults) {
        self.faults = faults;
        self.future.clear();
        self.live.clear();
        self.stop = Stop::No;
        self.unsure.clear();
        self.waiting.clear();
        let ready = Ready { python: PathBuf::new(), identity: Digest::of(b"python"), packages: Vec::new() };
        self.environment = (!faults.environment_late).then(|| Ok(Arc::new(ready)));
        self.pending.clear();
        self.appended = 0;
        self.progress = Progress::default();
        if let Some((first, again)) = faults.interrupt {
            self.later(first, Happening::Interrupt);
            self.later(first + again, Happening::Interrupt);
        }
    }

    pub(super) fn note(&mut self, fact: Fact) {
        self.facts.push((self.now, fact));
    }

    pub(super) fn later(&mut self, wait: u64, happening: Happening) {
        self.made += 1;
        self.future.insert((self.now + wait, self.made), happening);
    }

    /// When the next thing happens.
    pub(super) fn next_at(&self) -> Option<u64> {
        self.future.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next thing; the clock goes there.
    pub(super) fn next(&mut self) -> Option<Happening> {
        let ((at, _), happening) = self.future.pop_first()?;
        self.now = self.now.max(at);
        Some(happening)
    }

    /// Hands a record to the journal, which writes it some time later.
    pub(super) fn append(&mut self, record: Record, urgent: bool) -> u64 {
        self.appended += 1;
        if let Some(line) = line(&record) {
            self.note(Fact::Recorded { number: self.appended, record: line });
        }
        if self.pending.is_empty() {
            let wait = if urgent { 1 } else { 5 + self.rng.below(20) };
            self.later(wait, Happening::Disk);
        }
        self.pending.push_back((self.appended, record));
        self.appended
    }

    /// The writer brings some of what waits to the disk, in order, or finds it full.
    pub(super) fn write(&mut self) {
        if self.progress.broken.is_some() {
            return;
        }
        if self.rng.below(1000) < self.faults.disk_full {
            self.note(Fact::Broken);
            self.progress.broken = Some(Failure::new(codes::DISK_FULL, "the disk is full"));
            return;
        }
        let some = 1 + self.rng.index(self.pending.len());
        self.write_some(some);
        if !self.pending.is_empty() {
            self.later(2, Happening::Disk);
        }
    }

    /// As when a run ends and waits for the disk.
    pub(super) fn write_all(&mut self) {
        if self.progress.broken.is_none() {
            self.write_some(self.pending.len());
        }
    }

    fn write_some(&mut self, some: usize) {
        for (number, record) in self.pending.drain(..some) {
            if let Record::StepFinished { keep: Some(kept), .. } = record {
                self.results.insert(kept.key, Stored { value: kept.value, run: kept.run, seconds: kept.seconds });
            }
            self.progress.durable = number;
        }
        self.note(Fact::Durable { number: self.progress.durable });
    }
}

/// What the auditor is told of a record; nothing of what only says how a run was begun.
fn line(record: &Record) -> Option<Line> {
    Some(match record {
        Record::RunCalled { .. }
        | Record::RunResumed
        | Record::RunConfined { .. }
        | Record::SweepStarted { .. }
        | Record::SweepTaught { .. }
        | Record::TrialStarted { .. }
        | Record::TrialFinished { .. } => return None,
        Record::EffectAnnounced { step, .. } => Line::Announced { path: step.clone() },
        Record::StepStarted { step, attempt, .. } => Line::Started { path: step.clone(), attempt: *attempt },
        Record::StepRetrying { step, attempt, wait, .. } => {
            Line::Retrying { path: step.clone(), attempt: *attempt, wait: Duration::from_secs_f64(*wait) }
        }
        Record::StepFinished { end, keep } => Line::Finished {
            path: end.step.clone(),
            status: end.status,
            attempt: end.attempt,
            kept: keep.as_ref().map(|kept| kept.value.clone()),
        },
        Record::RunFinished { .. } => Line::RunFinished,
    })
}
