//! Values that do not fit: fields that are missing, one for many, what may be none.

use standpipe_compiler::types::Type;
use standpipe_syntax::ast::{Expr, ExprKind, TypeKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::walk::{Node, path_at};
use standpipe_syntax::{FileId, Span};

use super::value::{literal, value_for};
use super::{Offer, Site};
use crate::ide::completion::wanted_at;
use crate::ide::shared::{decl_at, fields};

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    for found in site.diagnostics(Code::LACKS_FIELD) {
        out.extend(missing_fields(site, found));
    }
    for found in site.diagnostics(Code::CARDINALITY) {
        out.extend(in_for(site, found));
    }
    for found in site.diagnostics(Code::MAY_BE_NONE) {
        out.extend(coalesce(site, found));
    }
    for found in site.diagnostics(Code::EXTRA_FIELD) {
        out.extend(declare_field(site, found));
    }
    for found in site.diagnostics(Code::NO_VALUE) {
        out.extend(without_result(site, found));
    }
    for found in site.diagnostics(Code::UNKNOWN_FIELD) {
        out.extend(declare_unknown(site, found));
    }
    out
}

/// A record that lacks fields gets them.
fn missing_fields(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let path = path_at(site.file.tree(), found.span.start);
    let given = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if expr.span == found.span => match &expr.kind {
            ExprKind::Record(given) => Some(given),
            _ => None,
        },
        _ => None,
    })?;
    let wanted = wanted_at(site.file, found.span.start)?;
    let wanted = fields(&wanted)?.clone();
    let missing: Vec<String> = wanted
        .iter()
        .filter(|field| !given.iter().any(|given| given.name.text == field.name))
        .map(|field| {
            let value = value_for(site.file, found.span.start, &field.name, &field.ty);
            if value == *field.name { value } else { format!("{}: {value}", field.name) }
        })
        .collect();
    if missing.is_empty() {
        return None;
    }
    let edit = match given.last() {
        Some(last) => site.insert(Node::RecordField(last).span().end, format!(", {}", missing.join(", "))),
        None => site.replace(found.span, format!("{{ {} }}", missing.join(", "))),
    };
    let title = if missing.len() == 1 { "add the missing field" } else { "add the missing fields" };
    Some(Offer::repair(title, vec![edit], found))
}

/// A list where one is wanted: the call for each of the list.
fn in_for(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let path = path_at(site.file.tree(), found.span.start);
    let list = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if expr.span == found.span => Some(*expr),
        _ => None,
    })?;
    if !matches!(site.file.type_of(list), Some(Type::List(_))) {
        return None;
    }
    // The call that it is given to, or the field that is taken of it.
    let outer = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if expr.span != found.span && expr.span.start <= found.span.start => match &expr.kind {
            ExprKind::Call { .. } | ExprKind::Field { .. } => Some(*expr),
            _ => None,
        },
        _ => None,
    })?;
    let text = site.file.text(outer.span);
    let at = (found.span.start - outer.span.start) as usize;
    let end = (found.span.end - outer.span.start) as usize;
    let item = item_name(site.file.text(found.span));
    let inner = format!("{}{item}{}", text.get(..at)?, text.get(end..)?);
    let margin = site.margin(outer.span.start);
    let new = format!("for {item} in {} {{\n{margin}  {inner}\n{margin}}}", site.file.text(found.span));
    Some(Offer::repair("do it for each of the list", vec![site.replace(outer.span, new)], found))
}

/// What one of `trees` is called.
fn item_name(list: &str) -> String {
    let last =
        list.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).find(|word| !word.is_empty()).unwrap_or("item");
    match last.strip_suffix('s') {
        Some(one) if one.len() > 1 && !one.ends_with('s') && list.ends_with(last) => one.to_owned(),
        _ => "item".into(),
    }
}

/// `x ?? …` where `x` may be none.
fn coalesce(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let path = path_at(site.file.tree(), found.span.start);
    let expr = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if expr.span == found.span => Some(*expr),
        _ => None,
    })?;
    let Some(Type::Optional(inner)) = site.file.type_of(expr) else { return None };
    let value = literal("other", inner);
    if value == "other" {
        return None;
    }
    let text = site.file.text(found.span);
    let simple = matches!(expr.kind, ExprKind::Name(_) | ExprKind::Field { .. } | ExprKind::Call { .. });
    let left = if simple { text.to_owned() } else { format!("({text})") };
    let whole = is_argument(&path, expr);
    let new = if whole { format!("{left} ?? {value}") } else { format!("({left} ?? {value})") };
    Some(Offer::repair(format!("use `{value}` instead of `none`"), vec![site.replace(found.span, new)], found))
}

/// The expression stands alone, so that an operator in it needs no parentheses.
fn is_argument(path: &[Node<'_>], expr: &Expr) -> bool {
    let at = path.iter().position(|node| matches!(node, Node::Expr(other) if other.id == expr.id));
    let around = at.and_then(|at| at.checked_sub(1)).and_then(|at| path.get(at));
    matches!(around, Some(Node::Arg(_) | Node::Stmt(_) | Node::RecordField(_) | Node::Attr(_)))
}

/// Python returns a field that the task does not declare.
fn declare_field(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let name = site.file.text(found.span).trim_matches(['"', '\'']).to_owned();
    let (_, around) = decl_at(site.file, found.span.start)?;
    let (_, result) = around.kind.head()?;
    let TypeKind::Record(declared) = &result?.kind else { return None };
    let edit = match declared.last() {
        Some(last) => site.insert(Node::FieldType(last).span().end, format!(", {name}: Json")),
        None => site.replace(result?.span, format!("{{ {name}: Json }}")),
    };
    Some(Offer::repair(format!("declare `{name}` in the result"), vec![edit], found))
}

/// A pipeline that promises a result and ends without one: it promises nothing.
fn without_result(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let (_, around) = decl_at(site.file, found.span.start)?;
    let (_, result) = around.kind.head()?;
    let result = result?;
    let before = site.file.text(Span { end: result.span.start, ..around.span });
    let start = around.span.start + u32::try_from(before.rfind("->")?).ok()?;
    let at_end = found.span.end >= around.span.end;
    let span = Span { start: start.saturating_sub(1), end: result.span.end, ..result.span };
    at_end.then(|| Offer::repair("promise no result", vec![site.replace(span, "")], found))
}

/// A field that a task's result does not have is declared in it.
fn declare_unknown(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let name = site.file.text(found.span).to_owned();
    let path = path_at(site.file.tree(), found.span.start);
    let of = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Field { of, name } if name.span == found.span => Some(&**of),
            _ => None,
        },
        _ => None,
    })?;
    let Some(Type::Record(known)) = site.file.type_of(of) else { return None };
    // Only where its declaration is in this file.
    let last = known.iter().next_back()?;
    let span = last.span.filter(|span| span.file == FileId(0))?;
    let declared = path_at(site.file.tree(), span.start).into_iter().rev().find_map(|node| match node {
        Node::FieldType(field) if field.name.span == span => Some(Node::FieldType(field).span()),
        _ => None,
    })?;
    let multiline = site.file.line_before(declared.start).trim().is_empty();
    let margin = site.margin(declared.start);
    let new = if multiline { format!("\n{margin}{name}: Json") } else { format!(", {name}: Json") };
    Some(Offer::repair(format!("declare the field `{name}`"), vec![site.insert(declared.end, new)], found))
}
