//! The type that is wanted where the cursor stands, and what a type offers by itself: members, `none`.

use standpipe_compiler::check::{Callee, Given};
use standpipe_compiler::types::{Type, find};
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{BinaryOp, DeclKind, ExprKind, StmtKind};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CompletionItemKind;

use super::{Rank, Site};
use crate::ide::shared::fields;
use crate::snapshot::File;

/// The type that is wanted at a place, where the checker says one.
pub(in crate::ide) fn wanted(file: &File, at: u32) -> Option<Type> {
    let path = path_at(file.tree(), at);
    let mut inner: Option<standpipe_syntax::ast::ExprId> = None;
    for (index, node) in path.iter().enumerate().rev() {
        match node {
            Node::Arg(arg) => {
                let call = path[..index].iter().rev().find_map(|node| match node {
                    Node::Expr(expr) => Some(*expr),
                    _ => None,
                })?;
                let ExprKind::Call { args, .. } = &call.kind else { return None };
                let given = file.analysis.checked.calls.get(&(FileId(0), call.id))?;
                let Callee::Decl(id) = given.callee else { return None };
                let place = args.iter().position(|other| std::ptr::eq(other, *arg))?;
                let place = Given::Arg(u32::try_from(place).ok()?);
                let param = given.args.iter().position(|given| *given == place)?;
                return Some(file.analysis.checked.signatures.get(&id)?.params.get(param)?.ty.clone());
            }
            Node::Param(param) => {
                let Some(Node::Decl(decl)) = path.first() else { return None };
                let (params, _) = decl.kind.head()?;
                let place = params.iter().position(|other| std::ptr::eq(other, *param))?;
                let id = crate::ide::shared::decl_at(file, at)?.0;
                return Some(file.analysis.checked.signatures.get(&id)?.params.get(place)?.ty.clone());
            }
            Node::RecordField(field) if !field.short => {
                let record = path[..index].iter().rev().find_map(|node| match node {
                    Node::Expr(expr) => Some(*expr),
                    _ => None,
                })?;
                let of = wanted(file, record.span.start)?;
                return find(fields(&of)?, &field.name.text).map(|field| field.ty.clone());
            }
            Node::Expr(expr) => match &expr.kind {
                ExprKind::Binary { op: BinaryOp::Equal | BinaryOp::NotEqual, left, right, .. } => {
                    let other = if Some(left.id) == inner { right } else { left };
                    return file.type_of(other).cloned();
                }
                // Whatever stands in `${…}` is written out.
                ExprKind::String(_) if inner.is_some() => return None,
                ExprKind::Name(_) | ExprKind::String(_) | ExprKind::Paren(_) => inner = Some(expr.id),
                ExprKind::Call { callee, .. } if Some(callee.id) == inner => inner = Some(expr.id),
                ExprKind::Pipe { call, .. } if Some(call.id) == inner => inner = Some(expr.id),
                _ if inner.is_some() => return None,
                _ => inner = Some(expr.id),
            },
            Node::Stmt(_) | Node::Block(_) => {
                let last = matches!(path.get(index), Some(Node::Stmt(stmt)) if matches!(stmt.kind, StmtKind::Expr(_)));
                let Some(Node::Decl(decl)) = path.first() else { return None };
                let DeclKind::Pipeline(pipeline) = &decl.kind else { return None };
                let ends = pipeline.body.stmts.last().is_some_and(|stmt| stmt.span.start <= at && at <= stmt.span.end);
                let id = crate::ide::shared::decl_at(file, at)?.0;
                return Some(file.analysis.checked.signatures.get(&id)?.result.clone())
                    .filter(|ty| last && ends && *ty != Type::Nothing);
            }
            _ => {}
        }
    }
    None
}

pub(super) fn members_of_union(site: &mut Site<'_>, wanted: Option<&Type>) {
    let wanted = match wanted {
        Some(Type::Optional(inner)) => {
            site.push(Rank::Wanted, "none", CompletionItemKind::KEYWORD, "");
            Some(&**inner)
        }
        other => other,
    };
    match wanted {
        Some(Type::OneOf(members)) => {
            for member in members {
                site.push(Rank::Wanted, &format!("{member:?}"), CompletionItemKind::ENUM_MEMBER, "");
            }
        }
        Some(Type::Bool) => {
            for word in ["true", "false"] {
                site.push(Rank::Near, word, CompletionItemKind::KEYWORD, "Bool");
            }
        }
        _ => {}
    }
}
