//! Everything with a value that could stand at the cursor: inputs, names bound before, what can be called; and names of
//! inputs not yet given.

use standpipe_compiler::check::{Callee, Given};
use standpipe_compiler::resolve::Visible;
use standpipe_compiler::types::Type;
use standpipe_plan::{Builtin, Value};
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{Block, DeclKind, ExprKind, Pattern, StmtKind};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CompletionItemKind;

use super::code::{declaration, next_is, scope};
use super::imports::Far;
use super::wanted::wanted;
use super::{Rank, Site, imports, snippet};
use crate::ide::shared::{decl, fields};
use crate::ide::words::{FUNCTIONS, RETRY};
use crate::snapshot::File;

/// Names of inputs that the call around has not been given.
pub(super) fn arguments(site: &mut Site<'_>, file: &File, at: u32) {
    let path = path_at(file.tree(), at);
    let Some((index, arg)) = path.iter().enumerate().rev().find_map(|(index, node)| match node {
        Node::Arg(arg) => Some((index, *arg)),
        _ => None,
    }) else {
        return;
    };
    // Only where the argument starts.
    if arg.name.as_ref().map_or(arg.value.span.start, |name| name.span.start) != at {
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
            let named = next_is(site, ':');
            let item = site.push(Rank::Near, &format!("{}:", param.name), CompletionItemKind::PROPERTY, &ty);
            item.filter_text = Some(param.name.to_string());
            snippet(item, &if named { param.name.to_string() } else { format!("{}: $0", param.name) });
        }
    }
}

/// What a value is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A statement starts here.
    Statement,
    /// Behind `name =`.
    Bound,
    /// Behind `|>`, where only calls stand.
    Piped,
    /// A list is wanted: what `for` goes over, or the largest is looked for in.
    Items,
    Other,
}

impl Place {
    /// The place behind `line`.
    pub(super) fn of(line: &str, statement: bool) -> Self {
        let before = line.trim_end();
        match () {
            () if before.ends_with("|>") => Self::Piped,
            () if before.ends_with(" in") && before.contains("for ") => Self::Items,
            () if ["max_by(", "min_by(", "len("].iter().any(|start| before.ends_with(start)) => Self::Items,
            () if statement => Self::Statement,
            () if before.ends_with(" =") => Self::Bound,
            () => Self::Other,
        }
    }
}

/// Names of fields that the record around lacks, where it is known what it has to be.
pub(super) fn fields_of_record(site: &mut Site<'_>, file: &File, at: u32) {
    let path = path_at(file.tree(), at);
    let Some((index, field)) = path.iter().enumerate().rev().find_map(|(index, node)| match node {
        Node::RecordField(field) => Some((index, *field)),
        _ => None,
    }) else {
        return;
    };
    let Some(Node::Expr(record)) = path[..index].last() else { return };
    let (ExprKind::Record(given), true) = (&record.kind, field.name.span.start == at) else { return };
    let of = wanted(file, record.span.start);
    let of_retry = path.iter().any(|node| matches!(node, Node::Attr(attr) if attr.name.text == "retry"));
    let known: Vec<(String, String)> = match of.as_ref().and_then(fields) {
        Some(fields) => fields.iter().map(|field| (field.name.to_string(), field.ty.to_string())).collect(),
        None if of_retry => RETRY.map(|(name, takes)| (name.to_owned(), takes.to_owned())).into(),
        None => return,
    };
    for (name, takes) in known {
        if given.iter().all(|given| given.name.text != name) {
            let item = site.push(Rank::Wanted, &format!("{name}:"), CompletionItemKind::PROPERTY, &takes);
            snippet(item, &format!("{name}: $0"));
            item.filter_text = Some(name);
        }
    }
}

