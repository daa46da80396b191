//! Completion outside of strings and bodies. A name is put where the cursor stands, and what the compiler then takes it
//! for says what could stand there.

use standpipe_compiler::check::{
    CODECS, Callee, ENV_ATTRIBUTES, Given, SCHEDULE_ATTRIBUTES, SERVICE_ATTRIBUTES, TASK_ATTRIBUTES,
};
use standpipe_compiler::resolve::{DeclId, Target, Visible};
use standpipe_compiler::types::{BUILTIN_TYPES, Type};
use standpipe_plan::Builtin;
use standpipe_syntax::ast::{Attr, BinaryOp, Block, Decl, DeclKind, ExprKind, Pattern, StmtKind};
use standpipe_syntax::walk::{Node, path_at};
use standpipe_syntax::{FileId, fits};
use tower_lsp::ls_types::CompletionItemKind;

use super::{Rank, Site, imports, later, snippet};
use crate::ide::shared::{decl, declarations_of, fields, head, head_text};
use crate::ide::signature::completed;
use crate::ide::words::{ATTRIBUTES, DECLARATIONS, FUNCTIONS, KEYWORDS, TYPES};
use crate::snapshot::File;

pub(super) fn complete(site: &mut Site<'_>) {
    let line = site.file.line_before(site.start).to_owned();
    if line.is_empty() {
        return declarations(site);
    }
    if line.trim_start().starts_with("import ") && line.starts_with("import") {
        return imports::complete(site, &line);
    }
    if line.starts_with("artifact ") && line.contains(':') {
        for codec in CODECS {
            site.push(Rank::Plain, codec, CompletionItemKind::ENUM_MEMBER, "codec");
        }
        return;
    }
    let (whole, at) = completed(site.snapshot, site.file, site.at);
    let Some(file) = whole.file(&site.file.uri) else { return };
    let after_point = line.ends_with('.') && !line.ends_with("..");
    if after_point {
        return members(site, &file, at);
    }
    // What fits is asked of the text without the word.
    let mut text = site.file.source().text.to_string();
    text.replace_range(site.start as usize..site.at as usize, "");
    let source = standpipe_syntax::Source::new(FileId(0), "a.pipe", &text);
    let fit = fits(&source, site.start);
    if fit.attribute {
        return attributes(site, &file, at);
    }
    let wanted = wanted(&file, at);
    if fit.ty {
        types(site, &file, at);
    }
    if fit.expression && !values_of_attribute(site, &file, at) {
        arguments(site, &file, at);
        members_of_union(site, wanted.as_ref());
        names(site, &file, at, wanted.as_ref());
    }
    for word in &fit.keywords {
        let known = KEYWORDS.iter().find(|(known, _)| known == word);
        let word = word.clone();
        let item = site.push(Rank::Word, &word, CompletionItemKind::KEYWORD, "");
        if let Some((_, text)) = known {
            snippet(item, text);
        }
    }
}

fn declarations(site: &mut Site<'_>) {
    for (word, text) in DECLARATIONS {
        let item = site.push(Rank::Plain, word, CompletionItemKind::SNIPPET, "declaration");
        snippet(item, text);
    }
}

/// After `x.`: fields of a record, what a module has.
fn members(site: &mut Site<'_>, file: &File, at: u32) {
    let path = path_at(file.tree(), at);
    let module = |name: &str| match file.analysis.checked.resolved.files[0].scope.get(name) {
        Some(Visible::Module(of)) => Some(*of),
        _ => None,
    };
    for node in path.iter().rev() {
        match node {
            Node::Expr(expr) => {
                let ExprKind::Field { of, .. } = &expr.kind else { continue };
                if let Some(Target::Module(of)) = file.analysis.checked.resolved.files[0].names.get(&of.id) {
                    return module_members(site, file, *of, false);
                }
                match file.type_of(of) {
                    Some(Type::Record(fields)) => {
                        for field in fields.iter() {
                            let ty = field.ty.to_string();
                            site.push(Rank::Plain, &field.name, CompletionItemKind::FIELD, &ty);
                        }
                    }
                    Some(Type::Table(_)) => {
                        site.push(Rank::Plain, "rows", CompletionItemKind::FIELD, "Int");
                    }
                    Some(_) | None => {}
                }
                return;
            }
            Node::Type(_) => {
                let before = site.file.line_before(site.start).trim_end_matches('.');
                let name = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
                if let Some(of) = module(name) {
                    return module_members(site, file, of, true);
                }
            }
            _ => {}
        }
    }
}

