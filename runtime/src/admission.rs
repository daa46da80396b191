//! What may start now: cores, memory, cards, disk and named limits, taken and given back. Knows nothing of steps.

use std::fmt;

use smol_str::SmolStr;
use standpipe_plan::readable_size;

use crate::planted::{Bug, planted};

/// What one attempt takes while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Demand {
    /// Thousandths of a core.
    pub cpu: u64,
    /// Bytes.
    pub memory: u64,
    /// Cards.
    pub gpu: u64,
    /// Bytes.
    pub disk: u64,
    /// One slot of that limit, an index into [`Capacity::limits`].
    pub limit: Option<u32>,
}

/// What there is to take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Capacity {
    pub cpu: u64,
    pub memory: u64,
    pub gpu: u64,
    pub disk: u64,
    /// Most demands met at once; any number when absent.
    pub steps: Option<u64>,
    /// Names and slots.
    pub limits: Vec<(SmolStr, u64)>,
}

/// What a demand lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Short {
    pub cpu: bool,
    pub memory: bool,
    pub gpu: bool,
    pub disk: bool,
    /// One more beside the others.
    pub steps: bool,
    /// A slot of that limit.
    pub limit: Option<u32>,
}

impl Short {
    /// Whether `other` would take some of what is lacking.
    pub(crate) fn would_take(&self, other: &Demand) -> bool {
        self.cpu && other.cpu > 0
            || self.memory && other.memory > 0
            || self.gpu && other.gpu > 0
            || self.disk && other.disk > 0
            || self.steps
            || self.limit.is_some() && self.limit == other.limit
    }
}

/// A demand that no amount of waiting will meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NeverFits {
    pub wanted: String,
    pub there_is: String,
}

impl fmt::Display for NeverFits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asks for {}, and this run has {}", self.wanted, self.there_is)
    }
}

/// The books: what is free.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    all: Capacity,
    free: Capacity,
}

impl Admission {
    pub(crate) fn new(all: Capacity) -> Self {
        Self { free: all.clone(), all }
    }

    /// Whether `demand` could be met if nothing else ran.
    pub(crate) fn ever(&self, demand: &Demand) -> Result<(), NeverFits> {
        let all = &self.all;
        let no = |wanted: String, there_is: String| Err(NeverFits { wanted, there_is });
        if demand.cpu > all.cpu {
            return no(format!("{} cores", cores(demand.cpu)), cores(all.cpu));
        }
        if demand.memory > all.memory {
            return no(format!("{} of memory", readable_size(demand.memory)), readable_size(all.memory));
        }
        if demand.gpu > all.gpu {
            return no(format!("{} GPUs", demand.gpu), all.gpu.to_string());
        }
        if demand.disk > all.disk {
            return no(format!("{} of disk", readable_size(demand.disk)), format!("{} free", readable_size(all.disk)));
        }
        match demand.limit.and_then(|index| all.limits.get(index as usize)) {
            Some((name, 0)) => no(format!("a slot of `{name}`"), "none".into()),
            _ => Ok(()),
        }
    }

    /// How many attempts of that demand fit at a time, by their cores.
    pub(crate) fn fit(&self, demand: &Demand) -> u64 {
        self.all.cpu.checked_div(demand.cpu).unwrap_or(u64::MAX).min(self.all.steps.unwrap_or(u64::MAX))
    }

    /// What of `demand` is not free.
    pub(crate) fn short(&self, demand: &Demand) -> Short {
        let free = &self.free;
        let slots = demand.limit.and_then(|index| free.limits.get(index as usize)).map(|(_, slots)| *slots);
        Short {
            cpu: free.cpu < demand.cpu && !planted(Bug::CoresOvercommitted),
            memory: free.memory < demand.memory && !planted(Bug::MemoryOvercommitted),
            gpu: free.gpu < demand.gpu && !planted(Bug::CardsOvercommitted),
            disk: free.disk < demand.disk,
            steps: free.steps == Some(0),
            limit: demand.limit.filter(|_| slots == Some(0) && !planted(Bug::NamedLimitIgnored)),
        }
    }

    /// Takes `demand` if all of it is free.
    pub(crate) fn take(&mut self, demand: &Demand) -> bool {
        let room = self.short(demand) == Short::default();
        if room {
            let free = &mut self.free;
            free.cpu -= demand.cpu;
            free.memory -= demand.memory;
            free.gpu -= demand.gpu;
            free.disk -= demand.disk;
            free.steps = free.steps.map(|steps| steps - 1);
            if let Some((_, slots)) = demand.limit.and_then(|index| free.limits.get_mut(index as usize)) {
                *slots -= 1;
            }
        }
        room
    }

    /// Gives back what [`Admission::take`] took.
    pub(crate) fn give(&mut self, demand: &Demand) {
        let free = &mut self.free;
        free.cpu += demand.cpu;
        free.memory += demand.memory;
        free.gpu += demand.gpu;
        free.disk += demand.disk;
        free.steps = free.steps.map(|steps| steps + 1);
        if let Some((_, slots)) = demand.limit.and_then(|index| free.limits.get_mut(index as usize)) {
            *slots += 1;
        }
    }

    /// Whether everything was given back.
    #[cfg(test)]
    pub(crate) fn idle(&self) -> bool {
        self.free == self.all
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn cores(milli: u64) -> String {
    format!("{}", milli as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity() -> Capacity {
        Capacity { cpu: 2000, memory: 4 << 30, gpu: 0, disk: 1 << 40, steps: None, limits: vec![("api".into(), 1)] }
    }

    #[test]
    fn takes_only_what_is_free() {
        let mut books = Admission::new(capacity());
        let demand = Demand { cpu: 1500, ..Demand::default() };
        assert!(books.take(&demand));
        assert!(!books.take(&demand));
        books.give(&demand);
        assert!(books.take(&demand));
    }

    #[test]
    fn no_more_steps_at_once_than_may_be() {
        let mut books = Admission::new(Capacity { steps: Some(1), ..capacity() });
        let demand = Demand { cpu: 1, ..Demand::default() };
        assert!(books.take(&demand));
        assert!(!books.take(&demand));
        books.give(&demand);
        assert!(books.idle() && books.fit(&demand) == 1);
    }

    #[test]
    fn a_limit_has_its_slots() {
        let mut books = Admission::new(capacity());
        let demand = Demand { limit: Some(0), ..Demand::default() };
        assert!(books.take(&demand));
        assert!(!books.take(&demand));
        books.give(&demand);
        assert!(books.idle());
    }

    #[test]
    fn says_what_never_fits() {
        let books = Admission::new(capacity());
        let says = |demand: Demand| books.ever(&demand).map_err(|never| never.to_string());
        assert_eq!(says(Demand { cpu: 2000, ..Demand::default() }), Ok(()));
        assert_eq!(
            says(Demand { memory: 6 << 30, ..Demand::default() }),
            Err("asks for 6.0 GiB of memory, and this run has 4.0 GiB".into())
        );
        assert_eq!(says(Demand { gpu: 1, ..Demand::default() }), Err("asks for 1 GPUs, and this run has 0".into()));
    }
}
