//! What attempts take, added up.

use std::collections::BTreeMap;

use crate::simulation::fact::Fact;
use crate::simulation::plans::MACHINE;
use crate::simulation::play::Story;

pub(super) fn within(story: &Story, breaks: &mut Vec<String>) {
    for process in story.processes() {
        // What a dispatch takes, and how many of it have not ended.
        let mut live: BTreeMap<u64, ([u64; 5], u32)> = BTreeMap::new();
        let mut dispatches: BTreeMap<(u64, u32), u64> = BTreeMap::new();
        for (_, fact) in process {
            match fact {
                Fact::Submitted { ticket, path, task, attempt, dispatch, .. } => {
                    let Some(takes) = story.drawn.takes.get(task.0 as usize) else { continue };
                    let memory = if takes.grows { takes.memory * u64::from(*attempt) } else { takes.memory };
                    let own = [takes.cpu, memory, takes.gpu, takes.disk, u64::from(takes.limited)];
                    dispatches.insert((*ticket, *attempt), *dispatch);
                    let known = live.entry(*dispatch).or_default();
                    for (known, own) in known.0.iter_mut().zip(own) {
                        *known = own.max(*known);
                    }
                    known.1 += 1;
                    let there = [MACHINE.cpu, MACHINE.memory, MACHINE.gpu, MACHINE.disk, story.drawn.slots];
                    let names = ["cores", "memory", "cards", "disk", "slots of the limit"];
                    for (index, (name, there)) in names.into_iter().zip(there).enumerate() {
                        let taken: u64 = live.values().filter_map(|(own, _)| own.get(index)).sum();
                        if taken > there {
                            breaks.push(format!("{path} makes it {taken} {name} of {there}"));
                        }
                    }
                }
                Fact::Ended { ticket, attempt, genuine: true, .. } => {
                    let Some(dispatch) = dispatches.remove(&(*ticket, *attempt)) else { continue };
                    if let Some((_, open)) = live.get_mut(&dispatch) {
                        *open -= 1;
                        if *open == 0 {
                            live.remove(&dispatch);
                        }
                    }
                }
                Fact::Idle { ready } => breaks.push(format!("{ready} steps wait although there is room")),
                _ => {}
            }
        }
    }
}
