//! A body that is a function of a Python file: the file and the function are there, and its parameters are the task's
//! inputs.

use smol_str::SmolStr;
use standpipe_plan::Frame;
use standpipe_syntax::Span;
use standpipe_syntax::ast::Expr;

use super::super::{Body, Embedder, FunctionRef, errors, literal};
use super::facts::Function;
use super::modules::Entry;
use super::names::GIVEN;
use super::{Text, needs};
use crate::paths::{beside, folder};
use standpipe_syntax::nearest::nearest;

/// Checks `python: "file.py:function"`.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>) {
    let Some((expr, text)) = literal(&body.attr.value) else { return };
    let parts = text.rsplit_once(':').filter(|(file, function)| file.ends_with(".py") && is_dotted(function));
    let Some((name, function)) = parts else {
        embedder.report(errors::not_a_reference(expr.span));
        return;
    };
    let path = beside(&body.file.path, name);
    let file = match embedder.python_file(&path) {
        Ok(file) => file,
        Err(why) => {
            let near = embedder.files_like(&path, "py");
            embedder.report(errors::unreadable(part(expr, 0, name), name, &why, &near));
            return;
        }
    };
    let text = Text::File(&file.source);
    if embedder.python.checked.insert(path.clone()) {
        match &file.facts.error {
            Some(error) => embedder.syntax(text, error),
            None => embedder.check_names(body, &file.facts, text),
        }
    }
    if file.facts.error.is_some() {
        return;
    }
    let (module, base) = embedder.module_at(&path);
    let found = file.facts.functions.iter().rfind(|found| found.name == function);
    let top = function.split('.').next().unwrap_or(function);
    if found.is_none() && !file.facts.open && file.facts.names.iter().all(|name| name != top) {
        let near = nearest(function, file.facts.functions.iter().map(|function| function.name.as_str()));
        embedder.report(errors::no_function(expr.span, function, name, &near));
        return;
    }
    if let Some(found) = found {
        let place = part(expr, name.len() + 1, function);
        embedder.check_parameters(body, found, text, place);
        if !found.decorated {
            embedder.check_result(body, &found.body, &file.facts.dataclasses, text, text.span(&found.place));
            embedder.check_reads(body, &file.facts, &found.body, text);
            embedder.note_columns(body, &file.facts, &found.body);
        }
    }
    let entry = Entry { facts: &file.facts, text, module: Some(module.clone()), function: Some(function) };
    let mut search: Vec<SmolStr> = vec![base, folder(&body.file.path).into(), "".into()];
    search.dedup();
    let closure = embedder.closure(&entry, &search, expr.span);
    needs::check(embedder, body, &entry, &closure);
    let frame = found.and_then(frame);
    let function = FunctionRef { module: module.name, function: function.into(), modules: closure.modules, frame };
    embedder.out.functions.insert(body.id, function);
}

/// The part of a string literal that starts `skip` bytes into it; all of it when it has escapes.
fn part(expr: &Expr, skip: usize, text: &str) -> Span {
    let start = expr.span.start as usize + 1 + skip;
    let end = start + text.len();
    match (u32::try_from(start), u32::try_from(end)) {
        (Ok(start), Ok(end)) if end < expr.span.end => Span { start, end, ..expr.span },
        _ => expr.span,
    }
}

fn is_dotted(name: &str) -> bool {
    let ident = |part: &str| {
        !part.is_empty()
            && !part.starts_with(|ch: char| ch.is_ascii_digit())
            && part.chars().all(|ch| ch.is_alphanumeric() || ch == '_')
    };
    name.split('.').all(ident)
}

/// The kind of table that the function's annotations ask for.
fn frame(function: &Function) -> Option<Frame> {
    function.params.iter().find_map(|param| match param.annotation.as_deref() {
        Some("polars") => Some(Frame::Polars),
        Some("pyarrow") => Some(Frame::Pyarrow),
        Some("pandas") => Some(Frame::Pandas),
        _ => None,
    })
}

impl Embedder<'_> {
    /// Every input is a parameter, every parameter without a default an input.
    fn check_parameters(&mut self, body: Body<'_>, function: &Function, text: Text<'_>, place: Span) {
        if function.decorated {
            return;
        }
        let def = text.span(&function.place);
        let inputs: Vec<&str> = body.task.params.iter().map(|param| param.name.text.as_str()).collect();
        let spare: Vec<&str> = function
            .params
            .iter()
            .filter(|param| !param.positional && !inputs.contains(&param.name.as_str()))
            .map(|param| param.name.as_str())
            .collect();
        let mut misspelt = Vec::new();
        for input in &body.task.params {
            let name = input.name.text.as_str();
            let taken = function.params.iter().any(|param| !param.positional && param.name == name);
            if !taken && !function.keywords {
                let near = nearest(name, spare.iter().copied());
                self.report(errors::input_not_taken(input.name.span, name, &function.name, def, &near));
                misspelt.extend(near);
            }
        }
        for param in &function.params {
            let name = param.name.as_str();
            let given = inputs.contains(&name) || (GIVEN.contains(&name) && !param.positional);
            if !given && !param.default && !misspelt.contains(&name) {
                self.report(errors::parameter_not_given(place, name, &function.name, text.span(&param.place)));
            }
        }
    }
}
