//! Imports in order, without those that nobody uses; and every repair of the file at once.

use standpipe_syntax::Span;
use standpipe_syntax::ast::{Decl, DeclKind, Import, ImportPath};
use standpipe_syntax::diag::{Code, Diagnostic};
use tower_lsp::ls_types::{CodeActionKind, TextEdit};

use super::{Offer, Site, repair};

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    for found in site.diagnostics(Code::UNUSED_IMPORT) {
        out.extend(unused(site, found));
    }
    out.extend(organize(site));
    out.extend(fix_all(site));
    out
}

/// A name among others that nobody uses.
fn unused(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let (_, import) =
        each(site).find(|(decl, _)| decl.span.start <= found.span.start && found.span.end <= decl.span.end)?;
    let items = import.items.as_ref().filter(|items| items.len() > 1)?;
    let span = |index: usize| {
        let item = &items[index];
        item.name.span.to(item.alias.as_ref().unwrap_or(&item.name).span)
    };
    let index = (0..items.len()).find(|index| {
        let span = span(*index);
        span.start <= found.span.start && found.span.end <= span.end
    })?;
    let own = span(index);
    let whole = match index.checked_sub(1) {
        Some(before) => Span { start: span(before).end, ..own },
        None => Span { end: span(1).start, ..own },
    };
    Some(Offer::repair("remove the name", vec![site.replace(whole, "")], found))
}

fn each<'a>(site: &Site<'a>) -> impl Iterator<Item = (&'a Decl, &'a Import)> + use<'a> {
    site.file.tree().decls.iter().filter_map(|decl| match &decl.kind {
        DeclKind::Import(import) => Some((decl, import)),
        _ => None,
    })
}

/// The standard library first, then files, each by name; names in braces by name; what nobody uses is gone.
fn organize(site: &Site<'_>) -> Option<Offer> {
    let imports: Vec<_> = each(site).collect();
    let (first, last) = (imports.first()?.0, imports.last()?.0);
    let span = first.span.to(last.span);
    // Only imports that stand together, without anything between them that would get lost.
    let between: usize = imports.iter().map(|(decl, _)| site.file.text(decl.span).len()).sum();
    let lines = site.file.text(span);
    let blank = lines.len() - between;
    let bare = lines.lines().all(|line| !line.trim_start().starts_with('#'));
    let together =
        site.file.tree().decls.iter().filter(|decl| span.start <= decl.span.start && decl.span.end <= span.end);
    if !bare || blank > imports.len() * 4 || together.count() != imports.len() {
        return None;
    }
    let unused: Vec<Span> = site
        .file
        .analysis
        .diagnostics
        .iter()
        .filter(|found| found.code == Code::UNUSED_IMPORT && found.span.file.0 == 0)
        .map(|found| found.span)
        .collect();
    let mut lines: Vec<((bool, String), String)> = Vec::new();
    for (decl, import) in &imports {
        let (is_file, path) = match &import.path {
            ImportPath::Std(path) => (false, path.to_string()),
            ImportPath::File(path) => (true, path.to_string()),
        };
        let Some(items) = &import.items else {
            let dropped = unused.iter().any(|unused| decl.span.start <= unused.start && unused.end <= decl.span.end);
            if !dropped {
                lines.push(((is_file, path), site.file.text(decl.span).to_owned()));
            }
            continue;
        };
        let mut names: Vec<&str> = Vec::new();
        for item in items {
            let whole = item.name.span.to(item.alias.as_ref().unwrap_or(&item.name).span);
            if !unused.iter().any(|unused| whole.start <= unused.start && unused.end <= whole.end) {
                names.push(site.file.text(whole));
            }
        }
        names.sort_unstable();
        if !names.is_empty() {
            let path_text = site.file.text(import.path_span);
            lines.push(((is_file, path), format!("import {path_text} {{ {} }}", names.join(", "))));
        }
    }
    lines.sort();
    let new = lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let span = if new.is_empty() { site.with_line_ends(span) } else { span };
    (new != site.file.text(span))
        .then(|| Offer::new("sort the imports", CodeActionKind::SOURCE_ORGANIZE_IMPORTS, vec![site.replace(span, new)]))
}

/// The first repair of every diagnostic of the file, as far as they do not meet.
fn fix_all(site: &Site<'_>) -> Option<Offer> {
    let mut edits: Vec<TextEdit> = Vec::new();
    for found in &site.file.analysis.diagnostics {
        let Some(new) = found.fixes.first().and_then(|fix| repair::edits(site.file, fix)) else { continue };
        let meets = |edit: &TextEdit| {
            edits.iter().any(|other| edit.range.start <= other.range.end && other.range.start <= edit.range.end)
        };
        if !new.iter().any(meets) {
            edits.extend(new);
        }
    }
    (!edits.is_empty()).then(|| Offer::new("repair all of the file", CodeActionKind::SOURCE_FIX_ALL, edits))
}
