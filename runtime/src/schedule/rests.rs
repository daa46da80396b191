//! How long a run lasts at least from each node on: its own time and the longest chain of what waits for it. What
//! matters for the end of the run goes first (critical path first; Graham's list scheduling with the ranks of HEFT,
//! Topcuoglu, Hariri and Wu 2002).

use standpipe_plan::{NodeKind, Plan};

use super::layout::{Layout, RegionId};
use crate::durations::Durations;

/// Sets [`super::layout::SlotLayout::rest`] of every node.
pub(super) fn work_out(layout: &mut Layout<'_>, plan: &Plan, durations: &Durations) {
    let mut weights = vec![Vec::new(); layout.regions.len()];
    weigh(layout, 0, &plan.pipeline, durations, &mut weights);
    spread(layout, 0, 0, &weights);
}

/// The time of each node by itself, in milliseconds; that of the region is the answer.
fn weigh(layout: &Layout<'_>, region: RegionId, path: &str, durations: &Durations, all: &mut [Vec<u64>]) -> u64 {
    let Some(own) = layout.regions.get(region) else { return 0 };
    let mut weights = vec![0; own.slots.len()];
    let mut longest = vec![0; own.slots.len()];
    let mut whole = 0;
    // Every node stands after those that it reads, so that backwards what waits for a node comes before it.
    for (index, (node, slot)) in own.region.nodes.iter().zip(&own.slots).enumerate().rev() {
        let path = node.path_inside(path);
        let weight = match &node.kind {
            NodeKind::Step(_) => durations.milliseconds(&path),
            // Of a loop's rounds one at least.
            NodeKind::If { .. }
            | NodeKind::Match { .. }
            | NodeKind::Try { .. }
            | NodeKind::For { .. }
            | NodeKind::Loop { .. }
            | NodeKind::Sweep(_) => {
                slot.inner.iter().map(|inner| weigh(layout, *inner, &path, durations, all)).max().unwrap_or(0)
            }
            NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => 0,
        };
        let after = slot.dependents.iter().filter_map(|other| longest.get(*other as usize)).max().copied();
        let chain = weight + after.unwrap_or(0);
        whole = whole.max(chain);
        if let (Some(own), Some(long)) = (weights.get_mut(index), longest.get_mut(index)) {
            (*own, *long) = (weight, chain);
        }
    }
    if let Some(own) = all.get_mut(region) {
        *own = weights;
    }
    whole
}

/// `after` is how long the run lasts at least once the region is over.
fn spread(layout: &mut Layout<'_>, region: RegionId, after: u64, all: &[Vec<u64>]) {
    let Some(own) = layout.regions.get_mut(region) else { return };
    let mut inner = Vec::new();
    for index in (0..own.slots.len()).rev() {
        let Some(slot) = own.slots.get(index) else { continue };
        let behind = slot.dependents.iter().filter_map(|other| own.slots.get(*other as usize)).map(|slot| slot.rest);
        let behind = behind.max().unwrap_or(after);
        inner.extend(slot.inner.iter().map(|region| (*region, behind)));
        let weight = all.get(region).and_then(|weights| weights.get(index)).copied().unwrap_or(0);
        if let Some(slot) = own.slots.get_mut(index) {
            slot.rest = weight + behind;
        }
    }
    for (region, after) in inner {
        spread(layout, region, after, all);
    }
}
