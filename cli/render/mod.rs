//! Everything that people or scripts read: text for terminals, JSON for programs. No logic of any command.

pub(crate) mod diagnostics;
mod excerpt;
pub(crate) mod failure;
pub(crate) mod markdown;
pub(crate) mod outputs;
pub(crate) mod paint;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod table;
