//! What a type means as it is written: named, with arguments, as a record, a union or a number within bounds.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_syntax::ast::{DeclKind, Expr, Name, TypeAlias, TypeExpr, TypeKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::super::Checker;
use super::{Place, count};
use crate::resolve::{DeclId, Visible};
use crate::types::{Bindings, Bound, Field, Kind, Type, differences};

impl Checker<'_> {
    /// What a type expression means.
    pub(in crate::check) fn ty(&mut self, ty: &TypeExpr, place: Place<'_>) -> Type {
        match &ty.kind {
            TypeKind::Named { module, name, args } => self.named(module.as_deref(), name, args, place),
            TypeKind::Optional(inner) => match self.ty(inner, place) {
                Type::Optional(inner) => {
                    let span = Span { start: ty.span.end.saturating_sub(1), ..ty.span };
                    self.report(
                        Diagnostic::new(Code::TWICE_OPTIONAL, span, format!("`{inner}?` is optional already"))
                            .help("one `?` is enough")
                            .fix("remove the `?`", span, ""),
                    );
                    Type::Optional(inner)
                }
                inner => crate::types::optional(inner),
            },
            TypeKind::Record(fields) => {
                let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
                let mut out: Vec<Field> = Vec::with_capacity(fields.len());
                for field in fields {
                    if let Some(first) = seen.get(field.name.text.as_str()) {
                        self.report(
                            Diagnostic::new(
                                Code::DUPLICATE,
                                field.name.span,
                                format!("the field `{}` is declared twice", field.name.text),
                            )
                            .also(*first, "first declared here")
                            .help("remove one of them"),
                        );
                        continue;
                    }
                    seen.insert(&field.name.text, field.name.span);
                    let ty = self.ty(&field.ty, place);
                    out.push(Field { name: field.name.text.clone(), ty, span: Some(field.name.span) });
                }
                Type::Record(out.into_iter().collect())
            }
            TypeKind::Union(members) => {
                let mut out: Vec<SmolStr> = Vec::with_capacity(members.len());
                for member in members {
                    if out.contains(&member.value) {
                        self.report(
                            Diagnostic::new(
                                Code::DUPLICATE,
                                member.span,
                                format!("{:?} stands twice in this union", member.value),
                            )
                            .help("remove one of them"),
                        );
                    } else {
                        out.push(member.value.clone());
                    }
                }
                Type::OneOf(out)
            }
            TypeKind::Bounded { base, low, high, inclusive } => {
                let base_type = self.ty(base, place);
                let bound = self.bound(&base_type, low.as_deref(), high.as_deref(), *inclusive, ty.span, place.file);
                match base_type {
                    Type::Int(_) => Type::Int(bound),
                    Type::Float(_) => Type::Float(bound),
                    Type::Error => Type::Error,
                    other => {
                        self.report(
                            Diagnostic::new(Code::BAD_BOUND, base.span, format!("`{other}` cannot have bounds"))
                                .help("only `Int` and `Float` can"),
                        );
                        Type::Error
                    }
                }
            }
            TypeKind::Number(_) => {
                self.report(
                    Diagnostic::new(Code::TYPE_ARGUMENTS, ty.span, "a number is not a type")
                        .help("only the sizes of a tensor are numbers: `Tensor[Float32, 28, 28]`"),
                );
                Type::Error
            }
            TypeKind::Broken => Type::Error,
        }
    }

    fn bound(
        &mut self,
        base: &Type,
        low: Option<&Expr>,
        high: Option<&Expr>,
        inclusive: bool,
        span: Span,
        file: FileId,
    ) -> Option<Bound> {
        let wanted = if matches!(base, Type::Int(_)) { Type::Int(None) } else { Type::Float(None) };
        let mut end = |expr: Option<&Expr>| {
            let expr = expr?;
            self.expect(expr, &wanted, file, None);
            match self.constant_or_report(expr, file, "a bound")? {
                #[expect(clippy::cast_precision_loss, reason = "bounds are Floats by definition")]
                standpipe_plan::Value::Int(number) => Some(number as f64),
                standpipe_plan::Value::Float(number) => Some(number),
                _ => None,
            }
        };
        let bound = Bound { low: end(low), high: end(high), inclusive };
        let (Some(low), Some(high)) = (bound.low, bound.high) else { return Some(bound) };
        if low > high || (low >= high && !inclusive) {
            self.report(
                Diagnostic::new(Code::BAD_BOUND, span, format!("no number lies in `{bound}`"))
                    .help("the first number is the smallest allowed, the second the largest"),
            );
            return None;
        }
        Some(bound)
    }

    fn named(&mut self, module: Option<&Name>, name: &Name, args: &[TypeExpr], place: Place<'_>) -> Type {
        if module.is_none() {
            if let Some(ty) = self.builtin(name, args, place) {
                return ty;
            }
            if let Some((index, param)) = (0_u32..).zip(place.params).find(|(_, param)| param.name.text == name.text) {
                self.takes_no_args(name, args);
                // A bound may name the parameters before it.
                let before = Place { params: &place.params[..index as usize], ..place };
                let bound =
                    param.bound.as_ref().map(|bound| Box::new(self.quietly(|checker| checker.ty(bound, before))));
                return Type::Param { decl: place.decl, index, name: param.name.text.clone(), bound };
            }
        }
        let file = self.resolved.file(place.file);
        let visible = match module.map(|module| file.scope.get(&module.text)) {
            None => file.scope.get(&name.text),
            Some(Some(Visible::Module(other))) => self.resolved.file(*other).scope.get(&name.text),
            Some(_) => None,
        };
        // What is not there has been reported by resolving.
        let Some(Visible::Decl(id)) = visible.copied() else { return Type::Error };
        match &self.resolved.decl(id).kind {
            DeclKind::Type(alias) if alias.params.is_empty() => {
                self.takes_no_args(name, args);
                self.alias(id)
            }
            DeclKind::Type(alias) => match self.type_args(name, args, alias.params.len(), alias.name.span, place) {
                Some(found) => self.applied(id, alias, name, args, found),
                None => Type::Error,
            },
            DeclKind::Artifact(artifact) => {
                match self.type_args(name, args, artifact.params.len(), artifact.name.span, place) {
                    Some(args) => Type::Artifact { decl: id, name: artifact.name.text.clone(), args },
                    None => Type::Error,
                }
            }
            DeclKind::Broken(_) => Type::Error,
            _ => {
                self.report(
                    Diagnostic::new(Code::UNKNOWN_TYPE, name.span, format!("`{}` is not a type", name.text))
                        .help("types and artifacts start with a capital letter"),
                );
                Type::Error
            }
        }
    }

    /// What stands in brackets behind `name`, which wants `wanted` types there.
    fn type_args(
        &mut self,
        name: &Name,
        args: &[TypeExpr],
        wanted: usize,
        declared: Span,
        place: Place<'_>,
    ) -> Option<Vec<Type>> {
        if wanted == args.len() {
            return Some(args.iter().map(|arg| self.ty(arg, place)).collect());
        }
        let message = format!("`{}` takes {} in brackets, not {}", name.text, count(wanted, "type"), args.len());
        self.report(Diagnostic::new(Code::TYPE_ARGUMENTS, name.span, message).also(declared, "declared here"));
        None
    }

    /// An alias with parameters, where it is used: each stands for what is given.
    fn applied(&mut self, id: DeclId, alias: &TypeAlias, name: &Name, args: &[TypeExpr], found: Vec<Type>) -> Type {
        let place = Place { file: id.file, params: &alias.params, sizes: &[], decl: id };
        let bindings = Bindings(found.iter().cloned().map(Some).collect());
        for ((param, arg), found) in alias.params.iter().zip(args).zip(&found) {
            let Some(bound) = &param.bound else { continue };
            let wanted = self.quietly(|checker| checker.ty(bound, place)).opened().bound(&bindings);
            let differences = differences(found, &wanted, &mut Bindings::default());
            if let Some(difference) = differences.first() {
                let why = match &difference.kind {
                    Kind::Missing(field) => format!("it has no `{}: {}`", field.name, field.ty),
                    Kind::Mismatch { found, wanted, .. } => {
                        let place = difference.place.trim_start_matches('.');
                        if place.is_empty() {
                            format!("`{found}` is no `{wanted}`")
                        } else {
                            format!("`{place}` is `{found}`, not `{wanted}`")
                        }
                    }
                };
                self.report(
                    Diagnostic::new(
                        Code::TYPE_BOUND,
                        arg.span,
                        format!("`{found}` cannot stand for `{}` here: {why}", param.name.text),
                    )
                    .also(bound.span, "the bound")
                    .help(format!("give a type that has all of `{wanted}`")),
                );
                return Type::Error;
            }
        }
        let shown: Vec<_> = found.iter().map(ToString::to_string).collect();
        match self.alias(id).opened().bound(&bindings) {
            Type::Record(fields) => {
                let shown = smol_str::format_smolstr!("{}[{}]", name.text, shown.join(", "));
                Type::Record(fields.named(&shown))
            }
            ty if ty.extent().is_too_large() => self.too_large(name, &format!("the type `{}`", name.text)),
            ty => ty,
        }
    }

    pub(super) fn takes_no_args(&mut self, name: &Name, args: &[TypeExpr]) {
        if let Some(first) = args.first() {
            self.report(
                Diagnostic::new(Code::TYPE_ARGUMENTS, first.span, format!("`{}` takes nothing in brackets", name.text))
                    .help("leave the brackets out"),
            );
        }
    }
}
