//! Larger and larger pieces around the cursor: a name, an expression, a statement, a block, a declaration.

use standpipe_syntax::Span;
use standpipe_syntax::walk::path_at;
use tower_lsp::ls_types::{Position, SelectionRange, Uri};

use crate::snapshot::Snapshot;

pub fn selection(snapshot: &Snapshot, uri: &Uri, positions: &[Position]) -> Option<Vec<SelectionRange>> {
    let file = snapshot.file(uri)?;
    let ranges = positions.iter().map(|position| {
        let at = file.offset(*position);
        let mut spans: Vec<Span> = vec![file.source().span()];
        spans.extend(path_at(file.tree(), at).iter().map(|node| node.span()));
        spans.extend(file.names_at(at).first().map(|name| name.span));
        spans.dedup();
        let mut whole: Option<SelectionRange> = None;
        for span in spans {
            let range = file.range(span);
            if whole.as_ref().is_none_or(|outer| outer.range != range) {
                whole = Some(SelectionRange { range, parent: whole.map(Box::new) });
            }
        }
        whole.unwrap_or(SelectionRange { range: tower_lsp::ls_types::Range::new(*position, *position), parent: None })
    });
    Some(ranges.collect())
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn each_step_is_the_next_larger_piece() {
        let editor = Editor::with("pipeline main(n: Int) -> Int {\n  a = [n, ‸n + 1]\n  len(a)\n}\n");
        let found = super::selection(&editor.snapshot, &editor.uri, &[editor.cursor()]).unwrap().remove(0);
        let mut shown = Vec::new();
        let mut next = Some(Box::new(found));
        while let Some(range) = next {
            shown.push(editor.slice(range.range).lines().next().unwrap().to_owned());
            next = range.parent;
        }
        assert_eq!(
            shown,
            [
                "n",
                "n + 1",
                "[n, n + 1]",
                "a = [n, n + 1]",
                "{",
                "pipeline main(n: Int) -> Int {",
                "pipeline main(n: Int) -> Int {"
            ]
        );
    }
}
