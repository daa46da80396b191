//! Who calls what: steps are the calls.

use standpipe_compiler::query::{Role, Symbol};
use standpipe_compiler::resolve::{DeclId, declared};
use standpipe_syntax::ast::DeclKind;
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Position, Range, Uri,
};

use super::references::occurrences;
use super::shared::{decl, decl_at, kind};
use crate::snapshot::{File, Snapshot};

pub fn prepare(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<Vec<CallHierarchyItem>> {
    let file = snapshot.file(uri)?;
    let id = callable(&file, position)?;
    Some(vec![item(&file, id)?])
}

/// What can be called under the cursor, or around it.
fn callable(file: &File, position: Position) -> Option<DeclId> {
    let at = file.offset(position);
    let named = file.names_at(at).into_iter().find_map(|name| match &name.symbol {
        Symbol::Decl(id) => Some(*id),
        _ => None,
    });
    let id = named.or_else(|| decl_at(file, at).map(|(id, _)| id))?;
    decl(file, id)?.kind.head().map(|_| id)
}

fn item(file: &File, id: DeclId) -> Option<CallHierarchyItem> {
    let decl = decl(file, id)?;
    let name = declared(decl)?;
    let (word, kind) = kind(decl);
    Some(CallHierarchyItem {
        name: name.text.to_string(),
        kind,
        tags: None,
        detail: Some(word.into()),
        uri: file.uri_of(id.file)?,
        range: file.range(decl.span),
        selection_range: file.range(name.span),
        data: None,
    })
}

pub fn incoming(snapshot: &Snapshot, to: &CallHierarchyItem) -> Option<Vec<CallHierarchyIncomingCall>> {
    let file = snapshot.file(&to.uri)?;
    let id = callable(&file, to.selection_range.start)?;
    let mut calls: Vec<CallHierarchyIncomingCall> = Vec::new();
    for (other, found) in occurrences(snapshot, &file, &Symbol::Decl(id)) {
        if found.role != Role::Uses || !is_called(&other, found.span.start) {
            continue;
        }
        let Some(from) = decl_at(&other, found.span.start).and_then(|(id, _)| item(&other, id)) else { continue };
        let range = other.range(found.span);
        match calls.iter_mut().find(|call| call.from == from) {
            Some(call) => call.from_ranges.push(range),
            None => calls.push(CallHierarchyIncomingCall { from, from_ranges: vec![range] }),
        }
    }
    Some(calls)
}

fn is_called(file: &File, at: u32) -> bool {
    path_at(file.tree(), at + 1).iter().any(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            standpipe_syntax::ast::ExprKind::Call { callee, .. } => callee.span.start <= at && at < callee.span.end,
            _ => false,
        },
        _ => false,
    })
}

pub fn outgoing(snapshot: &Snapshot, from: &CallHierarchyItem) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let file = snapshot.file(&from.uri)?;
    let id = callable(&file, from.selection_range.start).filter(|id| id.file.0 == 0)?;
    let decl = decl(&file, id)?;
    if !matches!(decl.kind, DeclKind::Pipeline(_)) {
        return Some(Vec::new());
    }
    let mut calls: Vec<CallHierarchyOutgoingCall> = Vec::new();
    let inside = file.occurrences().iter().filter(|found| {
        found.role == Role::Uses && decl.span.start <= found.span.start && found.span.end <= decl.span.end
    });
    for found in inside {
        let Symbol::Decl(id) = &found.symbol else { continue };
        let Some(to) = item(&file, *id).filter(|_| is_called(&file, found.span.start)) else { continue };
        let range: Range = file.range(found.span);
        match calls.iter_mut().find(|call| call.to == to) {
            Some(call) => call.from_ranges.push(range),
            None => calls.push(CallHierarchyOutgoingCall { to, from_ranges: vec![range] }),
        }
    }
    Some(calls)
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn calls_are_followed_both_ways() {
        let lib = "task lo‸ad(n: Int) -> Int {\n  sh:\n    echo $n > $out\n}\n\npipeline one() -> Int {\n  load(1) + load(2)\n}\n";
        let main = "import \"./lib.pipe\" { load, one }\n\npipeline main() -> Int {\n  load(n: one())\n}\n";
        let editor = Editor::among(&[("lib.pipe", lib), ("main.pipe", main)]);
        let item = super::prepare(&editor.snapshot, &editor.uri, editor.cursor()).unwrap().remove(0);
        let calls = super::incoming(&editor.snapshot, &item).unwrap();
        let shown: Vec<_> = calls.iter().map(|call| (call.from.name.as_str(), call.from_ranges.len())).collect();
        assert_eq!(shown, [("one", 2), ("main", 1)]);
        let out = super::outgoing(&editor.snapshot, &calls[1].from).unwrap();
        let shown: Vec<_> = out.iter().map(|call| (call.to.name.as_str(), call.from_ranges.len())).collect();
        assert_eq!(shown, [("load", 1), ("one", 1)]);
    }
}
