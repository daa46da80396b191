//! `sweep`: trials as instances of its body, asked for one after another while earlier ones end. How the space is
//! searched is `standpipe_tune`'s; knows no clock: how long steps took and that a budget is spent, it is told.

mod outcome;
mod space;
mod strategy;
mod taught;
mod trial;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use standpipe_plan::{NodeKind, Space, Sweep, Value, place};
use standpipe_tune::{Asked, Outcome, Study, Why};

use self::outcome::{Best, Row};
use self::space::Domain;
use self::trial::Try;
pub(crate) use self::trial::{Before, Ran, Tried};
use super::activation::{ActivationId, label};
use super::regions::join;
use super::{Effect, NodeScope, Schedule, Ticket, no_value};
use crate::codes;
use crate::event::{Failure, SweepHead};
use crate::history::{AxisInfo, ObjectiveInfo, Scale};

/// What was tried before in the run's sweeps, by their paths.
pub(crate) type Trials = FxHashMap<String, Before>;

/// A sweep under way.
pub(super) struct Search {
    study: Study,
    /// Most trials at once.
    parallel: usize,
    active: BTreeMap<usize, Try>,
    /// By trial; none while it is under way.
    rows: Vec<Option<Row>>,
    best: Option<Best>,
    /// Why trials failed: how many did so with each message.
    failures: BTreeMap<String, (u64, Failure)>,
    /// What says that its time is spent.
    alarm: Option<Ticket>,
    /// Its time is spent: no further trial.
    expired: bool,
    /// The space has no value somewhere.
    problem: Option<Failure>,
    /// A trial ended without an outcome: steps of it were left out.
    cut: bool,
    /// What was tried before, and will be again, whatever would be asked for now.
    past: BTreeMap<u64, Tried>,
    /// What was tried before is of this run.
    own: bool,
    /// What was tried before is of this run, or a whole trial of it was found as it was.
    proven: bool,
}

impl Search {
    /// Whether the next trial was stopped in an earlier run, and a trial under way may show that nothing has changed since,
    /// so that it need not be tried again.
    fn awaits_proof(&self) -> bool {
        let next = self.past.get(&self.study.asked());
        !self.proven
            && next.is_some_and(|tried| tried.ran.is_some())
            && self.active.values().any(|tried| tried.expected)
    }
}

/// A trial that is to begin.
struct Next {
    index: usize,
    /// A record.
    params: Value,
    /// How it ended before, and will not be tried again.
    ran: Option<Ran>,
    /// All its steps should be found.
    expected: bool,
}

impl<'p> Schedule<'p> {
    /// A sweep begins with that strategy, a record.
    pub(super) fn begin_sweep(&mut self, id: ActivationId, slot: usize, sweep: &'p Sweep, strategy: &Value) {
        let Some(own) = self.activations.get(&id) else { return };
        let Some(node) = self.layout.node(own.region, slot) else { return };
        let path = join(&own.path, &node.name);
        let settings = strategy::settings(sweep, strategy);
        let Some(study) = Study::new(settings.clone(), sweep.axes.len()) else {
            let message = format!("there is no strategy `{}` with the pruner `{}`", settings.kind, settings.pruner);
            return self.fail_node(id, slot, Failure::new(codes::NO_VALUE, message).at(self.plan, node.origin));
        };
        let parallel = strategy::parallel(strategy).unwrap_or(self.slots).max(1);
        let from = strategy::from(strategy);
        let head = SweepHead {
            strategy: settings.kind.as_str().into(),
            rule: strategy::rule(&settings, from.as_deref()),
            trials: settings.trials,
            parallel: parallel as u64,
            axes: axes(sweep),
            objectives: objectives(sweep),
        };
        let Before { head: earlier, trials: mut past, spent } = self.tried.remove(&path).unwrap_or_default();
        let own = earlier.is_none();
        let alike = |earlier: SweepHead| {
            earlier.rule == head.rule && earlier.axes == head.axes && earlier.objectives == head.objectives
        };
        if !earlier.is_none_or(alike) {
            past.clear();
        }
        let head = Box::new(head);
        self.effects.push(Effect::SweepBegun { step: path.clone(), head: head.clone() });
        let left = strategy::budget(strategy).map(|budget| budget.saturating_sub(spent));
        let alarm = left.filter(|left| *left > 0).map(|nanos| {
            let ticket = self.next_ticket;
            self.next_ticket += 1;
            self.alarms.insert(ticket, (id, slot));
            self.effects.push(Effect::Alarm { ticket, nanos });
            ticket
        });
        let search = Search {
            study,
            parallel,
            active: BTreeMap::new(),
            rows: Vec::new(),
            best: None,
            failures: BTreeMap::new(),
            alarm,
            expired: left.is_some_and(|left| left <= 0),
            problem: None,
            cut: false,
            past,
            own,
            proven: own,
        };
        self.put_search(id, slot, Box::new(search));
        match from {
            Some(from) => self.recall(id, slot, path, from, head),
            None => self.search(id, slot),
        }
    }

