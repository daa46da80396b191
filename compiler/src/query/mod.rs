//! Questions an editor asks of an analysis: what a name means and where else it is meant, where a column comes from.
//! Knows nothing of editors.

mod bodies;
mod occurrences;
mod origin;
mod symbol;
#[cfg(test)]
mod tests;
mod uses;

pub use occurrences::occurrences;
pub use origin::{Origin, origin};
pub use symbol::{Occurrence, Role, Symbol, declared_at};
