//! A body that is written out in the `.pipe` file, and what holds for every body: it returns what the task promises.

use standpipe_plan::Module;
use standpipe_syntax::Span;
use standpipe_syntax::ast::Raw;

use super::super::{Body, Embedder, errors};
use super::facts::{self, Dict};
use super::modules::Entry;
use super::{Text, needs, read};
use crate::nearest::nearest;
use crate::paths::folder;
use crate::types::{Field, Type};

/// Checks a raw body.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>, raw: &Raw) {
    let text = Text::Raw(raw, body.file.source.id);
    let facts = read::read(&raw.text);
    if let Some(error) = &facts.error {
        embedder.syntax(text, error);
        return;
    }
    embedder.check_names(body, &facts, text);
    embedder.check_result(body, &facts.body, text, body.attr.name.span);
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

impl Embedder<'_> {
    /// A body that surely ends without the value that the task promises, or returns another record.
    pub(super) fn check_result(&mut self, at: Body<'_>, ends: &facts::Body, text: Text<'_>, place: Span) {
        let Some(result) = at.signature.map(|signature| &signature.result) else { return };
        let declared = at.task.result.as_ref().map(|ty| ty.span);
        if !ends.returns && !ends.generator && ends.falls_off && needs_value(result) {
            let ty = declared.map_or("a result", |span| at.file.source.slice(span));
            let ty = if ty.len() <= 40 { format!("`{ty}`") } else { "a result".into() };
            self.report(errors::no_return(place, &ty, declared));
        }
        if let Type::Record(fields) = result {
            for dict in &ends.dicts {
                self.check_dict(at, fields, dict, text, declared);
            }
        }
    }

    fn check_dict(&mut self, at: Body<'_>, fields: &[Field], dict: &Dict, text: Text<'_>, declared: Option<Span>) {
        let has = |field: &Field| dict.keys.iter().any(|(key, _)| *key == field.name);
        let missing: Vec<&Field> = if dict.open {
            Vec::new()
        } else {
            fields.iter().filter(|field| needs_value(&field.ty) && !has(field)).collect()
        };
        let extra = |key: &&(String, _)| !fields.iter().any(|field| key.0 == field.name);
        let extra: Vec<_> = dict.keys.iter().filter(extra).collect();
        if let ([field], [(key, place)]) = (missing.as_slice(), extra.as_slice())
            && !nearest(key, [field.name.as_str()]).is_empty()
        {
            let spans: Vec<Span> = field.span.into_iter().collect();
            self.report(errors::misspelt_field(text.span(place), key, &field.name, &spans));
            return;
        }
        if !missing.is_empty() {
            let names: Vec<&str> = missing.iter().map(|field| field.name.as_str()).collect();
            let spans: Vec<Span> = missing.iter().filter_map(|field| field.span).collect();
            self.report(errors::missing_fields(text.span(&dict.place), &names, &spans));
            return;
        }
        for (key, place) in extra {
            self.report(errors::extra_field(text.span(place), key, declared.filter(|span| span.file == at.id.file)));
        }
    }
}

/// Whether `none` is no value of the type.
fn needs_value(ty: &Type) -> bool {
    !matches!(ty, Type::Optional(_) | Type::Nothing | Type::None | Type::Json | Type::Error)
}
