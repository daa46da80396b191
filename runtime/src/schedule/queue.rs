//! The steps that are ready and wait for room, in the order in which they should go. Knows nothing of what they are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::admission::{Admission, Demand, Short};
use crate::planted::{Bug, planted};

/// How often others may go ahead of a step that finds no room before what it lacks is kept for it.
const PATIENCE: u32 = 64;

/// What decides which of several steps goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Urgency {
    /// Larger goes first.
    pub priority: i64,
    /// How long the run lasts at least from here, in milliseconds: of equal priority the longest goes first, so that
    /// the run's longest chain is never kept waiting.
    pub rest: u64,
}

/// Larger priority first, then the longer rest, then the older.
type Rank = (Reverse<i64>, Reverse<u64>, u64);

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
    pub(super) fn push(&mut self, ticket: u64, urgency: Urgency, demand: Demand) {
        let Urgency { mut priority, mut rest } = urgency;
        if planted(Bug::SmallPriorityFirst) {
            priority = -priority;
        }
        if planted(Bug::ShortPathFirst) {
            rest = u64::MAX - rest;
        }
        let rank = (Reverse(priority), Reverse(rest), ticket);
        self.lines.entry(demand).or_default().waiting.insert(rank, ticket);
    }

    /// The next step for which there is room; its demand is taken from `admission`. A step that others passed too often
    /// has what it lacks kept for it: what needs none of that still goes ahead.
    pub(super) fn next(&mut self, admission: &mut Admission) -> Option<u64> {
        let mut heads: Vec<(Rank, Demand)> = self
            .lines
            .iter()
            .filter_map(|(demand, line)| Some((*line.waiting.first_key_value()?.0, *demand)))
            .collect();
        heads.sort_unstable();
        let mut ahead = Vec::new();
        let mut kept: Vec<Short> = Vec::new();
        for (rank, demand) in heads {
            let Some(line) = self.lines.get_mut(&demand) else { continue };
            if !kept.iter().any(|short| short.would_take(&demand)) && admission.take(&demand) {
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
            if line.passed >= PATIENCE && !planted(Bug::LargeStepsStarve) {
                if planted(Bug::ReservationStopsEverything) {
                    return None;
                }
                kept.push(admission.short(&demand));
            }
            ahead.push(demand);
        }
        None
    }

    /// How many wait with that demand.
    pub(super) fn waiting(&self, demand: &Demand) -> usize {
        self.lines.get(demand).map_or(0, |line| line.waiting.len())
    }

    /// Up to `most` further steps of that demand, from the head of their line on, as long as `fit` says so of each; what
    /// they need is not taken.
    pub(super) fn company(&mut self, demand: &Demand, most: usize, fit: impl Fn(u64) -> bool) -> Vec<u64> {
        let mut company = Vec::new();
        let Some(line) = self.lines.get_mut(demand) else { return company };
        while company.len() < most
            && let Some(head) = line.waiting.first_entry().filter(|head| fit(*head.get()))
        {
            company.push(head.remove());
        }
        if line.waiting.is_empty() {
            self.lines.remove(demand);
        }
        company
    }

    /// Steps that could start now; of those that must wait for what is kept for others it does not speak.
    #[cfg(test)]
    pub(super) fn idle(&self, admission: &Admission) -> usize {
        if self.lines.values().any(|line| line.passed >= PATIENCE) {
            return 0;
        }
        self.lines.keys().filter(|demand| admission.short(demand) == Short::default()).count()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Forgets those of which `gone` says so.
    pub(super) fn forget(&mut self, gone: impl Fn(u64) -> bool) {
        self.lines.retain(|_, line| {
            line.waiting.retain(|_, ticket| !gone(*ticket));
            !line.waiting.is_empty()
        });
    }

    /// Forgets everything that waits.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::admission::Capacity;

    fn books(cpu: u64) -> Admission {
        Admission::new(Capacity { cpu, memory: 0, gpu: 0, disk: 0, steps: None, limits: Vec::new() })
    }

    fn demand(cpu: u64) -> Demand {
        Demand { cpu, ..Demand::default() }
    }

    fn priority(priority: i64) -> Urgency {
        Urgency { priority, rest: 0 }
    }

    #[test]
    pub(crate) fn larger_priority_goes_first_then_the_older() {
        let (mut queue, mut books) = (Queue::default(), books(10_000));
        queue.push(1, priority(0), demand(1000));
        queue.push(2, priority(5), demand(500));
        queue.push(3, priority(5), demand(1000));
        let order: Vec<_> = std::iter::from_fn(|| queue.next(&mut books)).collect();
        assert_eq!(order, [2, 3, 1]);
    }

    #[test]
    pub(crate) fn of_equal_priority_the_longest_rest_goes_first() {
        let (mut queue, mut books) = (Queue::default(), books(10_000));
        for (ticket, rest) in [(0, 10), (1, 500), (2, 30)] {
            queue.push(ticket, Urgency { priority: 0, rest }, demand(1000));
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.next(&mut books)).collect();
        assert_eq!(order, [1, 2, 0]);
    }

    #[test]
    pub(crate) fn small_steps_pass_a_large_one_but_not_for_ever() {
        let (mut queue, mut books) = (Queue::default(), books(2000));
        assert!(books.take(&demand(1000)));
        queue.push(0, priority(0), demand(2000));
        (1..1000).for_each(|ticket| queue.push(ticket, priority(0), demand(1000)));
        let mut started = 0;
        while queue.next(&mut books).is_some() {
            books.give(&demand(1000));
            started += 1;
        }
        assert_eq!(started, PATIENCE);
        books.give(&demand(1000));
        assert_eq!(queue.next(&mut books), Some(0));
    }

    #[test]
    pub(crate) fn who_waits_for_a_slot_keeps_nobody_from_the_cores() {
        let capacity = Capacity { cpu: 2000, limits: vec![("api".into(), 1)], ..Capacity::default() };
        let mut books = Admission::new(capacity);
        let (mut queue, limited) = (Queue::default(), Demand { limit: Some(0), ..demand(1000) });
        assert!(books.take(&limited));
        queue.push(0, priority(0), limited);
        (1..1000).for_each(|ticket| queue.push(ticket, priority(0), demand(1000)));
        for _ in 1..1000 {
            assert_ne!(queue.next(&mut books), None);
            books.give(&demand(1000));
        }
        assert_eq!(queue.next(&mut books), None);
    }
}
