//! What each file sees at its top level: its own declarations and what it imports. Knows nothing of expressions.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_syntax::ast::{Decl, DeclKind, Import, ImportPath, Name};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::load::{Imports, each_import};
use super::{DeclId, File, Resolved, Visible, folder};
use crate::types::BUILTIN_TYPES;
use standpipe_syntax::nearest::{listed, nearest};

/// The name a declaration introduces.
#[must_use]
pub fn declared(decl: &Decl) -> Option<&Name> {
    match &decl.kind {
        DeclKind::Import(_) | DeclKind::Test(_) => None,
        DeclKind::Type(alias) => Some(&alias.name),
        DeclKind::Artifact(artifact) => Some(&artifact.name),
        DeclKind::Const(constant) => Some(&constant.name),
        DeclKind::Env(env) => Some(&env.name),
        DeclKind::Task(task) | DeclKind::Service(task) => Some(&task.name),
        DeclKind::Pipeline(pipeline) => Some(&pipeline.name),
        DeclKind::Schedule(schedule) => Some(&schedule.name),
        DeclKind::Broken(name) => name.as_ref(),
    }
}

/// A name that an import introduces, to be reported when nothing uses it.
pub(super) struct Imported {
    pub(super) name: SmolStr,
    pub(super) span: Span,
    /// What to take out to be rid of it: the item, or the whole import when it is the only one.
    pub(super) whole: Span,
    pub(super) sole: bool,
}

/// Fills in every file's scope; gives back what each file imports, by file.
pub(super) fn fill(resolved: &mut Resolved, imports: &Imports) -> Vec<Vec<Imported>> {
    let mut own: Vec<FxHashMap<SmolStr, DeclId>> =
        (0..resolved.files.len()).map(|file| declarations(resolved, file)).collect();
    folder::gather(resolved, &mut own);
    (0..resolved.files.len())
        .map(|file| {
            let mut scope: FxHashMap<SmolStr, Visible> =
                own[file].iter().map(|(name, decl)| (name.clone(), Visible::Decl(*decl))).collect();
            let imported = take_imports(resolved, imports, &own, file, &mut scope);
            resolved.files[file].scope = scope;
            imported
        })
        .collect()
}

fn declarations(resolved: &mut Resolved, file: usize) -> FxHashMap<SmolStr, DeclId> {
    let mut names: FxHashMap<SmolStr, DeclId> = FxHashMap::default();
    let mut found = Vec::new();
    let File { source, tree, .. } = &resolved.files[file];
    for (index, decl) in (0_u32..).zip(&tree.decls) {
        let Some(name) = declared(decl) else { continue };
        let id = DeclId { file: source.id, index };
        if BUILTIN_TYPES.contains(&name.text.as_str()) {
            let message = format!("`{}` is a type of the language already", name.text);
            found.push(Diagnostic::new(Code::DUPLICATE, name.span, message).help("choose another name"));
        } else if let Some(first) = names.get(&name.text) {
            let first = declared(&tree.decls[first.index as usize]).map_or(name.span, |name| name.span);
            found.push(twice(name, first));
        } else {
            names.insert(name.text.clone(), id);
        }
    }
    resolved.diagnostics.extend(found);
    names
}

fn twice(name: &Name, first: Span) -> Diagnostic {
    Diagnostic::new(Code::DUPLICATE, name.span, format!("`{}` is declared twice", name.text))
        .here("again here")
        .also(first, "first declared here")
        .help("rename one of them")
}

fn take_imports(
    resolved: &mut Resolved,
    imports: &Imports,
    own: &[FxHashMap<SmolStr, DeclId>],
    file: usize,
    scope: &mut FxHashMap<SmolStr, Visible>,
) -> Vec<Imported> {
    let this = &resolved.files[file];
    let mut imported = Vec::new();
    let mut found = Vec::new();
    for (index, import) in each_import(&this.tree) {
        let target = imports.get(&(this.source.id, index)).copied();
        let whole = this.tree.decls[index as usize].span;
        for new in names_of(import, whole, target, resolved, own, &mut found) {
            match scope.get(&new.imported.name) {
                Some(first) => {
                    let name = Name { text: new.imported.name, span: new.imported.span };
                    let first = place_of(resolved, *first, &imported, &name);
                    found.push(twice(&name, first));
                }
                None => {
                    scope.insert(new.imported.name.clone(), new.visible);
                    imported.push(new.imported);
                }
            }
        }
    }
    resolved.diagnostics.extend(found);
    imported
}