    /// Begins as many trials as may be under way, and ends the sweep when there is nothing left to do.
    pub(super) fn search(&mut self, id: ActivationId, slot: usize) {
        loop {
            let Some(mut search) = self.take_search(id, slot) else { return };
            // What this run has begun it ends, whatever time is left.
            let spent = search.expired && !(search.own && search.past.contains_key(&search.study.asked()));
            let over = self.draining.is_some() || spent || search.problem.is_some() || self.stops(id);
            let next = if over || search.active.len() >= search.parallel || search.awaits_proof() {
                None
            } else {
                self.next_trial(id, slot, &mut search)
            };
            let Some(Next { index, params, ran, expected }) = next else {
                // With none under way and none to begin, nothing is left.
                if search.active.is_empty() {
                    return self.conclude(id, slot, *search);
                }
                return self.put_search(id, slot, search);
            };
            search.rows.resize_with(index + 1, || None);
            search.active.insert(index, Try::new(params.clone(), expected));
            self.put_search(id, slot, search);
            self.begin_trial(id, slot, index, params, ran);
        }
    }

    /// The next trial; none when there is none.
    fn next_trial(&self, id: ActivationId, slot: usize, search: &mut Search) -> Option<Next> {
        let own = self.activations.get(&id)?;
        let node = self.layout.node(own.region, slot)?;
        let NodeKind::Sweep(sweep) = &node.kind else { return None };
        let mut domains: Vec<Domain> = Vec::with_capacity(sweep.axes.len());
        let mut problem = None;
        let around = NodeScope { schedule: self, activation: id };
        let asked = search.study.ask(&mut |axis, before| {
            domains.truncate(axis);
            let chosen = space::params(sweep, &domains, before);
            match Domain::of(&sweep.axes.get(axis)?.space, &around, sweep.item, &chosen) {
                Ok(domain) => {
                    let range = domain.range;
                    domains.push(domain);
                    Some(range)
                }
                Err(error) => {
                    let axis = sweep.axes.get(axis).map(|axis| axis.name.clone()).unwrap_or_default();
                    problem = Some(no_value(self.plan, node.origin, &format!("the space of `{axis}`"), &error));
                    None
                }
            }
        });
        search.problem = problem;
        let Asked::Try(trial) = asked else { return None };
        let index = usize::try_from(trial.number).ok()?;
        // What was tried before is tried again, whatever would be asked for now: results came in another order then.
        if let Some(Tried { params, ran, finished }) = search.past.remove(&trial.number)
            && let Some(parameters) = space::points(sweep, &around, &params)
        {
            search.study.instead(trial.number, parameters);
            let (ran, expected) = (ran.filter(|_| search.proven), finished && !search.proven);
            return Some(Next { index, params, ran, expected });
        }
        let points: Vec<_> = trial.parameters.iter().map(|(_, point)| *point).collect();
        Some(Next { index, params: space::params(sweep, &domains, &points), ran: None, expected: false })
    }

    fn begin_trial(&mut self, id: ActivationId, slot: usize, index: usize, params: Value, ran: Option<Ran>) {
        let Some(own) = self.activations.get(&id) else { return };
        let Some(node) = self.layout.node(own.region, slot) else { return };
        let step = join(&own.path, &node.name);
        let path = format!("{step}[{index}]");
        let label = label(&own.label, "", &params);
        let Some(body) = self.layout.slot(own.region, slot).and_then(|layout| layout.inner.first().copied()) else {
            return;
        };
        self.effects.push(Effect::TrialBegun { step, trial: index as u64, params: params.clone() });
        if let Some(ran) = ran {
            self.take_over(id, slot, index, ran);
            return;
        }
        self.activate(body, |inner| {
            inner.parent = Some((id, slot));
            inner.index = index;
            inner.item = params;
            inner.path = path;
            inner.label = label;
        });
    }

    /// A trial that was stopped before the run was interrupted counts as it was.
    fn take_over(&mut self, id: ActivationId, slot: usize, index: usize, ran: Ran) {
        let Some(mut search) = self.take_search(id, slot) else { return };
        if let Some(tried) = search.active.get_mut(&index) {
            // As then, nothing counts that it reported after it was to stop.
            let _ = ran.reports.iter().any(|(step, value)| search.study.report(index as u64, *step, *value));
            tried.nanos = ran.nanos;
            tried.reports = ran.reports;
            tried.failure = Some(Failure::new(codes::STOPPED_EARLY, "the trial was not worth going on with"));
        }
        self.put_search(id, slot, search);
        self.end_trial(id, slot, index, None);
    }

    /// A trial ended with that result, or without one.
    pub(super) fn trial_ended(&mut self, id: ActivationId, slot: usize, index: usize, value: Option<Value>) {
        self.end_trial(id, slot, index, value);
        self.search(id, slot);
    }

