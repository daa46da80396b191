//! Regions coming to life and ending: values, branches, loops.

use standpipe_plan::{NodeKind, Value, eval};

use super::activation::{Activation, ActivationId, Iterations, label};
use super::control::Rounds;
use super::layout::{RegionId, has_steps};
use super::{Draining, Effect, NodeScope, Passing, Schedule, StepName, Work, no_value};
use crate::event::{Failure, Status};
use crate::planted::{Bug, planted};

impl<'p> Schedule<'p> {
    pub(super) fn begin(&mut self) {
        let path = self.plan.pipeline.to_string();
        self.activate(0, |root| root.path = path);
    }

    pub(super) fn activate(&mut self, region: RegionId, prepare: impl FnOnce(&mut Activation)) {
        let Some(layout) = self.layout.regions.get(region) else { return };
        let mut activation = Activation::new(region, layout);
        prepare(&mut activation);
        let id = self.next_activation;
        self.next_activation += 1;
        if activation.open == 0 && !planted(Bug::EmptyRegionNeverCloses) {
            self.work.push_back(Work::Close(id));
        }
        let first = activation.cells.iter().enumerate().filter(|(_, cell)| cell.waits == 0);
        self.work.extend(first.map(|(slot, _)| Work::Ready(id, slot)));
        self.activations.insert(id, activation);
    }

    /// Everything node `slot` waits for is settled: it goes on, or is skipped.
    pub(super) fn ready(&mut self, id: ActivationId, slot: usize) {
        let Some(activation) = self.activations.get(&id) else { return };
        let Some(node) = self.layout.node(activation.region, slot) else { return };
        let blocked = activation.cells.get(slot).is_none_or(|cell| cell.blocked);
        if blocked || self.draining.is_some() || (matches!(node.kind, NodeKind::Step(_)) && self.stops(id)) {
            let name = self.name(activation, &node.name);
            self.pass_over(&node.kind, name, false);
            self.give_place_back((id, slot));
            return self.unsettled(id, slot);
        }
        let scope = NodeScope { schedule: self, activation: id };
        match &node.kind {
            NodeKind::Match { subject, .. } => match eval(subject, &scope) {
                Ok(subject) => self.choose(id, slot, &subject),
                Err(error) => self.fail_node(id, slot, no_value(self.plan, node.origin, "what is matched", &error)),
            },
            NodeKind::Loop { start, limit, item, .. } => match (eval(start, &scope), eval(limit, &scope)) {
                (Ok(start), Ok(limit)) => {
                    let limit = if let Value::Int(limit) = limit { usize::try_from(limit).unwrap_or(0) } else { 0 };
                    self.begin_loop(id, slot, Rounds { limit, item: *item }, start);
                }
                (Err(error), _) => {
                    self.fail_node(id, slot, no_value(self.plan, node.origin, "what the loop begins with", &error));
                }
                (_, Err(error)) => {
                    self.fail_node(id, slot, no_value(self.plan, node.origin, "the limit of the loop", &error));
                }
            },
            NodeKind::Try { .. } => self.branch(id, slot, 0),
            NodeKind::Sweep(sweep) => match eval(&sweep.strategy, &scope) {
                Ok(strategy) if self.rules.catches => self.begin_sweep(id, slot, sweep, &strategy),
                // Which parameters will be tried is not known before the run.
                Ok(_) => {
                    let name = self.name(activation, &node.name);
                    self.pass_over(&node.kind, name, false);
                    self.unsettled(id, slot);
                }
                Err(error) => self.fail_node(id, slot, no_value(self.plan, node.origin, "the strategy", &error)),
            },
            NodeKind::Param(index) => {
                let value = self.params.get(*index as usize).cloned().unwrap_or(Value::None);
                self.settle(id, slot, value);
            }
            NodeKind::Item => {
                let item = activation.item.clone();
                self.settle(id, slot, item);
            }
            NodeKind::Value(expr) => match eval(expr, &scope) {
                Ok(value) => self.settle(id, slot, value),
                Err(error) => self.fail_node(id, slot, no_value(self.plan, node.origin, "this expression", &error)),
            },
            NodeKind::Step(step) => self.prepare(id, slot, node, step),
            NodeKind::If { condition, .. } => match eval(condition, &scope) {
                Ok(value) => {
                    let holds = value == Value::Bool(true);
                    self.branch(id, slot, usize::from(holds == planted(Bug::OtherBranchTaken)));
                }
                Err(error) => self.fail_node(id, slot, no_value(self.plan, node.origin, "this condition", &error)),
            },
            NodeKind::For { items, limit, .. } => {
                let limit = limit.as_ref().map(|limit| eval(limit, &scope)).transpose();
                match (eval(items, &scope), limit) {
                    (Ok(items), Ok(limit)) => self.fan_out(id, slot, items, limit.as_ref()),
                    (Err(error), _) => {
                        self.fail_node(id, slot, no_value(self.plan, node.origin, "what `for` goes through", &error));
                    }
                    (_, Err(error)) => {
                        self.fail_node(id, slot, no_value(self.plan, node.origin, "the limit of `for`", &error));
                    }
                }
            }
        }
    }

