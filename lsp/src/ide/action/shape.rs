//! Other ways to write the same.

use standpipe_syntax::Span;
use standpipe_syntax::ast::{BinaryOp, DeclKind, Expr, ExprKind, RecordField};
use standpipe_syntax::walk::Node;
use tower_lsp::ls_types::CodeActionKind;

use super::{Offer, Site};
use crate::ide::shared::{decl_at, name_of};

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    let path = site.path();
    for node in path.iter().rev() {
        if let Node::Expr(expr) = node {
            out.extend(to_pipe(site, expr, &path));
            out.extend(from_pipe(site, expr));
            out.extend(flip(site, expr));
            out.extend(add_else(site, expr));
            out.extend(with_limit(site, expr));
        }
        if let Node::RecordField(field) = node {
            out.extend(long_or_short(site, field));
        }
    }
    out.extend(kind_of_task(site));
    out.extend(documentation(site));
    // Of several that are inside each other the innermost is meant.
    let mut seen: Vec<String> = Vec::new();
    out.retain(|offer| {
        let new = !seen.contains(&offer.title);
        seen.push(offer.title.clone());
        new
    });
    out
}

fn rewrite(title: &str, edits: Vec<tower_lsp::ls_types::TextEdit>) -> Offer {
    Offer::new(title, CodeActionKind::REFACTOR_REWRITE, edits)
}

/// `f(x, y)` as `x |> f(y)`.
fn to_pipe(site: &Site<'_>, expr: &Expr, path: &[Node<'_>]) -> Option<Offer> {
    let ExprKind::Call { callee, args } = &expr.kind else { return None };
    let first = args.first().filter(|arg| arg.name.is_none())?;
    let piped = path.iter().any(|node| match node {
        Node::Expr(around) => matches!(&around.kind, ExprKind::Pipe { call, .. } if call.id == expr.id),
        _ => false,
    });
    let plain = matches!(
        first.value.kind,
        ExprKind::Name(_)
            | ExprKind::Field { .. }
            | ExprKind::Call { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::String(_)
    );
    if piped || !plain {
        return None;
    }
    let end = args.get(1).map_or(first.value.span.end, |next| Node::Arg(next).span().start);
    let rest = site.file.text(Span { start: end, ..expr.span });
    let new = format!("{} |> {}({rest}", site.file.text(first.value.span), site.file.text(callee.span));
    Some(rewrite("write it with `|>`", vec![site.replace(expr.span, new)]))
}

/// `x |> f(y)` as `f(x, y)`.
fn from_pipe(site: &Site<'_>, expr: &Expr) -> Option<Offer> {
    let ExprKind::Pipe { value, call } = &expr.kind else { return None };
    let ExprKind::Call { callee, args } = &call.kind else { return None };
    let rest = match args.first() {
        Some(first) => format!(", {}", site.file.text(Span { start: Node::Arg(first).span().start, ..call.span })),
        None => ")".into(),
    };
    let new = format!("{}({}{rest}", site.file.text(callee.span), site.file.text(value.span));
    Some(rewrite("write it without `|>`", vec![site.replace(expr.span, new)]))
}

/// `a < b` as `b > a`.
fn flip(site: &Site<'_>, expr: &Expr) -> Option<Offer> {
    let ExprKind::Binary { op, op_span, left, right } = &expr.kind else { return None };
    let flipped = match op {
        BinaryOp::Less => ">",
        BinaryOp::LessEqual => ">=",
        BinaryOp::Greater => "<",
        BinaryOp::GreaterEqual => "<=",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Coalesce => return None,
    };
    let text = |span: Span| site.file.text(span).to_owned();
    let edits = vec![
        site.replace(left.span, text(right.span)),
        site.replace(*op_span, flipped),
        site.replace(right.span, text(left.span)),
    ];
    Some(rewrite("swap the sides", edits))
}

/// An `if` without its other side.
fn add_else(site: &Site<'_>, expr: &Expr) -> Option<Offer> {
    let ExprKind::If { otherwise: None, then, .. } = &expr.kind else { return None };
    let margin = site.margin(expr.span.start);
    let new = format!(" else {{\n{margin}}}");
    Some(rewrite("add `else`", vec![site.insert(then.span.end, new)]))
}

/// A `for` that runs all at once.
fn with_limit(site: &Site<'_>, expr: &Expr) -> Option<Offer> {
    let ExprKind::For { items, limit: None, body, .. } = &expr.kind else { return None };
    let inside = site.span.start < body.span.start;
    inside.then(|| rewrite("limit how many run at once", vec![site.insert(items.span.end, " limit 4")]))
}

/// `{ b }` as `{ b: b }`, and back.
fn long_or_short(site: &Site<'_>, field: &RecordField) -> Option<Offer> {
    let name = field.name.text.as_str();
    if field.short {
        return Some(rewrite("write the field out", vec![site.insert(field.name.span.end, format!(": {name}"))]));
    }
    let same = matches!(&field.value.kind, ExprKind::Name(value) if value.text == name);
    same.then(|| {
        let span = field.name.span.to(field.value.span);
        rewrite("write the field short", vec![site.replace(span, name)])
    })
}

/// A task as an effect, and back.
fn kind_of_task(site: &Site<'_>) -> Option<Offer> {
    let (_, decl) = decl_at(site.file, site.span.start)?;
    let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { return None };
    if site.span.start > task.name.span.end {
        return None;
    }
    let word = Span { end: task.name.span.start, ..decl.span };
    if task.effect {
        task.result.as_ref()?;
        return Some(rewrite("make it a task: it only computes", vec![site.replace(word, "task ")]));
    }
    let refused = task.attrs.iter().any(|attr| matches!(attr.name.text.as_str(), "retry" | "cache"));
    (!refused).then(|| rewrite("make it an effect: it changes the world", vec![site.replace(word, "effect ")]))
}

/// A line that says what a declaration is for.
fn documentation(site: &Site<'_>) -> Option<Offer> {
    let (_, decl) = decl_at(site.file, site.span.start)?;
    let (params, _) = decl.kind.head()?;
    let on_head =
        params.first().map_or(site.span.start <= decl.span.start + 40, |param| site.span.start < param.name.span.start);
    if decl.doc.is_some() || !on_head {
        return None;
    }
    let name = name_of(decl).replace('_', " ");
    Some(rewrite("say what it is for", vec![site.insert(decl.span.start, format!("## {name}.\n"))]))
}