fn module_members(site: &mut Site<'_>, file: &File, of: FileId, types: bool) {
    for (id, decl) in declarations_of(file, of) {
        let is_type = matches!(decl.kind, DeclKind::Type(_) | DeclKind::Artifact(_));
        if is_type == types {
            declaration(site, file, id, Rank::Plain, false);
        }
    }
}

/// A declaration by its name.
fn declaration(site: &mut Site<'_>, file: &File, id: DeclId, rank: Rank, document: bool) {
    let Some(found) = decl(file, id) else { return };
    let name = crate::ide::shared::name_of(found).to_owned();
    if name.is_empty() || matches!(found.kind, DeclKind::Import(_) | DeclKind::Test(_) | DeclKind::Broken(_)) {
        return;
    }
    let detail: String = head_text(file, found).replace('\n', " ").chars().take(120).collect();
    let shown = match &found.kind {
        DeclKind::Task(task) if task.effect => CompletionItemKind::EVENT,
        DeclKind::Task(_) | DeclKind::Pipeline(_) => CompletionItemKind::FUNCTION,
        DeclKind::Type(_) => CompletionItemKind::STRUCT,
        DeclKind::Artifact(_) => CompletionItemKind::CLASS,
        DeclKind::Const(_) => CompletionItemKind::CONSTANT,
        DeclKind::Env(_) => CompletionItemKind::MODULE,
        DeclKind::Service(_) => CompletionItemKind::INTERFACE,
        DeclKind::Schedule(_) => CompletionItemKind::EVENT,
        DeclKind::Import(_) | DeclKind::Test(_) | DeclKind::Broken(_) => CompletionItemKind::TEXT,
    };
    let calls = head(found).is_some() && !next_is(site, '(');
    let data = if document { later(site.file, &name) } else { None };
    let item = site.push(rank, &name, shown, &detail);
    item.data = data;
    if calls {
        snippet(item, &format!("{name}($0)"));
    }
}

fn next_is(site: &Site<'_>, wanted: char) -> bool {
    let rest = site.file.source().text.get(site.at as usize..).unwrap_or("");
    rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').starts_with(wanted)
}

fn types(site: &mut Site<'_>, file: &File, at: u32) {
    for name in BUILTIN_TYPES {
        let what = TYPES.iter().find(|(known, _)| *known == name).map_or("", |(_, what)| *what);
        let item = site.push(Rank::Plain, name, CompletionItemKind::STRUCT, "");
        item.detail = Some(what.to_owned());
        if matches!(name, "List" | "Map" | "Table") {
            snippet(item, &format!("{name}[$0]"));
        }
    }
    if let Some(Node::Decl(around)) = path_at(file.tree(), at).first() {
        for name in type_params(around) {
            site.push(Rank::Near, &name, CompletionItemKind::TYPE_PARAMETER, "type parameter");
        }
    }
    for (name, visible) in scope(file) {
        match visible {
            Visible::Decl(id) => {
                let is_type =
                    matches!(decl(file, id).map(|decl| &decl.kind), Some(DeclKind::Type(_) | DeclKind::Artifact(_)));
                if is_type {
                    declaration(site, file, id, Rank::Near, true);
                }
            }
            Visible::Module(_) => {
                site.push(Rank::Plain, &name, CompletionItemKind::MODULE, "module");
            }
            Visible::Missing => {}
        }
    }
}

fn type_params(around: &Decl) -> Vec<String> {
    let params = match &around.kind {
        DeclKind::Task(task) | DeclKind::Service(task) => &task.type_params,
        DeclKind::Pipeline(pipeline) => &pipeline.type_params,
        DeclKind::Import(_)
        | DeclKind::Type(_)
        | DeclKind::Artifact(_)
        | DeclKind::Const(_)
        | DeclKind::Env(_)
        | DeclKind::Schedule(_)
        | DeclKind::Test(_)
        | DeclKind::Broken(_) => return Vec::new(),
    };
    params.iter().map(|param| param.name.text.to_string()).collect()
}

