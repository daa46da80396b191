//! The outline of a file, and names looked for in all files.

use std::path::Path;

use standpipe_compiler::resolve::{declared, deprecated};
use standpipe_syntax::Span;
use standpipe_syntax::ast::{Decl, DeclKind, StmtKind, TypeKind};
use standpipe_syntax::walk::Node;
use tower_lsp::ls_types::{
    DocumentSymbol, Location, OneOf, Position, Range, SymbolKind, SymbolTag, Uri, WorkspaceSymbol,
};

use super::shared::{head_text, kind};
use crate::index::Head;
use crate::snapshot::{File, Snapshot};

/// Answers to a search: more help nobody.
const MOST: usize = 512;

pub fn document_symbols(snapshot: &Snapshot, uri: &Uri) -> Option<Vec<DocumentSymbol>> {
    let file = snapshot.file(uri)?;
    Some(file.tree().decls.iter().filter_map(|decl| outline(&file, decl)).collect())
}

fn outline(file: &File, decl: &Decl) -> Option<DocumentSymbol> {
    let (name, name_span) = match (declared(decl), &decl.kind) {
        (Some(name), _) => (name.text.as_str(), name.span),
        (None, DeclKind::Test(test)) => (test.name.value.as_str(), test.name.span),
        (None, _) => return None,
    };
    let mut children = Vec::new();
    match &decl.kind {
        DeclKind::Type(alias) => {
            if let TypeKind::Record(fields) = &alias.ty.kind {
                children.extend(fields.iter().map(|field| {
                    let whole = Node::FieldType(field).span();
                    symbol(file, &field.name.text, file.text(field.ty.span), SymbolKind::FIELD, whole, field.name.span)
                }));
            }
        }
        DeclKind::Task(task) | DeclKind::Service(task) => {
            children.extend(task.params.iter().map(|param| {
                let whole = Node::Param(param).span();
                symbol(file, &param.name.text, file.text(param.ty.span), SymbolKind::VARIABLE, whole, param.name.span)
            }));
        }
        DeclKind::Pipeline(pipeline) => {
            for stmt in &pipeline.body.stmts {
                let names = match &stmt.kind {
                    StmtKind::Bind { name, .. } => std::slice::from_ref(name),
                    StmtKind::Unpack { names, .. } => names,
                    StmtKind::Expect(_) | StmtKind::Expr(_) | StmtKind::Broken => &[],
                };
                for name in names {
                    let kind = SymbolKind::VARIABLE;
                    children.push(symbol(file, &name.text, "", kind, stmt.span, name.span));
                }
            }
        }
        DeclKind::Import(_)
        | DeclKind::Artifact(_)
        | DeclKind::Const(_)
        | DeclKind::Env(_)
        | DeclKind::Schedule(_)
        | DeclKind::Test(_)
        | DeclKind::Broken(_) => {}
    }
    let (word, kind) = kind(decl);
    let mut whole = symbol(file, name, word, kind, decl.span, name_span);
    if let DeclKind::Task(_) | DeclKind::Pipeline(_) = decl.kind {
        whole.detail = Some(head_text(file, decl).replace('\n', " ").chars().take(120).collect());
    }
    whole.tags = deprecated(decl).map(|_| vec![SymbolTag::DEPRECATED]);
    whole.children = (!children.is_empty()).then_some(children);
    Some(whole)
}

#[expect(deprecated, reason = "the field is there, and has to be given")]
fn symbol(file: &File, name: &str, detail: &str, kind: SymbolKind, whole: Span, name_span: Span) -> DocumentSymbol {
    DocumentSymbol {
        name: name.to_owned(),
        detail: (!detail.is_empty()).then(|| detail.to_owned()),
        kind,
        tags: None,
        deprecated: None,
        range: file.range(whole),
        selection_range: file.range(name_span),
        children: None,
    }
}

/// Declarations of all files whose names have the letters of `query` in this order, the nearest first.
pub fn workspace_symbols(snapshot: &Snapshot, query: &str) -> Vec<WorkspaceSymbol> {
    let query: String = query.split_whitespace().collect::<String>().to_ascii_lowercase();
    let known = snapshot.known();
    let mut found: Vec<(usize, &Head, &Path)> = Vec::new();
    for (path, entry) in &known {
        let heads = entry.heads.iter().filter_map(|head| Some((distance(&head.name, &query)?, head)));
        found.extend(heads.map(|(distance, head)| (distance, head, &**path)));
    }
    let order = |(a, one, of): &(usize, &Head, &Path), (b, other, from): &(usize, &Head, &Path)| {
        (a, &one.name, of, one.line).cmp(&(b, &other.name, from, other.line))
    };
    // Of a hundred thousand only the first are put in order.
    if found.len() > MOST {
        found.select_nth_unstable_by(MOST, order);
        found.truncate(MOST);
    }
    found.sort_unstable_by(order);
    found.into_iter().filter_map(|(_, head, path)| shown(snapshot, head, path)).collect()
}

fn shown(snapshot: &Snapshot, head: &Head, path: &Path) -> Option<WorkspaceSymbol> {
    let place = |column| Position::new(head.line, column);
    let range = Range::new(place(head.column), place(head.column + snapshot.encoding.length(&head.name)));
    Some(WorkspaceSymbol {
        name: head.name.to_string(),
        kind: head.kind(),
        tags: None,
        container_name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        location: OneOf::Left(Location { uri: Uri::from_file_path(path)?, range }),
        data: None,
    })
}

/// How far `name` is from `query`, which is in small letters; none when it lacks a letter.
fn distance(name: &str, query: &str) -> Option<usize> {
    let mut rest = name.chars();
    for letter in query.chars() {
        rest.find(|c| c.to_ascii_lowercase() == letter)?;
    }
    let whole = name.to_ascii_lowercase().contains(query);
    Some(name.len().saturating_sub(query.len()) + if whole { 0 } else { 100 })
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn the_outline_has_steps_inputs_and_fields() {
        let editor = Editor::with(
            "type Row = { id: Int }\n\neffect f(n: Int) {\n  sh:\n    echo $n\n}\n\npipeline main(n: Int = 1) -> Int {\n  a = n\n  f(a)\n  a\n}\n\ntest \"It is one\" {\n  expect main(1) == 1\n}\n\ntask broken(\n",
        );
        let found = super::document_symbols(&editor.snapshot, &editor.uri).unwrap();
        let shown: Vec<String> = found
            .iter()
            .map(|symbol| {
                let children = symbol.children.iter().flatten().map(|child| child.name.clone());
                let detail = symbol.detail.clone().unwrap_or_default();
                format!("{} | {detail} | {}", symbol.name, children.collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "Row | type | id",
                "f | effect f(n: Int) | n",
                "main | pipeline main(n: Int = 1) -> Int | a",
                "It is one | test | ",
                "broken | broken | "
            ]
        );
    }

    #[test]
    fn names_are_found_by_some_of_their_letters() {
        let one = ("a.pipe", "type Row = { id: Int }\n\nconst row_limit: Int = 1\n");
        let editor = Editor::among(&[one, ("b.pipe", "const other: Int = 1\n\nconst arrow: Int = 2\n")]);
        let names: Vec<String> =
            super::workspace_symbols(&editor.snapshot, "row").into_iter().map(|symbol| symbol.name).collect();
        assert_eq!(names, ["Row", "arrow", "row_limit"]);
        assert_eq!(super::workspace_symbols(&editor.snapshot, "rlm").len(), 1);
        assert_eq!(super::workspace_symbols(&editor.snapshot, "").len(), 4);
    }
}
