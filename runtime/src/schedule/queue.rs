//! The steps that are ready and wait for room, in the order in which they should go. Knows nothing of what they are.

use std::collections::BTreeMap;

use crate::admission::{Admission, Demand};

/// How often others may go ahead of a step that finds no room before they must wait for it.
const PATIENCE: u32 = 64;

/// Larger priority first, then the older.
type Rank = (std::cmp::Reverse<i64>, u64);

/// Steps of equal demand stand in one line, so that a look at the head of each line is enough.
#[derive(Default)]
pub(super) struct Queue {
    lines: BTreeMap<Demand, Line>,
}

#[derive(Default)]
struct Line {
    waiting: BTreeMap<Rank, u64>,
    /// How often others went ahead of its head.
    passed: u32,
}

impl Queue {
    pub(super) fn push(&mut self, ticket: u64, priority: i64, demand: Demand) {
        self.lines.entry(demand).or_default().waiting.insert((std::cmp::Reverse(priority), ticket), ticket);
    }

    /// The next step for which there is room; its demand is taken from `admission`.
    pub(super) fn next(&mut self, admission: &mut Admission) -> Option<u64> {
        let mut heads: Vec<(Rank, Demand)> = self
            .lines
            .iter()
            .filter_map(|(demand, line)| Some((*line.waiting.first_key_value()?.0, *demand)))
            .collect();
        heads.sort_unstable();
        let mut ahead = Vec::new();
        for (rank, demand) in heads {
            let Some(line) = self.lines.get_mut(&demand) else { continue };
            if admission.take(&demand) {
                let ticket = line.waiting.remove(&rank);
                line.passed = 0;
                if line.waiting.is_empty() {
                    self.lines.remove(&demand);
                }
                for passed in ahead {
                    if let Some(line) = self.lines.get_mut(&passed) {
                        line.passed += 1;
                    }
                }
                return ticket;
            }
            if line.passed >= PATIENCE {
                return None;
            }
            ahead.push(demand);
        }
        None
    }

    /// Everything that waits, oldest first.
    pub(super) fn drain(&mut self) -> Vec<u64> {
        let mut all: Vec<u64> =
            std::mem::take(&mut self.lines).into_values().flat_map(|line| line.waiting.into_values()).collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Capacity;

    fn books(cpu: u64) -> Admission {
        Admission::new(Capacity { cpu, memory: 0, gpu: 0, disk: 0, limits: Vec::new() })
    }

    fn demand(cpu: u64) -> Demand {
        Demand { cpu, ..Demand::default() }
    }

    #[test]
    fn larger_priority_goes_first_then_the_older() {
        let (mut queue, mut books) = (Queue::default(), books(10_000));
        queue.push(1, 0, demand(1000));
        queue.push(2, 5, demand(500));
        queue.push(3, 5, demand(1000));
        let order: Vec<_> = std::iter::from_fn(|| queue.next(&mut books)).collect();
        assert_eq!(order, [2, 3, 1]);
    }

    #[test]
    fn small_steps_pass_a_large_one_but_not_for_ever() {
        let (mut queue, mut books) = (Queue::default(), books(2000));
        assert!(books.take(&demand(1000)));
        queue.push(0, 0, demand(2000));
        (1..1000).for_each(|ticket| queue.push(ticket, 0, demand(1000)));
        let mut started = 0;
        while queue.next(&mut books).is_some() {
            books.give(&demand(1000));
            started += 1;
        }
        assert_eq!(started, PATIENCE);
        books.give(&demand(1000));
        assert_eq!(queue.next(&mut books), Some(0));
    }
}
