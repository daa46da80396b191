//! The types of tensors: what their numbers are, and their sizes, numbers or names that each call binds.

use smol_str::SmolStr;
use standpipe_syntax::ast::{Name, Param, TypeExpr, TypeKind};
use standpipe_syntax::diag::{Code, Diagnostic};

use super::Checker;
use super::declare::Place;
use crate::types::{Extents, NUMBERS, Type};
use standpipe_syntax::nearest::{listed, nearest};

impl Checker<'_> {
    pub(super) fn tensor(&mut self, name: &Name, args: &[TypeExpr], place: Place<'_>) -> Type {
        let Some((first, rest)) = args.split_first() else {
            self.report(
                Diagnostic::new(Code::TENSOR, name.span, "a tensor says what it is made of and how large it is")
                    .help("write for example `Tensor[Float32, n, 28, 28]`"),
            );
            return Type::Error;
        };
        let of = match &first.kind {
            TypeKind::Named { module: None, name, args }
                if args.is_empty() && NUMBERS.contains(&name.text.as_str()) =>
            {
                Some(name.text.clone())
            }
            TypeKind::Named { module: None, name, .. } => {
                let diagnostic =
                    Diagnostic::new(Code::TENSOR, first.span, format!("no tensor is made of `{}`", name.text));
                let meant = match name.text.as_str() {
                    "Float" => vec!["Float32", "Float64"],
                    "Int" => vec!["Int32", "Int64"],
                    text => nearest(text, NUMBERS),
                };
                self.report(match meant.first() {
                    Some(near) => diagnostic.help(format!("did you mean {}?", listed(&meant))).fix(
                        format!("make it of `{near}`"),
                        first.span,
                        *near,
                    ),
                    None => diagnostic.help(format!("its numbers are one of {}", listed(&NUMBERS))),
                });
                None
            }
            TypeKind::Broken => None,
            _ => {
                self.report(
                    Diagnostic::new(Code::TENSOR, first.span, "what a tensor is made of stands before its sizes")
                        .help("write for example `Tensor[Float32, n, 28, 28]`"),
                );
                None
            }
        };
        let sizes: Vec<Type> = rest.iter().map(|size| self.size(size, place)).collect();
        match of {
            Some(of) => Type::Tensor { of, sizes },
            None => Type::Error,
        }
    }

    fn size(&mut self, size: &TypeExpr, place: Place<'_>) -> Type {
        match &size.kind {
            TypeKind::Number(number) => match u64::try_from(*number) {
                Ok(number) => Type::Extent(Extents::Known(number)),
                Err(_) => Type::Error,
            },
            TypeKind::Named { module: None, name, args } if args.is_empty() && is_size_name(&name.text) => {
                match (0_u32..).zip(place.sizes).find(|(_, known)| **known == name.text) {
                    Some((index, _)) => {
                        let index = index + u32::try_from(place.params.len()).unwrap_or(0);
                        Type::Param { decl: place.decl, index, name: name.text.clone(), bound: None }
                    }
                    None => {
                        self.report(
                            Diagnostic::new(Code::TENSOR, size.span, format!("nothing binds the size `{}` here", name.text))
                                .help("sizes have names in the heads of tasks, effects and pipelines; elsewhere they are numbers"),
                        );
                        Type::Error
                    }
                }
            }
            TypeKind::Broken => Type::Error,
            _ => {
                self.report(
                    Diagnostic::new(Code::TENSOR, size.span, "a size is a number, or a name that a call binds")
                        .help("write for example `28` or `n`"),
                );
                Type::Error
            }
        }
    }
}

fn is_size_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
}

/// The names of sizes in a head, in the order in which they first stand there.
pub(super) fn size_names(params: &[Param], result: Option<&TypeExpr>) -> Vec<SmolStr> {
    let mut names = Vec::new();
    params.iter().map(|param| &param.ty).chain(result).for_each(|ty| collect(ty, &mut names));
    names
}

fn collect(ty: &TypeExpr, names: &mut Vec<SmolStr>) {
    match &ty.kind {
        TypeKind::Named { module: None, name, args } if name.text == "Tensor" => {
            for size in args.iter().skip(1) {
                if let TypeKind::Named { module: None, name, .. } = &size.kind
                    && is_size_name(&name.text)
                    && !names.contains(&name.text)
                {
                    names.push(name.text.clone());
                }
            }
        }
        TypeKind::Named { args, .. } => args.iter().for_each(|arg| collect(arg, names)),
        TypeKind::Optional(inner) | TypeKind::Bounded { base: inner, .. } => collect(inner, names),
        TypeKind::Record(fields) => fields.iter().for_each(|field| collect(&field.ty, names)),
        TypeKind::Union(_) | TypeKind::Number(_) | TypeKind::Broken => {}
    }
}
