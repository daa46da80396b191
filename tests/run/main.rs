//! Whole runs through the binary, as a user's shell sees them: what is printed, what is left behind, what runs again.

mod admission;
mod bad_input;
mod builds;
mod cancel;
mod cause;
mod crash;
mod detach;
mod doctor;
mod escape;
mod failures;
mod full;
mod kills;
mod logs;
mod only;
mod plans;
mod project;
mod resume;
mod reuse;
mod secrets;
mod small;
mod sql;
mod sql_types;
mod stdlib;
mod store;
mod sweep;
