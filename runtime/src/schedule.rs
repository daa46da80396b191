//! Decides what happens next in a run: a pure state machine, `step(event) -> effects`. Knows no clock, file, process or
//! random number; the same events always give the same effects.

mod activation;
mod control;
mod joined;
mod layout;
#[cfg(not(test))]
mod queue;
#[cfg(test)]
pub(crate) mod queue;
mod regions;
mod reserve;
mod rests;
mod steps;
mod sweep;
#[cfg(test)]
mod tests;
mod together;

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_plan::{EvalError, NodeId, Origin, Plan, Scope, Step, TaskId, Value};

use self::activation::{Activation, ActivationId};
use self::layout::Layout;
use self::queue::Queue;
pub(crate) use self::sweep::{Before, Ran, Trials, Tried};
pub(crate) use self::together::Start;
use self::together::{DispatchId, Together};
use crate::admission::{Admission, Capacity, Demand};
use crate::durations::Durations;
use crate::event::{Failure, Status, SweepHead, TrialEnd};
use crate::lessons::Recalled;
use crate::peaks::Peaks;
use crate::planted::{Bug, planted};
use crate::state::TaskState;

/// A step's number, in the order in which steps became ready; never given twice in a run.
pub(crate) type Ticket = u64;

/// What has happened.
#[derive(Debug)]
pub(crate) enum Event {
    Begin,
    /// An earlier result was found for a step that was looked up.
    Reused {
        ticket: Ticket,
        value: Value,
        /// How long it took to make.
        nanos: u64,
    },
    /// A step that was looked up, or an effect that was recorded, must run.
    Admitted {
        ticket: Ticket,
    },
    /// A step that was looked up is not wanted in this run, nor is what needs it.
    Omitted {
        ticket: Ticket,
    },
    /// What a step needs before it can run could not be had.
    Refused {
        ticket: Ticket,
        failure: Failure,
    },
    /// That attempt ended.
    Ended {
        ticket: Ticket,
        attempt: u32,
        /// How long it took.
        nanos: u64,
        result: Result<Value, Failure>,
    },
    /// A step says how it is doing.
    Reported {
        ticket: Ticket,
        name: SmolStr,
        value: f64,
        /// How far on its way it is.
        at: Option<i64>,
    },
    /// That attempt was the probe of an effect, which found that it did not happen.
    Absent {
        ticket: Ticket,
        attempt: u32,
    },
    /// The trials of an earlier run that a sweep asked for, or why there are none.
    Recalled {
        ticket: Ticket,
        recalled: Result<Recalled, Failure>,
    },
    /// The wait before the next attempt, or for an alarm, is over.
    Woken {
        ticket: Ticket,
    },
    /// It has time for more of what is left to do inside.
    More,
    /// The run is to end.
    Cancel,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Look for an earlier result, or record that an effect will start.
    Look {
        ticket: Ticket,
    },
    /// More than one go together: one after the other, on what one of them needs.
    Start {
        starts: Vec<Start>,
        timeout: Option<i64>,
        demand: Demand,
    },
    /// The attempt failed: say `Woken` after `nanos`.
    Wait {
        ticket: Ticket,
        attempt: u32,
        nanos: i64,
        failure: Failure,
    },
    /// Say `Woken` after `nanos`; the ticket is no step's.
    Alarm {
        ticket: Ticket,
        nanos: i64,
    },
    /// A sweep begins at `step`.
    SweepBegun {
        step: String,
        head: Box<SweepHead>,
    },
    /// The sweep at `step`, which looks for `head`, waits for the trials of the run `from`; the ticket is no step's.
    Recall {
        ticket: Ticket,
        step: String,
        from: String,
        head: Box<SweepHead>,
    },
    /// The sweep at `step` has taken up `trials` of the run `of`, and left out those that lie outside of its space.
    SweepTaught {
        step: String,
        of: String,
        trials: u64,
        outside: u64,
    },
    /// A trial of the sweep at `step` begins with these parameters, a record.
    TrialBegun {
        step: String,
        trial: u64,
        params: Value,
    },
    TrialEnded {
        step: String,
        trial: u64,
        end: Box<TrialEnd>,
    },
    /// The sweep at `step` looks no further; `found` when it has a value.
    SweepEnded {
        step: String,
        found: bool,
    },
    /// The step's attempt is not worth going on with: it may end at its next report.
    StopEarly {
        ticket: Ticket,
    },
    /// The step reached its end; its ticket means nothing any more.
    Finished {
        ticket: Ticket,
        step: StepName,
        attempt: u32,
        status: Status,
        failure: Option<Failure>,
        /// A `try` around it takes the failure for `none`: the run goes on.
        caught: bool,
    },
    /// Something reached its end without becoming a step.
    Passed {
        step: StepName,
        why: Passing,
    },
    /// A `for` knows its number of items.
    Fanout {
        step: String,
        count: u64,
    },
    /// There is more to do inside: say `More` once what came meanwhile has been told.
    More,
    /// End what runs.
    Stop,
    /// The run is over.
    Done {
        status: Status,
        value: Value,
    },
}

