//! Whole runs through the binary, as a user's shell sees them: what is printed, what is left behind, what runs again.

mod admission;
mod alone;
mod bad_input;
mod builds;
mod cancel;
mod cause;
mod crash;
mod dags;
mod detach;
mod doctor;
#[path = "../lsp/editor.rs"]
#[expect(dead_code, reason = "most of it is for the tests of the language server")]
mod editor;
mod escape;
mod failures;
mod full;
mod itself;
mod kills;
mod logs;
mod memory;
mod only;
mod plans;
#[cfg(feature = "portable")]
mod portable;
mod project;
mod races;
mod resume;
mod reuse;
mod room;
#[cfg(target_os = "linux")]
mod sandbox;
mod seats;
mod secrets;
mod sinks;
mod small;
mod sql;
mod sql_types;
mod stdlib;
mod store;
mod sweep;
