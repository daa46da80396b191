//! Parts of the program get a name of their own: a type, a const, a step, a pipeline; and a step loses its name again.

use standpipe_compiler::query::{Role, Symbol};
use standpipe_compiler::types::Type;
use standpipe_syntax::Span;
use standpipe_syntax::ast::{DeclKind, Expr, ExprKind, Stmt, StmtKind, TypeKind};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CodeActionKind;

use super::names::written;
use super::{Offer, Site};
use crate::ide::shared::{decl_at, name_of};

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    out.extend(a_type(site));
    out.extend(a_const(site));
    out.extend(a_step(site));
    out.extend(a_pipeline(site));
    out.extend(inline(site));
    out
}

/// `base`, or `base2` and so on when that means something already.
pub(super) fn fresh(site: &Site<'_>, base: &str) -> String {
    let file = &site.file.analysis.checked.resolved.files[0];
    let taken = |name: &str| {
        file.scope.contains_key(name)
            || file.locals.iter().any(|local| local.name == name)
            || site.file.source().text.contains(&format!("{name}:"))
    };
    let mut name = base.to_owned();
    let mut number = 2;
    while taken(&name) {
        name = format!("{base}{number}");
        number += 1;
    }
    name
}

/// A record that is written out where a type stands.
fn a_type(site: &Site<'_>) -> Option<Offer> {
    let path = site.path();
    let ty = path.iter().rev().find_map(|node| match node {
        Node::Type(ty) if matches!(ty.kind, TypeKind::Record(_) | TypeKind::Union(_)) => Some(*ty),
        _ => None,
    })?;
    let (_, around) = decl_at(site.file, site.span.start)?;
    if let DeclKind::Type(alias) = &around.kind
        && alias.ty.span == ty.span
    {
        return None;
    }
    // Of a task the result, of a parameter its name.
    let base = path.iter().rev().find_map(|node| match node {
        Node::Param(param) => Some(param.name.text.to_string()),
        Node::FieldType(field) if field.ty.span == ty.span => Some(field.name.text.to_string()),
        Node::Decl(decl) => Some(name_of(decl).to_owned()),
        _ => None,
    });
    let name = fresh(site, &camel(&base?));
    let start = around.doc.as_ref().map_or(around.span.start, |doc| doc.span.start);
    let text = site.file.text(ty.span);
    Some(Offer::new(
        format!("make it the type `{name}`"),
        CodeActionKind::REFACTOR_EXTRACT,
        vec![site.insert(start, format!("type {name} = {text}\n\n")), site.replace(ty.span, name)],
    ))
}

fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
        })
        .collect()
}

/// A literal in a pipeline.
fn a_const(site: &Site<'_>) -> Option<Offer> {
    let expr = site.innermost_expr()?;
    let ty = match &expr.kind {
        ExprKind::Int(_) => "Int",
        ExprKind::Float(_) => "Float",
        ExprKind::Duration(_) => "Duration",
        ExprKind::Size(_) => "Size",
        ExprKind::Bool(_) => "Bool",
        _ => return None,
    };
    let (_, around) = decl_at(site.file, site.span.start)?;
    if matches!(around.kind, DeclKind::Const(_)) {
        return None;
    }
    let path = site.path();
    let given = path.iter().rev().find_map(|node| match node {
        Node::Arg(arg) => arg.name.as_ref().map(|name| name.text.to_string()),
        Node::RecordField(field) => Some(field.name.text.to_string()),
        Node::Attr(attr) => Some(attr.name.text.to_string()),
        _ => None,
    });
    let name = fresh(site, &format!("most_{}", given.unwrap_or_else(|| "value".into())).replace("most_value", "value"));
    let start = around.doc.as_ref().map_or(around.span.start, |doc| doc.span.start);
    let text = site.file.text(expr.span);
    Some(Offer::new(
        format!("make it the const `{name}`"),
        CodeActionKind::REFACTOR_EXTRACT,
        vec![site.insert(start, format!("const {name}: {ty} = {text}\n\n")), site.replace(expr.span, name)],
    ))
}

