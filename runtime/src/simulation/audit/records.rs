//! The journal: what is told is in it, what ended stays so, what is kept was given.

use std::collections::BTreeMap;

use standpipe_plan::{CachePolicy, Value};

use crate::event::Status;
use crate::run::world::World;
use crate::schedule::Ticket;
use crate::simulation::fact::{Fact, Line};
use crate::simulation::play::Story;
use crate::simulation::reference::caught;
use crate::simulation::world::Made;

/// What one event can add at a time.
const BURST: usize = 128;

pub(super) fn told(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let mut ended: BTreeMap<&str, (u64, Status)> = BTreeMap::new();
        let mut durable = 0;
        for (_, fact) in process {
            match fact {
                Fact::Recorded { number, record: Line::Finished { path, status, .. } } => {
                    let before = ended.insert(path, (*number, *status));
                    breaks.extend(before.map(|_| format!("{path} ends twice")));
                }
                Fact::Recorded { record: Line::Started { path, .. } | Line::Retrying { path, .. }, .. }
                    if ended.contains_key(path.as_str()) =>
                {
                    breaks.push(format!("{path} goes on after its end"));
                }
                Fact::Durable { number } => durable = *number,
                Fact::ToldEnd { path, status } => match ended.get(path.as_str()) {
                    Some((number, recorded)) if *number <= durable && recorded == status => {}
                    Some((_, recorded)) if recorded != status => {
                        breaks.push(format!("{path} is told to be {status:?} and is {recorded:?}"));
                    }
                    _ => breaks.push(format!("the end of {path} is told before it is on the disk")),
                },
                _ => {}
            }
        }
    }
}

/// What an attempt is known to have come to.
struct Last<'f> {
    task: u32,
    value: Option<&'f Value>,
    unsure: bool,
}

pub(super) fn kept(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let mut paths: BTreeMap<Ticket, &str> = BTreeMap::new();
        let mut last: BTreeMap<&str, Last<'_>> = BTreeMap::new();
        for (_, fact) in process {
            match fact {
                Fact::Submitted { ticket, path, task, .. } => {
                    paths.insert(*ticket, path);
                    let unsure = last.get(path.as_str()).is_some_and(|last| last.unsure);
                    last.insert(path, Last { task: task.0, value: None, unsure });
                }
                Fact::Ended { ticket, value, genuine: true, unsure, .. } => {
                    if let Some(last) = paths.get(ticket).and_then(|path| last.get_mut(path)) {
                        last.value = value.as_ref();
                        last.unsure |= unsure;
                    }
                }
                Fact::Recorded { record: Line::Finished { path, status, kept, .. }, .. } => {
                    let last = last.get(path.as_str());
                    if *status == Status::Succeeded && last.is_none_or(|last| last.value.is_none()) {
                        breaks.push(format!("{path} succeeded without a result"));
                    }
                    let Some(kept) = kept else { continue };
                    let Some(last) = last else {
                        breaks.push(format!("{path} is kept and never ran"));
                        continue;
                    };
                    if last.value != Some(kept) {
                        breaks.push(format!("{path} is kept as {kept:?}, and gave {:?}", last.value));
                    }
                    let task = story.drawn.plan.tasks.get(last.task as usize);
                    if task.is_none_or(|task| task.effect || task.settings.cache == CachePolicy::Off) {
                        breaks.push(format!("{path} is kept, which may not be reused"));
                    }
                    if last.unsure {
                        breaks.push(format!("{path} is kept, whose file changed"));
                    }
                }
                _ => {}
            }
        }
    }
}

pub(super) fn bounded(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        for (_, fact) in process {
            match fact {
                // A run that ends says so of everything at once.
                Fact::StopSent { .. } | Fact::Broken => break,
                Fact::Recorded { record: Line::Finished { path, status: Status::Failed, .. }, .. } if !caught(path) => {
                    break;
                }
                Fact::Behind { events } if *events > Made::BEHIND + BURST => {
                    breaks.push(format!("{events} events wait for the disk"));
                }
                _ => {}
            }
        }
    }
}
