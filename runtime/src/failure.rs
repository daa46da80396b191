//! Where a failure stands in the source, and the one that is the program's own.

use standpipe_plan::{Origin, Plan};

use crate::codes;
use crate::event::Failure;

impl Failure {
    /// A part of the program panicked, and has told why by itself.
    pub(crate) fn of_itself() -> Self {
        Self::new(codes::ITSELF, "Standpipe itself went wrong, and has left the run as it was")
            .with_help("`standpipe runs resume` goes on with it; please report what is said above")
    }

    /// The same, at a place of the plan's sources.
    pub(crate) fn at(self, plan: &Plan, origin: Origin) -> Self {
        let file = plan.files.get(origin.file as usize).map(ToString::to_string);
        Self { line: file.is_some().then_some(origin.line), file, ..self }
    }
}
