//! Snapshots beside the cases: `unknown_task.report.snap`.

use super::Case;
use super::case::root;

/// Compares `text` with the case's snapshot of that kind.
pub(crate) fn snapshot(case: &Case, kind: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join(&case.area));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{}.{kind}", case.name), text));
}
