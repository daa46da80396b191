//! What of a plan never changes while it runs: its regions, who waits for whom in them, and where each node stands.

use rustc_hash::FxHashMap;
use standpipe_plan::{Node, NodeId, NodeKind, Plan, Region};

use super::rests;
use crate::durations::Durations;
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
    /// The nodes of the same region that it waits for.
    pub before: Vec<u32>,
    /// What the region is worth reads it.
    pub in_result: bool,
    /// Its inner regions, as [`NodeKind::regions`] has them.
    pub inner: Vec<RegionId>,
    /// How long the run lasts at least from the start of this node, in milliseconds.
    pub rest: u64,
}

impl SlotLayout {
    /// How many read the node's value: what waits for it, and what the region is worth.
    pub(super) fn readers(&self) -> u32 {
        u32::try_from(self.dependents.len()).unwrap_or(u32::MAX).saturating_add(u32::from(self.in_result))
    }
}

pub(super) struct Layout<'p> {
    pub regions: Vec<RegionLayout<'p>>,
    places: FxHashMap<NodeId, (RegionId, u32)>,
}

impl<'p> Layout<'p> {
    pub(super) fn new(plan: &'p Plan, durations: &Durations) -> Self {
        let mut layout = Self { regions: Vec::new(), places: FxHashMap::default() };
        layout.add(&plan.root);
        rests::work_out(&mut layout, plan, durations);
        layout
    }

    fn add(&mut self, region: &'p Region) -> RegionId {
        let id = self.regions.len();
        self.regions.push(RegionLayout { region, slots: Vec::new() });
        for (slot, node) in region.nodes.iter().enumerate() {
            self.places.insert(node.id, (id, u32::try_from(slot).unwrap_or(u32::MAX)));
        }
        let mut slots: Vec<SlotLayout> = region.nodes.iter().map(|_| SlotLayout::default()).collect();
        for (slot, node) in region.nodes.iter().enumerate() {
            let mut before = self.read_in(id, node);
            before.sort_unstable();
            before.dedup();
            for other in &before {
                if let Some(other) = slots.get_mut(*other as usize) {
                    other.dependents.push(u32::try_from(slot).unwrap_or(u32::MAX));
                }
            }
            let inner = node.kind.regions().map(|inner| self.add(inner)).collect();
            if let Some(own) = slots.get_mut(slot) {
                own.waits = u32::try_from(before.len()).unwrap_or(u32::MAX);
                own.before = before;
                own.inner = inner;
            }
        }
        region.result.each_node(&mut |read| {
            if let Some((of, slot)) = self.places.get(&read)
                && *of == id
                && let Some(slot) = slots.get_mut(*slot as usize)
            {
                slot.in_result = true;
            }
        });
        if let Some(own) = self.regions.get_mut(id) {
            own.slots = slots;
        }
        id
    }

    /// The slots of region `id` that `node` must come after.
    fn read_in(&self, id: RegionId, node: &Node) -> Vec<u32> {
        let mut before = Vec::new();
        let mut note = |read: NodeId| {
            if let Some((region, slot)) = self.places.get(&read)
                && *region == id
                && read != node.id
            {
                before.push(*slot);
            }
        };
        node.each_read(&mut note);
        if !planted(Bug::OrderOfEffectsIgnored) {
            node.after.iter().copied().for_each(note);
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
