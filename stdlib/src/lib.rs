//! The `.pipe` files of `std/…`, embedded. Data only: knows nothing of the language.

/// Modules by the name after `std/`, with their source.
pub const MODULES: &[(&str, &str)] = &[
    ("http", include_str!("../std/http.pipe")),
    ("metrics", include_str!("../std/metrics.pipe")),
    ("notify", include_str!("../std/notify.pipe")),
    ("table", include_str!("../std/table.pipe")),
    ("text", include_str!("../std/text.pipe")),
    ("time", include_str!("../std/time.pipe")),
    ("tune", include_str!("../std/tune.pipe")),
];

/// The source of `std/<name>`.
#[must_use]
pub fn source(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|(module, _)| *module == name).map(|(_, source)| *source)
}
