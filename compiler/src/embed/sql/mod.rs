//! Bodies in SQL, written out or by reference: what can be known of them before they run.

mod errors;
mod inputs;
mod names;
mod problems;
mod result;

use std::rc::Rc;

pub use names::{SqlName, names_at};
use smol_str::SmolStr;
use standpipe_sql::Query;
pub use standpipe_sql::{Inputs, Referent};
use standpipe_syntax::Source;
use standpipe_syntax::ast::AttrValue;

use super::text::Text;
use super::{Body, Embedder, literal};
use crate::check::Checked;
use crate::paths::beside;
use crate::resolve::DeclId;
use crate::types::Type;

/// Checks one body.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>) {
    if let Some(found) = not_in_sql(body) {
        return embedder.report(found);
    }
    match &body.attr.value {
        AttrValue::Raw(raw) => query(embedder, body, Text::Raw(raw, body.file.source.id)),
        AttrValue::Expr(_) => {
            if let Some(source) = file(embedder, body) {
                query(embedder, body, Text::File(&source));
            }
        }
    }
}

/// What the query of a task may refer to: for editors, which complete names where nothing can be read yet.
#[must_use]
pub fn inputs(checked: &Checked, task: DeclId) -> Inputs {
    inputs::of(checked, task).0
}

/// A query gives rows and changes nothing.
fn not_in_sql(body: Body<'_>) -> Option<standpipe_syntax::diag::Diagnostic> {
    let result = body.signature.map(|signature| &signature.result)?;
    let at = body.task.result.as_ref().map_or(body.task.name.span, |result| result.span);
    match result {
        _ if body.task.effect => Some(errors::effect(body.attr.name.span, &body.task.name.text)),
        Type::Table(_) | Type::Error => None,
        other => Some(errors::no_table(at, other, body.attr.name.span)),
    }
}

/// Remembers which columns of its tables are all that the query takes.
fn note_columns(embedder: &mut Embedder<'_>, task: DeclId, query: &Query) {
    // Of no columns at all a table would not know its length.
    for taken in query.taken.iter().filter(|taken| !taken.columns.is_empty()) {
        let columns = embedder.out.columns.entry(task).or_default();
        columns.insert(taken.table.clone(), taken.columns.clone());
    }
}

/// The file of `sql: "query.sql"`.
fn file(embedder: &mut Embedder<'_>, body: Body<'_>) -> Option<Source> {
    let (expr, name) = literal(&body.attr.value)?;
    let path: SmolStr = beside(&body.file.path, &name);
    match embedder.read(&path) {
        Ok(source) => {
            embedder.out.query_files.insert(body.id, source.clone());
            Some(source)
        }
        Err(why) => {
            let near = embedder.files_like(&path, "sql");
            embedder.report(super::errors::unreadable(expr.span, &name, &why, &near));
            None
        }
    }
}

fn query(embedder: &mut Embedder<'_>, body: Body<'_>, text: Text<'_>) {
    let (inputs, refused) = inputs::of(embedder.checked, body.id);
    let clean = refused.is_empty();
    refused.into_iter().for_each(|found| embedder.report(found));
    let found = match embedder.world.readings() {
        Some(readings) => readings.sql.get(body.id, text.text(), &inputs),
        None => Rc::new(standpipe_sql::analyse(text.text(), &inputs)),
    };
    for problem in &found.problems {
        embedder.report(problems::diagnostic(problem, text, &inputs));
    }
    if clean && found.problems.is_empty() {
        note_columns(embedder, body.id, &found);
        if let (Some(rows), Some(signature)) = (&found.rows, body.signature) {
            result::check(rows, signature, body, text).into_iter().for_each(|found| embedder.report(found));
        }
        if let (true, Text::File(source)) = (found.read, text) {
            names::unused(&found, body, source).into_iter().for_each(|found| embedder.report(found));
        }
    }
    let names = found.references.iter().cloned().map(|reference| SqlName {
        span: text.span(&reference.place),
        referent: reference.referent,
        ty: reference.ty,
        declared: reference.declared,
    });
    embedder.out.sql_names.insert(body.id, names.collect());
}
