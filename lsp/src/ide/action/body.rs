//! Bodies of tasks: one for a task without, one too many, out into a file and back.

#[cfg(test)]
use std::collections::HashMap;

use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, ExprKind, StrPart, Task};
use standpipe_syntax::diag::Code;
use standpipe_syntax::{Span, walk};
use tower_lsp::ls_types::{
    CodeActionKind, CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp, TextDocumentEdit, TextEdit, Uri,
    WorkspaceEdit,
};

use super::{Offer, Site};
use crate::ide::shared::decl_at;
use crate::overlay::tidy;

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    for found in site.diagnostics(Code::NO_BODY) {
        let Some((_, decl)) = decl_at(site.file, found.span.start) else { continue };
        let close = decl.span.end.saturating_sub(1);
        let before = if site.file.line_before(close).trim().is_empty() { "" } else { "\n" };
        let params = match &decl.kind {
            DeclKind::Task(task) | DeclKind::Service(task) => {
                task.params.iter().map(|param| param.name.text.to_string()).collect::<Vec<_>>()
            }
            _ => continue,
        };
        let body = format!("{before}  python:\n    raise NotImplementedError({})\n", params.join(", "));
        out.push(Offer::repair("add a body in Python", vec![site.insert(close, body)], found));
    }
    for found in site.diagnostics(Code::TWO_BODIES) {
        if let Some(attr) = attr_at(site, found.span) {
            out.push(Offer::repair("remove the second body", vec![site.remove_line(whole(attr))], found));
        }
    }
    out.extend(to_file(site));
    out.extend(from_file(site));
    out
}

fn attr_at<'a>(site: &Site<'a>, name: Span) -> Option<&'a Attr> {
    walk::path_at(site.file.tree(), name.start).into_iter().find_map(|node| match node {
        walk::Node::Attr(attr) if attr.name.span == name => Some(attr),
        _ => None,
    })
}

/// An attribute with its raw body.
fn whole(attr: &Attr) -> Span {
    match &attr.value {
        AttrValue::Raw(raw) => attr.name.span.to(raw.span),
        AttrValue::Expr(_) => attr.span,
    }
}

/// The task around the selection, and its body.
fn body<'a>(site: &Site<'a>) -> Option<(&'a Task, &'a Attr)> {
    let (_, decl) = decl_at(site.file, site.span.start)?;
    let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { return None };
    let attr = task.attrs.iter().find(|attr| matches!(attr.name.text.as_str(), "python" | "sh" | "sql"))?;
    let span = whole(attr);
    (span.start <= site.span.end && site.span.start <= span.end).then_some((task, attr))
}

/// A raw body becomes a function of a new Python file, a script, or a query.
fn to_file(site: &Site<'_>) -> Option<Offer> {
    let (task, attr) = body(site)?;
    let AttrValue::Raw(raw) = &attr.value else { return None };
    let name = &task.name.text;
    let (file, reference, text) = if attr.name.text == "python" {
        let params: Vec<&str> = task.params.iter().map(|param| param.name.text.as_str()).collect();
        let lines = raw.text.lines().map(|line| if line.is_empty() { String::new() } else { format!("    {line}") });
        let lines: Vec<String> = lines.collect();
        let text = format!("def {name}({}):\n{}\n", params.join(", "), lines.join("\n").trim_end());
        (format!("{name}.py"), format!("{name}.py:{name}"), text)
    } else {
        let file = format!("{name}.{}", attr.name.text);
        (file.clone(), file, raw.text.to_string())
    };
    let path = site.file.path.parent()?.join(&file);
    // What is there already is somebody's.
    if site.snapshot.text(&path).is_some() {
        return None;
    }
    let uri = Uri::from_file_path(&path)?;
    let span = Span { start: attr.name.span.end, end: raw.span.end, ..raw.span };
    let ends = site.file.text(span).ends_with('\n');
    let new = format!(": {reference:?}{}", if ends { "\n" } else { "" });
    let mut offer = Offer::new(format!("move the body into `{file}`"), CodeActionKind::REFACTOR_REWRITE, Vec::new());
    let start = Position::new(0, 0);
    offer.whole = Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(vec![
            DocumentChangeOperation::Op(ResourceOp::Create(CreateFile {
                uri: uri.clone(),
                options: Some(CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(false) }),
                annotation_id: None,
            })),
            edit(uri, None, TextEdit::new(Range::new(start, start), text)),
            edit(site.file.uri.clone(), site.file.version, site.replace(span, new)),
        ])),
        ..WorkspaceEdit::default()
    });
    Some(offer)
}

