//! Attempts of one step: one at a time, as many as the task allows, effects once.

use std::collections::BTreeMap;

use crate::codes;
use crate::simulation::fact::{Fact, Line};
use crate::simulation::play::Story;

/// What is known of a step's attempts.
#[derive(Default)]
struct Step {
    live: bool,
    last: u32,
    /// When the next may start.
    not_before: u64,
}

pub(super) fn numbered(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let mut steps: BTreeMap<&str, Step> = BTreeMap::new();
        let mut paths = BTreeMap::new();
        for (at, fact) in process {
            match fact {
                Fact::Submitted { ticket, path, task, attempt, .. } => {
                    paths.insert(*ticket, path.as_str());
                    let step = steps.entry(path).or_default();
                    if step.live {
                        breaks.push(format!("attempt {attempt} of {path} starts while another lives"));
                    }
                    if *attempt != step.last + 1 {
                        breaks.push(format!("attempt {attempt} of {path} follows attempt {}", step.last));
                    }
                    if *at < step.not_before {
                        breaks.push(format!("attempt {attempt} of {path} starts at {at}, not {}", step.not_before));
                    }
                    let index = task.0 as usize;
                    let more = story.drawn.plan.tasks.get(index).map_or(0, |task| task.settings.retry.times);
                    let grows = story.drawn.takes.get(index).is_some_and(|takes| takes.grows);
                    if *attempt > 1 + more + u32::from(grows) {
                        breaks.push(format!("attempt {attempt} of {path}, which may have {}", 1 + more));
                    }
                    (step.live, step.last) = (true, *attempt);
                }
                Fact::Ended { ticket, genuine: true, .. } => {
                    if let Some(step) = paths.get(ticket).and_then(|path| steps.get_mut(path)) {
                        step.live = false;
                    }
                }
                Fact::Recorded { record: Line::Retrying { path, attempt, wait }, .. } => {
                    let step = steps.entry(path).or_default();
                    step.not_before = at + u64::try_from(wait.as_nanos()).unwrap_or(0);
                    let task = story.processes().flatten().find_map(|(_, fact)| match fact {
                        Fact::Submitted { path: other, task, .. } if other == path => Some(*task),
                        _ => None,
                    });
                    let retry = task.and_then(|task| story.drawn.plan.tasks.get(task.0 as usize));
                    let backoff = retry.map_or(0, |task| task.settings.retry.backoff);
                    if backoff > 1 && wait.is_zero() {
                        breaks.push(format!("no wait after attempt {attempt} of {path}, {}", codes::EXITED));
                    }
                }
                _ => {}
            }
        }
    }
}

pub(super) fn effects(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let mut announced: BTreeMap<&str, u64> = BTreeMap::new();
        let mut durable = 0;
        for (_, fact) in process {
            match fact {
                Fact::Recorded { number, record: Line::Announced { path } } => {
                    announced.insert(path, *number);
                }
                Fact::Durable { number } => durable = *number,
                Fact::Submitted { path, task, attempt, .. } => {
                    if !story.drawn.plan.tasks.get(task.0 as usize).is_some_and(|task| task.effect) {
                        continue;
                    }
                    if *attempt > 1 {
                        breaks.push(format!("effect {path} starts a second time"));
                    }
                    if announced.get(path.as_str()).is_none_or(|number| *number > durable) {
                        breaks.push(format!("effect {path} starts before that is on the disk"));
                    }
                }
                _ => {}
            }
        }
    }
}
