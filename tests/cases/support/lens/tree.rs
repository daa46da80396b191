//! Tokens and tree.

use standpipe_syntax::{FileId, Source, tokens_text, tree_text};

use crate::support::{Case, snapshot};

pub(crate) fn tree(case: &Case) {
    let source = Source::new(FileId(0), &case.path(), &case.text);
    if case.area == "lex" {
        snapshot(case, "tokens", &tokens_text(&source));
    } else {
        snapshot(case, "tree", &tree_text(&source));
    }
}
