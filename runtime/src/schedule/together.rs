//! Small steps of one task that start together: one dispatch, one demand, one after the other on one worker. What it
//! costs to start a step is then shared by many.

use standpipe_plan::{Body, Task, TaskId};

use super::Ticket;
use crate::admission::Demand;

/// Most steps of a dispatch.
const MOST: u64 = 32;
/// What a dispatch should take at most, in nanoseconds: others wait for the worker.
const LONGEST: u64 = 20_000_000;
/// Ends that must have been seen before a task counts as small.
const SEEN: u64 = 4;

/// A dispatch's number; never given twice in a run.
pub(super) type DispatchId = u64;

/// What is known of a task's steps in this run.
#[derive(Clone, Copy, Default)]
struct Pace {
    ends: u64,
    nanos: u64,
}

/// Steps that go together and have not all ended.
struct Dispatch {
    open: u32,
    demand: Demand,
}

/// Which tasks are small, and the dispatches under way.
pub(super) struct Together {
    paces: Vec<Pace>,
    may: Vec<bool>,
    next: DispatchId,
    dispatches: std::collections::BTreeMap<DispatchId, Dispatch>,
}

impl Together {
    pub(super) fn new(tasks: &[Task]) -> Self {
        Self {
            paces: vec![Pace::default(); tasks.len()],
            may: tasks.iter().map(may).collect(),
            next: 0,
            dispatches: Default::default(),
        }
    }

    /// A step of `task` took that long.
    pub(super) fn took(&mut self, task: TaskId, nanos: u64) {
        if let Some(pace) = self.paces.get_mut(task.0 as usize) {
            pace.ends += 1;
            pace.nanos = pace.nanos.saturating_add(nanos);
        }
    }

    /// How many steps of `task` may go in one dispatch when so many wait and so many fit at a time.
    pub(super) fn most(&self, task: TaskId, waiting: u64, fit: u64) -> u64 {
        let index = task.0 as usize;
        let Some(pace) = self.paces.get(index).filter(|pace| pace.ends >= SEEN) else { return 1 };
        if !self.may.get(index).copied().unwrap_or(false) {
            return 1;
        }
        let mean = (pace.nanos / pace.ends).max(1);
        // A share for everybody, twice over: whoever is slower than the others gets less.
        let share = waiting / (2 * fit.max(1));
        (LONGEST / mean).min(share).clamp(1, MOST)
    }

    /// So many steps go together from now on.
    pub(super) fn begin(&mut self, steps: u32, demand: Demand) -> DispatchId {
        self.next += 1;
        self.dispatches.insert(self.next, Dispatch { open: steps, demand });
        self.next
    }

    /// One of them ended; what the dispatch took, when it was the last.
    pub(super) fn end(&mut self, id: DispatchId) -> Option<Demand> {
        let dispatch = self.dispatches.get_mut(&id)?;
        dispatch.open -= 1;
        if dispatch.open > 0 {
            return None;
        }
        self.dispatches.remove(&id).map(|dispatch| dispatch.demand)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.dispatches.is_empty()
    }
}

/// Whether steps of a task may go together at all: what has a time of its own, a slot of a limit or a card does not.
fn may(task: &Task) -> bool {
    let settings = &task.settings;
    let python = match task.body {
        Body::Python { .. } | Body::PythonFunction { .. } => true,
        Body::Shell { .. } | Body::Sql { .. } => false,
    };
    python && !task.effect && settings.timeout.is_none() && settings.limit.is_none() && settings.gpu.is_none()
}

/// A step of a dispatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub ticket: Ticket,
    pub attempt: u32,
}

#[cfg(test)]
mod tests {
    use standpipe_plan::{Expr, Frame, Origin, Settings, Value};

    use super::*;

    fn together(settings: Settings) -> Together {
        let origin = Origin { file: 0, line: 1 };
        Together::new(&[Task {
            name: "t".into(),
            effect: false,
            body: Body::Python { text: String::new(), origin, modules: Vec::new() },
            environment: None,
            frame: Frame::Pandas,
            settings,
            reads: Default::default(),
            service: None,
            origin,
        }])
    }

    #[test]
    fn only_what_is_known_to_be_small_goes_together() {
        let mut together = together(Settings::default());
        assert_eq!(together.most(TaskId(0), 1000, 2), 1);
        (0..SEEN).for_each(|_| together.took(TaskId(0), 1_000_000));
        assert_eq!(together.most(TaskId(0), 1000, 2), 20);
        assert_eq!(together.most(TaskId(0), 20, 2), 5);
        assert_eq!(together.most(TaskId(0), 1, 2), 1);
        (0..SEEN).for_each(|_| together.took(TaskId(0), 100_000_000));
        assert_eq!(together.most(TaskId(0), 1000, 2), 1);
    }

    #[test]
    fn what_has_a_timeout_goes_alone() {
        let timeout = Some(Expr::Const(Value::Duration(1)));
        let mut together = together(Settings { timeout, ..Settings::default() });
        (0..SEEN).for_each(|_| together.took(TaskId(0), 1000));
        assert_eq!(together.most(TaskId(0), 1000, 2), 1);
    }

    #[test]
    fn the_last_gives_back_what_all_took() {
        let mut together = together(Settings::default());
        let demand = Demand { cpu: 1000, ..Demand::default() };
        let id = together.begin(2, demand);
        assert_eq!(together.end(id), None);
        assert_eq!(together.end(id), Some(demand));
        assert!(together.is_empty());
    }
}
