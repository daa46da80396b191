//! What an earlier run's trials teach a sweep before its first trial. Knows nothing of where they are on record.

use standpipe_plan::NodeKind;

use super::super::activation::ActivationId;
use super::{join, space};
use crate::event::{Failure, SweepHead};
use crate::lessons::Recalled;
use crate::schedule::{Effect, NodeScope, Schedule, Ticket};

impl Schedule<'_> {
    /// Asks for the trials of the run `from` before the sweep begins.
    pub(super) fn recall(&mut self, id: ActivationId, slot: usize, step: String, from: String, head: Box<SweepHead>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.recalls.insert(ticket, (id, slot));
        self.effects.push(Effect::Recall { ticket, step, from, head });
    }

    /// The trials that were asked for, or why there are none: the sweep begins, or has no value.
    pub(in crate::schedule) fn recalled(&mut self, ticket: Ticket, recalled: Result<Recalled, Failure>) {
        let Some((id, slot)) = self.recalls.remove(&ticket) else { return };
        let Some(mut search) = self.take_search(id, slot) else { return };
        let place = self.activations.get(&id).and_then(|own| Some((own, self.layout.node(own.region, slot)?)));
        if let Some((own, node)) = place
            && let NodeKind::Sweep(sweep) = &node.kind
        {
            match recalled {
                Ok(Recalled { of, lessons }) => {
                    let around = NodeScope { schedule: self, activation: id };
                    let (mut trials, mut outside) = (0, 0);
                    for lesson in &lessons {
                        let Some(outcome) = lesson.outcome() else { continue };
                        let Some(parameters) = space::points(sweep, &around, &lesson.params) else {
                            outside += 1;
                            continue;
                        };
                        let reports: Vec<_> =
                            lesson.reports.iter().map(|(step, score)| (*step, score.unwrap_or(f64::NAN))).collect();
                        search.study.learn(lesson.trial, &parameters, outcome, &reports);
                        trials += 1;
                    }
                    let step = join(&own.path, &node.name);
                    self.effects.push(Effect::SweepTaught { step, of, trials, outside });
                }
                Err(failure) => search.problem = Some(failure.at(self.plan, node.origin)),
            }
        }
        self.put_search(id, slot, search);
        self.search(id, slot);
    }
}
