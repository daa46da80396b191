//! The `.pipe` files of `std/…`, embedded. Data only: knows nothing of the language.

/// Modules by the name after `std/`, with their source.
pub const MODULES: &[(&str, &str)] =
    &[("table", include_str!("../std/table.pipe")), ("tune", include_str!("../std/tune.pipe"))];

/// The source of `std/<name>`.
#[must_use]
pub fn source(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|(module, _)| *module == name).map(|(_, source)| *source)
}