struct New {
    imported: Imported,
    visible: Visible,
}

/// What an import introduces. What could not be found is introduced all the same, as [`Visible::Missing`], so that its
/// uses are not reported again.
fn names_of(
    import: &Import,
    whole: Span,
    target: Option<FileId>,
    resolved: &Resolved,
    own: &[FxHashMap<SmolStr, DeclId>],
    found: &mut Vec<Diagnostic>,
) -> Vec<New> {
    let Some(items) = &import.items else {
        let Some(name) = module_name(import) else {
            let (ImportPath::Std(path) | ImportPath::File(path)) = &import.path;
            let what = if path.ends_with(".pipe") { "file" } else { "folder" };
            let message = format!("this {what}'s name is not one that a program can use");
            found.push(
                Diagnostic::new(Code::MODULE_NAME, import.path_span, message)
                    .help("give it one: write `as name` behind it")
                    .fix("name it `module`", import.path_span.after(), " as module"),
            );
            return Vec::new();
        };
        let imported = Imported { name: name.text, span: name.span, whole, sole: true };
        return vec![New { imported, visible: target.map_or(Visible::Missing, Visible::Module) }];
    };
    let names = items.iter().map(|item| {
        let visible = match target.map(|target| (target, own[target.0 as usize].get(&item.name.text))) {
            None => Visible::Missing,
            Some((_, Some(decl))) => Visible::Decl(*decl),
            Some((target, None)) => {
                found.push(not_in_module(&item.name, &resolved.file(target).path, own[target.0 as usize].keys()));
                Visible::Missing
            }
        };
        let name = item.alias.as_ref().unwrap_or(&item.name);
        let sole = items.len() == 1;
        let whole = if sole { whole } else { item.name.span.to(name.span) };
        New { imported: Imported { name: name.text.clone(), span: name.span, whole, sole }, visible }
    });
    names.collect()
}

/// The name under which a whole module is imported.
fn module_name(import: &Import) -> Option<Name> {
    if let Some(alias) = &import.alias {
        return Some(alias.clone());
    }
    let (ImportPath::Std(path) | ImportPath::File(path)) = &import.path;
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    let stem = last.strip_suffix(".pipe").unwrap_or(last);
    let plain = stem.starts_with(|first: char| first.is_ascii_lowercase())
        && stem
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_');
    plain.then(|| Name { text: stem.into(), span: import.path_span })
}

/// Reports a name that the module does not have.
pub(super) fn not_in_module<'a>(name: &Name, module: &str, known: impl IntoIterator<Item = &'a SmolStr>) -> Diagnostic {
    let mut known: Vec<&str> = known.into_iter().map(SmolStr::as_str).collect();
    known.sort_unstable();
    let diagnostic = Diagnostic::new(Code::NOT_IN_MODULE, name.span, format!("`{module}` has no `{}`", name.text));
    let close = nearest(&name.text, known.iter().copied());
    match close.first() {
        Some(first) => diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
            format!("rename to `{first}`"),
            name.span,
            *first,
        ),
        None if known.is_empty() => diagnostic.help("it declares nothing"),
        None => diagnostic.help(format!("it has {}", listed(&known[..known.len().min(8)]))),
    }
}

fn place_of(resolved: &Resolved, visible: Visible, imported: &[Imported], name: &Name) -> Span {
    let import = imported.iter().find(|import| import.name == name.text).map(|import| import.span);
    let decl = match visible {
        Visible::Decl(decl) => declared(resolved.decl(decl)).map(|name| name.span),
        Visible::Module(_) | Visible::Missing => None,
    };
    import.or(decl).unwrap_or(name.span)
}
