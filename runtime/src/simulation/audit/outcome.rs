//! The end of a run: there is one, nothing is left over, and it says what the plan means.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Counts, Status};
use crate::simulation::fact::{Fact, Line};
use crate::simulation::play::Story;
use crate::simulation::reference::{Reference, caught};

pub(super) fn ends(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let mut counts = Counts::default();
        for (at, fact) in process {
            match fact {
                Fact::Recorded { record: Line::Finished { status, .. }, .. } => match status {
                    Status::Succeeded => counts.succeeded += 1,
                    Status::Cached => counts.cached += 1,
                    Status::Failed => counts.failed += 1,
                    Status::Skipped => counts.skipped += 1,
                    Status::Cancelled => counts.cancelled += 1,
                },
                Fact::Stuck => breaks.push(format!("at {at} nothing happens any more")),
                Fact::Over { live, left, counts: told, .. } => {
                    if *live > 0 {
                        breaks.push(format!("{live} attempts live when the run is over"));
                    }
                    if !left.is_empty() {
                        breaks.push(format!("left over: {left:?}"));
                    }
                    if *told != counts {
                        breaks.push(format!("counts are {told:?}, not {counts:?}"));
                    }
                }
                _ => {}
            }
        }
    }
}

pub(super) fn meaning(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        let mut ended: BTreeMap<&str, Status> = BTreeMap::new();
        let (mut keeps_going, mut asked, mut over) = (false, false, None);
        for (_, fact) in process {
            match fact {
                Fact::Began { keep_going, .. } => keeps_going = *keep_going,
                Fact::Interrupted | Fact::Broken => asked = true,
                Fact::Recorded { record: Line::Finished { path, status, .. }, .. } => {
                    ended.insert(path, *status);
                }
                Fact::Over { status, value, .. } => over = Some((*status, value)),
                _ => {}
            }
        }
        let Some((status, value)) = over else { continue };
        let failing: BTreeSet<String> =
            ended.iter().filter(|(_, status)| **status == Status::Failed).map(|(path, _)| (*path).to_owned()).collect();
        let (reference, worth) = Reference::new(&story.drawn.plan, &failing);
        let ran = |status: &Status| matches!(status, Status::Succeeded | Status::Cached | Status::Failed);
        for (path, status) in ended.iter().filter(|(_, status)| ran(status)) {
            match reference.steps.get(*path) {
                None if !reference.errors.contains(*path) => {
                    breaks.push(format!("{path} is {status:?}, and nothing comes to it"));
                }
                Some(wanted) if *status == Status::Cached && reference.is_effect(wanted.task) => {
                    breaks.push(format!("effect {path} is reused"));
                }
                _ => {}
            }
        }
        let failed = failing.iter().any(|path| !caught(path));
        let fits = match status {
            Status::Succeeded => !failed && reference.errors.iter().all(|path| caught(path)),
            Status::Failed => failed,
            Status::Cancelled => asked,
            Status::Cached | Status::Skipped => false,
        };
        if !fits {
            let errors = &reference.errors;
            breaks.push(format!("the run is {status:?} with {} failures and the errors {errors:?}", failing.len()));
        }
        if status == Status::Succeeded && worth.as_ref() != Some(value) {
            breaks.push(format!("the run is worth {value:?}, not {worth:?}"));
        }
        if status == Status::Succeeded || (status == Status::Failed && keeps_going && !asked) {
            let missing = reference.steps.keys().find(|path| !ended.get(path.as_str()).is_some_and(ran));
            if let Some(path) = missing {
                breaks.push(format!("{path} never ran: {:?}", ended.get(path.as_str())));
            }
        }
    }
}
