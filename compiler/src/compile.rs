//! From an analysis to the plan of one of its pipelines: lower, optimise, emit.

use standpipe_plan::Plan;
use standpipe_syntax::diag::Diagnostic;

use crate::emit::emit;
use crate::lower::lower;
use crate::optimise::{PassReport, last_uses, optimise};
use crate::resolve::DeclId;
use crate::{Analysis, World};

/// A pipeline's plan, and how it came about.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// None when something is wrong: with the program, or only with this pipeline.
    pub plan: Option<Plan>,
    /// What only lowering finds.
    pub diagnostics: Vec<Diagnostic>,
    pub passes: Vec<PassReport>,
    /// The graph before the passes, as text.
    pub lowered: String,
    /// The graph after them.
    pub optimised: String,
}

/// Compiles pipeline `pipeline` of `analysis`, which nothing is made of when it has errors. All files were read then:
/// `_world` is there for stages to come that read more.
#[must_use]
pub fn compile(_world: &dyn World, analysis: &Analysis, pipeline: DeclId) -> Compiled {
    let mut compiled = Compiled {
        plan: None,
        diagnostics: Vec::new(),
        passes: Vec::new(),
        lowered: String::new(),
        optimised: String::new(),
    };
    if analysis.has_errors() {
        return compiled;
    }
    let lowered = lower(&analysis.checked, &analysis.embedded, pipeline);
    compiled.diagnostics = lowered.diagnostics;
    let Some(mut graph) = lowered.graph else { return compiled };
    compiled.lowered = graph.dump();
    compiled.passes = optimise(&mut graph);
    compiled.optimised = graph.dump();
    let plan = emit(&graph);
    compiled.passes.push(last_uses(&plan));
    compiled.plan = Some(plan);
    compiled
}
