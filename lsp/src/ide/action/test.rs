//! A test for a task or pipeline, to start from.

use standpipe_compiler::types::Type;
use tower_lsp::ls_types::CodeActionKind;

use super::value::literal;
use super::{Offer, Site};
use crate::ide::shared::{decl_at, name_of};

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    offer(site).into_iter().collect()
}

fn offer(site: &Site<'_>) -> Option<Offer> {
    let (id, decl) = decl_at(site.file, site.span.start)?;
    decl.kind.head()?;
    let signature = site.file.analysis.checked.signatures.get(&id)?;
    let name = name_of(decl);
    let on_name = site.file.names_at(site.span.start).iter().any(|found| site.file.text(found.span) == name);
    let quoted = site.file.source().text.contains(&format!("test \"{name}\""));
    if !on_name || quoted || !signature.type_params.is_empty() {
        return None;
    }
    let given = signature.params.iter().filter(|param| param.default.is_none());
    let given: Option<Vec<String>> = given
        .map(|param| {
            // What only steps make has no literal.
            let text = literal(&param.name, &param.ty);
            (text != *param.name).then(|| format!("{}: {text}", param.name))
        })
        .collect();
    let expected = expectation(&signature.result)?;
    let text = format!("\n\ntest \"{name}\" {{\n  result = {name}({})\n  expect {expected}\n}}", given?.join(", "));
    let edit = site.insert(decl.span.end, text);
    Some(Offer::new("add a test", CodeActionKind::REFACTOR_REWRITE, vec![edit]))
}

/// Something to expect of a result, to be replaced by what it should be.
fn expectation(ty: &Type) -> Option<String> {
    match ty {
        Type::Bool | Type::Int(_) | Type::Float(_) | Type::String | Type::OneOf(_) | Type::Duration | Type::Size => {
            Some(format!("result == {}", literal("result", ty)))
        }
        Type::List(_) => Some("len(result) == 1".into()),
        Type::Table(_) => Some("result.rows == 1".into()),
        Type::Record(fields) => fields.iter().find_map(|field| {
            let found = expectation(&field.ty)?;
            Some(found.replacen("result", &format!("result.{}", field.name), 1))
        }),
        _ => None,
    }
}
