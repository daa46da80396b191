//! Declarations' outsides: what type expressions mean, and the signatures of tasks and pipelines.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_syntax::ast::{DeclKind, Expr, Name, Param, TypeAlias, TypeExpr, TypeKind, TypeParam};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::tensor::size_names;
use super::{Checker, ParamType, Signature};
use crate::resolve::{DeclId, Visible};
use crate::types::{Bindings, Bound, Field, Format, Kind, Type, differences};
use standpipe_syntax::nearest::{listed, nearest};

/// Formats and codecs that artifacts may be written by.
pub const CODECS: [&str; 11] =
    ["csv", "dir", "joblib", "json", "npy", "onnx", "parquet", "pickle", "png", "safetensors", "text"];

/// Most declarations on the way from a name to what it stands for, when each is only known by the next.
pub(super) const MAX_NESTING: u32 = 64;

/// What is known of a type alias while aliases are expanded.
#[derive(Clone, Debug)]
pub(super) enum Alias {
    Open,
    Done(Type),
}

/// Where a type expression stands: its file, and the type parameters in scope there.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: FileId,
    pub(super) params: &'a [TypeParam],
    /// Names of tensors' sizes, which follow the parameters.
    pub(super) sizes: &'a [SmolStr],
    pub(super) decl: DeclId,
}

impl Checker<'_> {
    /// Signatures of every declaration of every file.
    pub(super) fn declare(&mut self) {
        let resolved = self.resolved;
        for file in &resolved.files {
            for (index, decl) in (0_u32..).zip(&file.tree.decls) {
                let id = DeclId { file: file.source.id, index };
                match &decl.kind {
                    DeclKind::Type(_) => {
                        self.alias(id);
                    }
                    DeclKind::Artifact(artifact) => self.codec(&artifact.codec),
                    DeclKind::Const(_) => {
                        self.constant_of(id);
                    }
                    DeclKind::Task(task) => {
                        let result = task.result.as_ref();
                        self.signature(id, &task.type_params, &task.params, result);
                    }
                    DeclKind::Pipeline(pipeline) => {
                        self.signature(id, &pipeline.type_params, &pipeline.params, pipeline.result.as_ref());
                    }
                    DeclKind::Service(task) => self.signature(id, &task.type_params, &task.params, None),
                    DeclKind::Import(_)
                    | DeclKind::Env(_)
                    | DeclKind::Schedule(_)
                    | DeclKind::Test(_)
                    | DeclKind::Broken(_) => {}
                }
            }
        }
    }

    fn codec(&mut self, codec: &Name) {
        if CODECS.contains(&codec.text.as_str()) {
            return;
        }
        let diagnostic =
            Diagnostic::new(Code::UNKNOWN_CODEC, codec.span, format!("there is no codec `{}`", codec.text));
        let close = nearest(&codec.text, CODECS);
        self.report(match close.first() {
            Some(first) => diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                format!("write it by `{first}`"),
                codec.span,
                *first,
            ),
            None => diagnostic.help(format!("there are {}", listed(&CODECS))),
        });
    }

    fn signature(&mut self, decl: DeclId, type_params: &[TypeParam], params: &[Param], result: Option<&TypeExpr>) {
        let sizes = size_names(params, result);
        let place = Place { file: decl.file, params: type_params, sizes: &sizes, decl };
        let mut out = Vec::with_capacity(params.len());
        for param in params {
            let mut ty = self.ty(&param.ty, place);
            if !self.secret_stands_alone(&ty, param.ty.span, true) {
                ty = Type::Error;
            }
            let default = param.default.as_ref().and_then(|default| {
                self.expect(default, &ty, decl.file, Some((param.name.span, "the parameter")));
                self.constant_or_report(default, decl.file, "a default")
            });
            out.push(ParamType { name: param.name.text.clone(), ty, default });
        }
        let bounds = type_params.iter().map(|param| param.bound.as_ref().map(|bound| self.ty(bound, place))).collect();
        let result = match result {
            Some(result) => {
                let ty = self.ty(result, place);
                if self.secret_stands_alone(&ty, result.span, false) { ty } else { Type::Error }
            }
            None => Type::Nothing,
        };
        let type_params = type_params.iter().map(|param| param.name.text.clone()).chain(sizes).collect();
        self.signatures.insert(decl, Signature { type_params, bounds, params: out, result });
    }

    /// The type that alias `id` stands for.
    fn alias(&mut self, id: DeclId) -> Type {
        match self.aliases.get(&id) {
            Some(Alias::Done(ty)) => return ty.clone(),
            Some(Alias::Open) => {
                if let DeclKind::Type(alias) = &self.resolved.decl(id).kind {
                    self.report(
                        Diagnostic::new(
                            Code::CYCLIC,
                            alias.name.span,
                            format!("the type `{}` is made of itself", alias.name.text),
                        )
                        .help("a value of it could never end: break the circle with a type of its own"),
                    );
                }
                return Type::Error;
            }
            None => {}
        }
        let DeclKind::Type(alias) = &self.resolved.decl(id).kind else { return Type::Error };
        self.aliases.insert(id, Alias::Open);
        self.nesting += 1;
        let mut ty = match self.nesting {
            MAX_NESTING.. => self.too_large(&alias.name, &format!("the type `{}`", alias.name.text)),
            _ => self.ty(&alias.ty, Place { file: id.file, params: &alias.params, sizes: &[], decl: id }),
        };
        self.nesting -= 1;
        if ty.extent().is_too_large() {
            ty = self.too_large(&alias.name, &format!("the type `{}`", alias.name.text));
        }
        if let Type::Record(fields) = ty {
            ty = Type::Record(fields.named(&alias.name.text));
        }
        self.aliases.insert(id, Alias::Done(ty.clone()));
        ty
    }

    /// Reports a type, that of `what`, which nobody would want to see written out.
    pub(super) fn too_large(&mut self, name: &Name, what: &str) -> Type {
        let message = format!("{what} has too many parts, or too many levels of them");
        self.report(
            Diagnostic::new(Code::TYPE_TOO_LARGE, name.span, message)
                .help("types in it count with all that they are made of; `Json` holds anything"),
        );
        Type::Error
    }

    /// What a type expression means.
    pub(super) fn ty(&mut self, ty: &TypeExpr, place: Place<'_>) -> Type {
        match &ty.kind {
            TypeKind::Named { module, name, args } => self.named(module.as_ref(), name, args, place),
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

    fn takes_no_args(&mut self, name: &Name, args: &[TypeExpr]) {
        if let Some(first) = args.first() {
            self.report(
                Diagnostic::new(Code::TYPE_ARGUMENTS, first.span, format!("`{}` takes nothing in brackets", name.text))
                    .help("leave the brackets out"),
            );
        }
    }

    /// A type of the language itself.
    fn builtin(&mut self, name: &Name, args: &[TypeExpr], place: Place<'_>) -> Option<Type> {
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
            "Endpoint" => super::service::endpoint(),
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
        if !ROWS.contains(&format) {
            self.report(
                Diagnostic::new(Code::TYPE_ARGUMENTS, row.span, format!("a `{format}` file has no rows to speak of"))
                    .help(format!("files of {} have", listed(&ROWS).replace(" or ", " and "))),
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

/// Formats of files that hold rows.
const ROWS: [&str; 5] = ["csv", "json", "jsonl", "parquet", "tsv"];

/// `1 type`, `2 types`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
