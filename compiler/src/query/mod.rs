//! Questions an editor asks of an analysis: what a name means and where else it is meant, where a column comes from.
//! Knows nothing of editors.

mod bodies;
mod occurrences;
mod origin;
#[cfg(test)]
mod tests;

pub use occurrences::{Occurrence, Role, Symbol, declared_at, occurrences};
pub use origin::{Origin, origin};
