//! Steps that go on from one another ([`standpipe_plan::Step::joins`]): what the first took is kept for the second, which
//! starts at once, ahead of what waits for room. What is between them is used as soon as it is there.

use super::activation::ActivationId;
use super::{Schedule, Ticket};
use crate::admission::Demand;
use crate::planted::{Bug, planted};

impl Schedule<'_> {
    /// A step that took `demand` is about to be settled with a value: whether that is kept for the step that goes on
    /// from it. Only for one that waits for nothing else: it becomes ready now.
    pub(super) fn keep_place(&mut self, (id, slot): (ActivationId, usize), demand: Demand) -> bool {
        if self.draining.is_some() || self.stops(id) {
            return false;
        }
        let Some(own) = self.activations.get(&id) else { return false };
        let next = self.layout.slot(own.region, slot).and_then(|layout| layout.next);
        let Some(next) = next.and_then(|next| usize::try_from(next).ok()) else { return false };
        let ready = own.cells.get(next).is_some_and(|cell| cell.waits == 1 && !cell.blocked);
        if ready {
            self.places.insert((id, next), demand);
        }
        ready
    }

    /// A step that is to run needs `demand`: whether what was kept for it is that, but for memory that is free, so that it
    /// starts in that place. What was kept and is something else is given back.
    pub(super) fn take_place(&mut self, ticket: Ticket, demand: &Demand) -> bool {
        let place = self.instances.get(&ticket).and_then(|instance| self.places.remove(&instance.place));
        let Some(kept) = place else { return false };
        if kept == *demand && !planted(Bug::KeptPlaceTakenTwice) {
            return true;
        }
        self.admission.give(&kept);
        if planted(Bug::KeptPlaceTakenTwice) {
            return kept == *demand;
        }
        // What is reserved by what earlier attempts took is another for each step.
        Demand { memory: demand.memory, ..kept } == *demand && self.admission.take(demand)
    }

    /// What was kept for that node is not wanted.
    pub(super) fn give_place_back(&mut self, place: (ActivationId, usize)) {
        if let Some(kept) = self.places.remove(&place)
            && !planted(Bug::KeptPlaceLost)
        {
            self.admission.give(&kept);
        }
    }
}
