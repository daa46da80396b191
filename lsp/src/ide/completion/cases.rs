//! Cases of a `match` that no arm has yet.

use standpipe_compiler::types::Type;
use standpipe_syntax::ast::{CaseKind, ExprKind, Match};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CompletionItemKind;

use super::{Rank, Site, snippet};
use crate::snapshot::File;

/// Offers them when an arm could start at the cursor; whether it could.
pub(super) fn complete(site: &mut Site<'_>) -> bool {
    let before = site.file.line_before(site.start);
    if !before.trim().is_empty() {
        return false;
    }
    let file = site.file;
    let Some(matched) = around(file, site.at) else { return false };
    for case in missing(file, site.at, matched) {
        let item = site.push(Rank::Wanted, &case, CompletionItemKind::ENUM_MEMBER, "");
        snippet(item, &format!("{case} {{ $0 }}"));
    }
    if !matched.arms.iter().flat_map(|arm| &arm.cases).any(|case| case.kind == CaseKind::Else) {
        let item = site.push(Rank::Word, "else", CompletionItemKind::KEYWORD, "");
        snippet(item, "else { $0 }");
    }
    true
}

/// The texts that a case could say, of which byte `at` stands in the string.
pub(super) fn texts(file: &File, at: u32) -> Vec<String> {
    let Some(matched) = around(file, at) else { return Vec::new() };
    let quoted = missing(file, at, matched).into_iter();
    quoted.filter_map(|case| Some(case.strip_prefix('"')?.strip_suffix('"')?.to_owned())).collect()
}

/// The `match` between whose arms byte `at` stands.
fn around(file: &File, at: u32) -> Option<&Match> {
    let path = path_at(file.tree(), at);
    let (index, matched) = path.iter().enumerate().rev().find_map(|(index, node)| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Match(matched) => Some((index, matched)),
            _ => None,
        },
        _ => None,
    })?;
    let inner = path[index..].iter().any(|node| matches!(node, Node::Block(_)));
    (!inner && matched.span.start < at && at < matched.span.end).then_some(matched)
}

fn missing(file: &File, at: u32, matched: &Match) -> Vec<String> {
    let mut all: Vec<CaseKind> = Vec::new();
    let mut ty = file.type_of(&matched.subject);
    if let Some(Type::Optional(inner)) = ty {
        all.push(CaseKind::None);
        ty = Some(inner);
    }
    match ty {
        Some(Type::OneOf(members)) => all.extend(members.iter().cloned().map(CaseKind::String)),
        Some(Type::Bool) => all.extend([true, false].map(CaseKind::Bool)),
        Some(_) | None => {}
    }
    // The one that is being written is not there yet.
    let there: Vec<&CaseKind> = matched
        .arms
        .iter()
        .flat_map(|arm| &arm.cases)
        .filter(|case| at < case.span.start || case.span.end < at)
        .map(|case| &case.kind)
        .collect();
    let shown = |case: CaseKind| match case {
        CaseKind::String(text) => Some(format!("{text:?}")),
        CaseKind::Bool(yes) => Some(yes.to_string()),
        CaseKind::None => Some("none".into()),
        CaseKind::Int(_) | CaseKind::Else | CaseKind::Broken => None,
    };
    all.into_iter().filter(|case| !there.contains(&case)).filter_map(shown).collect()
}
