//! The arguments of a call: which goes to which parameter, whether each fits, and what type parameters are by them.

use standpipe_syntax::ast::{Arg, DeclKind, Expr};
use standpipe_syntax::diag::{Code, Diagnostic, Edit};
use standpipe_syntax::nearest::{listed, nearest};
use standpipe_syntax::{FileId, Span};

use super::super::declare::count;
use super::super::expect::plain;
use super::super::expr::unwrapped;
use super::super::{Checker, Given, Signature};
use super::Piped;
use crate::resolve::{DeclId, declared};
use crate::types::{Bindings, Type, differences};

impl Checker<'_> {
    /// Which argument each parameter gets; reports too many, unknown, doubled and missing ones.
    pub(super) fn match_args(
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
            let lacking = signature.params.iter().filter(|param| missing.contains(&param.name.as_str()));
            let wanted: Vec<String> = lacking.map(|param| format!("`{}: …` (`{}`)", param.name, param.ty)).collect();
            let plural = if missing.len() == 1 { "" } else { "s" };
            let message =
                format!("`{name}` also needs the input{plural} {}", listed(&missing).replace(" or ", " and "));
            self.report(
                Diagnostic::new(Code::MISSING_ARGUMENT, callee, message)
                    .also(declared_at, "declared here")
                    .help(format!("add {}", wanted.join(", and "))),
            );
        }
        let _ = expr;
        given.into_iter().map(|given| given.unwrap_or(Given::Default)).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "a call has this many sides")]
    pub(super) fn check_args(
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
                let literal = values[value].and_then(plain).is_some()
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

    pub(super) fn check_bounds(
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
        let place = super::super::declare::Place { file: decl.file, params, sizes: &[], decl };
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
}
