//! What of a plan never changes while it runs: its regions, who waits for whom in them, and where each node stands.

use rustc_hash::FxHashMap;
use standpipe_plan::{Node, NodeId, NodeKind, Plan, Region, uses};

use super::{reserve, rests};
use crate::durations::Durations;
use crate::peaks::Peaks;
use crate::planted::{Bug, planted};

/// A region's number; 0 is the plan's root.
pub(super) type RegionId = usize;

pub(super) struct RegionLayout<'p> {
    pub region: &'p Region,
    pub slots: Vec<SlotLayout>,
}

/// A node of a region.
#[derive(Default)]
pub(super) struct SlotLayout {
    /// How many nodes of the same region it waits for.
    pub waits: u32,
    /// The nodes of the same region that wait for it.
    pub dependents: Vec<u32>,
    /// The nodes of the same region that it reads.
    pub reads: Vec<u32>,
    /// How many nodes of the same region read it, and one more when what the region is worth does.
    pub readers: u32,
    /// The step that starts in its place when it is done ([`standpipe_plan::Step::joins`]).
    pub next: Option<u32>,
    /// Its inner regions, as [`NodeKind::regions`] has them.
    pub inner: Vec<RegionId>,
    /// How long the run lasts at least from the start of this node, in milliseconds.
    pub rest: u64,
    /// Bytes of memory to reserve for a step whose task declares none.
    pub reserved: Option<u64>,
}

pub(super) struct Layout<'p> {
    pub regions: Vec<RegionLayout<'p>>,
    places: FxHashMap<NodeId, (RegionId, u32)>,
}

impl<'p> Layout<'p> {
    /// `memory` is all that there is, in bytes.
    pub(super) fn new(plan: &'p Plan, durations: &Durations, peaks: &Peaks, memory: u64) -> Self {
        let mut layout = Self { regions: Vec::new(), places: FxHashMap::default() };
        layout.add(&plan.root);
        rests::work_out(&mut layout, plan, durations);
        reserve::work_out(&mut layout, plan, peaks, memory);
        layout
    }

    fn add(&mut self, region: &'p Region) -> RegionId {
        let id = self.regions.len();
        self.regions.push(RegionLayout { region, slots: Vec::new() });
        for (slot, node) in region.nodes.iter().enumerate() {
            self.places.insert(node.id, (id, u32::try_from(slot).unwrap_or(u32::MAX)));
        }
        let mut slots: Vec<SlotLayout> = region.nodes.iter().map(|_| SlotLayout::default()).collect();
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        for (slot, uses) in uses(region).iter().enumerate() {
            for reader in &uses.readers {
                if let Some(reader) = slots.get_mut(*reader) {
                    reader.reads.push(number(slot));
                }
            }
            if let Some(own) = slots.get_mut(slot) {
                own.readers = number(uses.readers.len()).saturating_add(u32::from(uses.in_result));
            }
        }
        for (slot, node) in region.nodes.iter().enumerate() {
            let mut before = self.before(id, node, slots.get(slot).map_or(&[][..], |own| &own.reads));
            before.sort_unstable();
            before.dedup();
            let joins = if let NodeKind::Step(step) = &node.kind { step.joins } else { None };
            for other in &before {
                let place = *other as usize;
                if let Some(other) = slots.get_mut(place) {
                    other.dependents.push(number(slot));
                    if joins.is_some() && joins == region.nodes.get(place).map(|node| node.id) {
                        other.next = other.next.or(Some(number(slot)));
                    }
                }
            }
            let inner = node.kind.regions().map(|inner| self.add(inner)).collect();
            if let Some(own) = slots.get_mut(slot) {
                own.waits = number(before.len());
                own.inner = inner;
            }
        }
        if let Some(own) = self.regions.get_mut(id) {
            own.slots = slots;
        }
        id
    }

    /// The slots of region `id` that `node` must come after: what it reads, and what the order of effects says.
    fn before(&self, id: RegionId, node: &Node, reads: &[u32]) -> Vec<u32> {
        let mut before = reads.to_vec();
        if !planted(Bug::OrderOfEffectsIgnored) {
            let places =
                node.after.iter().filter(|other| **other != node.id).filter_map(|other| self.places.get(other));
            before.extend(places.filter(|(region, _)| *region == id).map(|(_, slot)| *slot));
        }
        before
    }

    /// The region and slot of a node.
    pub(super) fn place(&self, id: NodeId) -> Option<(RegionId, usize)> {
        self.places.get(&id).map(|(region, slot)| (*region, *slot as usize))
    }

    pub(super) fn node(&self, region: RegionId, slot: usize) -> Option<&'p Node> {
        self.regions.get(region).and_then(|layout| layout.region.nodes.get(slot))
    }

    pub(super) fn slot(&self, region: RegionId, slot: usize) -> Option<&SlotLayout> {
        self.regions.get(region).and_then(|layout| layout.slots.get(slot))
    }
}

/// Whether a region, or one inside it, has a step.
pub(super) fn has_steps(region: &Region) -> bool {
    region.nodes.iter().any(|node| matches!(node.kind, NodeKind::Step(_)) || node.kind.regions().any(has_steps))
}