    /// Goes on with inner region `taken` of the node and passes over the others.
    pub(super) fn branch(&mut self, id: ActivationId, slot: usize, taken: usize) {
        let Some(activation) = self.activations.get(&id) else { return };
        let Some(node) = self.layout.node(activation.region, slot) else { return };
        let path = join(&activation.path, &node.name);
        let (label, item) = (activation.label.clone(), activation.item.clone());
        let Some(layout) = self.layout.slot(activation.region, slot) else { return };
        let Some(region) = layout.inner.get(taken).copied() else { return };
        let others = node.kind.regions().enumerate().filter(|(index, _)| *index != taken);
        for node in others.flat_map(|(_, other)| &other.nodes) {
            let name = StepName { path: join(&path, &node.name), label: label.clone() };
            self.pass_over(&node.kind, name, true);
        }
        self.activate(region, |inner| {
            inner.parent = Some((id, slot));
            inner.path = path;
            inner.label = label;
            inner.item = item;
        });
    }

    fn fan_out(&mut self, id: ActivationId, slot: usize, items: Value, limit: Option<&Value>) {
        let lost = usize::from(planted(Bug::LastItemLost));
        let total = items.items().unwrap_or(0).saturating_sub(lost);
        let limit = match limit {
            Some(Value::Int(limit)) => usize::try_from(*limit).unwrap_or(1).max(1),
            _ => usize::MAX,
        };
        let limit = if planted(Bug::LimitOfForIgnored) { usize::MAX } else { limit };
        let window = limit.min(self.rules.window);
        let Some(activation) = self.activations.get_mut(&id) else { return };
        if let Some(node) = self.layout.node(activation.region, slot)
            && !node.name.is_empty()
        {
            let step = join(&activation.path, &node.name);
            self.effects.push(Effect::Fanout { step, count: total as u64 });
        }
        let Some(cell) = activation.cells.get_mut(slot) else { return };
        let iterations = Iterations { items, total, next: 0, active: 0, window, results: Vec::new(), broken: false };
        cell.iterations = Some(Box::new(iterations));
        self.iterate(id, slot);
    }

