//! The parser that LALRPOP makes of `grammar.lalrpop`. It is made anew, and held against this one, by `compiler/grammar`.

#[allow(
    clippy::all,
    clippy::allow_attributes_without_reason,
    unused_imports,
    unreachable_pub,
    rust_2018_idioms,
    unused_qualifications,
    reason = "generated"
)]
mod generated {
    include!("generated/grammar.rs");
}

pub(super) use generated::ItemParser;
