//! Which environment a task names, and what that environment's declaration says.

use smol_str::SmolStr;
use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, Env, Expr, ExprKind, StrPart, Task};

use crate::resolve::{DeclId, File, Resolved, Target};

/// The expression of the attribute `name`.
pub(crate) fn attribute<'a>(attrs: &'a [Attr], name: &str) -> Option<&'a Expr> {
    attrs.iter().find(|attr| attr.name.text == name).and_then(|attr| match &attr.value {
        AttrValue::Expr(expr) => Some(expr),
        AttrValue::Raw(_) => None,
    })
}

/// The environment of `task` in `file`: `env: ml`, or `env: shared.ml` of an imported file.
pub(crate) fn env_of<'a>(resolved: &'a Resolved, file: &File, task: &Task) -> Option<(DeclId, &'a Env)> {
    let expr = attribute(&task.attrs, "env")?;
    let Some(Target::Decl(id)) = file.names.get(&expr.id) else { return None };
    match &resolved.decl(*id).kind {
        DeclKind::Env(env) => Some((*id, env)),
        _ => None,
    }
}

/// The packages that an environment lists; none when they cannot be read off its declaration.
pub(crate) fn packages(env: &Env) -> Option<Vec<SmolStr>> {
    let Some(expr) = attribute(&env.attrs, "packages") else { return Some(Vec::new()) };
    match &expr.kind {
        ExprKind::List(items) => items.iter().map(literal).collect(),
        _ => None,
    }
}

/// The name that a requirement (PEP 508) begins with, and what stands behind it.
pub(crate) fn requirement(text: &str) -> (&str, &str) {
    let end = text.find(|ch: char| !(ch.is_ascii_alphanumeric() || "-_.".contains(ch))).unwrap_or(text.len());
    text.split_at(end)
}

/// A string literal without `${}`.
pub(crate) fn literal(expr: &Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::String(parts) => match parts.as_slice() {
            [] => Some(SmolStr::default()),
            [StrPart::Text(text)] => Some(text.clone()),
            _ => None,
        },
        ExprKind::Paren(inner) => literal(inner),
        _ => None,
    }
}
