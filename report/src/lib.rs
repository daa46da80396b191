//! What a sweep found: which parameters matter, and all of it as one page that needs nothing else. Sees the record of a
//! sweep; knows no run, no terminal and no file.

mod column;
mod data;
mod importance;
mod page;
mod rank;
mod thin;
pub mod words;

#[cfg(test)]
mod made_up;

pub use importance::{Importance, importances};
pub use page::page;
pub use rank::{front, ranked};