/// Everything that has a value here: what fits first.
pub(super) fn names(site: &mut Site<'_>, file: &File, at: u32, wanted: Option<&Type>, place: Place) {
    let rank = |ty: Option<&Type>| match (ty, wanted) {
        (Some(ty), Some(wanted)) if ty.goes_where(wanted) => Rank::Wanted,
        (Some(Type::List(_)), _) if place == Place::Items => Rank::Wanted,
        (Some(_), _) if matches!(place, Place::Bound | Place::Other) => Rank::Near,
        (_, _) => Rank::Plain,
    };
    let path = path_at(file.tree(), at);
    let Some(Node::Decl(around)) = path.first() else { return };
    let Some((id, _)) = crate::ide::shared::decl_at(file, at) else { return };
    let in_pipeline = matches!(around.kind, DeclKind::Pipeline(_) | DeclKind::Test(_))
        && path.iter().any(|node| matches!(node, Node::Block(_)));
    let mut values: Vec<(String, Option<Type>)> = Vec::new();
    if let (Some((params, _)), true) = (around.kind.head(), !path.iter().any(|node| matches!(node, Node::Param(_)))) {
        let signature = file.analysis.checked.signatures.get(&id);
        for (index, param) in params.iter().enumerate() {
            let ty = signature.and_then(|signature| signature.params.get(index)).map(|param| param.ty.clone());
            values.push((param.name.text.to_string(), ty));
        }
    }
    values.extend(locals(file, &path, at));
    if place == Place::Piped {
        values.clear();
    }
    for (name, ty) in &values {
        let rank = rank(ty.as_ref());
        let detail = ty.as_ref().map_or_else(String::new, ToString::to_string);
        site.push(rank, name, CompletionItemKind::VARIABLE, &detail);
        // What is wanted may be a part of it.
        if let (Some(Type::Int(_)), Some(Type::Table(_))) = (wanted, ty) {
            site.push(Rank::Wanted, &format!("{name}.rows"), CompletionItemKind::FIELD, "Int");
        }
        let (Some(wanted), Some(Type::Record(parts)), true) = (wanted, ty, rank != Rank::Wanted) else { continue };
        for part in parts.iter().filter(|part| part.ty.goes_where(wanted)) {
            let label = format!("{name}.{}", part.name);
            site.push(Rank::Wanted, &label, CompletionItemKind::FIELD, &part.ty.to_string());
        }
    }
    let piped = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Pipe { value, .. } => file.type_of(value),
            _ => None,
        },
        _ => None,
    });
    for (name, visible) in scope(file) {
        match visible {
            Visible::Decl(id) => {
                let Some(found) = decl(file, id) else { continue };
                let fits = match &found.kind {
                    DeclKind::Const(_) => place != Place::Piped && file.analysis.checked.consts.contains_key(&id),
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
                let signature = file.analysis.checked.signatures.get(&id);
                let result = signature.map(|signature| &signature.result);
                let takes = signature.and_then(|signature| signature.params.first()).map(|param| &param.ty);
                let constant = file.analysis.checked.const_types.get(&id);
                let listed = file.analysis.checked.consts.get(&id);
                let rank = match (place, result, wanted) {
                    (Place::Piped, _, _) if takes.zip(piped).is_some_and(|(takes, of)| accepts(takes, of)) => {
                        Rank::Wanted
                    }
                    (Place::Piped, _, _) => Rank::Plain,
                    (Place::Items, Some(Type::List(_)), _) => Rank::Near,
                    (Place::Items, None, _) if matches!(listed, Some(Value::List(_) | Value::Range { .. })) => {
                        Rank::Wanted
                    }
                    (Place::Items, _, _) => Rank::Plain,
                    // Of what does not fit, named arguments and what gives a value that fits are the likelier.
                    (_, None, Some(wanted)) if constant.is_some_and(|ty| !ty.goes_where(wanted)) => Rank::Plain,
                    // A const is a value as any other.
                    (_, None, _) if constant.is_some() => rank(constant),
                    (_, Some(result), Some(wanted)) if result.goes_where(wanted) => Rank::Near,
                    (Place::Statement | Place::Bound, Some(_), _) => Rank::Near,
                    (Place::Statement | Place::Bound | Place::Other, _, _) => Rank::Plain,
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
        imports::far(site, file, Far::Values);
    }
}

/// Whether a parameter may take what comes through a pipe; what a type parameter stands for is settled by it.
fn accepts(takes: &Type, piped: &Type) -> bool {
    match (takes, piped) {
        (Type::Param { .. }, _) => true,
        (Type::Table(Some(row)), Type::Table(_)) if matches!(**row, Type::Param { .. }) => true,
        (Type::List(item), Type::List(_)) if matches!(**item, Type::Param { .. }) => true,
        _ => piped.goes_where(takes),
    }
}

/// Everything with a value that is bound at a place: inputs of the pipeline and names before it, with their types.
pub(in crate::ide) fn values_at(file: &File, at: u32) -> Vec<(String, Option<Type>)> {
    let path = path_at(file.tree(), at);
    let mut out = Vec::new();
    if let (Some(Node::Decl(decl)), Some((id, _))) = (path.first(), crate::ide::shared::decl_at(file, at))
        && let Some((params, _)) = decl.kind.head()
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
    out.retain(|(name, _)| name != crate::ide::unwritten::UNWRITTEN);
    out
}