    /// Fills the window of a `for`, and ends it when nothing is left.
    fn iterate(&mut self, id: ActivationId, slot: usize) {
        loop {
            let stop = self.draining.is_some() || self.stops(id);
            let Some(activation) = self.activations.get_mut(&id) else { return };
            let region = activation.region;
            let Some(iterations) = activation.cells.get_mut(slot).and_then(|cell| cell.iterations.as_mut()) else {
                return;
            };
            if stop || iterations.next >= iterations.total {
                if iterations.active == 0 {
                    let broken = iterations.broken && !planted(Bug::FailedLoopHasValue);
                    let whole = iterations.next >= iterations.total && !broken;
                    let results = std::mem::take(&mut iterations.results);
                    if whole { self.settle(id, slot, Value::list(results)) } else { self.unsettled(id, slot) }
                }
                return;
            }
            if iterations.active >= iterations.window {
                return;
            }
            let index = iterations.next;
            let item = iterations.items.item(index).unwrap_or(Value::None);
            iterations.next += 1;
            iterations.active += 1;
            let Some(node) = self.layout.node(region, slot) else { return };
            let NodeKind::For { variable, .. } = &node.kind else { return };
            let path = spliced(&[&join(&activation.path, &node.name), "[", &index.to_string(), "]"]);
            let label = label(&activation.label, variable, &item);
            let Some(body) = self.layout.slot(region, slot).and_then(|layout| layout.inner.first().copied()) else {
                return;
            };
            self.activate(body, |inner| {
                inner.parent = Some((id, slot));
                inner.index = index;
                inner.item = item;
                inner.path = path;
                inner.label = label;
            });
        }
    }

    /// Every node of the activation is settled: its region has its value.
    pub(super) fn close(&mut self, id: ActivationId) {
        let Some(activation) = self.activations.get(&id) else { return };
        let (region, parent, index, broken) =
            (activation.region, activation.parent, activation.index, activation.broken);
        let path = activation.path.clone();
        let value = match self.layout.regions.get(region) {
            Some(layout) if !broken => {
                eval(&layout.region.result, &NodeScope { schedule: self, activation: id }).map(Some)
            }
            _ => Ok(None),
        };
        self.activations.remove(&id);
        let value = match value {
            Ok(value) => value,
            Err(error) => {
                let origin = parent
                    .and_then(|(outer, slot)| self.layout.node(self.activations.get(&outer)?.region, slot))
                    .or_else(|| self.plan.root.nodes.last())
                    .map(|node| node.origin);
                let mut failure = Failure::new(crate::codes::NO_VALUE, format!("the result has no value: {error}"));
                if let Some(origin) = origin {
                    failure = failure.at(self.plan, origin);
                }
                let caught = self.caught(parent);
                self.note_below(parent, index, &failure);
                self.fail_here(StepName { path, label: String::new() }, failure, caught);
                None
            }
        };
        match parent {
            None => {
                let status = self.status();
                let value = value.filter(|_| status == Status::Succeeded).unwrap_or(Value::None);
                self.effects.push(Effect::Done { status, value });
            }
            Some((outer, slot)) => self.closed(outer, slot, index, value),
        }
    }

    /// An inner region of node `slot` ended with that value, or without one.
    fn closed(&mut self, id: ActivationId, slot: usize, index: usize, value: Option<Value>) {
        let Some(activation) = self.activations.get_mut(&id) else { return };
        let kind = self.layout.node(activation.region, slot).map(|node| &node.kind);
        if matches!(kind, Some(NodeKind::Try { .. })) {
            return self.tried(id, slot, value);
        }
        if matches!(kind, Some(NodeKind::Sweep(_))) {
            if value.is_none() && planted(Bug::FailedTrialForgotten) {
                return;
            }
            return self.trial_ended(id, slot, index, value);
        }
        let Some(cell) = activation.cells.get_mut(slot) else { return };
        let Some(iterations) = cell.iterations.as_mut() else {
            return match value {
                Some(state) if cell.rounds.is_some() => self.round(id, slot, index + 1, state),
                Some(value) => self.settle(id, slot, value),
                None => self.unsettled(id, slot),
            };
        };
        iterations.active -= 1;
        match value {
            Some(value) => {
                let index = if planted(Bug::ResultsInOrderOfArrival) { iterations.results.len() } else { index };
                if iterations.results.len() <= index {
                    iterations.results.resize(index + 1, Value::None);
                }
                if let Some(result) = iterations.results.get_mut(index) {
                    *result = value;
                }
            }
            None => iterations.broken = true,
        }
        self.iterate(id, slot);
    }

    /// The node has its value: what waits for it may go on.
    pub(super) fn settle(&mut self, id: ActivationId, slot: usize, value: Value) {
        self.release(id, slot, Some(value));
    }

