//! A trial under way: how long its steps took, what it reported, why it will fail. Several are around a step when sweeps
//! stand in each other.

use std::collections::BTreeMap;

use standpipe_plan::{NodeKind, Value};

use super::super::activation::ActivationId;
use super::super::{Effect, Instance, Schedule, Ticket};
use crate::event::{Failure, SweepHead};
use crate::state::TaskState;

/// A trial under way.
pub(super) struct Try {
    /// A record.
    pub params: Value,
    pub nanos: u64,
    /// Of the first objective: how far it was, and what it had there.
    pub reports: Vec<(u64, f64)>,
    /// It is to stop at its next report.
    pub stopped: bool,
    /// An earlier run finished it, so all its steps should be found as they were.
    pub expected: bool,
    pub failure: Option<Failure>,
}

/// A trial as it was before the run was interrupted, or in an earlier run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tried {
    /// A record.
    pub params: Value,
    /// What came of it, when that is not to be found out again.
    pub ran: Option<Ran>,
    /// It finished, so what its steps gave is kept.
    pub finished: bool,
}

/// What was tried before in a sweep.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    /// What it looked for, when that was in an earlier run: then it is of use only while nothing has changed.
    pub head: Option<SweepHead>,
    /// By number.
    pub trials: BTreeMap<u64, Tried>,
    /// How many nanoseconds of its budget this run has spent.
    pub spent: i64,
}

/// What came of a trial that was stopped early.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ran {
    pub nanos: u64,
    pub reports: Vec<(u64, f64)>,
}

impl Try {
    pub(super) fn new(params: Value, expected: bool) -> Self {
        Self { params, nanos: 0, reports: Vec::new(), stopped: false, expected, failure: None }
    }
}

/// A trial's place: its sweep's, and its number.
type Place = (ActivationId, usize, usize);

impl Schedule<'_> {
    /// The trials that instance `index` of what belongs to `parent` stands in, innermost first.
    fn trials_around(&self, mut parent: Option<(ActivationId, usize)>, mut index: usize) -> Vec<Place> {
        let mut found = Vec::new();
        while let Some((outer, slot)) = parent {
            let Some(own) = self.activations.get(&outer) else { break };
            if own.cells.get(slot).is_some_and(|cell| cell.search.is_some()) {
                found.push((outer, slot, index));
            }
            (parent, index) = (own.parent, own.index);
        }
        found
    }

    fn trials_of(&self, id: ActivationId) -> Vec<Place> {
        self.activations.get(&id).map(|own| self.trials_around(own.parent, own.index)).unwrap_or_default()
    }

    fn trial(&mut self, (id, slot, index): Place) -> Option<&mut Try> {
        self.activations.get_mut(&id)?.cells.get_mut(slot)?.search.as_mut()?.active.get_mut(&index)
    }

    /// Remembers of the trial around activation `id` why it will fail.
    pub(in crate::schedule) fn note_in_trial(&mut self, id: ActivationId, failure: &Failure) {
        if let Some(own) = self.activations.get(&id) {
            self.note_below(own.parent, own.index, failure);
        }
    }

    /// The same for instance `index` of what belongs to `parent`.
    pub(in crate::schedule) fn note_below(
        &mut self,
        parent: Option<(ActivationId, usize)>,
        index: usize,
        failure: &Failure,
    ) {
        if let Some(place) = self.trials_around(parent, index).first().copied()
            && let Some(tried) = self.trial(place)
        {
            tried.failure = Some(failure.clone());
        }
    }

    /// A step in activation `id` must run. Where it was to be found, something has changed since the earlier run, and what
    /// was tried then says nothing of what to try now: the sweeps of which that is so.
    pub(in crate::schedule) fn not_found(&mut self, id: ActivationId) -> Vec<(ActivationId, usize)> {
        let mut changed = Vec::new();
        for (outer, slot, index) in self.trials_of(id) {
            let search = self
                .activations
                .get_mut(&outer)
                .and_then(|own| own.cells.get_mut(slot))
                .and_then(|cell| cell.search.as_mut());
            if let Some(search) = search
                && search.active.get_mut(&index).is_some_and(|tried| std::mem::take(&mut tried.expected))
            {
                search.past.clear();
                changed.push((outer, slot));
            }
        }
        changed
    }

    /// A step in activation `id` took so long, here or where its result comes from.
    pub(in crate::schedule) fn spent(&mut self, id: ActivationId, nanos: u64) {
        for place in self.trials_of(id) {
            if let Some(tried) = self.trial(place) {
                tried.nanos = tried.nanos.saturating_add(nanos);
            }
        }
    }

    /// Whether a number called `name` that this step reports says how its trial is doing.
    pub(crate) fn judges(&self, ticket: Ticket, name: &str) -> bool {
        let place = self.instances.get(&ticket).and_then(|instance| self.trials_of(instance.place.0).first().copied());
        let node = place.and_then(|(id, slot, _)| self.layout.node(self.activations.get(&id)?.region, slot));
        match node.map(|node| &node.kind) {
            Some(NodeKind::Sweep(sweep)) => sweep.objectives.first().is_some_and(|objective| objective.name == name),
            _ => false,
        }
    }

    /// A step reports a number: the trial around it may not be worth going on with.
    pub(in crate::schedule) fn reported(&mut self, ticket: Ticket, name: &str, value: f64, at: Option<i64>) {
        if !self.judges(ticket, name) {
            return;
        }
        let Some(instance) = self.instances.get(&ticket) else { return };
        let runs = instance.state == TaskState::Running;
        let Some((outer, slot, index)) = self.trials_of(instance.place.0).first().copied() else { return };
        let Some(own) = self.activations.get_mut(&outer) else { return };
        let Some(search) = own.cells.get_mut(slot).and_then(|cell| cell.search.as_mut()) else { return };
        let Some(tried) = search.active.get_mut(&index) else { return };
        let told = tried.reports.len() as u64 + 1;
        let step = at.and_then(|at| u64::try_from(at).ok()).filter(|at| *at > 0).unwrap_or(told);
        tried.reports.push((step, value));
        // How often it reports until it hears that it is to stop is chance; what is reused is there already.
        if !tried.stopped && search.study.report(index as u64, step, value) && runs {
            tried.stopped = true;
            self.stopping += 1;
            self.effects.push(Effect::StopEarly { ticket });
            self.leave_out((outer, slot, index));
        }
    }

    /// A trial is to stop: of its steps, what has not begun never will.
    fn leave_out(&mut self, trial: Place) {
        let waits = |(_, instance): &(&Ticket, &Instance<'_>)| {
            instance.state != TaskState::Running && self.trials_of(instance.place.0).contains(&trial)
        };
        let mut waiting: Vec<Ticket> = self.instances.iter().filter(waits).map(|(ticket, _)| *ticket).collect();
        waiting.sort_unstable();
        self.queue.forget(|ticket| waiting.binary_search(&ticket).is_ok());
        for ticket in waiting {
            self.skip_step(ticket);
        }
    }

    /// Whether activation `id` belongs to a trial that is to stop.
    pub(in crate::schedule) fn stops(&self, id: ActivationId) -> bool {
        let stopped = |(outer, slot, index): &Place| {
            let cell = self.activations.get(outer).and_then(|own| own.cells.get(*slot));
            let search = cell.and_then(|cell| cell.search.as_ref());
            search.is_some_and(|search| search.active.get(index).is_some_and(|tried| tried.stopped))
        };
        self.stopping > 0 && self.trials_of(id).iter().any(stopped)
    }
}
