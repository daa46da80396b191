//! From source text to an optimised, versioned plan. Pure: no clock, environment or processes, and no files but
//! through [`World`].
//!
//! Each stage is one function from one noun to the next and returns what it made *and* its diagnostics.

mod analysis;
pub mod check;
mod compile;
pub mod embed;
pub mod emit;
mod env;
pub mod estimate;
pub mod graph;
pub mod lower;
pub mod optimise;
mod paths;
pub mod query;
pub mod resolve;
mod sound;
mod stubs;
pub mod types;
pub mod view;
mod world;

pub use analysis::{Analysis, ExpectInfo, ParamInfo, PipelineInfo, TestInfo, analyse, analyse_all, meanings};
pub use compile::{Compiled, compile};
pub use optimise::PassReport;
pub use stubs::stubs;
pub use world::{FileKind, MAX_SOURCE, Machine, MemoryWorld, ReadError, World};