    /// The node will never have a value: neither will what waits for it.
    pub(super) fn unsettled(&mut self, id: ActivationId, slot: usize) {
        self.release(id, slot, None);
    }

    fn release(&mut self, id: ActivationId, slot: usize, value: Option<Value>) {
        let Some(activation) = self.activations.get_mut(&id) else { return };
        let Some(layout) = self.layout.slot(activation.region, slot) else { return };
        let lost = value.is_none();
        activation.broken |= lost && !planted(Bug::BrokenBranchHasValue);
        if let Some(cell) = activation.cells.get_mut(slot) {
            cell.value = value.filter(|_| cell.readers > 0);
            cell.iterations = None;
            cell.rounds = None;
            cell.search = None;
        }
        for dependent in &layout.dependents {
            let Some(cell) = activation.cells.get_mut(*dependent as usize) else { continue };
            cell.blocked |= lost;
            if lost && planted(Bug::DependentsOfLostForgotten) {
                continue;
            }
            cell.waits -= 1;
            if cell.waits == 0 || planted(Bug::OneInputIsEnough) {
                self.work.push_back(Work::Ready(id, *dependent as usize));
            }
        }
        for read in &layout.reads {
            let Some(cell) = activation.cells.get_mut(*read as usize) else { continue };
            cell.readers = cell.readers.saturating_sub(1);
            if cell.readers == 0 {
                cell.value = None;
            }
        }
        activation.open -= 1;
        if activation.open == 0 {
            self.work.push_back(Work::Close(id));
        }
    }

    /// Says of the steps in a node that never came to life that they were skipped; what repeats them is one.
    fn pass_over(&mut self, kind: &'p NodeKind, step: StepName, untaken: bool) {
        let why = if untaken { Passing::Untaken } else { Passing::Blocked };
        match kind {
            NodeKind::Step(_) => self.effects.push(Effect::Passed { step, why }),
            NodeKind::For { .. } | NodeKind::Loop { .. } | NodeKind::Sweep(_) => {
                if kind.regions().any(has_steps) {
                    self.effects.push(Effect::Passed { step, why });
                }
            }
            NodeKind::If { .. } | NodeKind::Match { .. } | NodeKind::Try { .. } => {
                for node in kind.regions().flat_map(|region| &region.nodes) {
                    let inner = StepName { path: join(&step.path, &node.name), label: step.label.clone() };
                    self.pass_over(&node.kind, inner, untaken);
                }
            }
            NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => {}
        }
    }

    pub(super) fn fail_node(&mut self, id: ActivationId, slot: usize, failure: Failure) {
        if let Some(activation) = self.activations.get(&id)
            && let Some(node) = self.layout.node(activation.region, slot)
        {
            let (step, caught) = (self.name(activation, &node.name), self.caught(activation.parent));
            self.note_in_trial(id, &failure);
            self.fail_here(step, failure, caught);
        }
        self.unsettled(id, slot);
    }

    /// Something that is no step failed.
    fn fail_here(&mut self, step: StepName, failure: Failure, caught: bool) {
        self.effects.push(Effect::Passed { step, why: Passing::Failed { failure, caught } });
        if !caught {
            self.note_failure();
        }
    }

    /// From now on the run has failed.
    pub(super) fn note_failure(&mut self) {
        self.failed = true;
        let goes_on = self.rules.keep_going != planted(Bug::KeepGoingIgnored) || planted(Bug::StartAfterFailure);
        if !goes_on && self.draining.is_none() {
            self.drain(Draining::Failed);
        }
    }

    pub(super) fn name(&self, activation: &Activation, part: &str) -> StepName {
        StepName { path: join(&activation.path, part), label: activation.label.clone() }
    }
}

/// A step's path: parts joined by points; an empty part adds none.
pub(super) fn join(path: &str, part: &str) -> String {
    if part.is_empty() { path.to_owned() } else { spliced(&[path, ".", part]) }
}

/// The parts as one text. Every instance of a `for` has several: the library's `concat` takes ten times as long.
pub(super) fn spliced(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| text.push_str(part));
    text
}
