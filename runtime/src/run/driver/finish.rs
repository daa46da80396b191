//! The end of a step: recorded, and then told.

use standpipe_plan::CachePolicy;

use super::{Driver, Underway};
use crate::cache;
use crate::event::{Event as Told, Failure, Status};
use crate::journal::{Kept, Record, StepEnd};
use crate::planted::{Bug, planted};
use crate::run::world::World;
use crate::schedule::{Passing, StepName, Ticket};

impl<W: World> Driver<'_, '_, W> {
    /// A step ended: it is recorded, and then told.
    pub(super) fn finished(
        &mut self,
        ticket: Ticket,
        step: StepName,
        attempt: u32,
        status: Status,
        failure: Option<Failure>,
        caught: bool,
    ) {
        let known = self.steps.remove(&ticket).unwrap_or_default();
        let keep = if status == Status::Succeeded { self.to_keep(&known) } else { None };
        // What later runs do not reuse, this one may still go on from.
        let value = known.value.as_ref().filter(|_| keep.is_none() && self.kept(&known));
        let value = value.map(cache::without_places);
        let Underway { key, seconds, memory, reserved, log, files, from, reports, .. } = known;
        let end = StepEnd {
            step: step.path.clone(),
            label: step.label.clone(),
            status,
            seconds,
            attempt,
            memory,
            reserved,
            error: failure.clone(),
            log,
            from: from.unwrap_or_else(|| self.run.clone()),
            value,
            used: key.as_ref().map(|key| key.digest).filter(|_| status == Status::Cached),
            parts: key.map(|key| key.parts).unwrap_or_default(),
            reports,
        };
        self.recorder.record(Record::StepFinished { end: Box::new(end), keep }, files);
        self.tell_end(step, status, seconds, failure, caught);
    }

    /// Something ended that never became a step.
    pub(super) fn passed(&mut self, step: StepName, why: Passing) {
        let (status, failure, caught) = match why {
            Passing::Untaken | Passing::Blocked => (Status::Skipped, None, false),
            Passing::Failed { failure, caught } => (Status::Failed, Some(failure), caught),
        };
        let end = StepEnd {
            step: step.path.clone(),
            label: step.label.clone(),
            status,
            error: failure.clone(),
            ..StepEnd::new(self.run.clone())
        };
        self.recorder.record(Record::StepFinished { end: Box::new(end), keep: None }, Vec::new());
        self.tell_end(step, status, 0.0, failure, caught);
    }

    fn tell_end(&mut self, step: StepName, status: Status, seconds: f64, error: Option<Failure>, caught: bool) {
        match status {
            Status::Cached if planted(Bug::CachedCountedAsRun) => self.counts.succeeded += 1,
            status => self.counts.add(status),
        }
        if let (Status::Failed, Some(failure), false) = (status, &error, caught) {
            self.failures.push((step.path.clone(), failure.clone()));
        }
        self.recorder.promise(Told::StepFinished {
            step: step.path,
            label: step.label,
            status,
            seconds,
            error,
            caught,
        });
    }

    /// Whether a resumption needs the step's value from the record.
    fn kept(&self, step: &Underway) -> bool {
        step.effect || step.policy == CachePolicy::Off
    }

    /// The result as later runs may find it; only of a task that may be reused, and whose inputs stayed as they were.
    fn to_keep(&self, step: &Underway) -> Option<Kept> {
        let (key, value) = (step.key.as_ref()?, step.value.as_ref()?);
        let may = step.policy != CachePolicy::Off || planted(Bug::UncachedTaskKept);
        (!step.unsure && may).then(|| Kept {
            key: key.digest,
            value: cache::without_places(value),
            run: self.run.clone(),
            seconds: step.seconds,
            anew: step.lost || matches!(step.policy, CachePolicy::For(_)),
        })
    }
}