/// What the file sees at its top, sorted.
fn scope(file: &File) -> Vec<(String, Visible)> {
    let scope = &file.analysis.checked.resolved.files[0].scope;
    let mut all: Vec<_> = scope.iter().map(|(name, visible)| (name.to_string(), *visible)).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// Attributes that are not there yet.
fn attributes(site: &mut Site<'_>, file: &File, at: u32) {
    let Some((attrs, known, effect)) = attributed(site.file, file, at) else { return };
    let given: Vec<String> = attrs.iter().map(|attr| attr.name.text.to_string()).collect();
    let has_body = given.iter().any(|name| matches!(name.as_str(), "python" | "sh" | "sql"));
    for name in known {
        let body = matches!(*name, "python" | "sh" | "sql") && known.contains(&"sh");
        let refused = if effect { matches!(*name, "retry" | "cache") } else { matches!(*name, "idempotent" | "probe") };
        if given.iter().any(|given| given == name) || (body && has_body) || refused {
            continue;
        }
        let (takes, what) =
            ATTRIBUTES.iter().find(|(known, _, _)| known == name).map_or(("", ""), |(_, takes, what)| (*takes, *what));
        let item = site.push(Rank::Plain, name, CompletionItemKind::PROPERTY, takes);
        item.documentation = (!what.is_empty()).then(|| tower_lsp::ls_types::Documentation::String(what.to_owned()));
        snippet(item, &if body || *name == "probe" { format!("{name}:\n    $0") } else { format!("{name}: $0") });
    }
}

/// The attributes of the declaration around the place, in the text as it stands where that can be read.
fn attributed<'a>(now: &'a File, whole: &'a File, at: u32) -> Option<(&'a [Attr], &'static [&'static str], bool)> {
    let of = |file: &'a File| match path_at(file.tree(), at).first() {
        Some(Node::Decl(decl)) => match &decl.kind {
            DeclKind::Task(task) => Some((task.attrs.as_slice(), TASK_ATTRIBUTES.as_slice(), task.effect)),
            DeclKind::Service(task) => Some((task.attrs.as_slice(), SERVICE_ATTRIBUTES.as_slice(), false)),
            DeclKind::Schedule(schedule) => Some((schedule.attrs.as_slice(), SCHEDULE_ATTRIBUTES.as_slice(), false)),
            DeclKind::Env(env) => Some((env.attrs.as_slice(), ENV_ATTRIBUTES.as_slice(), false)),
            DeclKind::Import(_)
            | DeclKind::Type(_)
            | DeclKind::Artifact(_)
            | DeclKind::Const(_)
            | DeclKind::Pipeline(_)
            | DeclKind::Test(_)
            | DeclKind::Broken(_) => None,
        },
        _ => None,
    };
    of(now).or_else(|| of(whole))
}

/// Values of an attribute that takes only some; whether there are such.
fn values_of_attribute(site: &mut Site<'_>, file: &File, at: u32) -> bool {
    let path = path_at(file.tree(), at);
    let Some(attr) = path.iter().find_map(|node| match node {
        Node::Attr(attr) => Some(*attr),
        _ => None,
    }) else {
        return false;
    };
    let plain = matches!(path.last(), Some(Node::Expr(expr)) if matches!(expr.kind, ExprKind::Name(_)));
    match attr.name.text.as_str() {
        "env" => {
            for (_, visible) in scope(file) {
                if let Visible::Decl(id) = visible
                    && matches!(decl(file, id).map(|decl| &decl.kind), Some(DeclKind::Env(_)))
                {
                    declaration(site, file, id, Rank::Wanted, true);
                }
            }
            true
        }
        "frame" => {
            for frame in ["\"pandas\"", "\"polars\"", "\"pyarrow\""] {
                site.push(Rank::Wanted, frame, CompletionItemKind::ENUM_MEMBER, "");
            }
            true
        }
        "catch_up" | "overlap" => {
            let known: &[&str] =
                if attr.name.text == "overlap" { &["skip", "queue", "cancel"] } else { &["none", "one", "all"] };
            for word in known {
                site.push(Rank::Wanted, &format!("{word:?}"), CompletionItemKind::ENUM_MEMBER, "");
            }
            true
        }
        "run" | "after" => {
            for (_, visible) in scope(file) {
                if let Visible::Decl(id) = visible
                    && matches!(
                        decl(file, id).map(|decl| &decl.kind),
                        Some(DeclKind::Pipeline(_) | DeclKind::Schedule(_))
                    )
                {
                    declaration(site, file, id, Rank::Wanted, true);
                }
            }
            true
        }
        "memory" | "disk" if plain => {
            for size in ["512MiB", "1GiB", "2GiB", "4GiB", "8GiB"] {
                site.push(Rank::Near, size, CompletionItemKind::UNIT, "Size");
            }
            site.push(Rank::Near, "attempt", CompletionItemKind::VARIABLE, "Int");
            false
        }
        "timeout" | "cache" if plain => {
            for duration in ["30s", "5m", "1h", "1d"] {
                site.push(Rank::Near, duration, CompletionItemKind::UNIT, "Duration");
            }
            false
        }
        "retry" if plain => {
            let item = site.push(Rank::Near, "{ times, backoff }", CompletionItemKind::SNIPPET, "");
            snippet(item, "{ times: ${1:3}, backoff: ${2:1s}..${3:30s} }");
            false
        }
        _ => false,
    }
}

