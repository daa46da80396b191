//! Attributes: those that do not belong there, those that are often wanted, and versions of packages.

use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, Expr, ExprKind, StrPart};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CodeActionKind;

use super::{Offer, Site};
use crate::ide::shared::{decl_at, decls, name_of};

/// Attributes that can be added, each with a value that is a start.
const WANTED: [(&str, &str); 4] =
    [("memory", "2GiB"), ("cpu", "2"), ("timeout", "10m"), ("retry", "{ times: 2, backoff: 1s..30s }")];

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    for found in site.diagnostics(Code::UNKNOWN_ATTRIBUTE) {
        out.extend(remove(site, found));
    }
    for found in site.diagnostics(Code::DUPLICATE) {
        out.extend(remove(site, found));
    }
    for found in site.diagnostics(Code::NO_VERSION) {
        out.extend(pin(site, found));
    }
    for found in site.diagnostics(Code::MISSING_PACKAGE) {
        out.extend(add_package(site, found));
    }
    out.extend(pin_all(site));
    out.extend(add(site));
    out
}

fn remove(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let path = path_at(site.file.tree(), found.span.start);
    let attr: &Attr = path.iter().find_map(|node| match node {
        Node::Attr(attr) if attr.name.span == found.span => Some(*attr),
        _ => None,
    })?;
    let span = match &attr.value {
        AttrValue::Raw(raw) => attr.name.span.to(raw.span),
        AttrValue::Expr(_) => attr.span,
    };
    Some(Offer::repair(format!("remove `{}`", attr.name.text), vec![site.remove_line(span)], found))
}

/// What a task takes is said in its head's first line below.
fn add(site: &Site<'_>) -> Vec<Offer> {
    let Some((_, decl)) = decl_at(site.file, site.span.start) else { return Vec::new() };
    let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { return Vec::new() };
    let Some(first) = task.attrs.first() else { return Vec::new() };
    if site.span.start > task.name.span.end {
        return Vec::new();
    }
    let margin = site.margin(first.name.span.start);
    WANTED
        .iter()
        .filter(|(name, _)| !task.attrs.iter().any(|attr| attr.name.text == *name))
        .filter(|(name, _)| !(task.effect && *name == "retry"))
        .map(|(name, value)| {
            let edit = site.insert(first.name.span.start, format!("{name}: {value}\n{margin}"));
            Offer::new(format!("set `{name}`"), CodeActionKind::REFACTOR_REWRITE, vec![edit])
        })
        .collect()
}

/// The version that the lock has, or that another environment of the project asks for.
fn pin(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let text = site.file.text(found.span).trim_matches('"').to_owned();
    let version = version(site, found.span.start, &text)?;
    let new = format!("\"{text}=={version}\"");
    Some(Offer::repair(format!("take version {version}"), vec![site.replace(found.span, new)], found))
}

/// All packages of the environment that have no version and one in the lock.
fn pin_all(site: &Site<'_>) -> Option<Offer> {
    let (_, decl) = decl_at(site.file, site.span.start)?;
    let DeclKind::Env(env) = &decl.kind else { return None };
    let packages = env.attrs.iter().find(|attr| attr.name.text == "packages")?;
    let AttrValue::Expr(Expr { kind: ExprKind::List(items), .. }) = &packages.value else { return None };
    let edits = items.iter().filter_map(|item| {
        let ExprKind::String(parts) = &item.kind else { return None };
        let [StrPart::Text(text)] = parts.as_slice() else { return None };
        if text.contains(['=', '<', '>', '~', '!', '@', ';']) {
            return None;
        }
        let version = version(site, item.span.start, text)?;
        Some(site.replace(item.span, format!("\"{text}=={version}\"")))
    });
    let edits: Vec<_> = edits.collect();
    (edits.len() > 1)
        .then(|| Offer::new("take the versions of all packages from the lock", CodeActionKind::REFACTOR_REWRITE, edits))
}

/// The version of a package that the environment around byte `at` runs with.
fn version(site: &Site<'_>, at: u32, package: &str) -> Option<String> {
    let wanted = normal(package.split('[').next().unwrap_or(package));
    let lock = site.snapshot.text(&site.file.root.join("standpipe.lock")).unwrap_or_default();
    let environment = decl_at(site.file, at).map_or("", |(_, decl)| name_of(decl));
    let name = format!("name = \"{environment}\"");
    // Its own part of the lock first: another environment may run with another version.
    let own = lock.split("[[env]]").find(|part| part.lines().any(|line| line.trim() == name));
    own.and_then(|part| locked(part, &wanted)).or_else(|| locked(&lock, &wanted)).or_else(|| elsewhere(site, &wanted))
}

fn normal(package: &str) -> String {
    package.trim().replace(['_', '.'], "-").to_lowercase()
}

/// What a quoted `name==version` says.
fn locked(lock: &str, wanted: &str) -> Option<String> {
    lock.split('"').skip(1).step_by(2).find_map(|quoted| exact(quoted, wanted))
}

/// The version in `name==version`.
fn exact(requirement: &str, wanted: &str) -> Option<String> {
    let (name, rest) = requirement.split_once("==")?;
    let version: String =
        rest.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || ".+!-".contains(*c)).collect();
    (normal(name) == wanted && !version.is_empty()).then_some(version)
}

fn elsewhere(site: &Site<'_>, wanted: &str) -> Option<String> {
    decls(site.file).find_map(|(_, decl)| {
        let DeclKind::Env(env) = &decl.kind else { return None };
        env.attrs.iter().filter(|attr| attr.name.text == "packages").find_map(|attr| {
            let AttrValue::Expr(Expr { kind: ExprKind::List(items), .. }) = &attr.value else { return None };
            items.iter().find_map(|item| match &item.kind {
                ExprKind::String(parts) => match parts.as_slice() {
                    [StrPart::Text(text)] => exact(text, wanted),
                    _ => None,
                },
                _ => None,
            })
        })
    })
}

/// `import x` needs a package: the environment of the task gets it.
fn add_package(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let help = found.help.as_deref()?;
    let package = help.split('"').nth(1)?;
    let (_, decl) = decl_at(site.file, found.span.start)?;
    let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { return None };
    let named = task.attrs.iter().find(|attr| attr.name.text == "env")?;
    let AttrValue::Expr(Expr { kind: ExprKind::Name(env), .. }) = &named.value else { return None };
    let (_, declared) = decls(site.file).find(|(_, decl)| name_of(decl) == env.text)?;
    let DeclKind::Env(env) = &declared.kind else { return None };
    let packages = env.attrs.iter().find(|attr| attr.name.text == "packages")?;
    let AttrValue::Expr(Expr { kind: ExprKind::List(items), span, .. }) = &packages.value else { return None };
    let edit = match items.last() {
        Some(last) => site.insert(last.span.end, format!(", \"{package}\"")),
        None => site.insert(span.start + 1, format!("\"{package}\"")),
    };
    Some(Offer::repair(format!("add `{package}` to the environment"), vec![edit], found))
}
