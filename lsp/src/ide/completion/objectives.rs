//! What a `sweep` may look for the largest or smallest of: numbers in what its body gives, and how long a trial takes.

use standpipe_compiler::types::Type;
use standpipe_syntax::ast::{ExprKind, StmtKind};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CompletionItemKind;

use super::{Rank, Site};
use crate::ide::unwritten::completed;

/// Offers them behind `maximize` and `minimize`; whether the cursor stands there.
pub(super) fn complete(site: &mut Site<'_>, line: &str) -> bool {
    let before = line.trim_end();
    if before.len() == line.len() || !["maximize", "minimize"].iter().any(|word| before.ends_with(word)) {
        return false;
    }
    let (whole, at) = completed(site.snapshot, site.file, site.at);
    let Some(file) = whole.file(&site.file.uri) else { return false };
    let path = path_at(file.tree(), at);
    let Some(sweep) = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Sweep(sweep) => Some(sweep),
            _ => None,
        },
        _ => None,
    }) else {
        return false;
    };
    if let Some(StmtKind::Expr(last)) = sweep.body.stmts.last().map(|stmt| &stmt.kind)
        && let Some(given) = file.type_of(last)
    {
        numbers(site, given, "");
    }
    site.push(Rank::Plain, "seconds", CompletionItemKind::FIELD, "how long a trial takes");
    true
}

/// The numbers in a record, those of records in it by their path.
fn numbers(site: &mut Site<'_>, of: &Type, before: &str) {
    let Type::Record(fields) = of else { return };
    for field in fields.iter() {
        let name = format!("{before}{}", field.name);
        if matches!(field.ty, Type::Int(_) | Type::Float(_)) {
            site.push(Rank::Wanted, &name, CompletionItemKind::FIELD, &field.ty.to_string());
        }
        numbers(site, &field.ty, &format!("{name}."));
    }
}