/// The type that is wanted at a place, where the checker says one.
pub(in crate::ide) fn wanted(file: &File, at: u32) -> Option<Type> {
    let path = path_at(file.tree(), at);
    let mut inner: Option<standpipe_syntax::ast::ExprId> = None;
    for (index, node) in path.iter().enumerate().rev() {
        match node {
            Node::Arg(arg) => {
                let call = path[..index].iter().rev().find_map(|node| match node {
                    Node::Expr(expr) => Some(*expr),
                    _ => None,
                })?;
                let ExprKind::Call { args, .. } = &call.kind else { return None };
                let given = file.analysis.checked.calls.get(&(FileId(0), call.id))?;
                let Callee::Decl(id) = given.callee else { return None };
                let place = args.iter().position(|other| std::ptr::eq(other, *arg))?;
                let place = Given::Arg(u32::try_from(place).ok()?);
                let param = given.args.iter().position(|given| *given == place)?;
                return Some(file.analysis.checked.signatures.get(&id)?.params.get(param)?.ty.clone());
            }
            Node::Param(param) => {
                let Some(Node::Decl(decl)) = path.first() else { return None };
                let (params, _) = head(decl)?;
                let place = params.iter().position(|other| std::ptr::eq(other, *param))?;
                let id = crate::ide::shared::decl_at(file, at)?.0;
                return Some(file.analysis.checked.signatures.get(&id)?.params.get(place)?.ty.clone());
            }
            Node::Expr(expr) => match &expr.kind {
                ExprKind::Binary { op: BinaryOp::Equal | BinaryOp::NotEqual, left, right, .. } => {
                    let other = if Some(left.id) == inner { right } else { left };
                    return file.type_of(other).cloned();
                }
                ExprKind::Name(_) | ExprKind::String(_) | ExprKind::Paren(_) => inner = Some(expr.id),
                ExprKind::Call { callee, .. } if Some(callee.id) == inner => inner = Some(expr.id),
                ExprKind::Pipe { call, .. } if Some(call.id) == inner => inner = Some(expr.id),
                _ if inner.is_some() => return None,
                _ => inner = Some(expr.id),
            },
            Node::Stmt(_) | Node::Block(_) => {
                let last = matches!(path.get(index), Some(Node::Stmt(stmt)) if matches!(stmt.kind, StmtKind::Expr(_)));
                let Some(Node::Decl(decl)) = path.first() else { return None };
                let DeclKind::Pipeline(pipeline) = &decl.kind else { return None };
                let ends = pipeline.body.stmts.last().is_some_and(|stmt| stmt.span.start <= at && at <= stmt.span.end);
                let id = crate::ide::shared::decl_at(file, at)?.0;
                return Some(file.analysis.checked.signatures.get(&id)?.result.clone())
                    .filter(|ty| last && ends && *ty != Type::Nothing);
            }
            _ => {}
        }
    }
    None
}

