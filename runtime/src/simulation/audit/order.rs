//! What a step is given, what it comes after, and how many iterations go on at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Status;
use crate::simulation::fact::{Fact, Line};
use crate::simulation::play::Story;
use crate::simulation::reference::{Reference, within};

pub(super) fn inputs_and_order(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        // What fails decides which trial of a sweep is the best; what needs it otherwise must not start at all.
        let failing: BTreeSet<String> = process
            .iter()
            .filter_map(|(_, fact)| match fact {
                Fact::Recorded { record: Line::Finished { path, status: Status::Failed, .. }, .. } => {
                    Some(path.clone())
                }
                _ => None,
            })
            .collect();
        let (reference, _) = Reference::new(&story.drawn.plan, &failing);
        let mut ended: BTreeSet<&str> = BTreeSet::new();
        for (_, fact) in process {
            match fact {
                Fact::Recorded { record: Line::Finished { path, .. }, .. } => {
                    ended.insert(path);
                }
                Fact::Submitted { path, task, inputs, .. } => {
                    let Some(wanted) = reference.steps.get(path) else {
                        breaks.push(format!("{path} starts, which the plan does not come to"));
                        continue;
                    };
                    if wanted.task != *task || wanted.inputs != *inputs {
                        breaks.push(format!("{path} is given {inputs:?}, not {:?}", wanted.inputs));
                    }
                    let early = reference
                        .steps
                        .keys()
                        .filter(|other| wanted.before.iter().any(|whole| within(other, whole)))
                        .find(|other| !ended.contains(other.as_str()));
                    if let Some(early) = early {
                        breaks.push(format!("{path} starts before {early} has ended"));
                    }
                }
                _ => {}
            }
        }
    }
}

pub(super) fn limits(story: &Story, breaks: &mut Vec<String>) {
    let none = BTreeSet::new();
    let (reference, _) = Reference::new(&story.drawn.plan, &none);
    if reference.limits.is_empty() {
        return;
    }
    for process in story.processes() {
        let mut live: BTreeMap<u64, &str> = BTreeMap::new();
        for (_, fact) in process {
            match fact {
                Fact::Submitted { ticket, path, .. } => {
                    live.insert(*ticket, path);
                    for (whole, most) in &reference.limits {
                        let iterations: BTreeSet<&str> = live
                            .values()
                            .filter_map(|path| path.strip_prefix(whole.as_str())?.strip_prefix('['))
                            .filter_map(|rest| rest.split(']').next())
                            .collect();
                        if iterations.len() > *most {
                            breaks.push(format!("{} iterations of {whole} at once, not {most}", iterations.len()));
                        }
                    }
                }
                Fact::Ended { ticket, genuine: true, .. } => {
                    live.remove(ticket);
                }
                _ => {}
            }
        }
    }
}
