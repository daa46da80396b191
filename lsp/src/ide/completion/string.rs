//! Completion inside of strings: files, members of a union, fields, packages, functions of Python files.

use standpipe_compiler::resolve::Target;
use standpipe_compiler::types::Type;
use standpipe_compiler::{FileKind, World};
use standpipe_plan::Builtin;
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{AttrValue, DeclKind, ExprKind, StrPart};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CompletionItemKind;

use super::wanted::wanted;
use super::{Rank, Site, cases};
use crate::ide::shared::fields;
use crate::overlay::tidy;
use crate::snapshot::File;

/// A string that the cursor stands in.
pub(super) struct Open {
    /// Behind its first quote.
    start: u32,
    /// What it says before the cursor.
    text: String,
}

/// The string around byte `at`, as far as its line tells; none inside of `${…}`.
pub(super) fn open_at(file: &File, at: u32) -> Option<Open> {
    let line = file.line_before(at);
    let line_start = at - u32::try_from(line.len()).ok()?;
    let mut open: Option<usize> = None;
    let mut values = 0_u32;
    let mut chars = line.char_indices().peekable();
    while let Some((index, c)) = chars.next() {
        match (c, open) {
            ('\\', Some(_)) => drop(chars.next()),
            ('$', Some(_)) if chars.peek().is_some_and(|(_, next)| *next == '{') => values += 1,
            ('}', Some(_)) if values > 0 => values -= 1,
            ('"', Some(_)) if values == 0 => open = None,
            ('"', None) => open = Some(index + 1),
            _ => {}
        }
    }
    let start = open.filter(|_| values == 0)?;
    Some(Open { start: line_start + u32::try_from(start).ok()?, text: line[start..].to_owned() })
}

pub(super) fn complete(site: &mut Site<'_>, open: &Open) {
    // A string that nothing closes is looked at as if it were whole.
    let text = &site.file.source().text;
    let rest = text.get(site.at as usize..).unwrap_or("").lines().next().unwrap_or("");
    let closed = rest.contains('"');
    let whole = if closed {
        None
    } else {
        let mut text = text.to_string();
        text.insert(site.at as usize, '"');
        Some(site.snapshot.with_text(&site.file.path, text))
    };
    let analysed = whole.as_ref().and_then(|whole| whole.file(&site.file.uri));
    let file: &File = analysed.as_deref().unwrap_or(site.file);
    let at = open.start;
    let path = path_at(file.tree(), at);
    if let Some(Node::Decl(decl)) = path.first()
        && let DeclKind::Import(_) = &decl.kind
    {
        return files(site, open, &[".pipe"]);
    }
    let line = site.file.line_before(open.start).trim_start().to_owned();
    if line.starts_with("import ") {
        return files(site, open, &[".pipe"]);
    }
    let attr = path.iter().find_map(|node| match node {
        Node::Attr(attr) => Some(attr.name.text.to_string()),
        _ => None,
    });
    match attr.as_deref() {
        Some("packages") => return packages(site, open),
        Some("python") if matches!(path.first(), Some(Node::Decl(decl)) if matches!(decl.kind, DeclKind::Task(_))) => {
            return match open.text.split_once(':') {
                Some((name, function)) => functions(site, open, name, function),
                None => files(site, open, &[".py"]),
            };
        }
        Some("sh" | "probe") => return files(site, open, &[".sh", ".bash"]),
        Some("sql") => return files(site, open, &[".sql"]),
        Some("frame") => return members(site, open, &["pandas", "polars", "pyarrow"]),
        Some(_) | None => {}
    }
    let cases = cases::texts(file, at);
    if !cases.is_empty() {
        return members(site, open, &cases.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let found: Vec<String> = field_names(file, &path);
    if !found.is_empty() {
        return members(site, open, &found.iter().map(String::as_str).collect::<Vec<_>>());
    }
    match wanted(file, at).as_ref().map(through) {
        Some(Type::OneOf(names)) => {
            members(site, open, &names.iter().map(smol_str::SmolStr::as_str).collect::<Vec<_>>());
        }
        Some(Type::File(None)) => files(site, open, &[""]),
        Some(Type::File(Some(format))) => {
            let ending = format!(".{}", format.name);
            files(site, open, &[&ending]);
        }
        Some(Type::Dir) => files(site, open, &[]),
        Some(_) | None => {}
    }
}

fn through(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        other => other,
    }
}

fn members(site: &mut Site<'_>, open: &Open, names: &[&str]) {
    for name in names {
        site.push_from(open.start, Rank::Plain, name, CompletionItemKind::ENUM_MEMBER, "");
    }
}

/// The fields that the string of `max_by(list, "…")` may name.
fn field_names(file: &File, path: &[Node<'_>]) -> Vec<String> {
    let call = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Call { callee, args } => Some((callee, args)),
            _ => None,
        },
        _ => None,
    });
    let Some((callee, args)) = call else { return Vec::new() };
    let names = &file.analysis.checked.resolved.files[0].names;
    if !matches!(names.get(&callee.id), Some(Target::Builtin(Builtin::MaxBy | Builtin::MinBy))) {
        return Vec::new();
    }
    let piped = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Pipe { value, .. } => Some(&**value),
            _ => None,
        },
        _ => None,
    });
    let list = if args.len() > 1 { args.first().map(|arg| &arg.value) } else { piped };
    let found = list.and_then(|list| file.type_of(list)).and_then(fields);
    found.map(|found| found.iter().map(|field| field.name.to_string()).collect()).unwrap_or_default()
}

