//! Calls: what is called, and what comes out.

mod args;
mod builtin;

use standpipe_plan::Builtin;
use standpipe_syntax::ast::{Arg, DeclKind, Expr, ExprKind, Name};
use standpipe_syntax::diag::{Code, Diagnostic, Edit};
use standpipe_syntax::{FileId, Span};

use super::{Call, Callee, Checker};
use crate::resolve::Target;
use crate::types::{Bindings, Type};

/// The value left of `|>`, with its type.
#[derive(Clone, Copy)]
pub(super) struct Piped<'a> {
    pub(super) expr: &'a Expr,
}

impl Checker<'_> {
    /// `x |> f(y)`.
    pub(super) fn pipe(&mut self, value: &Expr, call: &Expr, file: FileId) -> Type {
        if matches!(call.kind, ExprKind::Call { .. }) {
            let ty = self.call(call, Some(Piped { expr: value }), file);
            self.note(file, call, ty.clone());
            return ty;
        }
        self.expr(value, None, file);
        if !matches!(call.kind, ExprKind::Broken) {
            let text = match &call.kind {
                ExprKind::Name(name) => name.text.as_str(),
                _ => "f",
            };
            self.report(
                Diagnostic::new(Code::NOT_CALLABLE, call.span, "`|>` passes a value to a call, and this is none")
                    .help(format!("write `|> {text}()`"))
                    .fix("call it", call.span.after(), "()"),
            );
        }
        Type::Error
    }

    /// The result of call `expr`.
    pub(super) fn call(&mut self, expr: &Expr, piped: Option<Piped<'_>>, file: FileId) -> Type {
        let ExprKind::Call { callee, args } = &expr.kind else { return Type::Error };
        let target = self.target(file, callee.id);
        let decl = match target {
            Some(Target::Decl(id)) => match self.resolved.decl(id).kind {
                DeclKind::Task(_) | DeclKind::Pipeline(_) => id,
                DeclKind::Service(_) if self.deploying == Some(expr.id) => id,
                DeclKind::Service(_) => return self.not_deployed(expr, args, piped, file),
                DeclKind::Broken(_) => return self.only_args(args, piped, file),
                _ => return self.not_callable(callee, args, piped, file),
            },
            Some(Target::Builtin(builtin)) => return self.builtin_call(builtin, expr, args, piped, file),
            Some(Target::Unknown) => return self.only_args(args, piped, file),
            None if self.is_of_unknown(callee, file) => return self.only_args(args, piped, file),
            Some(Target::Param(..) | Target::Local(_) | Target::Module(_) | Target::Attempt | Target::Type) | None => {
                return self.not_callable(callee, args, piped, file);
            }
        };
        if !self.in_pipeline {
            self.only_args(args, piped, file);
            self.report(
                Diagnostic::new(
                    Code::CALL_NOT_ALLOWED,
                    callee.span,
                    "tasks and pipelines are called in pipelines only",
                )
                .help("consts, defaults and attributes are worked out before anything runs"),
            );
            return Type::Error;
        }
        let Some(signature) = self.signatures.get(&decl).cloned() else { return Type::Error };
        let given = self.match_args(decl, &signature, callee.span, expr, args, piped);
        let mut bindings = Bindings(vec![None; signature.type_params.len()]);
        self.check_args(decl, &signature, &given, args, piped, &mut bindings, file);
        self.check_bounds(decl, &signature, &mut bindings, expr, file);
        if bindings.0.iter().flatten().any(Type::holds_secret) {
            self.seen(expr, "what stands for any type may be kept and shown", file);
        }
        let result = signature.result.opened().bound(&bindings);
        let type_args = bindings.0.into_iter().map(|ty| ty.unwrap_or(Type::Error)).collect();
        let call = Call { callee: Callee::Decl(decl), args: given, type_args, result: result.clone() };
        self.calls.insert((file, expr.id), call);
        result
    }

    pub(super) fn only_args(&mut self, args: &[Arg], piped: Option<Piped<'_>>, file: FileId) -> Type {
        if let Some(piped) = piped {
            self.expr(piped.expr, None, file);
        }
        for arg in args {
            self.expr(&arg.value, None, file);
        }
        Type::Error
    }

    /// `module.task` of a module that was not found, which has been reported.
    fn is_of_unknown(&self, callee: &Expr, file: FileId) -> bool {
        matches!(&callee.kind, ExprKind::Field { of, .. } if self.target(file, of.id) == Some(Target::Unknown))
    }

    fn not_callable(&mut self, callee: &Expr, args: &[Arg], piped: Option<Piped<'_>>, file: FileId) -> Type {
        self.only_args(args, piped, file);
        let before = self.diagnostics.len();
        let diagnostic = match &callee.kind {
            ExprKind::Field { of, name } if self.target(file, callee.id).is_none() => {
                self.expr(of, None, file);
                self.method(callee.span, of.span, name, args)
            }
            ExprKind::Name(name) => {
                Diagnostic::new(Code::NOT_CALLABLE, callee.span, format!("`{}` cannot be called", name.text))
                    .help("tasks, effects and pipelines can")
            }
            _ => Diagnostic::new(Code::NOT_CALLABLE, callee.span, "this cannot be called")
                .help("tasks, effects and pipelines can"),
        };
        if self.diagnostics.len() == before {
            self.report(diagnostic);
        }
        Type::Error
    }

    /// `x.f(y)`, which is `f(x, y)` here.
    fn method(&self, span: Span, of: Span, name: &Name, args: &[Arg]) -> Diagnostic {
        let value = self.resolved.file(of.file).source.slice(of);
        let diagnostic = Diagnostic::new(Code::NOT_CALLABLE, span, format!("there is no method `{}`", name.text));
        let known = Builtin::named(&name.text).is_some() || self.resolved.file(of.file).scope.contains_key(&name.text);
        if !known {
            return diagnostic.help("tasks, effects and pipelines can be called, and `x |> f()` is `f(x)`");
        }
        // What stands between the callee and its first argument is the opening parenthesis.
        let open = Span { start: span.end, end: span.end.saturating_add(1), ..span };
        let (comma, rest) = if args.is_empty() { ("", "") } else { (", ", "…") };
        let edits =
            vec![Edit { span, text: name.text.to_string() }, Edit { span: open, text: format!("({value}{comma}") }];
        let call = format!("`{}({value}{comma}{rest})`", name.text);
        diagnostic
            .help(format!("functions stand before what they take: {call}"))
            .fix_all(format!("write {call}"), edits)
    }
}
