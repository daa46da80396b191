//! Whole runs through the binary, as a user's shell sees them: what is printed, what is left behind, what runs again.

mod admission;
mod bad_input;
mod cancel;
mod crash;
mod failures;
mod plans;
mod project;
mod reuse;
mod small;
