//! What several features need: declarations and their heads as text, expressions around a place.

use standpipe_compiler::FileKind;
use standpipe_compiler::check::Conversion;
use standpipe_compiler::query::Symbol;
use standpipe_compiler::resolve::{DeclId, declared};
use standpipe_compiler::types::{Fields, Type};
use standpipe_syntax::ast::{Decl, DeclKind, Doc, Expr, ExprKind, StrPart};
use standpipe_syntax::walk::Node;
use standpipe_syntax::{FileId, Span};
use tower_lsp::ls_types::{MarkupContent, MarkupKind, SymbolKind, Uri};

use crate::index;
use crate::overlay::tidy;
use crate::snapshot::{File, Snapshot};

pub(super) fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

/// The declaration of that number.
pub(super) fn decl(file: &File, id: DeclId) -> Option<&Decl> {
    file.analysis.checked.resolved.files.get(id.file.0 as usize)?.tree.decls.get(id.index as usize)
}

/// The file's own declarations, with their numbers.
pub(super) fn decls(file: &File) -> impl Iterator<Item = (DeclId, &Decl)> {
    declarations_of(file, FileId(0))
}

/// The file that a literal names where a file is wanted, when it is there.
pub(super) fn file_named(snapshot: &Snapshot, file: &File, expr: &Expr) -> Option<Uri> {
    let named = file.analysis.checked.conversions.get(&(FileId(0), expr.id)) == Some(&Conversion::ToPath);
    let ExprKind::String(parts) = &expr.kind else { return None };
    let [StrPart::Text(text)] = parts.as_slice() else { return None };
    let path = tidy(&file.path.parent().filter(|_| named)?.join(text.as_str()));
    let kind = snapshot.in_world(&path, |world, name| world.kind(name));
    if kind == Some(FileKind::File) { Uri::from_file_path(path) } else { None }
}

/// The declarations of a module, a file or a folder, with their numbers.
pub(super) fn declarations_of(file: &File, module: FileId) -> impl Iterator<Item = (DeclId, &Decl)> {
    let files = std::iter::once(module).chain(file.parts(module).iter().copied());
    let files = files.filter_map(|id| file.analysis.checked.resolved.files.get(id.0 as usize));
    files.flat_map(|of| (0_u32..).zip(&of.tree.decls).map(|(index, decl)| (DeclId { file: of.source.id, index }, decl)))
}

/// The declaration around byte `at` of the file itself.
pub(super) fn decl_at(file: &File, at: u32) -> Option<(DeclId, &Decl)> {
    decls(file).find(|(_, decl)| decl.span.start <= at && at <= decl.span.end)
}

/// The word that a declaration starts with, and what editors show it as.
pub(crate) fn kind(decl: &Decl) -> (&'static str, SymbolKind) {
    let word = match &decl.kind {
        DeclKind::Import(_) => return ("import", SymbolKind::MODULE),
        DeclKind::Type(_) => "type",
        DeclKind::Artifact(_) => "artifact",
        DeclKind::Const(_) => "const",
        DeclKind::Env(_) => "env",
        DeclKind::Task(task) if task.effect => "effect",
        DeclKind::Task(_) => "task",
        DeclKind::Service(_) => "service",
        DeclKind::Schedule(_) => "schedule",
        DeclKind::Test(_) => "test",
        DeclKind::Pipeline(_) => "pipeline",
        DeclKind::Broken(_) => return ("broken", SymbolKind::NULL),
    };
    (word, index::kind(word))
}

/// A declaration's first lines, up to what its braces hold.
pub(super) fn head_text(file: &File, decl: &Decl) -> String {
    let end = match &decl.kind {
        DeclKind::Task(task) | DeclKind::Service(task) => {
            let params = task.params.last().map(|param| Node::Param(param).span().end);
            task.result.as_ref().map(|result| result.span.end).or(params.map(|end| closing(file, decl, end)))
        }
        DeclKind::Pipeline(pipeline) => {
            let params = pipeline.params.last().map(|param| Node::Param(param).span().end);
            pipeline.result.as_ref().map(|result| result.span.end).or(params.map(|end| closing(file, decl, end)))
        }
        DeclKind::Env(env) => Some(env.name.span.end),
        DeclKind::Import(_)
        | DeclKind::Type(_)
        | DeclKind::Artifact(_)
        | DeclKind::Const(_)
        | DeclKind::Schedule(_)
        | DeclKind::Test(_)
        | DeclKind::Broken(_) => Some(decl.span.end),
    };
    let whole = file.text(decl.span);
    match end {
        Some(end) => file.text(Span { end: end.max(decl.span.start), ..decl.span }).to_owned(),
        // No parameters and no result.
        None => whole.split(" {").next().unwrap_or(whole).to_owned(),
    }
}

/// Past the parenthesis that closes the parameters, the last of which ends at `end`.
fn closing(file: &File, decl: &Decl, end: u32) -> u32 {
    let rest = file.text(Span { start: end, ..decl.span });
    end + rest.find(')').map_or(0, |at| u32::try_from(at + 1).unwrap_or(0))
}

/// The documentation of what a symbol is.
pub(super) fn doc(file: &File, symbol: &Symbol) -> Option<String> {
    let text = |doc: &Option<Doc>| doc.as_ref().map(|doc| doc.text.to_string());
    match symbol {
        Symbol::Decl(id) => text(&decl(file, *id)?.doc),
        Symbol::Module { of, .. } => text(&file.analysis.checked.resolved.files.get(of.0 as usize)?.tree.doc),
        Symbol::Param(id, index) => text(&decl(file, *id)?.kind.params().get(*index as usize)?.doc),
        Symbol::Field(span) => {
            let mut found = None;
            let tree = &file.analysis.checked.resolved.files.get(span.file.0 as usize)?.tree;
            for decl in tree.decls.iter().filter(|decl| decl.span.start <= span.start && span.end <= decl.span.end) {
                Node::Decl(decl).walk(&mut |node| {
                    if let Node::FieldType(field) = node
                        && field.name.span == *span
                    {
                        found = text(&field.doc);
                    }
                });
            }
            found
        }
        Symbol::TypeParam(..)
        | Symbol::Local(..)
        | Symbol::Builtin(_)
        | Symbol::BuiltinType(_)
        | Symbol::Attribute(_)
        | Symbol::Limit(_)
        | Symbol::Codec(_)
        | Symbol::Attempt
        | Symbol::Rows => None,
    }
}

/// The fields of a record or the columns of a table, through `?` and lists.
pub(super) fn fields(ty: &Type) -> Option<&Fields> {
    match ty {
        Type::Record(fields) => Some(fields),
        Type::Table(Some(inner)) | Type::List(inner) | Type::Optional(inner) => fields(inner),
        _ => None,
    }
}

/// The name that a declaration introduces.
pub(super) fn name_of(decl: &Decl) -> &str {
    declared(decl).map_or("", |name| name.text.as_str())
}

/// Where a new import goes: behind the last one, or at the top.
pub(super) fn import_place(file: &File) -> (u32, &'static str, &'static str) {
    let mut imports = file.tree().decls.iter().filter(|decl| matches!(decl.kind, DeclKind::Import(_)));
    match imports.next_back() {
        Some(last) => (last.span.end, "\n", ""),
        None => {
            let first = file.tree().decls.first();
            let start = first.map_or(0, |decl| decl.doc.as_ref().map_or(decl.span, |doc| doc.span).start);
            (start, "", "\n\n")
        }
    }
}
