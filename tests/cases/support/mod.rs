//! What the lenses of the corpus share. Knows nothing of what a lens looks at.

mod case;
mod files;
pub(crate) mod lens;
mod snapshot;
mod together;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use case::{Case, folders};
pub(crate) use files::Files;
pub(crate) use snapshot::snapshot;
pub(crate) use together::together;

/// Looks at every case of `area`, and fails with the names of all that failed.
pub(crate) fn each(area: &str, look: fn(&Case)) {
    let cases = Case::of(area);
    assert!(!cases.is_empty(), "there are no cases in tests/cases/{area}");
    let failed: Vec<String> =
        cases.iter().filter(|case| catch_unwind(AssertUnwindSafe(|| look(case))).is_err()).map(Case::path).collect();
    assert!(failed.is_empty(), "{} of {} cases failed: {}", failed.len(), cases.len(), failed.join(", "));
}
