//! Cores and cards by their numbers: which of them an attempt has while it runs. How many it may have is decided before.

use std::collections::BTreeSet;
use std::env;

use crate::host::cores;
use crate::runner::Attempt;

/// By which programs find their cards: NVIDIA's and AMD's.
const CARDS: [&str; 2] = ["CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"];

/// What an attempt has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seats {
    /// The cores that it runs on; any when empty.
    pub cores: Vec<usize>,
    /// Cards by the names that programs know; what it finds is left as it is when empty.
    pub cards: Vec<String>,
}

impl Seats {
    /// Variables by which it finds its cards, and no others.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let some = if self.cards.is_empty() { &[][..] } else { &CARDS[..] };
        some.iter().map(|name| ((*name).to_owned(), self.cards.join(","))).collect()
    }
}

/// What there is, and who has it.
#[derive(Debug)]
pub(super) struct Room {
    /// Each core with how many attempts have it; none where more are let run than there are cores.
    cores: Vec<(usize, u32)>,
    /// Each card with whether an attempt has it.
    cards: Vec<(String, bool)>,
}

impl Room {
    /// With so many attempts of one core at a time, and so many cards.
    pub(super) fn new(slots: usize, cards: u64) -> Self {
        let all = cores::usable();
        let cores = if slots > all.len() { Vec::new() } else { all };
        let named = CARDS.iter().find_map(|name| env::var(name).ok());
        let named = named.map(|text| text.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>());
        let cards = (0..cards).map(|index| {
            let known = named.as_ref().and_then(|named| named.get(usize::try_from(index).ok()?).cloned());
            (known.unwrap_or_else(|| index.to_string()), false)
        });
        Self { cores: cores.into_iter().map(|core| (core, 0)).collect(), cards: cards.collect() }
    }

    /// Seats for an attempt: the cores that fewest have, where its task says how many it takes.
    pub(super) fn take(&mut self, attempt: &Attempt) -> Seats {
        let declared = attempt.task().is_some_and(|task| task.settings.cpu.is_some());
        let wanted = usize::try_from(attempt.threads.max(1)).unwrap_or(usize::MAX);
        let cores = if declared && wanted < self.cores.len() { self.least(wanted) } else { Vec::new() };
        for (core, taken) in &mut self.cores {
            *taken += u32::from(cores.contains(core));
        }
        let wanted = usize::try_from(attempt.gpus).unwrap_or(usize::MAX);
        let free = self.cards.iter_mut().filter(|(_, taken)| !taken).take(wanted);
        let cards = free.map(|(name, taken)| {
            *taken = true;
            name.clone()
        });
        Seats { cores, cards: cards.collect() }
    }

    fn least(&self, wanted: usize) -> Vec<usize> {
        let mut order: Vec<(u32, usize)> = self.cores.iter().map(|(core, taken)| (*taken, *core)).collect();
        order.sort_unstable();
        let mut cores: Vec<usize> = order.into_iter().take(wanted).map(|(_, core)| core).collect();
        cores.sort_unstable();
        cores
    }

    /// An attempt has ended.
    pub(super) fn give(&mut self, seats: &Seats) {
        for (core, taken) in &mut self.cores {
            *taken = taken.saturating_sub(u32::from(seats.cores.contains(core)));
        }
        let given: BTreeSet<&String> = seats.cards.iter().collect();
        for (name, taken) in &mut self.cards {
            *taken &= !given.contains(name);
        }
    }
}