    fn end_trial(&mut self, id: ActivationId, slot: usize, index: usize, value: Option<Value>) {
        let Some(mut search) = self.take_search(id, slot) else { return };
        let around = self.activations.get(&id).and_then(|own| Some((own, self.layout.node(own.region, slot)?)));
        if let (Some(tried), Some((own, node))) = (search.active.remove(&index), around)
            && let NodeKind::Sweep(sweep) = &node.kind
        {
            self.stopping -= usize::from(tried.stopped);
            let step = join(&own.path, &node.name);
            search.proven |= tried.expected && value.is_some();
            let (row, failure) = outcome::row(sweep, tried, value.as_ref());
            // What a run that is being ended cuts short has no outcome, nor what was left out of it on purpose.
            let cut = row.outcome == Outcome::Failed && (self.draining.is_some() || failure.is_none());
            search.cut |= cut;
            if !cut {
                search.study.tell(index as u64, row.outcome);
                self.effects.push(outcome::ended(step, index, &row, failure.as_ref()));
                if let Some(failure) = failure {
                    // Messages that differ by the trial's number alone are the same.
                    search.failures.entry(place(&failure.message)).or_insert((0, failure)).0 += 1;
                }
                if let Some(value) = value {
                    search.best = outcome::better(sweep, search.best.take(), index, &row, value);
                }
                if let Some(place) = search.rows.get_mut(index) {
                    *place = Some(row);
                }
            }
        }
        self.put_search(id, slot, search);
    }

    /// Nothing of the sweep is left to do: it has its value, or none.
    fn conclude(&mut self, id: ActivationId, slot: usize, search: Search) {
        if let Some(alarm) = search.alarm {
            self.alarms.remove(&alarm);
        }
        let Some(own) = self.activations.get(&id) else { return };
        let Some(node) = self.layout.node(own.region, slot) else { return };
        let NodeKind::Sweep(sweep) = &node.kind else { return };
        let step = join(&own.path, &node.name);
        let too_many = search.study.over() == Some(Why::Failures);
        let given_up = self.draining.is_some() || search.cut || self.stops(id);
        let found = search.problem.is_none() && search.best.is_some() && !too_many && !given_up;
        self.effects.push(Effect::SweepEnded { step: step.clone(), found });
        if given_up {
            return self.unsettled(id, slot);
        }
        match (search.problem, search.best) {
            (Some(problem), _) => self.fail_node(id, slot, problem),
            (None, Some(best)) if !too_many => {
                let rows: Vec<Row> = search.rows.into_iter().flatten().collect();
                self.settle(id, slot, outcome::value(sweep, best, &rows, &step));
            }
            _ => {
                let failure = outcome::failure(&search.failures, search.rows.len(), too_many);
                self.fail_node(id, slot, failure.at(self.plan, node.origin));
            }
        }
    }

    fn take_search(&mut self, id: ActivationId, slot: usize) -> Option<Box<Search>> {
        self.activations.get_mut(&id)?.cells.get_mut(slot)?.search.take()
    }

    fn put_search(&mut self, id: ActivationId, slot: usize, search: Box<Search>) {
        if let Some(cell) = self.activations.get_mut(&id).and_then(|own| own.cells.get_mut(slot)) {
            cell.search = Some(search);
        }
    }

    /// The time of a sweep is spent; says whether `ticket` was its alarm.
    pub(super) fn expired(&mut self, ticket: Ticket) -> bool {
        let Some((id, slot)) = self.alarms.remove(&ticket) else { return false };
        let cell = self.activations.get_mut(&id).and_then(|own| own.cells.get_mut(slot));
        if let Some(search) = cell.and_then(|cell| cell.search.as_mut()) {
            search.expired = true;
            search.alarm = None;
            self.search(id, slot);
        }
        true
    }
}

/// The parameters of a sweep, and how their values lie beside each other.
fn axes(sweep: &Sweep) -> Vec<AxisInfo> {
    let info = |axis: &standpipe_plan::Axis| AxisInfo { name: axis.name.to_string(), scale: scale(&axis.space) };
    sweep.axes.iter().map(info).collect()
}

/// Of a space that depends on something, what holds of all that it may be.
fn scale(space: &Space) -> Scale {
    match space {
        Space::Numbers { log: true, .. } => Scale::Log,
        Space::Numbers { .. } => Scale::Linear,
        Space::Choice(_) => Scale::Choice,
        Space::If { then, otherwise, .. } => match (scale(then), scale(otherwise)) {
            (Scale::Choice, _) | (_, Scale::Choice) => Scale::Choice,
            (Scale::Log, Scale::Log) => Scale::Log,
            (Scale::Log | Scale::Linear, Scale::Log | Scale::Linear) => Scale::Linear,
        },
    }
}

/// What a sweep looks for.
fn objectives(sweep: &Sweep) -> Vec<ObjectiveInfo> {
    let all = sweep.objectives.iter();
    all.map(|own| ObjectiveInfo { name: outcome::written(&own.of), maximize: own.maximize }).collect()
}
