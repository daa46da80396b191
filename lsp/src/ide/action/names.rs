//! Names that mean nothing yet, and names that nobody uses.

use standpipe_compiler::query::Role;
use standpipe_compiler::types::Type;
use standpipe_syntax::Span;
use standpipe_syntax::ast::{DeclKind, Expr, ExprKind, StmtKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::walk::{Node, path_at};

use super::{Offer, Site};
use crate::ide::completion::{import_edit, relative, wanted_at};
use crate::ide::shared::{decl_at, name_of};
use crate::index::Head;

/// Files to import a name from that are offered at most.
const IMPORTS: usize = 8;

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    for found in site.diagnostics(Code::UNKNOWN_NAME) {
        out.extend(task_of_call(site, found));
        out.extend(input(site, found));
        out.extend(imports(site, found, &["task", "effect", "pipeline", "const", "env"]));
    }
    for found in site.diagnostics(Code::UNKNOWN_TYPE) {
        out.extend(imports(site, found, &["type", "artifact"]));
        out.extend(new_type(site, found));
    }
    for code in [Code::UNUSED_STEP, Code::UNUSED_INPUT] {
        for found in site.diagnostics(code) {
            out.extend(underscore(site, found));
        }
    }
    for found in site.diagnostics(Code::UNUSED_STEP) {
        out.extend(unused_step(site, found));
    }
    for found in site.diagnostics(Code::UNUSED_INPUT) {
        out.extend(unused_input(site, found));
    }
    for found in site.diagnostics(Code::UNUSED_TASK) {
        out.extend(unused_task(site, found));
    }
    for found in site.diagnostics(Code::UNUSED_RESULT) {
        out.extend(unused_result(site, found));
    }
    out
}

/// `g(x, n: 1)` that nobody declares: a task with these inputs.
fn task_of_call(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let name = site.file.text(found.span);
    let calls = site.calls();
    let (expr, args) = calls
        .iter()
        .find(|(expr, _)| matches!(&expr.kind, ExprKind::Call { callee, .. } if callee.span == found.span))?;
    let piped = path_at(site.file.tree(), expr.span.start).into_iter().rev().find_map(|node| match node {
        Node::Expr(around) => match &around.kind {
            ExprKind::Pipe { value, call } if call.id == expr.id => Some(&**value),
            _ => None,
        },
        _ => None,
    });
    let mut params: Vec<String> = Vec::new();
    let values = piped.into_iter().map(|value| (None, value));
    let values = values.chain(args.iter().map(|arg| (arg.name.as_ref(), &arg.value)));
    for (index, (given, value)) in values.enumerate() {
        let said = given.map(|name| name.text.to_string()).or_else(|| match &value.kind {
            ExprKind::Name(name) | ExprKind::Field { name, .. } => Some(name.text.to_string()),
            _ => None,
        });
        let name = said.filter(|name| !params.iter().any(|param| param.starts_with(&format!("{name}:"))));
        let ty = site.file.type_of(value).map_or("Json".into(), written);
        params.push(format!("{}: {ty}", name.unwrap_or_else(|| format!("input{}", index + 1))));
    }
    let result = wanted_at(site.file, found.span.start).map_or("Json".into(), |ty| written(&ty));
    let used: Vec<String> = params.iter().filter_map(|param| Some(param.split_once(':')?.0.to_owned())).collect();
    let body = format!("    raise NotImplementedError({})", used.join(", "));
    let (_, around) = decl_at(site.file, found.span.start)?;
    let task = format!("task {name}({}) -> {result} {{\n  python:\n{body}\n}}\n\n", params.join(", "));
    let at = around.doc.as_ref().map_or(around.span.start, |doc| doc.span.start);
    Some(Offer::repair(format!("declare the task `{name}`"), vec![site.insert(at, task)], found))
}

