//! What a plan says of a run before there is one: how many instances there will be, and how much memory. Says nothing
//! where that is known only at run time.

mod flow;
mod instances;
mod peak;

pub use instances::Known;
pub use peak::{Peak, peak};
