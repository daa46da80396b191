//! What Linux alone has, and what it has differently. Nothing outside of this folder names it.

pub(crate) mod about;
pub(crate) mod clock;
pub(crate) mod cores;
pub(crate) mod disk;
pub(crate) mod exit;
pub(crate) mod files;
pub(crate) mod group;
pub(crate) mod kin;
pub(crate) mod measure;
pub(crate) mod output;
pub(crate) mod processes;
pub(crate) mod program;
pub(crate) mod reaper;
pub(crate) mod sandbox;
pub(crate) mod signals;
mod sweep;
