//! The states of a step and the one function through which every change of them passes.

use crate::event::Status;

/// Where a step stands, from the moment its inputs are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskState {
    /// An earlier result is looked for, or an effect's start is being recorded.
    Looking,
    /// It must run and waits for room.
    Queued,
    Running,
    /// An attempt failed; the next one waits for its time.
    Waiting,
    /// Final.
    Ended(Status),
}

/// What happens to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// An earlier result was found.
    Reuse,
    /// There is none: it must run.
    Admit,
    Start,
    Succeed,
    Fail,
    /// An attempt failed and another will follow.
    Retry,
    /// The wait is over.
    Wake,
    /// It will not be started any more.
    Skip,
    /// It was stopped while running.
    Cancel,
}

/// The state after `change`, or `None` where `change` comes too late or too early and means nothing.
pub(crate) fn transition(state: TaskState, change: Change) -> Option<TaskState> {
    use TaskState::{Ended, Looking, Queued, Running, Waiting};
    Some(match (state, change) {
        (Looking, Change::Reuse) => Ended(Status::Cached),
        (Looking, Change::Admit) | (Waiting, Change::Wake) => Queued,
        (Queued, Change::Start) => Running,
        (Running, Change::Succeed) => Ended(Status::Succeeded),
        (Running, Change::Retry) => Waiting,
        (Running, Change::Cancel) => Ended(Status::Cancelled),
        (Looking | Queued | Running | Waiting, Change::Fail) => Ended(Status::Failed),
        (Looking | Queued | Waiting, Change::Skip) => Ended(Status::Skipped),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_stays_as_it_is() {
        use Change::{Admit, Cancel, Fail, Retry, Reuse, Skip, Start, Succeed, Wake};
        for status in [Status::Succeeded, Status::Cached, Status::Failed, Status::Skipped, Status::Cancelled] {
            for change in [Reuse, Admit, Start, Succeed, Fail, Retry, Wake, Skip, Cancel] {
                assert_eq!(transition(TaskState::Ended(status), change), None);
            }
        }
    }
}
