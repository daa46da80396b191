//! Repairs: applied, the mistake is gone and no new one there.

use standpipe_compiler::{Analysis, analyse};
use standpipe_syntax::diag::Fix;

use crate::support::{Case, Files};

pub(crate) fn fixes(case: &Case) {
    // There because of what is wrong with them.
    if case.area == "improve" {
        return;
    }
    let before = case.analyse();
    for diagnostic in &before.diagnostics {
        for fix in &diagnostic.fixes {
            let after = mended(case, &before, fix);
            let count = |analysis: &Analysis| analysis.diagnostics.iter().filter(|d| d.code == diagnostic.code).count();
            let errors = |analysis: &Analysis| analysis.diagnostics.iter().filter(|d| d.is_error()).count();
            let left: Vec<_> = after.diagnostics.iter().map(|left| (left.code, &left.message)).collect();
            // What is mended may be seen to be unused.
            let mended =
                errors(&after) < errors(&before) || !diagnostic.is_error() && errors(&after) == errors(&before);
            assert!(
                mended && count(&after) < count(&before),
                "{}: after `{}` of {} there is still: {left:#?}",
                case.path(),
                fix.title,
                diagnostic.code,
            );
        }
    }
}

/// The analysis of the case with `fix` applied.
fn mended(case: &Case, before: &Analysis, fix: &Fix) -> Analysis {
    let mut files = Files::default();
    for source in before.sources() {
        let mut edits: Vec<_> = fix.edits.iter().filter(|edit| edit.span.file == source.id).collect();
        if edits.is_empty() {
            continue;
        }
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        let mut text = source.text.to_string();
        for edit in edits {
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        // Files of other languages follow those of the language itself.
        let pipe = before.checked.resolved.files.get(source.id.0 as usize);
        files = files.and(pipe.map_or(&source.name, |file| &file.path), &text);
    }
    analyse(&files, &case.path())
}
