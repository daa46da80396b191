//! Calls: a task's becomes a step, a pipeline's the steps inside it.

use standpipe_plan::{Builtin, Expr, Input, Step, Value};
use standpipe_syntax::Span;
use standpipe_syntax::ast::{self, Arg, DeclKind};
use standpipe_syntax::diag::Code;

use super::{Frame, Lowerer, errors};
use crate::check::{Call, Callee, Given, Signature};
use crate::graph::NodeKind;
use crate::resolve::DeclId;
use crate::types::{Bindings, Extents, Type, shape};

/// Pipelines that may call each other in a chain.
const MAX_INLINED: usize = 64;
/// Nodes that a pipeline may have once everything it calls is inlined.
const MAX_NODES: usize = 100_000;

impl Lowerer<'_> {
    /// The call `expr`, with what stands left of `|>` when there is one.
    pub(super) fn call(&mut self, expr: &ast::Expr, args: &[Arg], piped: Option<Expr>) -> Expr {
        let checked = self.checked;
        let Some(call) = checked.calls.get(&(self.file(), expr.id)) else { return Expr::Const(Value::None) };
        let signature = match call.callee {
            Callee::Decl(decl) => checked.signatures.get(&decl),
            Callee::Builtin(_) => None,
        };
        // In the order in which they are written: work in them is done in that order.
        let mut lowered: Vec<Option<Expr>> = args.iter().map(|arg| Some(self.expr(&arg.value))).collect();
        let mut piped = piped;
        let mut values = Vec::with_capacity(call.args.len());
        for (index, given) in call.args.iter().enumerate() {
            let default = || signature.and_then(|signature| signature.params.get(index)?.default.clone());
            values.push(match given {
                Given::Arg(at) => lowered.get_mut(*at as usize).and_then(Option::take),
                Given::Piped => piped.take(),
                Given::Default => default().map(Expr::Const),
            });
        }
        let values: Vec<Expr> = values.into_iter().map(|value| value.unwrap_or(Expr::Const(Value::None))).collect();
        match (call.callee, signature) {
            (Callee::Builtin(Builtin::Secret), _) => match values.as_slice() {
                [Expr::Const(Value::String(name))] => Expr::Const(Value::Secret(name.clone())),
                _ => Expr::Const(Value::None),
            },
            (Callee::Builtin(builtin), _) => self.sound(Expr::Call(builtin, values), expr.span),
            (Callee::Decl(decl), Some(signature)) => match &checked.resolved.decl(decl).kind {
                DeclKind::Task(task) | DeclKind::Service(task) => {
                    self.step(decl, &task.name.text, call, signature, values, expr.span)
                }
                DeclKind::Pipeline(pipeline) => self.inline(decl, pipeline, call, values, expr.span),
                _ => Expr::Const(Value::None),
            },
            (Callee::Decl(_), None) => Expr::Const(Value::None),
        }
    }

    /// A type of the callee as it is here: its type parameters replaced, and those of the pipelines around.
    fn here(&self, ty: &Type, type_args: &[Type]) -> Type {
        let args = Bindings(type_args.iter().cloned().map(Some).collect());
        ty.opened().bound(&args).opened().bound(&self.frame.type_args)
    }

    fn step(
        &mut self,
        decl: DeclId,
        name: &str,
        call: &Call,
        signature: &Signature,
        values: Vec<Expr>,
        span: Span,
    ) -> Expr {
        let task = self.task(decl);
        // Sizes that no call has bound keep their names, by which they are compared when it runs.
        let type_args: Vec<Type> = (call.type_args.iter().zip(&signature.type_params))
            .map(|(arg, name)| match arg {
                Type::Error if name.starts_with(|first: char| !first.is_ascii_uppercase()) => {
                    Type::Extent(Extents::Unknown(name.clone()))
                }
                arg => arg.clone(),
            })
            .collect();
        let inputs = signature.params.iter().zip(values).map(|(param, value)| Input {
            name: param.name.clone(),
            value,
            shape: shape(&self.here(&param.ty, &type_args), &self.checked.resolved),
        });
        let inputs = inputs.collect();
        let output = match &self.checked.resolved.decl(decl).kind {
            DeclKind::Service(_) => self.here(&call.result, &[]),
            _ => self.here(&signature.result, &type_args),
        };
        let output = shape(&output, &self.checked.resolved);
        let name = self.names.unique(name);
        Expr::Node(self.add(&name, NodeKind::Step(Step { task, inputs, output, joins: None }), span))
    }

    fn inline(&mut self, decl: DeclId, pipeline: &ast::Pipeline, call: &Call, values: Vec<Expr>, span: Span) -> Expr {
        if self.inlined.len() >= MAX_INLINED || self.graph.len() >= MAX_NODES {
            // Every further call is too much as well.
            if self.diagnostics.iter().all(|diagnostic| diagnostic.code != Code::TOO_LARGE) {
                let outermost = self.inlined.first().copied().unwrap_or(span);
                self.report(errors::too_large(outermost, self.graph.len() >= MAX_NODES));
            }
            return Expr::Const(Value::None);
        }
        let type_args = call.type_args.iter().map(|arg| self.here(arg, &[])).collect();
        let params = values.into_iter().map(|value| self.once(value, span)).collect();
        let frame = Frame { params, ..Frame::new(self.checked, decl, type_args) };
        let name = self.names.unique(&pipeline.name.text);
        let outer = std::mem::replace(&mut self.frame, frame);
        let prefix = self.names.prefix(&name);
        let depth = std::mem::take(&mut self.depth);
        self.inlined.push(span);
        let value = self.block(&pipeline.body);
        self.inlined.pop();
        self.depth = depth;
        self.names.restore(prefix);
        self.frame = outer;
        self.once(value, span)
    }
}