fn edit(uri: Uri, version: Option<i32>, edit: TextEdit) -> DocumentChangeOperation {
    DocumentChangeOperation::Edit(TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: vec![OneOf::Left(edit)],
    })
}

/// A script, a query, or a function that is all that its file has besides imports, comes back.
fn from_file(site: &Site<'_>) -> Option<Offer> {
    let (task, attr) = body(site)?;
    let AttrValue::Expr(value) = &attr.value else { return None };
    let ExprKind::String(parts) = &value.kind else { return None };
    let [StrPart::Text(reference)] = parts.as_slice() else { return None };
    let (file, function) = match reference.split_once(':') {
        Some((file, function)) if attr.name.text == "python" => (file, Some(function)),
        _ => (reference.as_str(), None),
    };
    let text = site.snapshot.text(&tidy(&site.file.path.parent()?.join(file)))?;
    let body = match function {
        None => text,
        Some(function) => function_body(&text, function, task)?,
    };
    let margin = site.margin(attr.name.span.start);
    let lines = body
        .trim_end()
        .lines()
        .map(|line| if line.trim().is_empty() { String::new() } else { format!("{margin}  {line}") });
    let lines: Vec<String> = lines.collect();
    let span = Span { start: attr.name.span.end, end: value.span.end, ..value.span };
    Some(Offer::new(
        format!("write the body of `{file}` here"),
        CodeActionKind::REFACTOR_REWRITE,
        vec![site.replace(span, format!(":\n{}", lines.join("\n")))],
    ))
}

/// The lines of a function with the imports before it; none when the file holds more, or the parameters have other
/// names than the inputs.
fn function_body(text: &str, function: &str, task: &Task) -> Option<String> {
    let mut imports = Vec::new();
    let mut lines = text.lines().peekable();
    let mut out = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with("import ") || line.starts_with("from ") {
            imports.push(line.to_owned());
        } else if let Some(head) = line.strip_prefix(&format!("def {function}(")) {
            let params = head.split(')').next()?;
            let names: Vec<&str> =
                params.split(',').map(|param| param.split([':', '=']).next().unwrap_or("").trim()).collect();
            let inputs: Vec<&str> = task.params.iter().map(|param| param.name.text.as_str()).collect();
            if names != inputs && !(inputs.is_empty() && params.trim().is_empty()) {
                return None;
            }
            while let Some(line) = lines.next_if(|line| line.starts_with(' ') || line.trim().is_empty()) {
                out.push(line.strip_prefix("    ").unwrap_or(line).to_owned());
            }
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            return None;
        }
    }
    imports.extend(out);
    (!imports.is_empty()).then(|| imports.join("\n"))
}

/// The texts of the files after the edit, for those who cannot carry it out.
#[cfg(test)]
pub(super) fn texts(edit: &WorkspaceEdit) -> HashMap<String, Vec<TextEdit>> {
    let Some(DocumentChanges::Operations(operations)) = &edit.document_changes else { return HashMap::new() };
    let mut out: HashMap<String, Vec<TextEdit>> = HashMap::new();
    for operation in operations {
        if let DocumentChangeOperation::Edit(edit) = operation {
            let edits = edit.edits.iter().filter_map(|edit| match edit {
                OneOf::Left(edit) => Some(edit.clone()),
                OneOf::Right(_) => None,
            });
            out.entry(edit.text_document.uri.to_string()).or_default().extend(edits);
        }
    }
    out
}
