//! A body that is written out in the `.pipe` file, and what holds for every body: it returns what the task promises.

use standpipe_plan::Module;
use standpipe_syntax::ast::Raw;

use super::super::{Body, Embedder};
use super::modules::Entry;
use super::{Text, needs};
use crate::paths::folder;

/// Checks a raw body.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>, raw: &Raw) {
    let text = Text::Raw(raw, body.file.source.id);
    let facts = embedder.facts(&raw.text);
    if let Some(error) = &facts.error {
        embedder.syntax(text, error);
        return;
    }
    embedder.check_names(body, &facts, text);
    embedder.check_result(body, &facts.body, &facts.dataclasses, text, body.attr.name.span);
    embedder.check_reads(body, &facts, &facts.body, text);
    embedder.note_columns(body, &facts, &facts.body);
    let entry = Entry { facts: &facts, text, module: None, function: None };
    let search = [folder(&body.file.path).into(), "".into()];
    let found = embedder.closure(&entry, &search, body.attr.name.span);
    needs::check(embedder, body, &entry, &found);
    if !found.modules.is_empty() {
        embedder.out.raw_modules.insert(body.id, found.modules);
    }
}

/// The modules that a task's Python needs, as the plan has them.
pub(super) fn module(name: &str, path: &str, text: &str, package: bool) -> Module {
    Module { name: name.into(), path: path.into(), text: text.to_owned(), package }
}
