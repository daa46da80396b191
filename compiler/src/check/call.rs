//! Calls: which argument goes to which parameter, what type parameters are, what comes out.

use standpipe_plan::Builtin;
use standpipe_syntax::ast::{Arg, DeclKind, Expr, ExprKind, Name};
use standpipe_syntax::diag::{Code, Diagnostic, Edit};
use standpipe_syntax::{FileId, Span};

use super::declare::count;
use super::expr::unwrapped;
use super::{Call, Callee, Checker, Given, Signature};
use crate::resolve::{DeclId, Target, declared};
use crate::types::{Bindings, Type, differences, find};
use standpipe_syntax::nearest::{listed, nearest};

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

    /// Which argument each parameter gets; reports too many, unknown, doubled and missing ones.
    fn match_args(
        &mut self,
        decl: DeclId,
        signature: &Signature,
        callee: Span,
        expr: &Expr,
        args: &[Arg],
        piped: Option<Piped<'_>>,
    ) -> Vec<Given> {
        let name = declared(self.resolved.decl(decl)).map_or("", |name| name.text.as_str()).to_string();
        let declared_at = declared(self.resolved.decl(decl)).map_or(callee, |name| name.span);
        let mut given: Vec<Option<Given>> = vec![None; signature.params.len()];
        let mut next = 0;
        if piped.is_some() {
            if let Some(slot) = given.first_mut() {
                *slot = Some(Given::Piped);
            }
            next = 1;
        }
        let mut wrong_name = false;
        for (index, arg) in (0_u32..).zip(args) {
            let at = match &arg.name {
                None => {
                    next += 1;
                    next - 1
                }
                Some(arg_name) => match signature.params.iter().position(|param| param.name == arg_name.text) {
                    Some(at) => at,
                    None => {
                        wrong_name = true;
                        let known = signature.params.iter().map(|param| param.name.as_str());
                        let close = nearest(&arg_name.text, known.clone());
                        let message = format!("`{name}` has no input `{}`", arg_name.text);
                        let mut diagnostic = Diagnostic::new(Code::UNKNOWN_ARGUMENT, arg_name.span, message)
                            .also(declared_at, "declared here");
                        diagnostic = match close.first() {
                            Some(first) => diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                                format!("rename to `{first}`"),
                                arg_name.span,
                                *first,
                            ),
                            None => diagnostic.help(match known.collect::<Vec<_>>().as_slice() {
                                [] => "it takes nothing".into(),
                                known => format!("it has {}", listed(known)),
                            }),
                        };
                        self.report(diagnostic);
                        continue;
                    }
                },
            };
            match given.get_mut(at) {
                None => {
                    wrong_name = true;
                    let message =
                        format!("`{name}` takes {}, and this is one more", count(signature.params.len(), "input"));
                    self.report(
                        Diagnostic::new(Code::TOO_MANY, arg.value.span, message)
                            .also(declared_at, "declared here")
                            .help("remove it"),
                    );
                    break;
                }
                Some(Some(_)) => {
                    let param = &signature.params[at].name;
                    self.report(
                        Diagnostic::new(
                            Code::GIVEN_TWICE,
                            arg.value.span,
                            format!("the input `{param}` is given twice"),
                        )
                        .help("remove one of them"),
                    );
                }
                Some(slot) => *slot = Some(Given::Arg(index)),
            }
        }
        let missing: Vec<&str> = signature
            .params
            .iter()
            .zip(&given)
            .filter(|(param, given)| given.is_none() && param.default.is_none() && !self.has_default(decl, &param.name))
            .map(|(param, _)| param.name.as_str())
            .collect();
        // A misspelt name explains what is missing.
        if !missing.is_empty() && !wrong_name {
            let types: Vec<String> = signature
                .params
                .iter()
                .filter(|param| missing.contains(&param.name.as_str()))
                .map(|param| format!("{}: {}", param.name, param.ty))
                .collect();
            let plural = if missing.len() == 1 { "" } else { "s" };
            let message =
                format!("`{name}` also needs the input{plural} {}", listed(&missing).replace(" or ", " and "));
            self.report(
                Diagnostic::new(Code::MISSING_ARGUMENT, callee, message)
                    .also(declared_at, "declared here")
                    .help(format!("add `{}`", types.join(", "))),
            );
        }
        let _ = expr;
        given.into_iter().map(|given| given.unwrap_or(Given::Default)).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "a call has this many sides")]
    fn check_args(
        &mut self,
        decl: DeclId,
        signature: &Signature,
        given: &[Given],
        args: &[Arg],
        piped: Option<Piped<'_>>,
        bindings: &mut Bindings,
        file: FileId,
    ) {
        let values: Vec<Option<&Expr>> = given
            .iter()
            .map(|given| match given {
                Given::Arg(index) => args.get(*index as usize).map(|arg| &arg.value),
                Given::Piped => piped.map(|piped| piped.expr),
                Given::Default => None,
            })
            .collect();
        // Arguments that go nowhere have types all the same.
        for (index, arg) in (0_u32..).zip(args) {
            if !given.contains(&Given::Arg(index)) {
                self.expr(&arg.value, None, file);
            }
        }
        if piped.is_some() && !given.contains(&Given::Piped) {
            self.only_args(&[], piped, file);
        }
        let found: Vec<Option<Type>> = values
            .iter()
            .zip(&signature.params)
            .map(|(value, param)| value.map(|value| self.expr(value, Some(&param.ty.opened()), file)))
            .collect();
        if self.swapped(signature, &values, &found) {
            return;
        }
        for (index, (value, found)) in values.iter().zip(&found).enumerate() {
            let (Some(value), Some(found)) = (value, found) else { continue };
            let param = &signature.params[index];
            let wanted = param.ty.opened();
            let span = self.param_span(decl, index);
            let what = format!("the input `{}`", param.name);
            let fine = self.expect_found(value, found, &wanted, bindings, file, span.map(|span| (span, what.as_str())));
            if !fine {
                self.bound_before(index, signature, &values, bindings);
            }
        }
    }

    /// A tensor that does not fit: where its sizes were bound.
    fn bound_before(&mut self, index: usize, signature: &Signature, values: &[Option<&Expr>], bindings: &Bindings) {
        let sizes = |ty: &Type| match unwrapped(ty) {
            Type::Tensor { sizes, .. } => sizes.clone(),
            _ => Vec::new(),
        };
        for size in sizes(&signature.params[index].ty) {
            let Type::Param { index: var, name, .. } = &size else { continue };
            let Some(Some(bound)) = bindings.0.get(*var as usize) else { continue };
            let before = signature.params.iter().zip(values).take(index);
            let first = before.filter(|(param, _)| sizes(&param.ty).contains(&size)).find_map(|(_, value)| *value);
            if let (Some(first), Some(diagnostic)) = (first, self.diagnostics.last_mut()) {
                let place = first.span;
                *diagnostic = diagnostic.clone().also(place, format!("here `{name}` is {bound}"));
            }
        }
    }

    /// Two arguments that do not fit, and would each in the other's place: one message with the swap.
    fn swapped(&mut self, signature: &Signature, values: &[Option<&Expr>], found: &[Option<Type>]) -> bool {
        let fits = |value: usize, param: usize| {
            found[value].as_ref().is_some_and(|found| {
                let wanted = signature.params[param].ty.opened();
                let mut bindings = Bindings(vec![None; signature.type_params.len()]);
                let literal = values[value].and_then(super::expect::plain).is_some()
                    && matches!(
                        unwrapped(&wanted),
                        Type::File(_) | Type::Dir | Type::Date | Type::Time | Type::OneOf(_)
                    );
                literal || differences(found, &wanted, &mut bindings).is_empty()
            })
        };
        let wrong: Vec<usize> = (0..values.len()).filter(|at| found[*at].is_some() && !fits(*at, *at)).collect();
        let swap = |first: usize, second: usize| fits(first, second) && fits(second, first);
        let pair = match wrong.as_slice() {
            [first, second] if swap(*first, *second) => Some((*first, *second)),
            // The other of the two may fit where it stands as well, as an Int does for a Float.
            [only] => (0..values.len())
                .find(|other| other != only && found[*other].is_some() && swap(*only, *other))
                .map(|other| ((*only).min(other), (*only).max(other))),
            _ => None,
        };
        let Some((first, second)) = pair else { return false };
        let (Some(a), Some(b)) = (values[first], values[second]) else { return false };
        let text = |span: Span| self.resolved.file(span.file).source.slice(span).to_string();
        let edits = vec![Edit { span: a.span, text: text(b.span) }, Edit { span: b.span, text: text(a.span) }];
        let (one, other) = (&signature.params[first].name, &signature.params[second].name);
        self.report(
            Diagnostic::new(Code::SWAPPED, a.span, format!("the inputs `{one}` and `{other}` are swapped"))
                .here(format!("this fits `{other}`"))
                .also(b.span, format!("this fits `{one}`"))
                .help("swap them, or give them by name")
                .fix_all("swap them", edits),
        );
        true
    }

    fn check_bounds(
        &mut self,
        decl: DeclId,
        signature: &Signature,
        bindings: &mut Bindings,
        expr: &Expr,
        file: FileId,
    ) {
        let params = match &self.resolved.decl(decl).kind {
            DeclKind::Task(task) | DeclKind::Service(task) => &task.type_params,
            DeclKind::Pipeline(pipeline) => &pipeline.type_params,
            _ => return,
        };
        let place = super::declare::Place { file: decl.file, params, sizes: &[], decl };
        for (index, param) in params.iter().enumerate() {
            let Some(bound) = &param.bound else { continue };
            let wanted = self.quietly(|checker| checker.ty(bound, place));
            let Some(Some(found)) = bindings.0.get(index).cloned() else { continue };
            let span = Some((bound.span, "the bound"));
            // The row as a whole is at fault, not one argument.
            self.expect_found(expr, &found, &wanted, &mut Bindings::default(), file, span);
        }
        let _ = signature;
    }

    fn builtin_call(
        &mut self,
        builtin: Builtin,
        expr: &Expr,
        args: &[Arg],
        piped: Option<Piped<'_>>,
        file: FileId,
    ) -> Type {
        let name = Builtin::ALL.iter().find(|(_, known)| *known == builtin).map_or("", |(name, _)| *name);
        let values: Vec<&Expr> =
            piped.map(|piped| piped.expr).into_iter().chain(args.iter().map(|arg| &arg.value)).collect();
        let found: Vec<Type> = values.iter().map(|value| self.expr(value, None, file)).collect();
        if let Some(named) = args.iter().find_map(|arg| arg.name.as_ref()) {
            self.report(
                Diagnostic::new(Code::UNKNOWN_ARGUMENT, named.span, format!("`{name}` takes its inputs by place"))
                    .help("leave the name out"),
            );
            return Type::Error;
        }
        let wanted = if matches!(builtin, Builtin::Len | Builtin::Size | Builtin::Secret) { 1 } else { 2 };
        if values.len() != wanted {
            let code = if values.len() < wanted { Code::MISSING_ARGUMENT } else { Code::TOO_MANY };
            self.report(
                Diagnostic::new(
                    code,
                    expr.span,
                    format!("`{name}` takes {}, not {}", count(wanted, "input"), values.len()),
                )
                .help(if builtin == Builtin::Secret {
                    "write `secret(\"NAME\")`".to_owned()
                } else if wanted == 1 {
                    format!("write `{name}(x)`")
                } else {
                    format!("write `{name}(list, \"field\")`")
                }),
            );
            return Type::Error;
        }
        let given =
            piped.map(|_| Given::Piped).into_iter().chain((0_u32..).zip(args).map(|(index, _)| Given::Arg(index)));
        let given: Vec<Given> = given.collect();
        let result = self.builtin_result(builtin, name, &values, &found);
        let call =
            Call { callee: Callee::Builtin(builtin), args: given, type_args: Vec::new(), result: result.clone() };
        self.calls.insert((file, expr.id), call);
        result
    }

    fn builtin_result(&mut self, builtin: Builtin, name: &str, values: &[&Expr], found: &[Type]) -> Type {
        let (Some(value), Some(first)) = (values.first(), found.first()) else { return Type::Error };
        let wrong = |what: &str| {
            Diagnostic::new(Code::TYPE_MISMATCH, value.span, format!("`{name}` takes {what}, and this is `{first}`"))
        };
        match (builtin, first) {
            (Builtin::Secret, _) => self.secret(value),
            (_, Type::Error) => Type::Error,
            (Builtin::Len, Type::List(_) | Type::Map(_) | Type::String | Type::OneOf(_)) => Type::Int(None),
            (Builtin::Len, Type::Table(_)) => {
                self.report(wrong("a list, a map or a string").help("a table's number of rows is `.rows`"));
                Type::Error
            }
            (Builtin::Len, _) => {
                self.report(wrong("a list, a map or a string"));
                Type::Error
            }
            (Builtin::Size, Type::File(_) | Type::Dir | Type::Table(_) | Type::Artifact { .. }) => Type::Size,
            (Builtin::Size, _) => {
                self.report(wrong("a file, a folder, a table or an artifact"));
                Type::Error
            }
            (Builtin::MaxBy | Builtin::MinBy, Type::List(item)) => match &**item {
                Type::Record(fields) => self.by_field(values, fields, item),
                Type::Error => Type::Error,
                _ => {
                    self.report(wrong("a list of records"));
                    Type::Error
                }
            },
            (Builtin::MaxBy | Builtin::MinBy, _) => {
                self.report(wrong("a list of records"));
                Type::Error
            }
        }
    }

    fn by_field(&mut self, values: &[&Expr], fields: &[crate::types::Field], item: &Type) -> Type {
        let Some(by) = values.get(1) else { return Type::Error };
        let Some(text) = super::expect::plain(by) else {
            self.report(
                Diagnostic::new(Code::TYPE_MISMATCH, by.span, "the field's name stands here, as a string")
                    .help("for example `max_by(models, \"auc\")`"),
            );
            return Type::Error;
        };
        match find(fields, text) {
            Some(field)
                if matches!(field.ty, Type::Int(_) | Type::Float(_) | Type::Duration | Type::Size | Type::Error) =>
            {
                item.clone()
            }
            Some(field) => {
                let mut diagnostic = Diagnostic::new(
                    Code::TYPE_MISMATCH,
                    by.span,
                    format!("`{text}` is `{}`, which has no largest or smallest", field.ty),
                );
                if let Some(span) = field.span {
                    diagnostic = diagnostic.also(span, "declared here");
                }
                self.report(diagnostic.help("name a field that holds a number"));
                Type::Error
            }
            None => {
                let names = fields.iter().map(|field| field.name.as_str());
                let close = nearest(text, names.clone());
                let diagnostic =
                    Diagnostic::new(Code::UNKNOWN_FIELD, by.span, format!("there is no field `{text}` in `{item}`"));
                self.report(match close.first() {
                    Some(first) => diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                        format!("use {first:?}"),
                        by.span,
                        format!("{first:?}"),
                    ),
                    None => diagnostic.help(format!("it has {}", listed(&names.collect::<Vec<_>>()))),
                });
                Type::Error
            }
        }
    }
}
