//! Steps from the moment their inputs are known to their end.

use standpipe_plan::{Expr, Fault, Node, Retry, Step, Task, Value, eval};

use super::activation::ActivationId;
use super::layout::SlotLayout;
use super::queue::Urgency;
use super::{Draining, Effect, Instance, NodeScope, Schedule, SettingScope, Start, Ticket, no_value};
use crate::admission::Demand;
use crate::codes;
use crate::event::{Failure, Status};
use crate::planted::{Bug, planted};
use crate::state::{Change, TaskState, transition};

impl<'p> Schedule<'p> {
    /// A step's inputs are known: it is looked up.
    pub(super) fn prepare(&mut self, id: ActivationId, slot: usize, node: &'p Node, step: &'p Step) {
        let Some(activation) = self.activations.get(&id) else { return };
        let scope = NodeScope { schedule: self, activation: id };
        let mut problem = None;
        let mut inputs = Vec::with_capacity(step.inputs.len());
        for input in &step.inputs {
            let value = match eval(&input.value, &scope) {
                Ok(value) => value,
                Err(error) => {
                    let what = format!("input `{}`", input.name);
                    problem = problem.or(Some(no_value(self.plan, node.origin, &what, &error)));
                    continue;
                }
            };
            if let Err(mismatch) = input.shape.check(&value) {
                let message = format!("input `{}` does not have its type: {mismatch}", input.name);
                problem = problem.or(Some(Failure::new(codes::WRONG_INPUT, message).at(self.plan, node.origin)));
            }
            inputs.push(value);
        }
        let ticket = self.next_ticket;
        let instance = Instance {
            name: self.name(activation, &node.name),
            task: step.task,
            step,
            node: node.id,
            inputs,
            state: TaskState::Looking,
            attempt: 0,
            nanos: 0,
            demand: Demand::default(),
            dispatch: None,
            timeout: None,
            place: (id, slot),
        };
        self.next_ticket += 1;
        self.instances.insert(ticket, instance);
        match problem {
            Some(failure) => self.finish(ticket, Change::Fail, Err(Some(failure))),
            None => self.effects.push(Effect::Look { ticket }),
        }
    }

    pub(super) fn reused(&mut self, ticket: Ticket, value: Value, nanos: u64) {
        if let Some(instance) = self.instances.get_mut(&ticket) {
            instance.nanos = nanos;
        }
        self.finish(ticket, Change::Reuse, Ok(value));
    }

    pub(super) fn admitted(&mut self, ticket: Ticket) {
        if self.change(ticket, Change::Admit) {
            let pure = |task: &Task| !task.effect;
            let sweeps = match self.instances.get(&ticket) {
                Some(instance) if self.plan.tasks.get(instance.task.0 as usize).is_some_and(pure) => {
                    self.not_found(instance.place.0)
                }
                _ => Vec::new(),
            };
            self.enqueue(ticket);
            // What they waited for is not as it was: they begin what there is to begin.
            sweeps.into_iter().for_each(|(id, slot)| self.search(id, slot));
        }
    }

    pub(super) fn refused(&mut self, ticket: Ticket, failure: Failure) {
        self.finish(ticket, Change::Fail, Err(Some(failure)));
    }

    pub(super) fn woken(&mut self, ticket: Ticket) {
        if self.expired(ticket) {
            return;
        }
        if self.change(ticket, Change::Wake) && !planted(Bug::WokenStepForgotten) {
            self.enqueue(ticket);
        }
    }

    /// Works out what the next attempt needs and puts it in line.
    fn enqueue(&mut self, ticket: Ticket) {
        let Some(instance) = self.instances.get(&ticket) else { return };
        let attempt = instance.attempt + 1;
        let task = self.plan.tasks.get(instance.task.0 as usize);
        let priority = task.map_or(0, |task| task.settings.priority);
        let urgency = Urgency { priority, rest: self.rest(instance.place) };
        match self.needs(instance, attempt) {
            Ok((demand, timeout)) => {
                if let Some(instance) = self.instances.get_mut(&ticket) {
                    instance.attempt = attempt;
                    instance.demand = demand;
                    instance.timeout = timeout;
                }
                if self.take_place(ticket, &demand) {
                    self.start(vec![ticket], timeout, demand);
                } else {
                    self.queue.push(ticket, urgency, demand);
                }
            }
            Err(failure) => self.finish(ticket, Change::Fail, Err(Some(failure))),
        }
    }

