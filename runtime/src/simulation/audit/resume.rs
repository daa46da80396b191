//! From one process of a run to the next: what was told to be finished is.

use std::collections::{BTreeMap, BTreeSet};

use standpipe_plan::CachePolicy;

use crate::event::Status;
use crate::schedule::Ticket;
use crate::simulation::fact::Fact;
use crate::simulation::play::Story;

pub(super) fn finished_once(story: &Story, breaks: &mut Vec<String>) {
    // Steps of one task with the same inputs are the same step.
    let mut finished: BTreeSet<String> = BTreeSet::new();
    for process in story.processes() {
        let mut known: BTreeMap<&str, (String, bool)> = BTreeMap::new();
        let mut paths: BTreeMap<Ticket, &str> = BTreeMap::new();
        let mut told = BTreeSet::new();
        for (_, fact) in process {
            match fact {
                Fact::Submitted { ticket, path, task, inputs, .. } => {
                    let same = format!("task {} of {inputs:?}", task.0);
                    if finished.contains(&same) {
                        breaks.push(format!("{path} runs again: {same}"));
                    }
                    let task = story.drawn.plan.tasks.get(task.0 as usize);
                    let keeps = task.is_some_and(|task| !task.effect && task.settings.cache != CachePolicy::Off);
                    let keeps = keeps && known.get(path.as_str()).is_none_or(|(_, keeps)| *keeps);
                    paths.insert(*ticket, path);
                    known.insert(path, (same, keeps));
                }
                Fact::Ended { ticket, unsure: true, .. } => {
                    if let Some(step) = paths.get(ticket).and_then(|path| known.get_mut(path)) {
                        step.1 = false;
                    }
                }
                Fact::ToldEnd { path, status: Status::Succeeded } => {
                    told.extend(known.get(path.as_str()).filter(|(_, keeps)| *keeps).map(|(same, _)| same.clone()));
                }
                _ => {}
            }
        }
        finished.extend(told);
    }
}
