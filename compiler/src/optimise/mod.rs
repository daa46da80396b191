//! Passes over the graph. Each leaves what the pipeline gives, and the effects and their order, as they were.

mod dead;
mod fold;
mod hoist;
mod join;
mod last;
mod lift;
mod project;
mod share;
#[cfg(test)]
mod tests;

use standpipe_plan::Plan;

use crate::graph::Graph;

/// A pass changes the graph and says in sentences what it did.
pub type Pass = fn(&mut Graph) -> Vec<String>;

/// All passes, in the order in which they run.
pub const PASSES: [(&str, Pass); 7] = [
    ("fold", fold::fold),
    ("hoist", hoist::hoist),
    ("lift", lift::lift),
    ("share", share::share),
    ("dead", dead::dead),
    ("join", join::join),
    ("project", project::project),
];

/// What one pass did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassReport {
    pub name: &'static str,
    /// Sentences; empty when there was nothing to do.
    pub what: Vec<String>,
}

/// Runs all passes over `graph`.
pub fn optimise(graph: &mut Graph) -> Vec<PassReport> {
    graph.link();
    let run = |(name, pass): (&'static str, Pass)| {
        let report = PassReport { name, what: pass(graph) };
        graph.link();
        report
    };
    PASSES.into_iter().map(run).collect()
}

/// What is let go of early when the plan runs.
pub(crate) fn last_uses(plan: &Plan) -> PassReport {
    PassReport { name: "last", what: last::last(plan) }
}
