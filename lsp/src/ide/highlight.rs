//! The places of the file where the name under the cursor means the same.

use standpipe_compiler::query::{Role, Symbol};
use tower_lsp::ls_types::{DocumentHighlight, DocumentHighlightKind, LinkedEditingRanges, Position, Uri};

use super::references::main_meaning;
use crate::snapshot::Snapshot;

pub fn highlight(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<Vec<DocumentHighlight>> {
    let file = snapshot.file(uri)?;
    let names = file.names_at(file.offset(position));
    let symbol = &main_meaning(&names)?.symbol;
    let mut found: Vec<DocumentHighlight> = file
        .occurrences()
        .iter()
        .filter(|found| found.symbol == *symbol)
        .map(|found| DocumentHighlight {
            range: file.range(found.span),
            kind: Some(match found.role {
                Role::Declares | Role::Unpacks | Role::Alias => DocumentHighlightKind::WRITE,
                Role::Uses | Role::Label | Role::ShortLabel | Role::ShortValue | Role::Embedded => {
                    DocumentHighlightKind::READ
                }
            }),
        })
        .collect();
    found.dedup_by_key(|found| found.range);
    Some(found)
}

/// What an editor may change together while a local name or type parameter is typed over: it is known nowhere else.
pub fn linked(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<LinkedEditingRanges> {
    let file = snapshot.file(uri)?;
    let names = file.names_at(file.offset(position));
    let name = main_meaning(&names).filter(|name| matches!(name.symbol, Symbol::Local(..) | Symbol::TypeParam(..)))?;
    let found: Vec<_> = file.occurrences().iter().filter(|found| found.symbol == name.symbol).collect();
    let plain = found.iter().all(|found| matches!(found.role, Role::Declares | Role::Uses));
    // A name of `{ a } = …` is also a field's.
    let alone = !file
        .occurrences()
        .iter()
        .any(|other| other.symbol != name.symbol && found.iter().any(|found| found.span == other.span));
    (plain && alone).then(|| LinkedEditingRanges {
        ranges: found.iter().map(|found| file.range(found.span)).collect(),
        word_pattern: Some("[A-Za-z_][A-Za-z0-9_]*".into()),
    })
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::DocumentHighlightKind;

    use crate::ide::testing::Editor;

    #[test]
    fn reads_and_writes_are_told_apart() {
        let editor = Editor::with("pipeline a() -> Int {\n  x = 1\n  ‸x + x\n}\n");
        let found = super::highlight(&editor.snapshot, &editor.uri, editor.cursor()).unwrap();
        let shown: Vec<_> = found.iter().map(|found| (found.range.start.line, found.kind.unwrap())).collect();
        assert_eq!(
            shown,
            [(1, DocumentHighlightKind::WRITE), (2, DocumentHighlightKind::READ), (2, DocumentHighlightKind::READ)]
        );
        assert_eq!(super::linked(&editor.snapshot, &editor.uri, editor.cursor()).unwrap().ranges.len(), 3);
    }

    #[test]
    fn a_name_that_others_know_is_not_changed_while_typing() {
        let editor = Editor::with("pipeline a(‸n: Int) -> Int {\n  n\n}\n");
        assert!(super::linked(&editor.snapshot, &editor.uri, editor.cursor()).is_none());
    }
}
