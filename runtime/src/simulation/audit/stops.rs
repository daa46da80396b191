//! Stopping: by the user, by a failure, by a broken journal.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Status;
use crate::executor::Stop;
use crate::schedule::Ticket;
use crate::simulation::fact::{Fact, Line};
use crate::simulation::play::Story;
use crate::simulation::reference::caught;

/// Longest between a request and what follows from it: the run may be waiting for the disk.
const SOON: u64 = 5_000;

pub(super) fn nothing_new(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let mut keeps_going = true;
        let mut stopped: Option<&str> = None;
        for (_, fact) in process {
            match fact {
                Fact::Began { keep_going, .. } => keeps_going = *keep_going,
                Fact::StopSent { .. } => stopped = Some("the run was stopped"),
                Fact::Recorded { record: Line::Finished { path, status: Status::Failed, .. }, .. }
                    if !keeps_going && !caught(path) =>
                {
                    stopped = Some(path);
                }
                Fact::Submitted { path, .. } => {
                    if let Some(why) = stopped {
                        breaks.push(format!("{path} starts after {why}"));
                    }
                }
                _ => {}
            }
        }
    }
}

/// What an attempt comes to that is being stopped says nothing of its step.
pub(super) fn no_failure(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let mut live: BTreeMap<Ticket, &str> = BTreeMap::new();
        let mut stopped: BTreeSet<&str> = BTreeSet::new();
        for (_, fact) in process {
            match fact {
                Fact::Submitted { ticket, path, .. } => {
                    live.insert(*ticket, path);
                }
                Fact::Ended { ticket, genuine: true, .. } => {
                    live.remove(ticket);
                }
                Fact::StopSent { .. } => stopped.extend(live.values()),
                Fact::Recorded { record: Line::Finished { path, status: Status::Failed, .. }, .. }
                    if stopped.contains(path.as_str()) =>
                {
                    breaks.push(format!("{path} was stopped and is said to have failed"));
                }
                _ => {}
            }
        }
    }
}

pub(super) fn obeyed(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let over = process.iter().find(|(_, fact)| matches!(fact, Fact::Over { .. })).map(|(at, _)| *at);
        let crashed = process.iter().any(|(_, fact)| matches!(fact, Fact::Crashed));
        let asked = process.iter().filter(|(_, fact)| matches!(fact, Fact::Interrupted | Fact::Broken));
        for (number, (at, fact)) in asked.enumerate() {
            if crashed || over.is_some_and(|over| over <= at + SOON) {
                continue;
            }
            let wanted = if number == 0 && *fact == Fact::Interrupted { Stop::Gently } else { Stop::AtOnce };
            let sent = process.iter().any(|(when, fact)| {
                matches!(fact, Fact::StopSent { how } if *how >= wanted) && (*at..=at + SOON).contains(when)
                    || matches!(fact, Fact::StopSent { how: Stop::AtOnce }) && when <= at
            });
            if !sent {
                breaks.push(format!("nothing is stopped {wanted:?} after {fact:?} at {at}"));
            }
        }
    }
}