    fn needs(&self, instance: &Instance<'p>, attempt: u32) -> Result<(Demand, Option<i64>), Failure> {
        let Some(task) = self.plan.tasks.get(instance.task.0 as usize) else { return Ok(Default::default()) };
        let settings = &task.settings;
        let attempt = if planted(Bug::MemoryOfFirstAttempt) { 1 } else { attempt };
        let scope = SettingScope { step: instance.step, inputs: &instance.inputs, attempt };
        let setting = |name: &str, expr: &Option<Expr>| match expr {
            None => Ok(None),
            Some(expr) => eval(expr, &scope)
                .map(Some)
                .map_err(|error| no_value(self.plan, task.origin, &format!("`{name}`"), &error)),
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to the range first")]
        let milli = |cores: f64| (cores * 1000.0).round().clamp(1.0, 1e12) as u64;
        #[expect(clippy::cast_precision_loss, reason = "Int widens to Float by definition")]
        let cpu = match setting("cpu", &settings.cpu)? {
            Some(Value::Float(cores)) => milli(cores),
            Some(Value::Int(cores)) => milli(cores as f64),
            _ => 1000,
        };
        let bytes = |value: Option<Value>| match value {
            Some(Value::Size(bytes)) => bytes,
            _ => 0,
        };
        let gpu = match setting("gpu", &settings.gpu)? {
            Some(Value::Int(cards)) => u64::try_from(cards).unwrap_or(0),
            _ => 0,
        };
        let timeout = match setting("timeout", &settings.timeout)? {
            Some(Value::Duration(nanos)) => Some(nanos),
            _ => None,
        };
        let demand = Demand {
            cpu,
            memory: match &settings.memory {
                Some(_) => bytes(setting("memory", &settings.memory)?),
                None => self.reserved_at(instance.place).unwrap_or(0),
            },
            gpu,
            disk: bytes(setting("disk", &settings.disk)?),
            limit: settings.limit.as_ref().and_then(|limit| self.limits.get(limit.name.as_str()).copied()),
        };
        if planted(Bug::NeverFitsQueued) {
            return Ok((demand, timeout));
        }
        self.admission.ever(&demand).map_err(|never| {
            Failure::new(codes::NEVER_FITS, format!("`{}` {never}", task.name))
                .at(self.plan, task.origin)
                .with_help("ask for less in the task, or run with more: `--jobs` and the machine set the limit")
        })?;
        Ok((demand, timeout))
    }

    pub(super) fn start_what_fits(&mut self) {
        while let Some(ticket) = self.queue.next(&mut self.admission) {
            let Some(Instance { task, timeout, demand, .. }) = self.instances.get(&ticket) else { continue };
            let (task, timeout, demand) = (*task, *timeout, *demand);
            let mut tickets = vec![ticket];
            let waiting = self.queue.waiting(&demand) as u64;
            let most = self.together.most(task, waiting, self.admission.fit(&demand));
            if most > 1 {
                let same = |ticket| self.instances.get(&ticket).is_some_and(|other| other.task == task);
                tickets.extend(self.queue.company(&demand, usize::try_from(most - 1).unwrap_or(0), same));
            }
            self.start(tickets, timeout, demand);
        }
    }

    /// Starts steps that go together, on `demand`, which was taken for them.
    fn start(&mut self, tickets: Vec<Ticket>, timeout: Option<i64>, demand: Demand) {
        let steps = u32::try_from(tickets.len()).unwrap_or(u32::MAX);
        let dispatch = (steps > 1).then(|| self.together.begin(steps, demand));
        let mut starts = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            self.change(ticket, Change::Start);
            if let Some(instance) = self.instances.get_mut(&ticket) {
                instance.dispatch = dispatch;
                starts.push(Start { ticket, attempt: instance.attempt });
            }
        }
        self.effects.push(Effect::Start { starts, timeout, demand });
    }

    pub(super) fn ended(&mut self, ticket: Ticket, attempt: u32, nanos: u64, result: Result<Value, Failure>) {
        if !self.awaits(ticket, attempt) {
            return;
        }
        let Some(instance) = self.instances.get_mut(&ticket) else { return };
        instance.nanos = nanos;
        let leak = if result.is_ok() { Bug::SlotLeakOnSuccess } else { Bug::SlotLeakOnFailure };
        let free = match instance.dispatch {
            None => Some(instance.demand),
            Some(dispatch) if planted(Bug::DispatchGivenBackEarly) => {
                self.together.end(dispatch);
                Some(instance.demand)
            }
            Some(dispatch) => self.together.end(dispatch),
        };
        let place = instance.place;
        if result.is_ok() {
            self.together.took(instance.task, nanos);
        }
        let free = free.filter(|demand| result.is_err() || !self.keep_place(place, *demand));
        let times = if planted(leak) { 0 } else { 1 + usize::from(planted(Bug::SlotGivenTwice)) };
        free.iter().cycle().take(times * free.iter().len()).for_each(|demand| self.admission.give(demand));
        let failure = match result {
            Ok(value) => return self.finish(ticket, Change::Succeed, Ok(value)),
            Err(failure) => failure,
        };
        if failure.code == codes::STOPPED_EARLY {
            return self.finish(ticket, Change::Cancel, Err(Some(failure)));
        }
        let stopped = self.draining == Some(Draining::Cancelled) && !planted(Bug::RetryWhileCancelling);
        if stopped && !planted(Bug::CancelledTakenForFailed) {
            return self.finish(ticket, Change::Cancel, Err(Some(failure)));
        }
        let again = self.draining.is_none() && !self.stops(place.0) || planted(Bug::RetryWhileCancelling);
        let Some(instance) = self.instances.get(&ticket) else { return };
        let task = self.plan.tasks.get(instance.task.0 as usize);
        match task {
            Some(task) if again && attempt <= further(task, instance, &failure) => {
                let nanos = backoff(&task.settings.retry, attempt);
                if self.change(ticket, Change::Retry) {
                    self.effects.push(Effect::Wait { ticket, attempt, nanos, failure });
                }
            }
            _ => self.finish(ticket, Change::Fail, Err(Some(failure))),
        }
    }

