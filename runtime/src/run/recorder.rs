//! What happened, first on the disk and then to the observer. Knows nothing of why.

use std::collections::VecDeque;

use super::world::Ledger;
use crate::event::{Event, Failure, Observer};
use crate::journal::{Journal, Progress, Record};
use crate::planted::{Bug, planted};
use crate::store::Stored;

pub(crate) struct Recorder<'o, L> {
    ledger: L,
    observer: &'o mut dyn Observer,
    /// Events with the record that must be on the disk before they are told.
    held: VecDeque<(u64, Event)>,
    /// The last record that an event waits for.
    promised: u64,
    /// How many results that were not kept have been told of.
    differing: usize,
}

impl<'o, L: Ledger> Recorder<'o, L> {
    pub(crate) fn new(ledger: L, observer: &'o mut dyn Observer) -> Self {
        Self { ledger, observer, held: VecDeque::new(), promised: 0, differing: 0 }
    }

    /// Records something; its number is the answer.
    pub(crate) fn record(&mut self, record: Record, files: Vec<Stored>) -> u64 {
        self.ledger.append(record, files, false)
    }

    /// Records something that somebody waits for.
    pub(crate) fn record_now(&mut self, record: Record) -> u64 {
        self.ledger.append(record, Vec::new(), true)
    }

    /// Tells an event once everything recorded so far is on the disk.
    pub(crate) fn promise(&mut self, event: Event) {
        self.promised = if planted(Bug::ToldBeforeDurable) { 0 } else { self.ledger.appended() };
        self.hold(event);
    }

    /// Tells an event after those before it.
    pub(crate) fn tell(&mut self, event: Event) {
        if self.held.is_empty() { self.observer.event(&event) } else { self.hold(event) }
    }

    fn hold(&mut self, event: Event) {
        self.held.push_back((self.promised, event));
    }

    /// How many events wait for the disk.
    pub(crate) fn behind(&self) -> usize {
        self.held.len()
    }

    /// Tells what may be told by now; how far the journal has come.
    pub(crate) fn flush(&mut self) -> Progress {
        let progress = self.ledger.progress();
        while let Some((number, event)) = self.held.front() {
            if *number > progress.durable {
                break;
            }
            self.observer.event(event);
            self.held.pop_front();
        }
        tell_differing(self.observer, &progress, self.differing);
        self.differing = progress.differing.len();
        progress
    }
}

impl Recorder<'_, Journal> {
    /// Waits for more to be on the disk.
    pub(super) async fn changed(&mut self) {
        self.ledger.changed().await;
    }

    /// Brings everything to the disk and tells the rest, then `last`.
    pub(super) fn close(self, last: &Event) -> Result<(), Failure> {
        let Self { ledger, observer, held, differing, .. } = self;
        let progress = ledger.close()?;
        for (_, event) in &held {
            observer.event(event);
        }
        tell_differing(observer, &progress, differing);
        observer.event(last);
        Ok(())
    }
}

/// Tells of results that were not kept, but for the first `told`.
fn tell_differing(observer: &mut dyn Observer, progress: &Progress, told: usize) {
    for (step, differing) in progress.differing.iter().skip(told) {
        let (kept, given) = (differing.kept.to_hex(), differing.given.to_hex());
        observer.event(&Event::Nondeterministic { step: step.clone(), kept, given });
    }
}