/// Why something never became a step.
#[derive(Debug)]
pub(crate) enum Passing {
    /// It stands in a branch that was not taken.
    Untaken,
    /// Something it waits for will never have a value, or nothing is started any more.
    Blocked,
    /// It is an expression without a value; `caught` as of a step.
    Failed { failure: Failure, caught: bool },
}

/// How people name a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StepName {
    pub path: String,
    pub label: String,
}

/// A step whose inputs are known, until it ends.
pub(crate) struct Instance<'p> {
    pub name: StepName,
    pub task: TaskId,
    pub step: &'p Step,
    pub node: NodeId,
    pub inputs: Vec<Value>,
    state: TaskState,
    attempt: u32,
    /// How long its last attempt took, or the one whose result it has.
    nanos: u64,
    demand: Demand,
    /// The dispatch it goes in with others.
    dispatch: Option<DispatchId>,
    timeout: Option<i64>,
    place: (ActivationId, usize),
}

/// How a run goes about things.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub keep_going: bool,
    /// Most iterations of one `for` under way at once.
    pub window: usize,
    /// Most nodes that are gone on with in one go: whoever waits outside is heard in between.
    pub slice: usize,
    /// Whether a `try` takes a failure for `none`; not where failing stands for not being known.
    pub catches: bool,
}

/// Why nothing new is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Draining {
    Failed,
    Cancelled,
}

pub(crate) struct Schedule<'p> {
    plan: &'p Plan,
    params: Vec<Value>,
    rules: Rules,
    layout: Layout<'p>,
    limits: FxHashMap<&'p str, u32>,
    /// Whole cores: so many trials of a sweep go on at once.
    slots: usize,
    /// Trials under way that are to stop.
    stopping: usize,
    /// Sweeps whose time will be spent.
    alarms: FxHashMap<Ticket, (ActivationId, usize)>,
    /// Sweeps that wait for the trials of an earlier run.
    recalls: FxHashMap<Ticket, (ActivationId, usize)>,
    /// What this run, before it was interrupted, or an earlier one has tried.
    tried: Trials,
    activations: FxHashMap<ActivationId, Activation>,
    next_activation: ActivationId,
    instances: FxHashMap<Ticket, Instance<'p>>,
    next_ticket: Ticket,
    queue: Queue,
    admission: Admission,
    together: Together,
    /// What a step took, kept for the one that goes on from it, until that starts or comes to nothing.
    places: BTreeMap<(ActivationId, usize), Demand>,
    work: VecDeque<Work>,
    effects: Vec<Effect>,
    draining: Option<Draining>,
    failed: bool,
}

/// What is left to do inside the machine.
enum Work {
    /// Everything this node waits for is settled.
    Ready(ActivationId, usize),
    /// Every node of this activation is settled.
    Close(ActivationId),
}

impl<'p> Schedule<'p> {
    /// `params` in the order of [`Plan::params`]; named limits are added to `capacity`.
    pub(crate) fn new(
        plan: &'p Plan,
        params: Vec<Value>,
        mut capacity: Capacity,
        rules: Rules,
        durations: &Durations,
        peaks: &Peaks,
    ) -> Self {
        let mut limits = FxHashMap::default();
        for limit in plan.tasks.iter().filter_map(|task| task.settings.limit.as_ref()) {
            let index = *limits.entry(limit.name.as_str()).or_insert_with(|| {
                capacity.limits.push((limit.name.clone(), u64::from(limit.slots)));
                u32::try_from(capacity.limits.len() - 1).unwrap_or(u32::MAX)
            });
            // Tasks that disagree share the smallest number.
            if let Some((_, slots)) = capacity.limits.get_mut(index as usize) {
                *slots = (*slots).min(u64::from(limit.slots));
            }
        }
        Self {
            plan,
            params,
            rules,
            layout: Layout::new(plan, durations, peaks, capacity.memory),
            limits,
            slots: usize::try_from(capacity.cpu / 1000).unwrap_or(usize::MAX).max(1),
            stopping: 0,
            alarms: FxHashMap::default(),
            recalls: FxHashMap::default(),
            tried: Trials::default(),
            activations: FxHashMap::default(),
            next_activation: 0,
            instances: FxHashMap::default(),
            next_ticket: 0,
            queue: Queue::default(),
            admission: Admission::new(capacity),
            together: Together::new(&plan.tasks),
            places: BTreeMap::new(),
            work: VecDeque::new(),
            effects: Vec::new(),
            draining: None,
            failed: false,
        }
    }