/// Names of inputs that the call around has not been given.
fn arguments(site: &mut Site<'_>, file: &File, at: u32) {
    let path = path_at(file.tree(), at);
    let Some((index, arg)) = path.iter().enumerate().rev().find_map(|(index, node)| match node {
        Node::Arg(arg) => Some((index, *arg)),
        _ => None,
    }) else {
        return;
    };
    // Only where the argument starts.
    if arg.name.is_some() || arg.value.span.start != at {
        return;
    }
    let Some(Node::Expr(call)) = path[..index].last() else { return };
    let (ExprKind::Call { callee: _, args }, Some(given)) =
        (&call.kind, file.analysis.checked.calls.get(&(FileId(0), call.id)))
    else {
        return;
    };
    let Callee::Decl(id) = given.callee else { return };
    let Some(signature) = file.analysis.checked.signatures.get(&id) else { return };
    let own = args.iter().position(|other| std::ptr::eq(other, arg)).and_then(|at| u32::try_from(at).ok());
    for (param, given) in signature.params.iter().zip(&given.args) {
        let free = match given {
            Given::Default => true,
            Given::Arg(index) => Some(*index) == own,
            Given::Piped => false,
        };
        if free {
            let ty = param.ty.to_string();
            site.push(Rank::Near, &format!("{}:", param.name), CompletionItemKind::PROPERTY, &ty);
            if let Some(item) = site.items.last_mut() {
                snippet(item, &format!("{}: $0", param.name));
                item.filter_text = Some(param.name.to_string());
            }
        }
    }
}

fn members_of_union(site: &mut Site<'_>, wanted: Option<&Type>) {
    let wanted = match wanted {
        Some(Type::Optional(inner)) => {
            site.push(Rank::Wanted, "none", CompletionItemKind::KEYWORD, "");
            Some(&**inner)
        }
        other => other,
    };
    match wanted {
        Some(Type::OneOf(members)) => {
            for member in members {
                site.push(Rank::Wanted, &format!("{member:?}"), CompletionItemKind::ENUM_MEMBER, "");
            }
        }
        Some(Type::Bool) => {
            for word in ["true", "false"] {
                site.push(Rank::Near, word, CompletionItemKind::KEYWORD, "Bool");
            }
        }
        _ => {}
    }
}

/// Everything that has a value here: what fits first.
fn names(site: &mut Site<'_>, file: &File, at: u32, wanted: Option<&Type>) {
    let rank = |ty: Option<&Type>| match (ty, wanted) {
        (Some(ty), Some(wanted)) if ty.goes_where(wanted) => Rank::Wanted,
        (Some(_), _) => Rank::Near,
        (None, _) => Rank::Plain,
    };
    let path = path_at(file.tree(), at);
    let Some(Node::Decl(around)) = path.first() else { return };
    let Some((id, _)) = crate::ide::shared::decl_at(file, at) else { return };
    let in_pipeline =
        matches!(around.kind, DeclKind::Pipeline(_)) && path.iter().any(|node| matches!(node, Node::Block(_)));
    if let (Some((params, _)), true) = (head(around), !path.iter().any(|node| matches!(node, Node::Param(_)))) {
        let signature = file.analysis.checked.signatures.get(&id);
        for (index, param) in params.iter().enumerate() {
            let ty = signature.and_then(|signature| signature.params.get(index)).map(|param| &param.ty);
            let detail = ty.map_or_else(String::new, ToString::to_string);
            site.push(rank(ty), &param.name.text, CompletionItemKind::VARIABLE, &detail);
        }
    }
    for (name, ty) in locals(file, &path, at) {
        let detail = ty.as_ref().map_or_else(String::new, ToString::to_string);
        site.push(rank(ty.as_ref()), &name, CompletionItemKind::VARIABLE, &detail);
    }
    for (name, visible) in scope(file) {
        match visible {
            Visible::Decl(id) => {
                let Some(found) = decl(file, id) else { continue };
                let fits = match &found.kind {
                    DeclKind::Const(_) => file.analysis.checked.consts.contains_key(&id),
                    DeclKind::Task(_) | DeclKind::Pipeline(_) => in_pipeline && !std::ptr::eq(found, *around),
                    DeclKind::Import(_)
                    | DeclKind::Type(_)
                    | DeclKind::Artifact(_)
                    | DeclKind::Env(_)
                    | DeclKind::Schedule(_)
                    | DeclKind::Test(_)
                    | DeclKind::Broken(_) => false,
                    DeclKind::Service(_) => site.file.line_before(site.start).trim_end().ends_with("deploy"),
                };
                let result = file.analysis.checked.signatures.get(&id).map(|signature| &signature.result);
                let rank = match (result, wanted) {
                    (Some(result), Some(wanted)) if result.goes_where(wanted) => Rank::Near,
                    _ => Rank::Plain,
                };
                if fits {
                    declaration(site, file, id, rank, true);
                }
            }
            Visible::Module(_) => {
                site.push(Rank::Plain, &name, CompletionItemKind::MODULE, "module");
            }
            Visible::Missing => {}
        }
    }
    for (name, _) in Builtin::ALL {
        let known = FUNCTIONS.iter().find(|(known, _, _)| *known == name);
        let calls = !next_is(site, '(');
        let item = site.push(Rank::Plain, name, CompletionItemKind::FUNCTION, known.map_or("", |(_, head, _)| *head));
        item.documentation = known.map(|(_, _, what)| tower_lsp::ls_types::Documentation::String((*what).into()));
        if calls {
            snippet(item, &format!("{name}($0)"));
        }
    }
    if in_pipeline {
        imports::far(site, file);
    }
}