/// Files beside this one with one of the `endings`, and folders.
fn files(site: &mut Site<'_>, open: &Open, endings: &[&str]) {
    let (folder, _) = open.text.rsplit_once('/').map_or(("", ""), |(folder, name)| (folder, name));
    let from = open.start
        + u32::try_from(if folder.is_empty() && !open.text.starts_with('/') { 0 } else { folder.len() + 1 })
            .unwrap_or(0);
    let Some(parent) = site.file.path.parent() else { return };
    let path = tidy(&parent.join(folder));
    let found = site.snapshot.in_world(&path.join("x"), |world: &dyn World, name| {
        let below = name.strip_suffix("/x").unwrap_or(if name == "x" { "" } else { name });
        let at = |entry: &str| if below.is_empty() { entry.to_owned() } else { format!("{below}/{entry}") };
        let names = world.list(below).into_iter().filter(|name| !name.starts_with('.'));
        names.map(|name| (world.kind(&at(&name)), name)).collect::<Vec<_>>()
    });
    let own = site.file.path.file_name().map(|name| name.to_string_lossy().into_owned());
    for (kind, name) in found {
        match kind {
            Some(FileKind::Dir) => {
                site.push_from(from, Rank::Near, &format!("{name}/"), CompletionItemKind::FOLDER, "");
            }
            Some(FileKind::File)
                if endings.iter().any(|ending| name.ends_with(ending)) && Some(&name) != own.as_ref() =>
            {
                site.push_from(from, Rank::Wanted, &name, CompletionItemKind::FILE, "");
            }
            Some(FileKind::File | FileKind::Other) | None => {}
        }
    }
}

/// Functions at the top of a Python file.
fn functions(site: &mut Site<'_>, open: &Open, name: &str, function: &str) {
    let Some(path) = site.file.path.parent().map(|parent| tidy(&parent.join(name))) else { return };
    let Some(text) = site.snapshot.text(&path) else { return };
    let from = open.start + u32::try_from(open.text.len() - function.len()).unwrap_or(0);
    for line in text.lines() {
        let head = line.strip_prefix("async def ").or_else(|| line.strip_prefix("def "));
        if let Some((found, params)) = head.and_then(|head| head.split_once('(')) {
            let detail = format!("({}", params.trim_end().trim_end_matches(':'));
            site.push_from(from, Rank::Plain, found.trim(), CompletionItemKind::FUNCTION, &detail);
        }
    }
}

/// Packages that other environments of the project name.
fn packages(site: &mut Site<'_>, open: &Open) {
    let mut found: Vec<String> = Vec::new();
    let known = site.snapshot.known();
    for (path, _) in known.iter().filter(|(_, entry)| entry.has("packages")).take(256) {
        let Some(text) = site.snapshot.text(path) else { continue };
        let source = standpipe_syntax::Source::new(FileId(0), "a.pipe", &text);
        let parsed = standpipe_syntax::parse(&source);
        for decl in &parsed.tree.decls {
            let DeclKind::Env(env) = &decl.kind else { continue };
            for attr in env.attrs.iter().filter(|attr| attr.name.text == "packages") {
                let AttrValue::Expr(value) = &attr.value else { continue };
                let ExprKind::List(items) = &value.kind else { continue };
                for item in items {
                    if let ExprKind::String(parts) = &item.kind
                        && let [StrPart::Text(text)] = parts.as_slice()
                        && **text != *open.text
                    {
                        found.push(text.to_string());
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    members(site, open, &found.iter().map(String::as_str).collect::<Vec<_>>());
}
