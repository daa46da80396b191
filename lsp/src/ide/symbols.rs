//! The outline of a file, and names looked for in all files.

use standpipe_compiler::resolve::declared;
use standpipe_syntax::ast::{Decl, DeclKind, StmtKind, Tree, TypeKind};
use standpipe_syntax::walk::Node;
use standpipe_syntax::{FileId, Source, Span};
use tower_lsp::ls_types::{DocumentSymbol, Location, OneOf, SymbolKind, Uri, WorkspaceSymbol};

use super::shared::{head_text, kind};
use crate::convert::Lines;
use crate::snapshot::{File, Snapshot};

/// Answers to a search: more help nobody.
const MOST: usize = 512;

pub(crate) fn document_symbols(snapshot: &Snapshot, uri: &Uri) -> Option<Vec<DocumentSymbol>> {
    let file = snapshot.file(uri)?;
    Some(file.tree().decls.iter().filter_map(|decl| outline(&file, decl)).collect())
}

fn outline(file: &File, decl: &Decl) -> Option<DocumentSymbol> {
    let name = declared(decl)?;
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
    let mut whole = symbol(file, &name.text, word, kind, decl.span, name.span);
    if let DeclKind::Task(_) | DeclKind::Pipeline(_) = decl.kind {
        whole.detail = Some(head_text(file, decl).replace('\n', " ").chars().take(120).collect());
    }
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

/// Declarations of all files whose names have the letters of `query` in this order.
pub(crate) fn workspace_symbols(snapshot: &Snapshot, query: &str) -> Vec<WorkspaceSymbol> {
    let mut found: Vec<(usize, WorkspaceSymbol)> = Vec::new();
    for path in snapshot.all_files().iter() {
        let Some(text) = snapshot.text(path) else { continue };
        let Some(uri) = Uri::from_file_path(path) else { continue };
        let source = Source::new(FileId(0), &path.to_string_lossy(), &text);
        let parsed = standpipe_syntax::parse(&source);
        collect(&parsed.tree, &source, &uri, query, snapshot, &mut found);
        if found.len() >= MOST {
            break;
        }
    }
    found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.name.cmp(&other.name)));
    found.truncate(MOST);
    found.into_iter().map(|(_, symbol)| symbol).collect()
}

fn collect(
    tree: &Tree,
    source: &Source,
    uri: &Uri,
    query: &str,
    snapshot: &Snapshot,
    out: &mut Vec<(usize, WorkspaceSymbol)>,
) {
    let lines = Lines::of(&source.text);
    let container = source.name.rsplit('/').next().map(str::to_owned);
    for decl in &tree.decls {
        let Some(name) = declared(decl) else { continue };
        let Some(distance) = distance(&name.text, query) else { continue };
        let place = |at| lines.position(&source.text, at, snapshot.encoding);
        let range = tower_lsp::ls_types::Range::new(place(name.span.start), place(name.span.end));
        out.push((
            distance,
            WorkspaceSymbol {
                name: name.text.to_string(),
                kind: kind(decl).1,
                tags: None,
                container_name: container.clone(),
                location: OneOf::Left(Location { uri: uri.clone(), range }),
                data: None,
            },
        ));
    }
}

/// How far `name` is from what was asked for; none when it lacks a letter.
fn distance(name: &str, query: &str) -> Option<usize> {
    let mut rest = name.chars().map(|c| c.to_ascii_lowercase());
    for letter in query.chars().filter(|letter| !letter.is_whitespace()) {
        rest.find(|c| *c == letter.to_ascii_lowercase())?;
    }
    let whole = name.to_lowercase().contains(&query.to_lowercase());
    Some(name.len().saturating_sub(query.len()) + if whole { 0 } else { 100 })
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn the_outline_has_steps_inputs_and_fields() {
        let editor = Editor::with(
            "type Row = { id: Int }\n\neffect f(n: Int) {\n  sh:\n    echo $n\n}\n\npipeline main(n: Int = 1) -> Int {\n  a = n\n  f(a)\n  a\n}\n\ntask broken(\n",
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