/// An expression inside a statement becomes a statement of its own before it.
fn a_step(site: &Site<'_>) -> Option<Offer> {
    let path = site.path();
    let expr = if site.span.is_empty() {
        path.iter().rev().find_map(|node| match node {
            Node::Expr(expr) if matches!(expr.kind, ExprKind::Call { .. }) => Some(*expr),
            _ => None,
        })?
    } else {
        path.iter().rev().find_map(|node| match node {
            Node::Expr(expr) if expr.span == site.trimmed() => Some(*expr),
            _ => None,
        })?
    };
    // What a call is made of to the right of `|>` is no value by itself.
    let piped = path.iter().any(|node| match node {
        Node::Expr(around) => matches!(&around.kind, ExprKind::Pipe { call, .. } if call.id == expr.id),
        _ => false,
    });
    let stmt = path.iter().rev().find_map(|node| match node {
        Node::Stmt(stmt) => Some(*stmt),
        _ => None,
    })?;
    let whole = match &stmt.kind {
        StmtKind::Bind { value, .. } => value.id == expr.id,
        StmtKind::Expr(value) => value.id == expr.id && site.file.type_of(expr).is_none_or(|ty| *ty == Type::Nothing),
        StmtKind::Unpack { .. } | StmtKind::Expect(_) | StmtKind::Broken => false,
    };
    if piped || whole || site.file.type_of(expr).is_none_or(|ty| *ty == Type::Nothing) {
        return None;
    }
    let base = match &expr.kind {
        ExprKind::Call { callee, .. } => match &callee.kind {
            ExprKind::Name(name) | ExprKind::Field { name, .. } => format!("{}_result", name.text),
            _ => "value".into(),
        },
        ExprKind::Field { name, .. } => name.text.to_string(),
        _ => "value".into(),
    };
    let name = fresh(site, &base);
    let margin = site.margin(stmt.span.start);
    let text = site.file.text(expr.span);
    Some(Offer::new(
        format!("give it the name `{name}`"),
        CodeActionKind::REFACTOR_EXTRACT,
        vec![site.insert(stmt.span.start, format!("{name} = {text}\n{margin}")), site.replace(expr.span, name)],
    ))
}

