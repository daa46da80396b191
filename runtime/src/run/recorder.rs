//! What happened, first on the disk and then to the observer. Knows nothing of why.

use std::collections::VecDeque;
use std::path::PathBuf;

use tokio::sync::watch;

use crate::event::{Event, Failure, Observer};
use crate::journal::{Journal, Progress, Record};

pub(super) struct Recorder<'o> {
    journal: Journal,
    progress: watch::Receiver<Progress>,
    observer: &'o mut dyn Observer,
    /// Events with the record that must be on the disk before they are told.
    held: VecDeque<(u64, Event)>,
    /// The last record that an event waits for.
    promised: u64,
}

impl<'o> Recorder<'o> {
    pub(super) fn new(journal: Journal, observer: &'o mut dyn Observer) -> Self {
        let progress = journal.progress();
        Self { journal, progress, observer, held: VecDeque::new(), promised: 0 }
    }

    /// Records something; its number is the answer.
    pub(super) fn record(&mut self, record: Record, files: Vec<PathBuf>) -> u64 {
        self.journal.append(record, files, false)
    }

    /// Records something that somebody waits for.
    pub(super) fn record_now(&mut self, record: Record) -> u64 {
        self.journal.append(record, Vec::new(), true)
    }

    /// Tells an event once everything recorded so far is on the disk.
    pub(super) fn promise(&mut self, event: Event) {
        self.promised = self.journal.appended();
        self.hold(event);
    }

    /// Tells an event after those before it.
    pub(super) fn tell(&mut self, event: Event) {
        if self.held.is_empty() { self.observer.event(&event) } else { self.hold(event) }
    }

    fn hold(&mut self, event: Event) {
        self.held.push_back((self.promised, event));
    }

    /// Tells what may be told by now; how far the journal has come.
    pub(super) fn flush(&mut self) -> Progress {
        let progress = self.progress.borrow_and_update().clone();
        while let Some((number, event)) = self.held.front() {
            if *number > progress.durable {
                break;
            }
            self.observer.event(event);
            self.held.pop_front();
        }
        progress
    }

    /// Waits for more to be on the disk.
    pub(super) async fn changed(&mut self) {
        if self.progress.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Brings everything to the disk and tells the rest, then `last`.
    pub(super) fn close(self, last: &Event) -> Result<(), Failure> {
        self.journal.close()?;
        for (_, event) in &self.held {
            self.observer.event(event);
        }
        self.observer.event(last);
        Ok(())
    }
}
