//! Nodes that decide, repeat and forgive: `match`, `loop`, `try`.

use standpipe_plan::{EvalError, NodeId, NodeKind, Scope, Value, equal, eval};

use super::activation::{ActivationId, label};
use super::regions::join;
use super::{NodeScope, Schedule, no_value};
use crate::planted::{Bug, planted};

/// A `loop` under way.
#[derive(Clone, Copy)]
pub(super) struct Rounds {
    pub limit: usize,
    pub item: NodeId,
}

/// What the end of a loop sees, and the spaces of a sweep: the state, and what the region around sees.
pub(super) struct StateScope<'s> {
    pub around: &'s dyn Scope,
    pub item: NodeId,
    pub state: &'s Value,
}

impl Scope for StateScope<'_> {
    fn node(&self, id: NodeId) -> Option<Value> {
        if id == self.item { Some(self.state.clone()) } else { self.around.node(id) }
    }
}

impl Schedule<'_> {
    /// The subject of a `match` is known: the first arm that has its value is taken.
    pub(super) fn choose(&mut self, id: ActivationId, slot: usize, subject: &Value) {
        let Some(node) = self.activations.get(&id).and_then(|own| self.layout.node(own.region, slot)) else { return };
        let NodeKind::Match { arms, otherwise, .. } = &node.kind else { return };
        let taken = arms.iter().position(|arm| arm.values.iter().any(|value| equal(value, subject)));
        match taken.or(otherwise.as_ref().map(|_| arms.len())) {
            Some(taken) => self.branch(id, slot, taken),
            None => {
                let error = EvalError::Mistyped("no case of it has this value");
                self.fail_node(id, slot, no_value(self.plan, node.origin, "this `match`", &error));
            }
        }
    }

    /// A loop begins.
    pub(super) fn begin_loop(&mut self, id: ActivationId, slot: usize, rounds: Rounds, start: Value) {
        let cell = self.activations.get_mut(&id).and_then(|own| own.cells.get_mut(slot));
        if let Some(cell) = cell {
            cell.rounds = Some(rounds);
        }
        self.round(id, slot, 0, start);
    }

    /// Begins round `index` of a loop with `state`, unless the loop is over.
    pub(super) fn round(&mut self, id: ActivationId, slot: usize, index: usize, state: Value) {
        let Some(own) = self.activations.get(&id) else { return };
        let Some(rounds) = own.cells.get(slot).and_then(|cell| cell.rounds) else { return };
        let Some(node) = self.layout.node(own.region, slot) else { return };
        let NodeKind::Loop { until, variable, .. } = &node.kind else { return };
        if self.draining.is_some() {
            return self.unsettled(id, slot);
        }
        if index >= rounds.limit {
            return self.settle(id, slot, state);
        }
        let around = NodeScope { schedule: self, activation: id };
        let scope = StateScope { around: &around, item: rounds.item, state: &state };
        match until.as_ref().map(|until| eval(until, &scope)).transpose() {
            Ok(Some(Value::Bool(true))) => return self.settle(id, slot, state),
            Ok(_) => {}
            Err(error) => {
                let failure = no_value(self.plan, node.origin, "the end of this loop", &error);
                return self.fail_node(id, slot, failure);
            }
        }
        if self.stops(id) {
            return self.unsettled(id, slot);
        }
        let path = format!("{}[{index}]", join(&own.path, &node.name));
        let label = label(&own.label, variable, &state);
        let Some(body) = self.layout.slot(own.region, slot).and_then(|layout| layout.inner.first().copied()) else {
            return;
        };
        self.activate(body, |inner| {
            inner.parent = Some((id, slot));
            inner.index = index;
            inner.item = state;
            inner.path = path;
            inner.label = label;
        });
    }

    /// What a `try` stands before ended, with a value or without.
    pub(super) fn tried(&mut self, id: ActivationId, slot: usize, value: Option<Value>) {
        match value {
            Some(value) => self.settle(id, slot, value),
            None if self.rules.catches && self.draining.is_none() => self.settle(id, slot, Value::None),
            None => self.unsettled(id, slot),
        }
    }

    /// Whether a failure in what belongs to `parent` is one that a `try` takes for `none`, or a sweep for a trial's.
    pub(super) fn caught(&self, mut parent: Option<(ActivationId, usize)>) -> bool {
        while let Some((id, slot)) = parent {
            let Some(own) = self.activations.get(&id) else { return false };
            let kind = self.layout.node(own.region, slot).map(|node| &node.kind);
            let catches = match kind {
                Some(NodeKind::Sweep(_)) => !planted(Bug::FailedTrialEndsRun),
                kind => matches!(kind, Some(NodeKind::Try { .. })),
            };
            if self.rules.catches && catches {
                return true;
            }
            parent = own.parent;
        }
        false
    }
}
