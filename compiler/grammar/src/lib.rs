//! The parser that LALRPOP makes of `compiler/syntax/src/parse/grammar.lalrpop`, as text.
//!
//! The same text stands in the repository, in `compiler/syntax/src/parse/generated/`, because making it takes longer than
//! compiling it does: who builds the program needs no parser generator. A test holds the two against each other.

/// What the grammar gives now.
pub const PARSER: &str = include_str!(concat!(env!("OUT_DIR"), "/grammar.rs"));
