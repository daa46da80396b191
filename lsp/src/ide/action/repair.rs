//! The repairs that the compiler itself knows.

use standpipe_syntax::diag::{Diagnostic, Fix};
use tower_lsp::ls_types::TextEdit;

use super::{Offer, Site};
use crate::snapshot::File;

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let touched = |found: &&Diagnostic| {
        found.span.file.0 == 0 && found.span.start <= site.span.end && site.span.start <= found.span.end
    };
    let mut out = Vec::new();
    for found in site.file.analysis.diagnostics.iter().filter(touched) {
        for fix in &found.fixes {
            if let Some(edits) = edits(site.file, fix) {
                out.push(Offer::repair(fix.title.clone(), edits, found));
            }
        }
    }
    out
}

/// The edits of a repair that changes nothing but this file.
pub(super) fn edits(file: &File, fix: &Fix) -> Option<Vec<TextEdit>> {
    let own = fix.edits.iter().all(|edit| edit.span.file.0 == 0);
    own.then(|| fix.edits.iter().map(|edit| TextEdit::new(file.range(edit.span), edit.text.clone())).collect())
}
