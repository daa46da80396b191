//! Modules and what they have, and names that would have to be imported first.

use std::collections::HashSet;
use std::sync::OnceLock;

use serde_json::json;
use smol_str::SmolStr;
use standpipe_compiler::resolve::declared;
use standpipe_syntax::ast::{DeclKind, Import, ImportPath};
use standpipe_syntax::{FileId, Source};
use tower_lsp::ls_types::{CompletionItemKind, Range, TextEdit};

use super::{Rank, Site, snippet};
use crate::ide::definition::tidy;
use crate::ide::shared::{head, import_place};
use crate::snapshot::File;

/// More files of the project than this are not looked through at each letter.
const FILES: usize = 64;

/// In an import: what its line says so far is `line`.
pub(super) fn complete(site: &mut Site<'_>, line: &str) {
    let rest = line.trim_start().trim_start_matches("import").trim_start();
    if let Some((path, items)) = rest.split_once('{') {
        if items.contains('}') {
            return;
        }
        let given: Vec<&str> = items.split(',').map(str::trim).collect();
        return items_of(site, path.trim(), &given);
    }
    if rest.is_empty() {
        let item = site.push(Rank::Plain, "std/", CompletionItemKind::MODULE, "the standard library");
        snippet(item, "std/");
        let item = site.push(Rank::Plain, "\"./…\"", CompletionItemKind::FILE, "a file or folder of the project");
        snippet(item, "\"./$0\"");
    } else if rest.trim_end() == "std/" {
        for (name, text) in standpipe_stdlib::MODULES {
            let what = text.lines().next().unwrap_or("").trim_start_matches('#').trim();
            site.push(Rank::Plain, name, CompletionItemKind::MODULE, what);
        }
    }
}

fn items_of(site: &mut Site<'_>, path: &str, given: &[&str]) {
    let texts = match path.strip_prefix("std/") {
        Some(name) => standpipe_stdlib::source(name).map(str::to_owned).into_iter().collect(),
        None => texts_at(site, path.trim_matches('"')),
    };
    let parsed: Vec<_> =
        texts.iter().map(|text| standpipe_syntax::parse(&Source::new(FileId(0), path, text))).collect();
    for decl in parsed.iter().flat_map(|parsed| &parsed.tree.decls) {
        let Some(name) = declared(decl).filter(|name| !given.contains(&name.text.as_str())) else { continue };
        let kind = match &decl.kind {
            DeclKind::Type(_) | DeclKind::Artifact(_) => CompletionItemKind::STRUCT,
            DeclKind::Const(_) => CompletionItemKind::CONSTANT,
            DeclKind::Env(_) => CompletionItemKind::MODULE,
            DeclKind::Task(_) | DeclKind::Pipeline(_) => CompletionItemKind::FUNCTION,
            DeclKind::Service(_) => CompletionItemKind::INTERFACE,
            DeclKind::Import(_) | DeclKind::Schedule(_) | DeclKind::Test(_) | DeclKind::Broken(_) => continue,
        };
        let what = decl.doc.as_ref().map_or("", |doc| doc.text.lines().next().unwrap_or(""));
        site.push(Rank::Plain, &name.text, kind, what);
    }
}

/// The text of the file at `name`, seen from the file itself, or those of the files in the folder there.
fn texts_at(site: &Site<'_>, name: &str) -> Vec<String> {
    let Some(folder) = site.file.path.parent() else { return Vec::new() };
    let path = tidy(&folder.join(name));
    if let Some(text) = site.snapshot.text(&path) {
        return vec![text];
    }
    let names = site.snapshot.in_world(&path, |world, path| world.list(path));
    let parts = names.iter().filter(|name| name.ends_with(".pipe") && !name.starts_with('.'));
    parts.take(FILES).filter_map(|name| site.snapshot.text(&path.join(name))).collect()
}

/// Tasks and pipelines of the standard library and of other files, each with the edit that imports it.
pub(super) fn far(site: &mut Site<'_>, file: &File) {
    static LIBRARY: OnceLock<Vec<(&'static str, Vec<SmolStr>)>> = OnceLock::new();
    let known: HashSet<&str> = file.analysis.checked.resolved.files[0].scope.keys().map(SmolStr::as_str).collect();
    let library = LIBRARY
        .get_or_init(|| standpipe_stdlib::MODULES.iter().map(|(module, text)| (*module, callables(text))).collect());
    for (module, names) in library {
        offer(site, names, &format!("std/{module}"), &known, |name| json!({ "module": module, "name": name }));
    }
    // Two letters narrow it down enough.
    if site.word().len() < 2 {
        return;
    }
    let here = site.file.path.clone();
    let Some(folder) = here.parent() else { return };
    for path in site.snapshot.all_files().iter().filter(|path| **path != here).take(FILES) {
        let names = site.snapshot.callables(path);
        if names.iter().any(|name| name.contains(site.word()))
            && let Some(relative) = relative(folder, path)
        {
            offer(site, &names, &format!("\"{relative}\""), &known, |_| serde_json::Value::Null);
        }
    }
}

/// The names in a text that can be called.
pub(crate) fn callables(text: &str) -> Vec<SmolStr> {
    let source = Source::new(FileId(0), "a.pipe", text);
    let parsed = standpipe_syntax::parse(&source);
    let named = parsed.tree.decls.iter().filter(|decl| head(decl).is_some()).filter_map(declared);
    named.map(|name| name.text.clone()).collect()
}

fn offer(
    site: &mut Site<'_>,
    names: &[SmolStr],
    module: &str,
    known: &HashSet<&str>,
    data: impl Fn(&str) -> serde_json::Value,
) {
    for name in names.iter().filter(|name| !known.contains(name.as_str())) {
        let edit = import_edit(site.file, module, name);
        let data = data(name);
        let item = site.push(Rank::Far, name, CompletionItemKind::FUNCTION, &format!("import from {module}"));
        item.additional_text_edits = Some(vec![edit]);
        item.data = (!data.is_null()).then_some(data);
        snippet(item, &format!("{name}($0)"));
    }
}

/// The edit that imports `name`: into the braces of the module's import, or an import of its own.
pub(in crate::ide) fn import_edit(file: &File, module: &str, name: &str) -> TextEdit {
    let of = |import: &Import| match &import.path {
        ImportPath::Std(path) => module == format!("std/{path}"),
        ImportPath::File(path) => module == format!("\"{path}\""),
    };
    for decl in &file.tree().decls {
        if let DeclKind::Import(import) = &decl.kind
            && let Some(last) = import.items.as_ref().filter(|_| of(import)).and_then(|items| items.last())
        {
            let at = file.position(last.alias.as_ref().unwrap_or(&last.name).span.end);
            return TextEdit::new(Range::new(at, at), format!(", {name}"));
        }
    }
    let (at, before, after) = import_place(file);
    let at = file.position(at);
    TextEdit::new(Range::new(at, at), format!("{before}import {module} {{ {name} }}{after}"))
}

/// `path` as seen from `folder`, as imports write it.
pub(in crate::ide) fn relative(folder: &std::path::Path, path: &std::path::Path) -> Option<String> {
    let mut up = 0;
    let mut base = folder;
    loop {
        if let Ok(rest) = path.strip_prefix(base) {
            let rest = rest.to_str()?;
            return Some(if up == 0 { format!("./{rest}") } else { format!("{}{rest}", "../".repeat(up)) });
        }
        base = base.parent()?;
        up += 1;
    }
}
