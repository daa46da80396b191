//! Where a column comes from: the step that made it, and the steps that handed it on.

use smol_str::SmolStr;
use standpipe_syntax::ast::{Arg, Expr, ExprId, ExprKind, StmtKind};
use standpipe_syntax::walk::Node;
use standpipe_syntax::{FileId, Span};

use crate::check::{Callee, Checked, Given};
use crate::resolve::{LocalKind, Target, declared};
use crate::types::Type;

/// Steps are followed back so far.
const MOST: usize = 16;

/// One station of a table on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It goes into the pipeline as this input.
    Input { name: SmolStr, span: Span },
    /// The step made it.
    Made { by: SmolStr, call: Span },
    /// The step got it with these columns and handed them on.
    Passed { by: SmolStr, call: Span },
}

/// The stations of the table that `expr` of `file` is, the latest first.
#[must_use]
pub fn origin(checked: &Checked, file: FileId, expr: &Expr) -> Vec<Origin> {
    let mut out = Vec::new();
    let mut next = Some(expr);
    let mut path: Vec<SmolStr> = Vec::new();
    while let Some(expr) = next.filter(|_| out.len() < MOST) {
        next = step(checked, file, expr, &mut path, &mut out);
    }
    out
}

fn step<'t>(
    checked: &'t Checked,
    file: FileId,
    expr: &'t Expr,
    path: &mut Vec<SmolStr>,
    out: &mut Vec<Origin>,
) -> Option<&'t Expr> {
    match &expr.kind {
        ExprKind::Paren(inner) => Some(inner),
        ExprKind::Field { of, name } if !checked.resolved.file(file).names.contains_key(&expr.id) => {
            path.push(name.text.clone());
            Some(of)
        }
        ExprKind::Name(name) => match checked.resolved.file(file).names.get(&expr.id)? {
            Target::Local(local) => match checked.resolved.file(file).locals.get(local.0 as usize)?.kind {
                LocalKind::Bind { value } => find(checked, file, value),
                LocalKind::Unpack { value } => {
                    path.push(name.text.clone());
                    find(checked, file, value)
                }
                LocalKind::Item { items } => find(checked, file, items),
                LocalKind::ItemField { items } => {
                    path.push(name.text.clone());
                    find(checked, file, items)
                }
                LocalKind::State { start } => find(checked, file, start),
                LocalKind::StateField { start } => {
                    path.push(name.text.clone());
                    find(checked, file, start)
                }
                LocalKind::Axis { .. } => None,
            },
            Target::Param(_, _) => {
                out.push(Origin::Input { name: name.text.clone(), span: name.span });
                None
            }
            Target::Decl(_)
            | Target::Builtin(_)
            | Target::Module(_)
            | Target::Attempt
            | Target::Type
            | Target::Unknown => None,
        },
        ExprKind::Call { args, .. } => call(checked, file, expr, None, args, path, out),
        ExprKind::Pipe { value, call: right } => match &right.kind {
            ExprKind::Call { args, .. } => call(checked, file, right, Some(value), args, path, out),
            _ => None,
        },
        ExprKind::For { body, .. } => match body.stmts.last().map(|stmt| &stmt.kind) {
            Some(StmtKind::Expr(last)) => Some(last),
            _ => None,
        },
        _ => None,
    }
}

fn call<'t>(
    checked: &'t Checked,
    file: FileId,
    expr: &'t Expr,
    piped: Option<&'t Expr>,
    args: &'t [Arg],
    path: &mut Vec<SmolStr>,
    out: &mut Vec<Origin>,
) -> Option<&'t Expr> {
    let known = checked.calls.get(&(file, expr.id))?;
    let Callee::Decl(id) = known.callee else { return None };
    let signature = checked.signatures.get(&id)?;
    let by = declared(checked.resolved.decl(id))?.text.clone();
    let given = |index: usize| match known.args.get(index)? {
        Given::Arg(arg) => args.get(*arg as usize).map(|arg| &arg.value),
        Given::Piped => piped,
        Given::Default => None,
    };
    // The part of the result that is asked for, as it is declared.
    let mut result = &signature.result;
    while let Some(name) = path.pop() {
        match result {
            Type::Record(fields) => result = &crate::types::find(fields, &name)?.ty,
            _ => return None,
        }
    }
    let through = row_param(result)
        .and_then(|param| signature.params.iter().position(|input| row_param(&input.ty) == Some(param)));
    match through {
        Some(index) => {
            out.push(Origin::Passed { by, call: expr.span });
            given(index)
        }
        None => {
            out.push(Origin::Made { by, call: expr.span });
            None
        }
    }
}

/// The type parameter that a table's row is.
fn row_param(ty: &Type) -> Option<u32> {
    match ty {
        Type::Table(Some(row)) | Type::List(row) | Type::Optional(row) => match &**row {
            Type::Param { index, .. } => Some(*index),
            inner => row_param(inner),
        },
        _ => None,
    }
}

fn find(checked: &Checked, file: FileId, id: ExprId) -> Option<&Expr> {
    let mut found = None;
    for decl in &checked.resolved.file(file).tree.decls {
        Node::Decl(decl).walk(&mut |node| {
            if let Node::Expr(expr) = node
                && expr.id == id
            {
                found = Some(expr);
            }
        });
        if found.is_some() {
            break;
        }
    }
    found
}
