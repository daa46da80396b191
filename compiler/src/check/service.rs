//! Services, and deploying them.

use smol_str::SmolStr;
use standpipe_syntax::ast::{Arg, DeclKind, Expr, ExprKind, Task};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::Checker;
use super::attrs::SERVICE;
use super::call::Piped;
use super::expr::unparenthesised;
use crate::resolve::Target;
use crate::types::{Field, Fields, Type};

/// What deploying a service gives: where it answers.
pub(super) fn endpoint() -> Type {
    let url = Field { name: "url".into(), ty: Type::String, span: None };
    Type::Record(Fields::from_iter([url]).named(&SmolStr::new_static("Endpoint")))
}

impl Checker<'_> {
    pub(super) fn service(&mut self, service: &Task, span: Span, file: FileId) {
        self.attrs(&service.attrs, SERVICE, "a service", file);
        self.one_body(service, span);
        // A misspelt attribute explains what is missing.
        let misspelt = service.attrs.iter().any(|attr| SERVICE.iter().all(|(name, _)| *name != attr.name.text));
        if !misspelt && !service.attrs.iter().any(|attr| attr.name.text == "port") {
            self.report(
                Diagnostic::new(
                    Code::NO_PORT,
                    service.name.span,
                    format!("the service `{}` has no port to answer at", service.name.text),
                )
                .help("say which: `port: 8080`"),
            );
        }
    }

    /// `deploy call`.
    pub(super) fn deploy(&mut self, call: &Expr, file: FileId) -> Type {
        let call = unparenthesised(call);
        let service = match &call.kind {
            ExprKind::Call { callee, .. } => match self.target(file, callee.id) {
                Some(Target::Decl(id)) => {
                    matches!(self.resolved.decl(id).kind, DeclKind::Service(_) | DeclKind::Broken(_))
                }
                Some(Target::Unknown) => true,
                _ => false,
            },
            ExprKind::Broken => true,
            _ => false,
        };
        if !service {
            self.expr(call, None, file);
            let names = self.services(file);
            let diagnostic = Diagnostic::new(Code::NO_SERVICE, call.span, "`deploy` takes a call of a service");
            self.report(match names.first() {
                Some(name) => diagnostic.help(format!("write for example `deploy {name}(…)`")),
                None => diagnostic.help("declare one: `service predict(model: Model) { port: 8080 … }`"),
            });
            return Type::Error;
        }
        let outer = self.deploying.replace(call.id);
        let found = self.expr(call, None, file);
        self.deploying = outer;
        if found == Type::Error {
            return Type::Error;
        }
        if let Some(known) = self.calls.get_mut(&(file, call.id)) {
            known.result = endpoint();
        }
        self.note(file, call, endpoint());
        endpoint()
    }

    /// The services that the file declares, by name.
    fn services(&self, file: FileId) -> Vec<SmolStr> {
        let decls = &self.resolved.file(file).tree.decls;
        let names = decls.iter().filter_map(|decl| match &decl.kind {
            DeclKind::Service(service) => Some(service.name.text.clone()),
            _ => None,
        });
        names.collect()
    }

    /// A service that is called like a task.
    pub(super) fn not_deployed(&mut self, expr: &Expr, args: &[Arg], piped: Option<Piped<'_>>, file: FileId) -> Type {
        let is_piped = piped.is_some();
        self.only_args(args, piped, file);
        let ExprKind::Call { callee, .. } = &expr.kind else { return Type::Error };
        let name = self.resolved.file(file).source.slice(callee.span).to_owned();
        let diagnostic =
            Diagnostic::new(Code::NOT_DEPLOYED, callee.span, format!("the service `{name}` is deployed, not called"));
        self.report(if is_piped {
            diagnostic.help(format!("give its input in the call: `deploy {name}(…)`"))
        } else {
            let before = Span { end: expr.span.start, ..expr.span };
            diagnostic.help(format!("write `deploy {name}(…)`")).fix("deploy it", before, "deploy ")
        });
        Type::Error
    }
}
