//! What an editor asks: each feature is a function of the snapshot, in a file of its own.

mod action;
mod calls;
mod completion;
mod definition;
mod diagnostics;
mod embedded;
mod folding;
mod formatting;
mod highlight;
mod hover;
mod inlay;
mod lens;
mod links;
mod past;
mod preview;
mod references;
mod rename;
mod selection;
mod shared;
mod signature;
mod symbols;
#[cfg(test)]
mod testing;
mod tokens;
mod unwritten;
pub mod words;

pub use action::actions;
pub use calls::{incoming, outgoing, prepare};
pub use completion::{complete, resolve};
pub use definition::{definition, implementation, type_definition};
pub use diagnostics::{diagnostics_of, elsewhere};
pub use embedded::{EmbeddedDocument, embedded};
pub use folding::folding;
pub use formatting::{format, format_on_type, format_range, format_text};
pub use highlight::{highlight, linked};
pub use hover::hover;
pub use inlay::inlay_hints;
pub use lens::lenses;
pub use links::links;
pub use preview::{Preview, preview, source_text};
pub use references::references;
pub use rename::{prepare_rename, rename};
pub use selection::selection;
#[cfg(test)]
pub(crate) use shared::kind;
pub use signature::signature_help;
pub use symbols::{document_symbols, workspace_symbols};
pub use tokens::{LEGEND, delta, semantic_tokens};
