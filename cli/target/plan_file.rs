//! A plan from a file. Knows nothing of `.pipe` files but that they are none.

use std::path::Path;

use standpipe_plan::{Plan, decode};

use crate::problem::Problem;
use crate::world::{read_regular, starts_with};

/// Largest plan that is read, in bytes.
const MAX: u64 = 1 << 30;
/// How every plan starts.
const MAGIC: &[u8] = b"standpipe-plan";

/// The plan in the file at `path`; `None` when neither its name nor its start says that it is one.
///
/// # Errors
/// A plan that cannot be read, that another version made, that was cut short or changed.
pub(super) fn read(path: &Path) -> Result<Option<Plan>, Problem> {
    let named = path.extension().is_some_and(|extension| extension == "plan");
    if !named && !starts_with(path, MAGIC) {
        return Ok(None);
    }
    let shown = path.display();
    let bytes = read_regular(path, MAX).map_err(|why| Problem::usage(format!("`{shown}` cannot be read: {why}")))?;
    decode(&bytes).map(Some).map_err(|error| {
        let text = error.to_string();
        match text.split_once(": ") {
            Some((what, help)) => Problem::usage(format!("`{shown}`: {what}")).help(help),
            None => Problem::usage(format!("`{shown}`: {text}")),
        }
    })
}
