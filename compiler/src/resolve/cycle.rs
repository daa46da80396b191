//! Finds files that import each other in a circle. Knows nothing of names inside them.

use standpipe_syntax::FileId;
use standpipe_syntax::ast::DeclKind;
use standpipe_syntax::diag::{Code, Diagnostic};

use super::Resolved;
use super::load::Imports;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Reports every import that closes a cycle.
pub(super) fn report(resolved: &mut Resolved, imports: &Imports) {
    // What a file leads to, with the declaration that does; a folder leads to its files without one.
    let mut edges: Vec<Vec<(Option<u32>, FileId)>> =
        resolved.files.iter().map(|file| file.parts.iter().map(|part| (None, *part)).collect()).collect();
    for ((file, index), target) in imports {
        edges[file.0 as usize].push((Some(*index), *target));
    }
    edges.iter_mut().for_each(|edges| edges.sort_unstable());
    // Depth first without recursion: a file is `Open` while what it imports is being visited.
    let mut state = vec![State::New; resolved.files.len()];
    for start in 0..resolved.given {
        if state[start] != State::New {
            continue;
        }
        let mut stack = vec![(start, 0_usize)];
        while let Some((file, edge)) = stack.pop() {
            state[file] = State::Open;
            let Some((index, target)) = edges[file].get(edge).copied() else {
                state[file] = State::Done;
                continue;
            };
            // What led to a folder is to blame for what the folder leads to.
            let before = stack.last().copied();
            stack.push((file, edge + 1));
            match state[target.0 as usize] {
                State::New => stack.push((target.0 as usize, 0)),
                State::Open => match (index, before) {
                    (Some(index), _) => closes(resolved, file, index, target),
                    (None, Some((importer, next))) => {
                        if let Some((Some(index), _)) = edges[importer].get(next.wrapping_sub(1)) {
                            closes(resolved, importer, *index, FileId(u32::try_from(file).unwrap_or(u32::MAX)));
                        }
                    }
                    (None, None) => {}
                },
                State::Done => {}
            }
        }
    }
}

/// Reports that declaration `index` of `file`, which imports `target`, closes a cycle.
fn closes(resolved: &mut Resolved, file: usize, index: u32, target: FileId) {
    let DeclKind::Import(import) = &resolved.files[file].tree.decls[index as usize].kind else { return };
    let of = resolved.file(target);
    let message = format!("importing `{}` here closes a cycle of imports", of.path);
    let help = if of.parts.contains(&resolved.files[file].source.id) {
        "this file is one of the folder's: import those that it needs by their names"
    } else {
        "move what both files need into a third one"
    };
    resolved.diagnostics.push(Diagnostic::new(Code::IMPORT_CYCLE, import.path_span, message).help(help));
}
