//! The plans of a file's pipelines and tests, and where in the text each of their steps comes from. Made when something
//! first asks, once for each state of the text.

use standpipe_compiler::compile;
use standpipe_compiler::resolve::DeclId;
use standpipe_plan::{Node, NodeKind, Plan, Region};

use crate::snapshot::{File, Snapshot};

/// A pipeline or test with its plan.
pub(crate) struct Planned {
    pub(crate) decl: DeclId,
    pub(crate) plan: Plan,
    pub(crate) steps: Vec<PlannedStep>,
}

/// A step of a plan, or a `for`, `loop` or `sweep` that holds steps.
pub(crate) struct PlannedStep {
    /// Its path with the numbers of instances left out: `train.models[].fit`.
    pub(crate) path: String,
    /// What it calls; none of what holds steps.
    pub(crate) task: Option<smol_str::SmolStr>,
    /// The file of the analysis, and the line in it, from 0.
    pub file: u32,
    pub(crate) line: u32,
}

/// The plans of the file, in source order; empty while it has errors.
pub(crate) fn plans<'f>(snapshot: &Snapshot, file: &'f File) -> &'f [Planned] {
    file.plans.get_or_init(|| {
        let pipelines = file.analysis.pipelines().into_iter().map(|pipeline| pipeline.decl);
        let mut decls: Vec<DeclId> = pipelines.chain(file.analysis.tests().into_iter().map(|test| test.decl)).collect();
        decls.sort_unstable();
        let planned = decls.into_iter().filter_map(|decl| {
            let compiled = snapshot.in_world(&file.path, |world, _| compile(world, &file.analysis, decl));
            let plan = compiled.plan?;
            let mut steps = Vec::new();
            collect(&plan, &plan.root, &plan.pipeline, &mut steps);
            Some(Planned { decl, plan, steps })
        });
        planned.collect()
    })
}

fn collect(plan: &Plan, region: &Region, path: &str, out: &mut Vec<PlannedStep>) {
    for node in &region.nodes {
        let own = node.path_in(path);
        let place = |task| placed(node, own.clone(), task);
        match &node.kind {
            NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => continue,
            NodeKind::Step(step) => {
                out.push(place(plan.tasks.get(step.task.0 as usize).map(|task| task.name.clone())));
                continue;
            }
            NodeKind::If { .. } | NodeKind::Match { .. } | NodeKind::Try { .. } => {}
            NodeKind::For { .. } | NodeKind::Loop { .. } | NodeKind::Sweep(_) => out.push(place(None)),
        }
        let inner = node.path_inside(path);
        for region in node.kind.regions() {
            collect(plan, region, &inner, out);
        }
    }
}

fn placed(node: &Node, path: String, task: Option<smol_str::SmolStr>) -> PlannedStep {
    PlannedStep { path, task, file: node.origin.file, line: node.origin.line.saturating_sub(1) }
}
