//! What must never be, whatever happens. Reads what happened; believes nothing that the scheduler says of itself.

mod attempts;
mod order;
mod outcome;
mod records;
mod resources;
mod resume;
mod stops;

use super::play::Story;

/// Says what of a story breaks it.
type Invariant = fn(&Story, &mut Vec<String>);

const INVARIANTS: &[(&str, Invariant)] = &[
    ("one live attempt, numbered and waited for as the task says", attempts::numbered),
    ("effects start once, and only when that is on the disk", attempts::effects),
    ("nothing starts once the run stops or has failed", stops::nothing_new),
    ("what is stopped has not failed", stops::no_failure),
    ("who asks twice is obeyed at once", stops::obeyed),
    ("steps start with the right inputs, after what they wait for", order::inputs_and_order),
    ("a `for` keeps its limit", order::limits),
    ("nothing is taken beyond what there is, and nothing is left lying", resources::within),
    ("what is told is on the disk, and the end is the end", records::told),
    ("what is kept is what the last attempt gave, and may be kept", records::kept),
    ("what waits for the disk has an end", records::bounded),
    ("every run ends, with nothing left", outcome::ends),
    ("a run is worth what its plan means", outcome::meaning),
    ("what finished is not run again", resume::finished_once),
];

/// Everything that is wrong with a story, by invariant.
pub(super) fn all(story: &Story) -> Vec<String> {
    let mut found = Vec::new();
    for (name, invariant) in INVARIANTS {
        let mut breaks = Vec::new();
        invariant(story, &mut breaks);
        found.extend(breaks.into_iter().map(|what| format!("{name}: {what}")));
    }
    found
}
