//! What memory is reserved for steps whose tasks declare none: as much as their last attempts make likely, and never more than
//! there is, so that each of them can run.

use standpipe_plan::{NodeKind, Plan};

use super::layout::{Layout, RegionId};
use crate::peaks::Peaks;
use crate::planted::{Bug, planted};

/// Sets [`super::layout::SlotLayout::reserved`] of every step.
pub(super) fn work_out(layout: &mut Layout<'_>, plan: &Plan, peaks: &Peaks, most: u64) {
    if !planted(Bug::LearntMemoryForgotten) {
        note(layout, (0, &plan.pipeline), plan, peaks, most);
    }
}

fn note(layout: &mut Layout<'_>, (region, path): (RegionId, &str), plan: &Plan, peaks: &Peaks, most: u64) {
    let Some(own) = layout.regions.get_mut(region) else { return };
    let mut inside = Vec::new();
    for (node, slot) in own.region.nodes.iter().zip(&mut own.slots) {
        let path = node.path_inside(path);
        match &node.kind {
            NodeKind::Step(step) => {
                let task = plan.tasks.get(step.task.0 as usize);
                let silent = task.is_some_and(|task| task.settings.memory.is_none());
                slot.reserved = peaks.reserved(&path).filter(|_| silent).map(|bytes| bytes.min(most));
            }
            NodeKind::If { .. }
            | NodeKind::Match { .. }
            | NodeKind::Try { .. }
            | NodeKind::For { .. }
            | NodeKind::Loop { .. }
            | NodeKind::Sweep(_) => inside.extend(slot.inner.iter().map(|region| (*region, path.clone()))),
            NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => {}
        }
    }
    for (region, path) in inside {
        note(layout, (region, &path), plan, peaks, most);
    }
}