/// A type as a program can write it.
pub(super) fn written(ty: &Type) -> String {
    match ty {
        Type::Error | Type::Nothing | Type::None | Type::Var(_) => "Json".into(),
        Type::List(item) => format!("List[{}]", written(item)),
        Type::Optional(inner) => format!("{}?", written(inner)),
        Type::Map(item) => format!("Map[{}]", written(item)),
        Type::Table(Some(row)) => format!("Table[{}]", written(row)),
        Type::Record(fields) if fields.name().is_none() => {
            let fields = fields.iter().map(|field| format!("{}: {}", field.name, written(&field.ty)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A name that nobody binds: an input of the pipeline.
fn input(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let name = site.file.text(found.span);
    let is_callee = site
        .calls()
        .iter()
        .any(|(expr, _)| matches!(&expr.kind, ExprKind::Call { callee, .. } if callee.span == found.span));
    let (_, around) = decl_at(site.file, found.span.start)?;
    let DeclKind::Pipeline(pipeline) = &around.kind else { return None };
    if is_callee {
        return None;
    }
    let ty = wanted_at(site.file, found.span.start).map_or("Json".into(), |ty| written(&ty));
    let edit = match pipeline.params.last() {
        Some(last) => site.insert(Node::Param(last).span().end, format!(", {name}: {ty}")),
        None => {
            let rest = site.file.text(Span { start: pipeline.name.span.end, ..around.span });
            let open = u32::try_from(rest.find('(')?).ok()? + 1;
            site.insert(pipeline.name.span.end + open, format!("{name}: {ty}"))
        }
    };
    Some(Offer::repair(format!("make `{name}` an input of the pipeline"), vec![edit], found))
}

/// Other files of the project declare it with one of the `words`.
fn imports(site: &Site<'_>, found: &Diagnostic, words: &[&str]) -> Vec<Offer> {
    let name = site.file.text(found.span);
    let Some(folder) = site.file.path.parent() else { return Vec::new() };
    let has = |head: &Head| head.name == name && words.contains(&head.word);
    let known = site.snapshot.known();
    let others = known.iter().filter(|(path, entry)| **path != *site.file.path && entry.heads.iter().any(has));
    let others = others.filter_map(|(path, _)| relative(folder, path)).take(IMPORTS);
    let offer = |relative: String| {
        let edit = import_edit(site.file, &format!("\"{relative}\""), name);
        Offer::repair(format!("import `{name}` from `{relative}`"), vec![edit], found)
    };
    others.map(offer).collect()
}

fn new_type(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let name = site.file.text(found.span);
    let (_, around) = decl_at(site.file, found.span.start)?;
    let at = around.doc.as_ref().map_or(around.span.start, |doc| doc.span.start);
    let new = format!("type {name} = {{\n  id: Int\n}}\n\n");
    Some(Offer::repair(format!("declare the type `{name}`"), vec![site.insert(at, new)], found))
}

/// `_name`: nobody is meant to use it.
fn underscore(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let name = site.file.text(found.span);
    let symbols: Vec<_> =
        site.file.names_at(found.span.start).into_iter().filter(|name| name.span == found.span).collect();
    // A name of `{ a, b } = …` is a field's, too.
    if symbols.iter().any(|name| name.role == Role::Unpacks) {
        return None;
    }
    let symbol = &symbols.first()?.symbol;
    let own = site.file.occurrences().iter().filter(|found| found.symbol == *symbol);
    let edits: Vec<_> = own.map(|found| site.insert(found.span.start, "_")).collect();
    Some(Offer::repair(format!("call it `_{name}`"), edits, found))
}

fn unused_step(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let path = path_at(site.file.tree(), found.span.start);
    let stmt = path.iter().rev().find_map(|node| match node {
        Node::Stmt(stmt) => Some(*stmt),
        _ => None,
    })?;
    match &stmt.kind {
        StmtKind::Bind { name, value } if name.span == found.span => {
            // What changes the world has to stay.
            if calls_effect(site, value) {
                let name = Span { end: value.span.start, ..name.span };
                return Some(Offer::repair("leave out its name", vec![site.replace(name, "")], found));
            }
            Some(Offer::repair("remove the step", vec![site.remove_line(stmt.span)], found))
        }
        StmtKind::Unpack { names, .. } if names.len() > 1 => {
            let index = names.iter().position(|name| name.span == found.span)?;
            let span = match index.checked_sub(1).and_then(|before| names.get(before)) {
                Some(before) => Span { start: before.span.end, ..names[index].span },
                None => Span { end: names[index + 1].span.start, ..names[index].span },
            };
            Some(Offer::repair("take it out of the braces", vec![site.replace(span, "")], found))
        }
        _ => None,
    }
}

fn calls_effect(site: &Site<'_>, expr: &Expr) -> bool {
    use standpipe_compiler::check::Callee;
    let mut found = false;
    Node::Expr(expr).walk(&mut |node| {
        if let Node::Expr(expr) = node
            && let Some(call) = site.file.analysis.checked.calls.get(&(expr.span.file, expr.id))
            && let Callee::Decl(id) = call.callee
        {
            let decl = crate::ide::shared::decl(site.file, id);
            found |= match decl.map(|decl| &decl.kind) {
                Some(DeclKind::Task(task)) => task.effect,
                Some(_) => true,
                None => false,
            };
        }
    });
    found
}

/// An input that the body does not read, with what every call in this file gives it.
fn unused_input(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let (_, around) = decl_at(site.file, found.span.start)?;
    let (params, _) = around.kind.head()?;
    let index = params.iter().position(|param| param.name.span == found.span)?;
    let own = Node::Param(&params[index]).span();
    let span = match (index.checked_sub(1).and_then(|before| params.get(before)), params.get(index + 1)) {
        (Some(before), _) => Span { start: Node::Param(before).span().end, ..own },
        (None, Some(after)) => Span { end: after.name.span.start, ..own },
        (None, None) => own,
    };
    // Calls would give it by place.
    let name = name_of(around);
    let called = site
        .calls()
        .iter()
        .any(|(expr, _)| matches!(&expr.kind, ExprKind::Call { callee, .. } if site.file.text(callee.span) == name));
    (!called).then(|| Offer::repair("remove the input", vec![site.replace(span, "")], found))
}

fn unused_task(site: &Site<'_>, found: &Diagnostic) -> Option<Offer> {
    let (_, around) = decl_at(site.file, found.span.start)?;
    let start = around.doc.as_ref().map_or(around.span.start, |doc| doc.span.start);
    let span = site.with_line_ends(Span { start, ..around.span });
    Some(Offer::repair("remove the task", vec![site.replace(span, "")], found))
}

fn unused_result(site: &Site<'_>, found: &Diagnostic) -> Vec<Offer> {
    let mut out = Vec::new();
    let Some((_, around)) = decl_at(site.file, found.span.start) else { return out };
    let DeclKind::Pipeline(pipeline) = &around.kind else { return out };
    let last = pipeline.body.stmts.last().is_some_and(|stmt| stmt.span == found.span);
    if let (true, None, StmtKind::Expr(value)) =
        (last, &pipeline.result, pipeline.body.stmts.last().map_or(&StmtKind::Broken, |stmt| &stmt.kind))
        && let Some(ty) = site.file.type_of(value)
    {
        let before = site.file.text(Span { end: pipeline.body.span.start, ..around.span });
        let at = around.span.start + u32::try_from(before.trim_end().len()).unwrap_or(0);
        let edit = site.insert(at, format!(" -> {}", written(ty)));
        out.push(Offer::repair("declare it as the pipeline's result", vec![edit], found));
    }
    out.push(Offer::repair("remove it", vec![site.remove_line(found.span)], found));
    out
}