/// Selected statements become a pipeline: what they read from outside goes in, what is read of them comes out.
fn a_pipeline(site: &Site<'_>) -> Option<Offer> {
    let (_, around) = decl_at(site.file, site.span.start)?;
    let DeclKind::Pipeline(pipeline) = &around.kind else { return None };
    let selected: Vec<&Stmt> = pipeline
        .body
        .stmts
        .iter()
        .filter(|stmt| site.span.start <= stmt.span.end && stmt.span.start <= site.span.end)
        .filter(|_| !site.span.is_empty())
        .collect();
    let (first, last) = (selected.first()?, selected.last()?);
    let span = first.span.to(last.span);
    let within = |at: Span| span.start <= at.start && at.end <= span.end;
    let in_pipeline = |at: Span| around.span.start <= at.start && at.end <= around.span.end;
    let mut inputs: Vec<(String, String)> = Vec::new();
    let mut results: Vec<(String, String)> = Vec::new();
    for found in site.file.occurrences().iter().filter(|found| in_pipeline(found.span)) {
        let (Symbol::Local(..) | Symbol::Param(..)) = &found.symbol else { continue };
        if !matches!(found.role, Role::Uses | Role::ShortValue) {
            continue;
        }
        let declared = site.file.declared_at(&found.symbol)?;
        let ty = crate::ide::hover::type_of(site.file, &found.symbol)?;
        let named = (site.file.text(found.span).to_owned(), written(&ty));
        if within(found.span) && !within(declared) && !inputs.contains(&named) {
            inputs.push(named);
        } else if !within(found.span) && within(declared) && !results.contains(&named) {
            results.push(named);
        }
    }
    let value = match (&last.kind, results.as_slice(), &pipeline.result) {
        // The last statement is the pipeline's value.
        (StmtKind::Expr(value), [], Some(_)) if std::ptr::eq(*last, pipeline.body.stmts.last()?) => {
            Some(written(site.file.type_of(value)?))
        }
        _ => None,
    };
    let name = fresh(site, "part");
    let params: Vec<String> = inputs.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    let given: Vec<&str> = inputs.iter().map(|(name, _)| name.as_str()).collect();
    let call = format!("{name}({})", given.join(", "));
    let body = site.file.text(span);
    let (result, end, new) = match (results.as_slice(), value) {
        ([], Some(ty)) => (format!(" -> {ty}"), String::new(), call),
        ([], None) => (String::new(), String::new(), call),
        ([(one, ty)], _) => (format!(" -> {ty}"), format!("\n  {one}"), format!("{one} = {call}")),
        (many, _) => {
            let fields: Vec<String> = many.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
            let names: Vec<&str> = many.iter().map(|(name, _)| name.as_str()).collect();
            let names = names.join(", ");
            (
                format!(" -> {{ {} }}", fields.join(", ")),
                format!("\n  {{ {names} }}"),
                format!("{{ {names} }} = {call}"),
            )
        }
    };
    let start = around.doc.as_ref().map_or(around.span.start, |doc| doc.span.start);
    let text = format!("pipeline {name}({}){result} {{\n  {body}{end}\n}}\n\n", params.join(", "));
    Some(Offer::new(
        format!("make it the pipeline `{name}`"),
        CodeActionKind::REFACTOR_EXTRACT,
        vec![site.insert(start, text), site.replace(span, new)],
    ))
}

/// A step that is read once stands where it is read.
fn inline(site: &Site<'_>) -> Option<Offer> {
    let names = site.file.names_at(site.span.start);
    let symbol = names.iter().find(|name| matches!(name.symbol, Symbol::Local(..))).map(|name| &name.symbol)?;
    let declared = site.file.declared_at(symbol)?;
    let path = path_at(site.file.tree(), declared.start);
    let stmt = path.iter().rev().find_map(|node| match node {
        Node::Stmt(stmt) => Some(*stmt),
        _ => None,
    })?;
    let StmtKind::Bind { name, value } = &stmt.kind else { return None };
    let uses: Vec<_> = site
        .file
        .occurrences()
        .iter()
        .filter(|found| found.symbol == *symbol && found.role != Role::Declares)
        .collect();
    let [used] = uses.as_slice() else { return None };
    // A block in the middle of an expression reads badly, and moves what is run when.
    if name.span != declared || has_block(value) {
        return None;
    }
    let text = site.file.text(value.span);
    let plain = !matches!(
        value.kind,
        ExprKind::Binary { .. } | ExprKind::Unary { .. } | ExprKind::Pipe { .. } | ExprKind::Range { .. }
    );
    let around = path_at(site.file.tree(), used.span.start);
    let alone = match around.iter().rev().nth(1) {
        Some(Node::Arg(_) | Node::Stmt(_) | Node::RecordField(_)) => true,
        Some(_) | None => false,
    };
    let new = match used.role {
        Role::ShortValue => format!("{}: {text}", name.text),
        _ if plain || alone => text.to_owned(),
        _ => format!("({text})"),
    };
    Some(Offer::new(
        format!("put `{}` where it is read", name.text),
        CodeActionKind::REFACTOR_INLINE,
        vec![site.remove_line(stmt.span), site.replace(used.span, new)],
    ))
}

fn has_block(expr: &Expr) -> bool {
    let mut found = false;
    Node::Expr(expr).walk(&mut |node| found |= matches!(node, Node::Block(_)));
    found
}