    /// An effect did not happen, as its probe found: it is started, unless the run is about to end.
    pub(super) fn absent(&mut self, ticket: Ticket, attempt: u32) {
        if !self.awaits(ticket, attempt) {
            return;
        }
        if let Some(instance) = self.instances.get(&ticket) {
            let demand = instance.demand;
            self.admission.give(&demand);
        }
        if self.draining.is_some() {
            return self.finish(ticket, Change::Cancel, Err(None));
        }
        if self.change(ticket, Change::Retry) {
            self.woken(ticket);
        }
    }

    /// How long the run lasts at least from the start of that node, in milliseconds.
    fn rest(&self, place: (ActivationId, usize)) -> u64 {
        self.slot_at(place).map_or(0, |slot| slot.rest)
    }

    pub(super) fn reserved_at(&self, place: (ActivationId, usize)) -> Option<u64> {
        self.slot_at(place)?.reserved
    }

    fn slot_at(&self, (activation, slot): (ActivationId, usize)) -> Option<&SlotLayout> {
        self.layout.slot(self.activations.get(&activation)?.region, slot)
    }

    pub(super) fn skip_step(&mut self, ticket: Ticket) {
        self.finish(ticket, Change::Skip, Err(None));
    }

    fn change(&mut self, ticket: Ticket, change: Change) -> bool {
        let Some(instance) = self.instances.get_mut(&ticket) else { return false };
        let Some(state) = transition(instance.state, change) else { return false };
        instance.state = state;
        true
    }

    /// The step's end: it is told, and its node is settled.
    fn finish(&mut self, ticket: Ticket, change: Change, result: Result<Value, Option<Failure>>) {
        if !self.change(ticket, change) {
            return;
        }
        let Some(instance) = self.instances.remove(&ticket) else { return };
        self.give_place_back(instance.place);
        let TaskState::Ended(status) = instance.state else { return };
        let (id, slot) = instance.place;
        let (value, failure) = match result {
            Ok(value) => (Some(value), None),
            Err(failure) => (None, failure),
        };
        let caught = status == Status::Failed && self.caught(self.activations.get(&id).and_then(|own| own.parent));
        if let Some(failure) = &failure {
            self.note_in_trial(id, failure);
        }
        let Instance { name: step, attempt, nanos, .. } = instance;
        self.spent(id, nanos);
        self.effects.push(Effect::Finished { ticket, step, attempt, status, failure, caught });
        match value {
            Some(value) => self.settle(id, slot, value),
            None => self.unsettled(id, slot),
        }
        if status == Status::Failed && !caught {
            self.note_failure();
        }
    }
}

/// The last attempt that another may follow. Who ran out of memory and asks for more each time is given one more try;
/// an effect never is.
fn further(task: &Task, instance: &Instance<'_>, failure: &Failure) -> u32 {
    let retry = &task.settings.retry;
    let mut times = if mends(retry, failure) { retry.times } else { 0 };
    if planted(Bug::OneRetryTooMany) {
        times += 1;
    }
    let hungry = failure.code == codes::OUT_OF_MEMORY && !task.effect;
    if hungry && task.settings.memory.as_ref().is_some_and(grows) {
        let more = if planted(Bug::OutOfMemoryForEver) { instance.attempt } else { 1 };
        return times.saturating_add(more);
    }
    times
}

/// Whether an expression asks which attempt it is.
fn grows(expr: &Expr) -> bool {
    let mut found = *expr == Expr::Attempt;
    expr.each_child(&mut |child| found = found || grows(child));
    found
}

/// The wait after that attempt in nanoseconds: each is twice the one before.
fn backoff(retry: &Retry, attempt: u32) -> i64 {
    if planted(Bug::BackoffLost) {
        return 0;
    }
    let doubled = retry.backoff.saturating_mul(1 << (attempt - 1).min(62));
    doubled.clamp(0, retry.backoff_max.max(retry.backoff).max(0))
}

/// Whether another attempt may mend a failure of that kind.
fn mends(retry: &Retry, failure: &Failure) -> bool {
    let fault = match failure.code.as_str() {
        codes::TIMED_OUT => Fault::Timeout,
        codes::SIGNALLED | codes::WORKER_DIED | codes::LOST | codes::OUT_OF_MEMORY => Fault::Killed,
        _ => Fault::Error,
    };
    retry.on.is_empty() || retry.on.contains(&fault)
}
