//! What happened in a simulated run, as the auditor reads it.

use std::time::Duration;

use standpipe_plan::{TaskId, Value};

use crate::event::{Counts, Status};
use crate::executor::Stop;
use crate::schedule::Ticket;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fact {
    /// A process of the run begins.
    Began {
        process: u32,
        keep_going: bool,
    },
    /// An attempt was handed to the place where attempts run.
    /// Those of one dispatch share what they take.
    Submitted {
        ticket: Ticket,
        path: String,
        task: TaskId,
        attempt: u32,
        inputs: Vec<Value>,
        dispatch: u64,
    },
    /// The end of an attempt was told to the driver; `genuine` unless it was told before.
    Ended {
        ticket: Ticket,
        attempt: u32,
        value: Option<Value>,
        genuine: bool,
        unsure: bool,
    },
    /// Something was handed to the journal.
    Recorded {
        number: u64,
        record: Line,
    },
    /// The journal is on the disk up to there.
    Durable {
        number: u64,
    },
    /// Nothing more will be.
    Broken,
    /// The observer heard of the end of a step.
    ToldEnd {
        path: String,
        status: Status,
    },
    /// Events that waited for the disk after everything that could be done was done.
    Behind {
        events: usize,
    },
    /// Something that would fit was not started although nothing else could happen.
    Idle {
        ready: usize,
    },
    StopSent {
        how: Stop,
    },
    Interrupted,
    Crashed,
    /// Nothing will happen any more, and the run is not over.
    Stuck,
    Over {
        status: Status,
        value: Value,
        counts: Counts,
        live: usize,
        left: Vec<&'static str>,
    },
}

/// A record of the journal.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    Announced { path: String },
    Started { path: String, attempt: u32 },
    Retrying { path: String, attempt: u32, wait: Duration },
    Finished { path: String, status: Status, attempt: u32, kept: Option<Value> },
    RunFinished,
}
