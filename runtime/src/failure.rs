//! Where a failure stands in the source.

use standpipe_plan::{Origin, Plan};

use crate::event::Failure;

impl Failure {
    /// The same, at a place of the plan's sources.
    pub(crate) fn at(self, plan: &Plan, origin: Origin) -> Self {
        let file = plan.files.get(origin.file as usize).map(ToString::to_string);
        Self { line: file.is_some().then_some(origin.line), file, ..self }
    }
}
