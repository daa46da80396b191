//! The parser that LALRPOP makes of `grammar.lalrpop`.

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
    include!(concat!(env!("OUT_DIR"), "/grammar.rs"));
}

pub(super) use generated::ItemParser;
