//! Inputs of calls: add what is missing, take away what is too much, give them by name or by place.

use standpipe_compiler::check::{Call, Callee, Given, Signature};
use standpipe_syntax::ast::{Arg, Expr, ExprKind};
use standpipe_syntax::diag::Code;
use standpipe_syntax::walk::Node;
use standpipe_syntax::{FileId, Span};
use tower_lsp::ls_types::CodeActionKind;

use super::value::value_for;
use super::{Offer, Site};

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    let mut out = missing(site);
    out.extend(surplus(site));
    if let Some((args, call, signature)) = call_at(site) {
        out.extend(by_name(site, args, &call, &signature));
        out.extend(by_place(site, args, &call, &signature));
    }
    out
}

/// The innermost call around the selection, when it is known what it calls.
fn call_at<'a>(site: &Site<'a>) -> Option<(&'a [Arg], Call, Signature)> {
    site.path().into_iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Call { args, .. } => {
                let (call, signature) = known(site, expr)?;
                Some((args.as_slice(), call, signature))
            }
            _ => None,
        },
        _ => None,
    })
}

fn known(site: &Site<'_>, expr: &Expr) -> Option<(Call, Signature)> {
    let checked = &site.file.analysis.checked;
    let call = checked.calls.get(&(FileId(0), expr.id))?;
    let Callee::Decl(id) = call.callee else { return None };
    Some((call.clone(), checked.signatures.get(&id)?.clone()))
}

/// `f(a)` that also needs `b`: `f(a, b: …)`, with what fits best of what is in scope.
fn missing(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    for found in site.diagnostics(Code::MISSING_ARGUMENT) {
        let Some((expr, args)) = site
            .calls()
            .into_iter()
            .find(|(expr, _)| matches!(&expr.kind, ExprKind::Call { callee, .. } if callee.span == found.span))
        else {
            continue;
        };
        let Some((call, signature)) = known(site, expr) else { continue };
        let ExprKind::Call { callee, .. } = &expr.kind else { continue };
        let needed = signature
            .params
            .iter()
            .zip(&call.args)
            .filter(|(param, given)| **given == Given::Default && param.default.is_none());
        let new: Vec<String> = needed
            .map(|(param, _)| {
                format!("{}: {}", param.name, value_for(site.file, expr.span.start, &param.name, &param.ty))
            })
            .collect();
        if new.is_empty() || expr.span.end <= callee.span.end {
            continue;
        }
        // Behind the last argument, before the closing parenthesis.
        let edit = match args.last() {
            Some(last) => site.insert(Node::Arg(last).span().end, format!(", {}", new.join(", "))),
            None => site.insert(expr.span.end - 1, new.join(", ")),
        };
        let title = if new.len() == 1 { "add the missing input" } else { "add the missing inputs" };
        out.push(Offer::repair(title, vec![edit], found));
    }
    out
}

/// An argument that goes nowhere.
fn surplus(site: &Site<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    for code in [Code::TOO_MANY, Code::GIVEN_TWICE, Code::UNKNOWN_ARGUMENT] {
        for found in site.diagnostics(code) {
            let arg =
                site.calls().into_iter().flat_map(|(_, args)| args.iter().enumerate().map(move |arg| (args, arg)));
            let arg = arg.into_iter().find(|(_, (_, arg))| {
                arg.value.span == found.span || arg.name.as_ref().is_some_and(|name| name.span == found.span)
            });
            if let Some((args, (index, _))) = arg {
                out.push(Offer::repair("remove the input", vec![site.replace(without(args, index), "")], found));
            }
        }
    }
    out
}

/// An argument with one of the commas around it.
fn without(args: &[Arg], index: usize) -> Span {
    let own = Node::Arg(&args[index]).span();
    match (index.checked_sub(1).and_then(|before| args.get(before)), args.get(index + 1)) {
        (Some(before), _) => Span { start: Node::Arg(before).span().end, ..own },
        (None, Some(after)) => Span { end: Node::Arg(after).span().start, ..own },
        (None, None) => own,
    }
}

fn by_name(site: &Site<'_>, args: &[Arg], call: &Call, signature: &Signature) -> Option<Offer> {
    let edits: Vec<_> = (0_u32..)
        .zip(args)
        .filter(|(_, arg)| arg.name.is_none())
        .filter_map(|(index, arg)| {
            let param = call.args.iter().position(|given| *given == Given::Arg(index))?;
            Some(site.insert(arg.value.span.start, format!("{}: ", signature.params.get(param)?.name)))
        })
        .collect();
    (!edits.is_empty()).then(|| Offer::new("give the inputs by name", CodeActionKind::REFACTOR_REWRITE, edits))
}

fn by_place(site: &Site<'_>, args: &[Arg], call: &Call, signature: &Signature) -> Option<Offer> {
    // By place means in the order of the declaration, without a gap.
    let in_order = (0_u32..).zip(args).enumerate().all(|(at, (index, _))| {
        let piped = usize::from(call.args.first() == Some(&Given::Piped));
        call.args.get(at + piped) == Some(&Given::Arg(index))
    });
    let edits: Vec<_> = args
        .iter()
        .filter_map(|arg| {
            let name = arg.name.as_ref()?;
            Some(site.replace(Span { end: arg.value.span.start, ..name.span }, ""))
        })
        .collect();
    let fits = in_order && !edits.is_empty() && args.len() <= signature.params.len();
    fits.then(|| Offer::new("give the inputs by place", CodeActionKind::REFACTOR_REWRITE, edits))
}