/// Everything with a value that is bound at a place: inputs of the pipeline and names before it, with their types.
pub(in crate::ide) fn values_at(file: &File, at: u32) -> Vec<(String, Option<Type>)> {
    let path = path_at(file.tree(), at);
    let mut out = Vec::new();
    if let (Some(Node::Decl(decl)), Some((id, _))) = (path.first(), crate::ide::shared::decl_at(file, at))
        && let Some((params, _)) = head(decl)
    {
        let signature = file.analysis.checked.signatures.get(&id);
        for (index, param) in params.iter().enumerate() {
            let ty = signature.and_then(|signature| signature.params.get(index)).map(|param| param.ty.clone());
            out.push((param.name.text.to_string(), ty));
        }
    }
    out.extend(locals(file, &path, at));
    out
}

/// Names bound before the place, in the blocks around it, with their types.
fn locals(file: &File, path: &[Node<'_>], at: u32) -> Vec<(String, Option<Type>)> {
    let mut out = Vec::new();
    let mut block = |block: &Block| {
        for stmt in block.stmts.iter().take_while(|stmt| stmt.span.end < at) {
            match &stmt.kind {
                StmtKind::Bind { name, value } => out.push((name.text.to_string(), file.type_of(value).cloned())),
                StmtKind::Unpack { names, value } => {
                    let of = file.type_of(value);
                    for name in names {
                        let ty =
                            of.and_then(fields).and_then(|fields| standpipe_compiler::types::find(fields, &name.text));
                        out.push((name.text.to_string(), ty.map(|field| field.ty.clone())));
                    }
                }
                StmtKind::Expect(_) | StmtKind::Expr(_) | StmtKind::Broken => {}
            }
        }
    };
    let mut items = Vec::new();
    for node in path {
        match node {
            Node::Block(inner) => block(inner),
            Node::Expr(expr) => {
                let item = |over| match file.type_of(over) {
                    Some(Type::List(item)) => Some((**item).clone()),
                    _ => None,
                };
                let field = |of: Option<&Type>, name: &str| {
                    let found = standpipe_compiler::types::find(of.and_then(fields)?, name);
                    found.map(|field| field.ty.clone())
                };
                let of = |pattern: &Pattern, whole: Option<Type>, items: &mut Vec<(String, Option<Type>)>| match pattern
                {
                    Pattern::Name(name) => items.push((name.text.to_string(), whole)),
                    Pattern::Fields(names) => {
                        items.extend(
                            names.iter().map(|name| (name.text.to_string(), field(whole.as_ref(), &name.text))),
                        );
                    }
                };
                match &expr.kind {
                    ExprKind::For { pattern, items: over, body, .. } if body.span.start < at => {
                        of(pattern, item(over), &mut items);
                    }
                    ExprKind::Loop(repeated) if repeated.start.span.end < at => {
                        of(&repeated.state, file.type_of(&repeated.start).cloned(), &mut items);
                    }
                    ExprKind::Sweep(sweep) => {
                        let before = sweep.axes.iter().filter(|axis| axis.space.span.end < at);
                        items.extend(before.map(|axis| (axis.name.text.to_string(), item(&axis.space))));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    out.extend(items);
    out.retain(|(name, _)| name != crate::ide::signature::UNWRITTEN);
    out
}
