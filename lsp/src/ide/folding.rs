//! What can be folded away: declarations, blocks, bodies, brackets over several lines, imports, comments.

use standpipe_syntax::Span;
use standpipe_syntax::ast::{AttrValue, DeclKind};
use standpipe_syntax::walk::Node;
use tower_lsp::ls_types::{FoldingRange, FoldingRangeKind, Uri};

use crate::snapshot::{File, Snapshot};

pub fn folding(snapshot: &Snapshot, uri: &Uri) -> Option<Vec<FoldingRange>> {
    let file = snapshot.file(uri)?;
    let mut out = Vec::new();
    let decls = &file.tree().decls;
    for decl in decls {
        Node::Decl(decl).walk(&mut |node| match node {
            Node::Decl(decl) if matches!(decl.kind, DeclKind::Import(_) | DeclKind::Broken(_)) => {}
            Node::Decl(_) | Node::Block(_) | Node::Type(_) => push(&file, node.span(), None, &mut out),
            Node::Expr(expr) => push(&file, expr.span, None, &mut out),
            Node::Attr(attr) => match &attr.value {
                AttrValue::Raw(raw) => push(&file, attr.name.span.to(raw.span), None, &mut out),
                AttrValue::Expr(_) => {}
            },
            Node::ImportItem(_)
            | Node::TypeParam(_)
            | Node::Param(_)
            | Node::FieldType(_)
            | Node::Stmt(_)
            | Node::Arg(_)
            | Node::RecordField(_) => {}
        });
        if let Some(doc) = &decl.doc {
            push(&file, doc.span, Some(FoldingRangeKind::Comment), &mut out);
        }
    }
    let mut imports = decls.iter().filter(|decl| matches!(decl.kind, DeclKind::Import(_)));
    if let Some(first) = imports.next() {
        let last = imports.next_back().unwrap_or(first);
        push(&file, first.span.to(last.span), Some(FoldingRangeKind::Imports), &mut out);
    }
    out.sort_by_key(|range: &FoldingRange| (range.start_line, std::cmp::Reverse(range.end_line)));
    // One fold a line is what an editor can show.
    out.dedup_by_key(|range| range.start_line);
    Some(out)
}

fn push(file: &File, span: Span, kind: Option<FoldingRangeKind>, out: &mut Vec<FoldingRange>) {
    let text = file.text(span);
    let end = span.start + u32::try_from(text.trim_end().len()).unwrap_or(0);
    let range = file.range(Span { end, ..span });
    // The line of a closing bracket stays in sight.
    let closes = text.trim_end().ends_with(['}', ']', ')']);
    let end_line = range.end.line.saturating_sub(u32::from(closes));
    if end_line > range.start.line {
        out.push(FoldingRange {
            start_line: range.start.line,
            start_character: None,
            end_line,
            end_character: None,
            kind,
            collapsed_text: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn blocks_bodies_and_imports_fold() {
        let editor = Editor::with(
            "import std/table { first }\nimport std/table as t\n\n## One.\n## Two.\ntask f(n: Int) -> Int {\n  python:\n    a = n\n    return a\n}\n\npipeline main() -> Int {\n  if true {\n    f(1)\n  } else {\n    f(2)\n  }\n}\n",
        );
        let found = super::folding(&editor.snapshot, &editor.uri).unwrap();
        let shown: Vec<_> = found.iter().map(|range| (range.start_line, range.end_line)).collect();
        assert_eq!(shown, [(0, 1), (3, 4), (5, 8), (6, 8), (11, 16), (12, 15), (14, 15)]);
    }
}
