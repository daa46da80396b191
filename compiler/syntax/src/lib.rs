//! Source text to tree and back: lexer, token tree, grammar, formatter, and the one diagnostic type of every stage.
//!
//! Knows nothing of names, types, files or processes. [`parse`] is the one parser for compiler, formatter and editor.

pub mod ast;
mod classes;
pub mod diag;
mod fmt;
mod lex;
pub mod nearest;
mod parse;
mod renumber;
mod source;
mod text;
mod tree;
pub mod walk;

pub use classes::{Class, classes};
pub use fmt::{Formatted, format};
pub use lex::Comment;
pub use parse::{Fits, Parsed, fits, parse};
pub use source::{FileId, LineColumn, Source, Span};
pub use text::{tokens_text, tree_text};
