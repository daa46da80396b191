//! Shell bodies: the script that is named must be there.

use super::{Body, Embedder, errors, literal};
use crate::paths::beside;

/// Reads the script of `sh: "script.sh"`; a raw body needs nothing.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>) {
    let Some((expr, name)) = literal(&body.attr.value) else { return };
    let path = beside(&body.file.path, &name);
    match embedder.read(&path) {
        Ok(source) => {
            embedder.out.scripts.insert(body.id, source.text.to_string());
        }
        Err(why) => {
            let near = embedder.files_like(&path, "sh");
            embedder.report(errors::unreadable(expr.span, &name, &why, &near));
        }
    }
}
