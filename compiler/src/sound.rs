//! Which files have no errors, with all that they import: only of those can plans be made. Knows nothing of what is wrong.

use rustc_hash::FxHashSet;
use standpipe_syntax::FileId;
use standpipe_syntax::diag::Diagnostic;

use crate::resolve::Resolved;

/// The files that were asked for and have no errors, nor has anything that they import; and all that those import. None
/// when there is an error in a file of another language, which any file may refer to.
pub(crate) fn files(resolved: &Resolved, diagnostics: &[Diagnostic]) -> FxHashSet<FileId> {
    let count = resolved.files.len();
    let mut wrong = vec![false; count];
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
        match wrong.get_mut(diagnostic.span.file.0 as usize) {
            Some(wrong) => *wrong = true,
            None => return FxHashSet::default(),
        }
    }
    let (mut imports, mut importers) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    let mut leads = |from: FileId, to: FileId| {
        imports[from.0 as usize].push(to.0 as usize);
        importers[to.0 as usize].push(from.0 as usize);
    };
    for ((from, _), to) in &resolved.imports {
        leads(*from, *to);
    }
    for file in &resolved.files {
        file.parts.iter().for_each(|part| leads(file.source.id, *part));
    }
    let wrong = reached(&importers, (0..count).filter(|file| wrong[*file]).collect());
    let sound = reached(&imports, (0..resolved.given).filter(|file| !wrong[*file]).collect());
    resolved.files.iter().map(|file| file.source.id).filter(|id| sound[id.0 as usize]).collect()
}

/// Everything that can be reached from `starts`, those included.
fn reached(edges: &[Vec<usize>], starts: Vec<usize>) -> Vec<bool> {
    let mut found = vec![false; edges.len()];
    let mut next = starts;
    while let Some(at) = next.pop() {
        if !std::mem::replace(&mut found[at], true) {
            next.extend(&edges[at]);
        }
    }
    found
}
