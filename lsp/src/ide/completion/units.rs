//! Units behind a number that is being written, where what is wanted there has one.

use standpipe_compiler::types::Type;
use standpipe_syntax::ast::DeclKind;
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CompletionItemKind;

use super::wanted::wanted;
use super::{Rank, Site};
use crate::ide::unwritten::completed_from;
use crate::ide::words::ATTRIBUTES;
use crate::snapshot::File;

/// What a size is counted in, the usual first.
const SIZES: &[(&str, &str)] = &[
    ("GiB", "1024 MiB"),
    ("MiB", "1024 KiB"),
    ("KiB", "1024 bytes"),
    ("TiB", "1024 GiB"),
    ("GB", "1000 MB"),
    ("MB", "1000 KB"),
    ("KB", "1000 bytes"),
    ("TB", "1000 GB"),
    ("B", "bytes"),
];

/// What a duration is counted in.
const DURATIONS: &[(&str, &str)] =
    &[("s", "seconds"), ("m", "minutes"), ("h", "hours"), ("d", "days"), ("ms", "milliseconds")];

/// What may stand behind any other number.
const SHARE: &[(&str, &str)] = &[("%", "a hundredth")];

/// Offers them when the cursor stands behind a number; whether it does: no name starts there.
pub(super) fn complete(site: &mut Site<'_>) -> bool {
    let line = site.file.line_before(site.at);
    let word = line.rsplit(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))).next().unwrap_or("");
    // Of `1s..30` the second.
    let written = word.rsplit("..").next().unwrap_or("");
    if !written.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let number = written.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !number.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '.')) || number.ends_with('.') {
        return true;
    }
    let number = number.to_owned();
    let from = site.at - u32::try_from(written.len()).unwrap_or(0);
    let (whole, at) = completed_from(site.snapshot, site.file, from, site.at);
    let Some(file) = whole.file(&site.file.uri) else { return true };
    for (unit, what) in units(&file, at) {
        site.push_from(from, Rank::Wanted, &format!("{number}{unit}"), CompletionItemKind::UNIT, what);
    }
    // As they are listed, not by their letters.
    for (place, item) in site.items.iter_mut().enumerate() {
        item.sort_text = Some(format!("{}{place:02}", Rank::Wanted as u8));
    }
    true
}

/// The units of what is wanted at byte `at`.
fn units(file: &File, at: u32) -> &'static [(&'static str, &'static str)] {
    let path = path_at(file.tree(), at);
    let named = path.iter().rev().find_map(|node| match node {
        // Of `retry`.
        Node::RecordField(field) if field.name.text == "backoff" => Some("Duration"),
        Node::Attr(attr) => ATTRIBUTES.iter().find(|(name, _, _)| *name == attr.name.text).map(|(_, takes, _)| *takes),
        Node::Decl(decl) => match &decl.kind {
            DeclKind::Const(constant) => constant.ty.as_ref().map(|ty| file.text(ty.span)),
            DeclKind::Import(_)
            | DeclKind::Type(_)
            | DeclKind::Artifact(_)
            | DeclKind::Env(_)
            | DeclKind::Task(_)
            | DeclKind::Service(_)
            | DeclKind::Pipeline(_)
            | DeclKind::Schedule(_)
            | DeclKind::Test(_)
            | DeclKind::Broken(_) => None,
        },
        Node::ImportItem(_)
        | Node::TypeParam(_)
        | Node::Param(_)
        | Node::Type(_)
        | Node::FieldType(_)
        | Node::Block(_)
        | Node::Stmt(_)
        | Node::Expr(_)
        | Node::Arg(_)
        | Node::RecordField(_) => None,
    });
    if let Some(takes) = named {
        return match () {
            () if takes.contains("Size") => SIZES,
            () if takes.contains("Duration") => DURATIONS,
            () => &[],
        };
    }
    let wanted = wanted(file, at);
    match wanted.as_ref().map(|ty| if let Type::Optional(inner) = ty { inner } else { ty }) {
        Some(Type::Size) => SIZES,
        Some(Type::Duration) => DURATIONS,
        Some(Type::Float(_)) => SHARE,
        Some(_) | None => &[],
    }
}
