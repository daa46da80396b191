//! What is said of names that nothing has, and of those that take the name of something else.

use smol_str::SmolStr;
use standpipe_plan::Builtin;
use standpipe_syntax::Span;
use standpipe_syntax::ast::{DeclKind, Name};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::nearest::{listed, nearest};

use super::super::{Target, Visible, declared};
use super::Walk;
use crate::embed::is_python_builtin;

/// Values of other languages under their names there, and ours.
const OURS: [(&str, &str); 6] =
    [("False", "false"), ("None", "none"), ("True", "true"), ("nil", "none"), ("null", "none"), ("undefined", "none")];

impl Walk<'_> {
    /// Warns of a step that takes the name of something that could then no longer be called.
    pub(super) fn hides(&mut self, name: &Name) {
        let Some(Visible::Decl(id)) = self.file.scope.get(&name.text).copied() else { return };
        // The declaration of this file itself has been taken out of its tree while that is walked.
        let hidden = if id.file == self.decl.file { self.own.get(id.index as usize) } else { None };
        let hidden = hidden.unwrap_or_else(|| self.resolved.decl(id));
        let what = match &hidden.kind {
            DeclKind::Task(task) if task.effect => "effect",
            DeclKind::Task(_) => "task",
            DeclKind::Pipeline(_) => "pipeline",
            DeclKind::Service(_) => "service",
            DeclKind::Const(_) => "const",
            _ => return,
        };
        let declared = declared(hidden).map_or(name.span, |declared| declared.span);
        self.diagnostics.push(
            Diagnostic::new(Code::HIDES, name.span, format!("`{}` hides the {what} of the same name", name.text))
                .also(declared, format!("the {what} is declared here"))
                .help("choose another name for one of them"),
        );
    }

    pub(super) fn unknown(&mut self, name: &Name) {
        self.comparisons = self.comparisons.saturating_sub(self.bound.len() + self.file.scope.len());
        let known = self.bound.iter().filter(|(_, (target, _))| *target != Target::Unknown).map(|(name, _)| name);
        let known = known.chain(self.file.scope.keys()).map(SmolStr::as_str);
        let known = known.chain(Builtin::ALL.iter().map(|(name, _)| *name));
        let known = known.filter(|known| known.starts_with(|first: char| !first.is_uppercase()));
        let known = known.take(if self.comparisons == 0 { 0 } else { usize::MAX });
        let mut diagnostic =
            Diagnostic::new(Code::UNKNOWN_NAME, name.span, format!("nothing here is named `{}`", name.text));
        let close = nearest(&name.text, known);
        let slip = close.first().is_some_and(|close| strsim::damerau_levenshtein(&name.text, close) == 1);
        let module = || close.is_empty().then(|| module(&name.text)).flatten();
        if let Some(Import { line, help, title }) = exported(&name.text).or_else(module) {
            // One line mends all its uses.
            if !self.not_imported.insert(name.text.clone()) {
                self.bound.insert(name.text.clone(), (Target::Unknown, name.span));
                return;
            }
            let start = Span { file: name.span.file, start: self.first, end: self.first };
            diagnostic = diagnostic.help(help).fix(title, start, format!("{line}\n\n"));
        } else if let Some((_, own)) = OURS.iter().find(|(theirs, _)| *theirs == name.text) {
            let title = format!("write `{own}`");
            diagnostic = diagnostic.help(format!("it is `{own}` here")).fix(title, name.span, *own);
        } else if let Some(help) = pythons(&name.text).filter(|_| !slip) {
            diagnostic = diagnostic.help(help);
        } else if let Some(first) = close.first() {
            diagnostic = diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                format!("rename to `{first}`"),
                name.span,
                *first,
            );
        }
        self.diagnostics.push(diagnostic);
        // What was meant is not unused because it was misspelt.
        let meant: Vec<SmolStr> = close.into_iter().map(SmolStr::new).collect();
        meant.iter().for_each(|name| self.uses(name));
        // Once is enough: later uses of the same wrong name say nothing new.
        self.bound.insert(name.text.clone(), (Target::Unknown, name.span));
    }
}

/// What to do without a function that Python has and the language has not.
fn pythons(name: &str) -> Option<String> {
    Some(match name {
        "range" => "`0..n` counts from 0 up to `n`, without it".to_owned(),
        "max" | "min" => format!(
            "`{name}_by(list, \"field\")` gives a record of a list; `{name}` itself is Python's, for the `python:` body of a task"
        ),
        _ if is_python_builtin(name) => {
            format!("`{name}` is Python's: call it in the `python:` body of a task, and the task here")
        }
        _ => return None,
    })
}

/// How to come by a name of the standard library.
struct Import {
    line: String,
    help: String,
    title: String,
}

/// The import of the module `name`.
fn module(name: &str) -> Option<Import> {
    standpipe_stdlib::source(name)?;
    let line = format!("import std/{name}");
    let help = format!("it is a module of the standard library: `{line}`");
    Some(Import { help, title: format!("import `std/{name}`"), line })
}

/// The import that brings `name`, which a module declares.
fn exported(name: &str) -> Option<Import> {
    let starts = ["task", "effect", "pipeline"].map(|kind| format!("\n{kind} {name}"));
    let declares = |source: &str| {
        let ends = |start: &String| source.split(start.as_str()).skip(1).any(|rest| rest.starts_with(['(', '[']));
        starts.iter().any(ends)
    };
    let (module, _) = standpipe_stdlib::MODULES.iter().find(|(_, source)| declares(source))?;
    let line = format!("import std/{module} {{ {name} }}");
    Some(Import {
        help: format!("`std/{module}` has it: `{line}`"),
        title: format!("import it from `std/{module}`"),
        line,
    })
}
