//! Types of the language itself that take others: files, tables, lists and the like.

use standpipe_syntax::ast::{Name, TypeExpr, TypeKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::nearest::listed;

use super::super::Checker;
use super::super::service::endpoint;
use super::Place;
use crate::types::{Format, Type};

/// Formats of files that hold rows, sorted.
pub const ROW_FORMATS: [&str; 5] = ["csv", "json", "jsonl", "parquet", "tsv"];

impl Checker<'_> {
    /// A type of the language itself.
    pub(super) fn builtin(&mut self, name: &Name, args: &[TypeExpr], place: Place<'_>) -> Option<Type> {
        let plain = match name.text.as_str() {
            "Int" => Type::Int(None),
            "Float" => Type::Float(None),
            "Bool" => Type::Bool,
            "String" => Type::String,
            "Duration" => Type::Duration,
            "Size" => Type::Size,
            "Date" => Type::Date,
            "Time" => Type::Time,
            "Json" => Type::Json,
            "Dir" => Type::Dir,
            "Endpoint" => endpoint(),
            "Tensor" => return Some(self.tensor(name, args, place)),
            "Secret" => {
                let text = matches!(args, [TypeExpr { kind: TypeKind::Named { module: None, name, args }, .. }]
                    if name.text == "String" && args.is_empty());
                if !text {
                    self.report(
                        Diagnostic::new(Code::SECRET_TYPE, name.span, "a secret is a `String`")
                            .help("write `Secret[String]`"),
                    );
                }
                return Some(Type::Secret);
            }
            "File" => return Some(self.file_type(name, args, place)),
            "Table" if args.is_empty() => return Some(Type::Table(None)),
            "List" | "Map" | "Table" => return Some(self.container(name, args, place)),
            _ => return None,
        };
        self.takes_no_args(name, args);
        Some(plain)
    }

    /// `File`, `File[csv]`, `File[csv, Row]`.
    fn file_type(&mut self, name: &Name, args: &[TypeExpr], place: Place<'_>) -> Type {
        let (format, row) = match args {
            [] => return Type::File(None),
            [format] => (format, None),
            [format, row] => (format, Some(row)),
            [_, _, more, ..] => {
                self.report(
                    Diagnostic::new(Code::TYPE_ARGUMENTS, more.span, "`File` takes a format and what its rows have")
                        .help("write for example `File[csv, { id: Int, name: String }]`"),
                );
                return Type::File(None);
            }
        };
        let TypeKind::Named { module: None, name: format, args: none } = &format.kind else {
            self.report(
                Diagnostic::new(Code::TYPE_ARGUMENTS, name.span, "`File` takes the name of a format in brackets")
                    .help("write for example `File[csv]`"),
            );
            return Type::File(None);
        };
        if let Some(arg) = none.first() {
            self.report(
                Diagnostic::new(Code::TYPE_ARGUMENTS, arg.span, format!("`{}` takes nothing in brackets", format.text))
                    .help("what the rows of a file have stands beside its format: `File[csv, { id: Int }]`"),
            );
        }
        let row = row.and_then(|row| self.rows(row, &format.text, place));
        Type::File(Some(Format { name: format.text.clone(), row: row.map(Box::new) }))
    }

    /// The row of a file of that format.
    fn rows(&mut self, row: &TypeExpr, format: &str, place: Place<'_>) -> Option<Type> {
        let ty = self.ty(row, place);
        if !ROW_FORMATS.contains(&format) {
            self.report(
                Diagnostic::new(Code::TYPE_ARGUMENTS, row.span, format!("a `{format}` file has no rows to speak of"))
                    .help(format!("files of {} have", listed(&ROW_FORMATS).replace(" or ", " and "))),
            );
            return None;
        }
        match ty {
            Type::Record(_) | Type::Param { .. } => Some(ty),
            Type::Error => None,
            other => {
                self.report(
                    Diagnostic::new(
                        Code::TYPE_ARGUMENTS,
                        row.span,
                        format!("the rows of a file are records, not `{other}`"),
                    )
                    .help("say its columns: `File[csv, { id: Int, name: String }]`"),
                );
                None
            }
        }
    }

    fn container(&mut self, name: &Name, args: &[TypeExpr], place: Place<'_>) -> Type {
        let [arg] = args else {
            self.report(
                Diagnostic::new(
                    Code::TYPE_ARGUMENTS,
                    name.span,
                    format!("`{}` takes one type in brackets, not {}", name.text, args.len()),
                )
                .help(format!("say what it holds: `{}[Int]`", name.text)),
            );
            return Type::Error;
        };
        let item = self.ty(arg, place);
        match name.text.as_str() {
            "List" => Type::List(Box::new(item)),
            "Map" => Type::Map(Box::new(item)),
            _ => match item {
                Type::Record(_) | Type::Param { .. } => Type::Table(Some(Box::new(item))),
                Type::Error => Type::Table(None),
                other => {
                    self.report(
                        Diagnostic::new(
                            Code::TYPE_ARGUMENTS,
                            arg.span,
                            format!("the rows of a table are records, not `{other}`"),
                        )
                        .help("say its columns: `Table[{ id: Int, name: String }]`"),
                    );
                    Type::Table(None)
                }
            },
        }
    }
}
