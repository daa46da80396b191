//! Completion inside of bodies of other languages: what the task brings into scope there.

use standpipe_compiler::types::{Fields, Type};
use standpipe_syntax::ast::Task;
use tower_lsp::ls_types::CompletionItemKind;

use super::{Rank, Site};
use crate::ide::shared::{decl_at, fields};

/// What Python finds in scope beside the inputs.
const GIVEN: [(&str, &str); 3] = [
    ("checkpoint", "a folder that survives a retry"),
    ("log", "log(text)"),
    ("report", "report(step=None, **metrics)"),
];

pub(super) fn complete(site: &mut Site<'_>, language: &str, task: &Task) {
    let line = site.file.line_before(site.start).to_owned();
    let signature =
        decl_at(site.file, site.at).and_then(|(id, _)| site.file.analysis.checked.signatures.get(&id)).cloned();
    let ty = |name: &str| {
        let index = task.params.iter().position(|param| param.name.text == name)?;
        signature.as_ref()?.params.get(index).map(|param| param.ty.clone())
    };
    match language {
        "python" => {
            if line.contains('#') {
                return;
            }
            let before = line.trim_end_matches(['"', '\'']);
            let quoted = before.len() < line.len();
            if quoted && let Some((of, said)) = indexed(before).or_else(|| called(before)) {
                let found = ty(of).filter(|ty| matches!(ty, Type::Table(_)) || said.is_empty());
                if found.is_some() {
                    return all(site, found.as_ref().and_then(fields), said);
                }
            }
            if quoted && line.trim_start().starts_with("return {") {
                let result = signature.as_ref().and_then(|signature| fields(&signature.result));
                return all(site, result, &line);
            }
            if let Some(of) = line.strip_suffix('.') {
                return columns(site, last_word(of), &ty);
            }
            if line.matches(['"', '\'']).count() % 2 == 1 {
                return;
            }
            inputs(site, task, &ty);
            for (name, what) in GIVEN {
                site.push(Rank::Plain, name, CompletionItemKind::FUNCTION, what);
            }
        }
        "sh" | "probe" if line.ends_with('$') || line.ends_with("${") => {
            inputs(site, task, &ty);
            match signature.as_ref().map(|signature| &signature.result) {
                Some(Type::Record(fields)) => {
                    for field in fields.iter() {
                        let name = format!("out_{}", field.name);
                        site.push(Rank::Plain, &name, CompletionItemKind::VARIABLE, "the path of a result");
                    }
                }
                Some(Type::Nothing) | None => {}
                Some(_) => {
                    site.push(Rank::Plain, "out", CompletionItemKind::VARIABLE, "the path of the result");
                }
            }
        }
        "sql" => {
            if let Some(of) = line.strip_suffix('.') {
                return columns(site, last_word(of), &ty);
            }
            let scalar = line.ends_with('$');
            for param in &task.params {
                let Some(found) = ty(&param.name.text) else { continue };
                let is_table = matches!(found, Type::Table(_));
                if is_table != scalar {
                    site.push(Rank::Near, &param.name.text, CompletionItemKind::VARIABLE, &found.to_string());
                }
                if let (Some(fields), true, false) = (fields(&found), is_table, scalar) {
                    let of = param.name.text.to_string();
                    for field in fields.iter() {
                        let detail = format!("{} of {of}", field.ty);
                        site.push(Rank::Plain, &field.name, CompletionItemKind::FIELD, &detail);
                    }
                }
            }
        }
        _ => {}
    }
}

/// What the string that begins behind `before` is a key of, `rows[` or `rows[["a", `, and the keys that stand there.
fn indexed(before: &str) -> Option<(&str, &str)> {
    let open = before.rfind('[')?;
    let said = &before[open + 1..];
    let of = before[..open].strip_suffix('[').unwrap_or(&before[..open]);
    let key = |key: &str| key.trim().is_empty() || key.trim().starts_with(['"', '\'']);
    (said.split(',').all(key) && !last_word(of).is_empty()).then(|| (last_word(of), said))
}

/// Of whose method the string that begins behind `before` is an argument, `rows.groupby(` or `rows.dropna(subset=["a", `,
/// and what stands there.
fn called(before: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    let open = before.rfind(|c| match c {
        ')' => {
            depth += 1;
            false
        }
        '(' if depth > 0 => {
            depth -= 1;
            false
        }
        c => c == '(',
    })?;
    let method = before[..open].trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    Some((last_word(method.strip_suffix('.')?), &before[open + 1..]))
}

/// The word that `text` ends in; empty where it ends in none.
pub(super) fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("")
}

fn inputs(site: &mut Site<'_>, task: &Task, ty: &dyn Fn(&str) -> Option<Type>) {
    for param in &task.params {
        let detail = ty(&param.name.text).map_or_else(String::new, |ty| ty.to_string());
        site.push(Rank::Near, &param.name.text, CompletionItemKind::VARIABLE, &detail);
    }
}

fn columns(site: &mut Site<'_>, of: &str, ty: &dyn Fn(&str) -> Option<Type>) {
    let found = ty(of);
    all(site, found.as_ref().and_then(fields), "");
}

/// The fields that `said` does not name.
fn all(site: &mut Site<'_>, found: Option<&Fields>, said: &str) {
    for field in found.into_iter().flat_map(|fields| fields.iter()) {
        if !said.contains(&format!("\"{}\"", field.name)) {
            let detail = field.ty.to_string();
            site.push(Rank::Plain, &field.name, CompletionItemKind::FIELD, &detail);
        }
    }
}
