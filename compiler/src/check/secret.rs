//! Secrets: named in the program, looked up by who runs it, and seen by nobody but the bodies that take them.

use standpipe_plan::is_secret_name;
use standpipe_syntax::ast::{Expr, ExprKind, Task};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::Checker;
use super::expect::plain;
use super::expr::{unparenthesised, unwrapped};
use crate::resolve::{DeclId, Target, declared};
use crate::types::Type;

impl Checker<'_> {
    /// `secret("NAME")`, whose argument is `name`.
    pub(super) fn secret(&mut self, name: &Expr) -> Type {
        match plain(name) {
            Some(text) if is_secret_name(text) => {}
            Some(text) => self.report(
                Diagnostic::new(Code::SECRET_NAME, name.span, format!("{text:?} cannot name a secret"))
                    .help("a secret is named like a variable of the environment: letters, digits and `_`"),
            ),
            None => self.report(Diagnostic::new(Code::SECRET_NAME, name.span, "a secret's name is written out").help(
                "write for example `secret(\"API_KEY\")`: which secrets a program needs is known before it runs",
            )),
        }
        Type::Secret
    }

    /// Reports a secret at `expr` that would be seen: `how` says where.
    pub(super) fn seen(&mut self, expr: &Expr, how: &str, file: FileId) {
        let mut diagnostic = Diagnostic::new(Code::SECRET_SEEN, expr.span, format!("this is a secret, and {how}"))
            .help("only an input of type `Secret[String]` may take it");
        if let Some((span, what)) = self.origin_of(expr, file) {
            diagnostic = diagnostic.also(span, format!("{what} is a secret"));
        }
        self.report(diagnostic);
    }

    /// Where the name that `expr` is was given its secret.
    fn origin_of(&self, expr: &Expr, file: FileId) -> Option<(Span, &'static str)> {
        let expr = unparenthesised(expr);
        if !matches!(expr.kind, ExprKind::Name(_) | ExprKind::Field { .. }) {
            return None;
        }
        match self.target(file, expr.id)? {
            Target::Param(decl, index) => self.param_span(decl, index as usize).map(|span| (span, "this input")),
            Target::Local(local) => {
                let locals = &self.resolved.file(file).locals;
                locals.get(local.0 as usize).map(|local| (local.span, "this step"))
            }
            Target::Decl(id) => declared(self.resolved.decl(id)).map(|name| (name.span, "this const")),
            Target::Builtin(_) | Target::Module(_) | Target::Type | Target::Attempt | Target::Unknown => None,
        }
    }

    /// The rows of a query are kept, and a secret among its inputs could be one of them.
    pub(super) fn queried(&mut self, task: &Task, id: DeclId) {
        let Some(body) = task.attrs.iter().find(|attr| attr.name.text == "sql") else { return };
        let types =
            self.signatures.get(&id).map(|signature| signature.params.iter().map(|param| param.ty.holds_secret()));
        let secret = types.and_then(|mut types| types.position(|secret| secret));
        if let Some(param) = secret.and_then(|index| task.params.get(index)) {
            self.report(
                Diagnostic::new(
                    Code::SECRET_SEEN,
                    param.ty.span,
                    "a query shows what it is given, and this is a secret",
                )
                .also(body.name.span, "the query")
                .help("give it to a body in `python` or `sh`"),
            );
        }
    }

    /// An input may be a secret, and nothing else that is declared may hold one.
    pub(super) fn secret_stands_alone(&mut self, ty: &Type, span: Span, input: bool) -> bool {
        if !ty.holds_secret() || (input && *unwrapped(ty) == Type::Secret) {
            return true;
        }
        let message =
            if input { "a secret stands alone, not inside another value" } else { "a result cannot be a secret" };
        self.report(Diagnostic::new(Code::SECRET_SEEN, span, message).help(if input {
            "make it an input of its own: `key: Secret[String]`"
        } else {
            "results are kept and shown: hand a secret on as an input only"
        }));
        false
    }
}
