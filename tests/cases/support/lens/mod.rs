//! The lenses: each looks at one case and panics when something is not as it should be.

mod compiles;
mod fixes;
mod format;
mod plan;
mod report;
mod robust;
mod run;
mod tree;

pub(crate) use compiles::compiles;
pub(crate) use fixes::fixes;
pub(crate) use format::{format, formatted};
pub(crate) use plan::plan;
pub(crate) use report::report;
pub(crate) use robust::robust;
pub(crate) use run::run;
pub(crate) use tree::tree;
