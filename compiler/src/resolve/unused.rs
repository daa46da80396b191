//! Warns of what is declared and never used. Knows nothing of types, nor whether what is used ever runs.

use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, Param, Task};
use standpipe_syntax::diag::{Code, Diagnostic};

use super::names::Used;
use super::scope::Imported;
use super::{DeclId, LocalKind, Resolved};

/// Reports unused imports, steps, inputs and tasks of file `file`. The standard library is not the user's to mend, and
/// where something could not be read or found, what seems unused may be what was meant.
pub(super) fn report(resolved: &mut Resolved, file: usize, imported: &[Imported], used: &Used) {
    let id = resolved.files[file].source.id;
    let broken = resolved.diagnostics.iter().any(|diagnostic| diagnostic.is_error() && diagnostic.span.file == id);
    if resolved.files[file].std || broken {
        return;
    }
    let mut found = Vec::new();
    for import in imported.iter().filter(|import| !used.names.contains(&import.name)) {
        let what = if import.sole { "import" } else { "name" };
        let mut diagnostic =
            Diagnostic::new(Code::UNUSED_IMPORT, import.span, format!("the {what} `{}` is never used", import.name));
        if import.sole {
            diagnostic = diagnostic.fix("remove the import", import.whole, "");
        }
        found.push(diagnostic.help("remove it"));
    }
    let this = &resolved.files[file];
    for local in this.locals.iter().filter(|local| !local.used && !local.name.starts_with('_')) {
        let help = match local.kind {
            LocalKind::Axis { .. } => {
                let message = format!("nothing in the sweep depends on `{}`", local.name);
                found.push(
                    Diagnostic::new(Code::UNUSED_AXIS, local.span, message)
                        .help("pass it to a step of the body, or take it out of the sweep"),
                );
                continue;
            }
            LocalKind::State { .. } => {
                "each round starts from what the one before gave: use it, or go over a range with `for`"
            }
            LocalKind::Item { .. } => "if only the number of rounds matters, start its name with `_`",
            LocalKind::Bind { .. } => "use it, remove it, or leave out its name if only the effect matters",
            LocalKind::Unpack { .. } | LocalKind::ItemField { .. } | LocalKind::StateField { .. } => {
                "remove it from the braces"
            }
        };
        let message = format!("`{}` is never used", local.name);
        found.push(Diagnostic::new(Code::UNUSED_STEP, local.span, message).help(help));
    }
    // A file without a pipeline is a library: others call its tasks.
    let program = this.tree.decls.iter().any(|decl| matches!(decl.kind, DeclKind::Pipeline(_)));
    for (index, decl) in (0_u32..).zip(&this.tree.decls) {
        let id = DeclId { file: this.source.id, index };
        match &decl.kind {
            DeclKind::Task(task) => {
                if resolved.is_given(id.file) && program && !used.names.contains(&task.name.text) {
                    let message = format!("`{}` is never called", task.name.text);
                    found.push(
                        Diagnostic::new(Code::UNUSED_TASK, task.name.span, message)
                            .help("call it in a pipeline, or remove it"),
                    );
                }
                inputs(task, id, used, &mut found);
            }
            DeclKind::Service(task) => inputs(task, id, used, &mut found),
            DeclKind::Pipeline(pipeline) => {
                let names = pipeline.params.iter().enumerate().map(|(index, param)| (index, param, true));
                params(names, id, used, &mut found);
            }
            DeclKind::Import(_)
            | DeclKind::Type(_)
            | DeclKind::Artifact(_)
            | DeclKind::Const(_)
            | DeclKind::Env(_)
            | DeclKind::Schedule(_)
            | DeclKind::Test(_)
            | DeclKind::Broken(_) => {}
        }
    }
    resolved.diagnostics.extend(found);
}

/// An input counts as used when a raw body mentions it as a word, or an attribute reads it. A referenced function is
/// compared with the inputs by the stage that reads it.
fn inputs(task: &Task, id: DeclId, used: &Used, found: &mut Vec<Diagnostic>) {
    let bodies: Vec<&str> = task.attrs.iter().filter_map(raw).collect();
    // A probe uses less than the body, which may be in another file.
    if !task.attrs.iter().any(|attr| attr.name.text != "probe" && raw(attr).is_some()) {
        return;
    }
    let names = task.params.iter().enumerate().map(|(index, param)| {
        let unused = !bodies.iter().any(|body| mentions(body, &param.name.text));
        (index, param, unused)
    });
    params(names, id, used, found);
}

fn raw(attr: &Attr) -> Option<&str> {
    match &attr.value {
        AttrValue::Raw(raw) => Some(raw.text.as_str()),
        AttrValue::Expr(_) => None,
    }
}

fn params<'a>(
    params: impl Iterator<Item = (usize, &'a Param, bool)>,
    id: DeclId,
    used: &Used,
    found: &mut Vec<Diagnostic>,
) {
    for (index, param, unused) in params {
        let read = u32::try_from(index).is_ok_and(|index| used.params.contains(&(id, index)));
        if unused && !read && !param.name.text.starts_with('_') {
            let message = format!("the input `{}` is never used", param.name.text);
            found.push(
                Diagnostic::new(Code::UNUSED_INPUT, param.name.span, message)
                    .help("remove it, or start its name with `_` if it is only there to order steps"),
            );
        }
    }
}

/// Whether `word` stands in `text` as a whole word.
fn mentions(text: &str, word: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}
