//! Calls of what the language has of its own: `len`, `max_by`, `secret` and the like.

use standpipe_plan::Builtin;
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{Arg, Expr};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::nearest::{listed, nearest};

use super::super::declare::count;
use super::super::expect::plain;
use super::super::{Call, Callee, Checker, Given};
use super::Piped;
use crate::types::{Type, find};

impl Checker<'_> {
    pub(super) fn builtin_call(
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
        let Some(text) = plain(by) else {
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
