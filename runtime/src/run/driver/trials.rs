//! Sweeps and their trials: recorded, and then told.

use standpipe_plan::Value;

use super::Driver;
use crate::event::{Event as Told, SweepHead, TrialEnd};
use crate::journal::Record;
use crate::run::world::World;
use crate::schedule::{Event, Ticket};

impl<W: World> Driver<'_, '_, W> {
    pub(super) fn sweep_begun(&mut self, step: String, head: Box<SweepHead>) {
        self.recorder.record(Record::SweepStarted { step: step.clone(), head: head.clone() }, Vec::new());
        self.recorder.tell(Told::SweepStarted { step, head: *head });
    }

    /// Answers a sweep with the trials of the run `from`. What was read for it is on the disk before any trial hangs on it:
    /// the run that is gone on with has the same, whatever became of the other.
    pub(super) fn recall(&mut self, ticket: Ticket, step: String, from: String, head: &SweepHead) {
        let known = self.past.recalled(&step, &from);
        let read = known.is_none();
        let recalled = known.map_or_else(|| self.world.recall(&from, &step, head), Ok);
        match &recalled {
            Ok(new) if read => {
                let record = Record::SweepTaught { step, from, recalled: Box::new(new.clone()) };
                let number = self.recorder.record_now(record);
                self.due.push_back((number, Event::Recalled { ticket, recalled }));
            }
            Ok(_) | Err(_) => self.events.push_back(Event::Recalled { ticket, recalled }),
        }
    }

    pub(super) fn trial_begun(&mut self, step: String, trial: u64, params: Value) {
        let told = params.to_json();
        self.recorder.record(Record::TrialStarted { step: step.clone(), trial, params }, Vec::new());
        self.recorder.tell(Told::TrialStarted { step, trial, params: told });
    }

    pub(super) fn trial_ended(&mut self, step: String, trial: u64, end: Box<TrialEnd>) {
        let TrialEnd { params, state, scores, seconds, error, .. } = &*end;
        let told = Told::TrialFinished {
            step: step.clone(),
            trial,
            params: params.to_json(),
            state: *state,
            scores: scores.clone(),
            seconds: *seconds,
            error: error.clone(),
        };
        self.recorder.record(Record::TrialFinished { step, trial, end }, Vec::new());
        self.recorder.promise(told);
    }
}
