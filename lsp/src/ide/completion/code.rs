//! Completion outside of strings and bodies. A name is put where the cursor stands, and what the compiler then takes it
//! for says what could stand there.

use standpipe_compiler::check::CODECS;
use standpipe_compiler::resolve::{DeclId, Target, Visible, deprecated};
use standpipe_compiler::types::Type;
use standpipe_syntax::ast::{DeclKind, ExprKind};
use standpipe_syntax::walk::{Node, path_at};
use standpipe_syntax::{FileId, fits};
use tower_lsp::ls_types::{CompletionItemKind, CompletionItemTag};

use super::attributes::{attributes, values_of_attribute};
use super::body::last_word;
use super::names::{Place, arguments, fields_of_record, names};
use super::types::types;
use super::wanted::{members_of_union, wanted};
use super::{Rank, Site, cases, imports, later, objectives, snippet, units};
use crate::ide::shared::{decl, declarations_of, head_text};
use crate::ide::unwritten::{closed, completed};
use crate::ide::words::{DECLARATIONS, KEYWORDS};
use crate::snapshot::File;

pub(super) fn complete(site: &mut Site<'_>) {
    let line = site.file.line_before(site.start).to_owned();
    if line.is_empty() {
        return declarations(site);
    }
    if line.trim_start().starts_with("import ") && line.starts_with("import") {
        return imports::complete(site, &line);
    }
    if line.starts_with("artifact ") && line.contains(':') {
        for codec in CODECS {
            site.push(Rank::Plain, codec, CompletionItemKind::ENUM_MEMBER, "codec");
        }
        return;
    }
    if cases::complete(site) || units::complete(site) || objectives::complete(site, &line) {
        return;
    }
    let (whole, at) = completed(site.snapshot, site.file, site.at);
    let Some(file) = whole.file(&site.file.uri) else { return };
    let after_point = line.ends_with('.') && !line.ends_with("..");
    if after_point {
        return members(site, &file, at);
    }
    // What fits is asked of the declaration without the word.
    let part = closed(&site.file.source().text, site.start as usize, site.at as usize);
    let text = format!("{}{}{}", part.before, part.line, part.rest);
    let source = standpipe_syntax::Source::new(FileId(0), "a.pipe", &text);
    let fit = fits(&source, u32::try_from(part.before.len()).unwrap_or(0));
    if fit.attribute {
        return attributes(site, &file, at);
    }
    let wanted = wanted(&file, at);
    if fit.ty {
        types(site, &file, at);
    }
    if fit.name {
        fields_of_record(site, &file, at);
    }
    if fit.expression {
        if values_of_attribute(site, &file, at) {
            return;
        }
        arguments(site, &file, at);
        members_of_union(site, wanted.as_ref());
        names(site, &file, at, wanted.as_ref(), Place::of(&line, fit.statement));
    }
    // Where a line starts nothing goes on with the one before, unless it says so.
    let begins = line.trim().is_empty() && !fit.expression && !fit.ty;
    for word in fit.keywords.iter().filter(|_| !begins) {
        let known = KEYWORDS.iter().find(|(known, _)| known == word);
        let word = word.clone();
        let item = site.push(Rank::Word, &word, CompletionItemKind::KEYWORD, "");
        if let Some((_, text)) = known {
            snippet(item, text);
        }
    }
}

fn declarations(site: &mut Site<'_>) {
    for (place, (word, text)) in DECLARATIONS.iter().enumerate() {
        let item = site.push(Rank::Plain, word, CompletionItemKind::SNIPPET, "declaration");
        snippet(item, text);
        // As they are listed, not by their letters.
        item.sort_text = Some(format!("{}{place:02}", Rank::Plain as u8));
    }
}

/// After `x.`: fields of a record, what a module has.
fn members(site: &mut Site<'_>, file: &File, at: u32) {
    let path = path_at(file.tree(), at);
    let module = |name: &str| match file.analysis.checked.resolved.files[0].scope.get(name) {
        Some(Visible::Module(of)) => Some(*of),
        _ => None,
    };
    for node in path.iter().rev() {
        match node {
            Node::Expr(expr) => {
                let ExprKind::Field { of, .. } = &expr.kind else { continue };
                if let Some(Target::Module(of)) = file.analysis.checked.resolved.files[0].names.get(&of.id) {
                    return module_members(site, file, *of, false);
                }
                match file.type_of(of) {
                    Some(Type::Record(fields)) => {
                        for field in fields.iter() {
                            let ty = field.ty.to_string();
                            site.push(Rank::Plain, &field.name, CompletionItemKind::FIELD, &ty);
                        }
                    }
                    Some(Type::Table(_)) => {
                        site.push(Rank::Plain, "rows", CompletionItemKind::FIELD, "Int");
                    }
                    Some(_) | None => {}
                }
                return;
            }
            Node::Type(_) => {
                let before = site.file.line_before(site.start).trim_end_matches('.');
                if let Some(of) = module(last_word(before)) {
                    return module_members(site, file, of, true);
                }
            }
            _ => {}
        }
    }
}

fn module_members(site: &mut Site<'_>, file: &File, of: FileId, types: bool) {
    for (id, decl) in declarations_of(file, of) {
        let is_type = matches!(decl.kind, DeclKind::Type(_) | DeclKind::Artifact(_));
        if is_type == types {
            declaration(site, file, id, Rank::Plain, false);
        }
    }
}

/// A declaration by its name.
pub(super) fn declaration(site: &mut Site<'_>, file: &File, id: DeclId, rank: Rank, document: bool) {
    let Some(found) = decl(file, id) else { return };
    let name = crate::ide::shared::name_of(found).to_owned();
    if name.is_empty() || matches!(found.kind, DeclKind::Import(_) | DeclKind::Test(_) | DeclKind::Broken(_)) {
        return;
    }
    let detail: String = head_text(file, found).replace('\n', " ").chars().take(120).collect();
    let shown = match &found.kind {
        DeclKind::Task(task) if task.effect => CompletionItemKind::EVENT,
        DeclKind::Task(_) | DeclKind::Pipeline(_) => CompletionItemKind::FUNCTION,
        DeclKind::Type(_) => CompletionItemKind::STRUCT,
        DeclKind::Artifact(_) => CompletionItemKind::CLASS,
        DeclKind::Const(_) => CompletionItemKind::CONSTANT,
        DeclKind::Env(_) => CompletionItemKind::MODULE,
        DeclKind::Service(_) => CompletionItemKind::INTERFACE,
        DeclKind::Schedule(_) => CompletionItemKind::EVENT,
        DeclKind::Import(_) | DeclKind::Test(_) | DeclKind::Broken(_) => CompletionItemKind::TEXT,
    };
    let calls = found.kind.head().is_some() && !next_is(site, '(');
    let old = deprecated(found).is_some();
    let rank = if old { rank.max(Rank::Word) } else { rank };
    let data = if document { later(site.file, &name) } else { None };
    let item = site.push(rank, &name, shown, &detail);
    item.data = data;
    item.tags = old.then(|| vec![CompletionItemTag::DEPRECATED]);
    if calls {
        snippet(item, &format!("{name}($0)"));
    }
}

pub(super) fn next_is(site: &Site<'_>, wanted: char) -> bool {
    let rest = site.file.source().text.get(site.at as usize..).unwrap_or("");
    rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').starts_with(wanted)
}

/// What the file sees at its top, sorted.
pub(super) fn scope(file: &File) -> Vec<(String, Visible)> {
    let scope = &file.analysis.checked.resolved.files[0].scope;
    let mut all: Vec<_> = scope.iter().map(|(name, visible)| (name.to_string(), *visible)).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}
