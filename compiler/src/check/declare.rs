//! Declarations' outsides: what type expressions mean, and the signatures of tasks and pipelines.

mod builtin;
mod written;

use smol_str::SmolStr;
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{DeclKind, Name, Param, TypeExpr, TypeParam};
use standpipe_syntax::diag::{Code, Diagnostic};

use super::tensor::size_names;
use super::{Checker, ParamType, Signature};
use crate::resolve::DeclId;
use crate::types::Type;
use standpipe_syntax::nearest::{listed, nearest};

pub use self::builtin::ROW_FORMATS;

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
}

/// `1 type`, `2 types`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
