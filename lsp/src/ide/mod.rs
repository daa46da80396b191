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

pub(crate) use action::actions;
pub(crate) use calls::{incoming, outgoing, prepare};
pub(crate) use completion::{complete, resolve};
pub(crate) use definition::{definition, implementation, type_definition};
pub(crate) use diagnostics::{diagnostics_of, elsewhere};
pub(crate) use embedded::{EmbeddedDocument, embedded};
pub(crate) use folding::folding;
pub(crate) use formatting::{format, format_on_type, format_range};
pub(crate) use highlight::{highlight, linked};
pub(crate) use hover::hover;
pub(crate) use inlay::inlay_hints;
pub(crate) use lens::lenses;
pub(crate) use links::links;
pub(crate) use preview::{Preview, preview, source_text};
pub(crate) use references::references;
pub(crate) use rename::{prepare_rename, rename};
pub(crate) use selection::selection;
#[cfg(test)]
pub(crate) use shared::kind;
pub(crate) use signature::signature_help;
pub(crate) use symbols::{document_symbols, workspace_symbols};
pub(crate) use tokens::{LEGEND, delta, semantic_tokens};