    /// The one way in: takes what happened, gives what is to be done. Events that come too late change nothing.
    pub(crate) fn step(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Begin => self.begin(),
            Event::Reused { ticket, value, nanos } => self.reused(ticket, value, nanos),
            Event::Admitted { ticket } => self.admitted(ticket),
            Event::Omitted { ticket } => self.skip_step(ticket),
            Event::Refused { ticket, failure } => self.refused(ticket, failure),
            Event::Ended { ticket, attempt, nanos, result } => self.ended(ticket, attempt, nanos, result),
            Event::Reported { ticket, name, value, at } => self.reported(ticket, &name, value, at),
            Event::Absent { ticket, attempt } => self.absent(ticket, attempt),
            Event::Recalled { ticket, recalled } => self.recalled(ticket, recalled),
            Event::Woken { ticket } => self.woken(ticket),
            Event::More => {}
            Event::Cancel => self.cancel(),
        }
        for _ in 0..self.rules.slice {
            match self.work.pop_front() {
                Some(Work::Ready(activation, slot)) => self.ready(activation, slot),
                Some(Work::Close(activation)) => self.close(activation),
                None => break,
            }
        }
        if !self.work.is_empty() {
            self.effects.push(Effect::More);
        }
        self.start_what_fits();
        std::mem::take(&mut self.effects)
    }

    /// Its sweeps tried this before it was interrupted, or in an earlier run.
    pub(crate) fn remember(&mut self, tried: Trials) {
        self.tried = tried;
    }

    /// A step that has not ended.
    pub(crate) fn instance(&self, ticket: Ticket) -> Option<&Instance<'p>> {
        self.instances.get(&ticket)
    }

    /// Bytes of memory that are reserved for a step whose task declares none, by what its last attempts took.
    pub(crate) fn reserved(&self, ticket: Ticket) -> Option<u64> {
        self.reserved_at(self.instances.get(&ticket)?.place)
    }

    /// Whether that attempt of a step is the one under way; what comes of another comes too late.
    pub(crate) fn awaits(&self, ticket: Ticket, attempt: u32) -> bool {
        self.instances.get(&ticket).is_some_and(|instance| {
            let own = instance.attempt == attempt || planted(Bug::LateResultApplied);
            own && instance.state == TaskState::Running
        })
    }

    /// Steps that could start now and do not.
    #[cfg(test)]
    pub(crate) fn idle(&self) -> usize {
        self.queue.idle(&self.admission)
    }

    /// What is still remembered; nothing should be once the run is over.
    #[cfg(test)]
    pub(crate) fn left(&self) -> Vec<&'static str> {
        let left = [
            ("instances", !self.instances.is_empty()),
            ("activations", !self.activations.is_empty()),
            ("what was taken", !self.admission.idle()),
            ("work", !self.work.is_empty()),
            ("the queue", !self.queue.is_empty()),
            ("dispatches", !self.together.is_empty()),
            ("places", !self.places.is_empty()),
            ("trials that are to stop", self.stopping > 0),
            ("alarms", !self.alarms.is_empty()),
            ("recalls", !self.recalls.is_empty()),
        ];
        left.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
    }

    fn cancel(&mut self) {
        if self.draining != Some(Draining::Cancelled) {
            self.drain(Draining::Cancelled);
            self.effects.push(Effect::Stop);
        }
    }

    /// Stops starting: what waits is skipped, what runs may end.
    fn drain(&mut self, why: Draining) {
        self.draining = Some(why);
        if planted(Bug::QueuedStepsStartAfterCancel) {
            return;
        }
        self.queue.clear();
        let mut waiting: Vec<Ticket> = self
            .instances
            .iter()
            .filter(|(_, instance)| instance.state != TaskState::Running)
            .map(|(ticket, _)| *ticket)
            .collect();
        waiting.sort_unstable();
        for ticket in waiting {
            self.skip_step(ticket);
        }
    }

    fn status(&self) -> Status {
        match (self.draining, self.failed) {
            (Some(Draining::Cancelled), _) => Status::Cancelled,
            (_, true) => Status::Failed,
            _ => Status::Succeeded,
        }
    }
}

/// What an expression of one activation sees: its own nodes and those of the regions around it.
struct NodeScope<'s, 'p> {
    schedule: &'s Schedule<'p>,
    activation: ActivationId,
}

impl Scope for NodeScope<'_, '_> {
    fn node(&self, id: NodeId) -> Option<Value> {
        let (region, slot) = self.schedule.layout.place(id)?;
        let mut current = self.schedule.activations.get(&self.activation)?;
        while current.region != region {
            current = self.schedule.activations.get(&current.parent?.0)?;
        }
        current.cells.get(slot)?.value.clone()
    }
}

/// What a setting sees: the step's inputs and the attempt's number.
struct SettingScope<'s> {
    step: &'s Step,
    inputs: &'s [Value],
    attempt: u32,
}

impl Scope for SettingScope<'_> {
    fn node(&self, _id: NodeId) -> Option<Value> {
        None
    }

    fn input(&self, name: &str) -> Option<Value> {
        let index = self.step.inputs.iter().position(|input| input.name == name)?;
        self.inputs.get(index).cloned()
    }

    fn attempt(&self) -> Option<i64> {
        Some(i64::from(self.attempt))
    }
}

/// An expression without a value, as a failure of the place where it stands.
fn no_value(plan: &Plan, origin: Origin, what: &str, error: &EvalError) -> Failure {
    Failure::new(crate::codes::NO_VALUE, format!("{what} has no value: {error}")).at(plan, origin)
}
