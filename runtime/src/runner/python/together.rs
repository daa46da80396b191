//! Python steps of one task in one dispatch: sent to a worker at once, answered one by one, each told as it ends.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use super::{messages, outcome, request, task};
use crate::codes;
use crate::event::Failure;
use crate::executor::Stop;
use crate::executor::local::{Local, stopped};
use crate::runner::{Attempt, Outcome};
use crate::worker::Record;

pub(super) async fn run(local: Rc<Local>, attempts: Vec<Attempt>) {
    let mut left = VecDeque::from(attempts);
    let Some(first) = left.front() else { return };
    let (Some((task, origin)), Some(ready)) = (task(first), first.environment.clone()) else {
        let failure = Failure::new(codes::NOT_STARTED, "this task has no Python body or no environment");
        return give_up(&local, left, |_| failure.clone());
    };
    let task = Arc::new(task);
    // A worker that is lost takes one step with it; the others go on with the next.
    while let Some(first) = left.front() {
        let mut series = match local.series(first, &ready).await {
            Ok(series) => series,
            Err(_) if *local.stop().borrow() != Stop::No => return give_up(&local, left, stopped),
            Err(failure) => return give_up(&local, left, |_| failure.clone()),
        };
        let requests: Vec<_> = left.iter().map(|attempt| request(&local, attempt, &task, Record::Never)).collect();
        let sent = series.send(requests).await;
        for _ in 0..sent {
            let Some(attempt) = left.pop_front() else { break };
            let begun = Instant::now();
            let scratch = series.scratch();
            let called = series.next(&local, &attempt, &mut messages(&local, &attempt)).await;
            let outcome = outcome(&local, &attempt, origin, &scratch, called).await;
            local.ended(attempt.ticket, attempt.number, begun.elapsed().as_secs_f64(), outcome);
            if !series.alive() {
                break;
            }
        }
        series.close(&local).await;
    }
}

/// None of what is left can run.
fn give_up(local: &Local, left: VecDeque<Attempt>, why: impl Fn(&Attempt) -> Failure) {
    for attempt in left {
        local.ended(attempt.ticket, attempt.number, 0.0, Outcome::failed(why(&attempt)));
    }
}
