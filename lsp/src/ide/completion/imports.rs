//! Modules and what they have, and names that would have to be imported first.

use std::collections::HashSet;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::json;
use smol_str::SmolStr;
use standpipe_compiler::resolve::declared;
use standpipe_syntax::ast::{DeclKind, Import, ImportPath};
use standpipe_syntax::{FileId, Source};
use tower_lsp::ls_types::{CompletionItemKind, Range, TextEdit};

use super::{Rank, Site, snippet};
use crate::ide::shared::import_place;
use crate::index::{Entry, Head};
use crate::overlay::tidy;
use crate::snapshot::File;

/// Names of other files that are offered at most: more letters bring the others.
const NAMES: usize = 200;
/// Files of a folder that are read for what they have.
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

/// What is declared elsewhere and could stand at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Far {
    /// Tasks, pipelines and consts.
    Values,
    Types,
    Envs,
}

impl Far {
    fn is(self, head: &Head) -> bool {
        match self {
            Self::Values => head.is_called() && head.word != "service" || head.word == "const",
            Self::Types => matches!(head.word, "type" | "artifact"),
            Self::Envs => head.word == "env",
        }
    }
}

/// Declarations of the standard library and of other files, each with the edit that imports it.
pub(super) fn far(site: &mut Site<'_>, file: &File, wanted: Far) {
    static LIBRARY: OnceLock<Vec<(&'static str, Entry)>> = OnceLock::new();
    let known: HashSet<&str> = file.analysis.checked.resolved.files[0].scope.keys().map(SmolStr::as_str).collect();
    let library = LIBRARY.get_or_init(|| {
        let modules = standpipe_stdlib::MODULES.iter();
        modules.map(|(module, text)| (*module, Entry::of(Path::new(module), text))).collect()
    });
    // Environments of the library are its own.
    for (module, entry) in library.iter().filter(|_| wanted != Far::Envs) {
        let heads = entry.heads.iter().filter(|head| wanted.is(head) && !known.contains(head.name.as_str()));
        for head in heads {
            let data = json!({ "module": module, "name": head.name.as_str() });
            offer(site, head, &format!("std/{module}"), Some(data));
        }
    }
    // Of values there are many: two letters narrow them down enough.
    if wanted == Far::Values && site.word().len() < 2 {
        return;
    }
    let here = site.file.path.clone();
    let Some(folder) = here.parent() else { return };
    let word = site.word().to_owned();
    let mut left = NAMES;
    for (path, entry) in site.snapshot.known().iter().filter(|(path, _)| **path != *here) {
        let meant = |head: &&Head| wanted.is(head) && head.name.contains(&word) && !known.contains(head.name.as_str());
        let heads: Vec<&Head> = entry.heads.iter().filter(meant).take(left).collect();
        if heads.is_empty() {
            continue;
        }
        let Some(relative) = relative(folder, path) else { continue };
        left -= heads.len();
        for head in heads {
            offer(site, head, &format!("\"{relative}\""), None);
        }
        if left == 0 {
            break;
        }
    }
}

fn offer(site: &mut Site<'_>, head: &Head, module: &str, data: Option<serde_json::Value>) {
    let edit = import_edit(site.file, module, &head.name);
    let kind = match head.word {
        "type" => CompletionItemKind::STRUCT,
        "artifact" => CompletionItemKind::CLASS,
        "const" => CompletionItemKind::CONSTANT,
        "env" => CompletionItemKind::MODULE,
        _ => CompletionItemKind::FUNCTION,
    };
    let item = site.push(Rank::Far, &head.name, kind, &format!("import from {module}"));
    item.additional_text_edits = Some(vec![edit]);
    item.data = data;
    if head.is_called() {
        snippet(item, &format!("{}($0)", head.name));
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
pub(in crate::ide) fn relative(folder: &Path, path: &Path) -> Option<String> {
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
