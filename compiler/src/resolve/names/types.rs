//! Names of types, and what is said of those that nothing is called.

use smol_str::SmolStr;
use standpipe_syntax::ast::{Name, TypeExpr, TypeKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::nearest::{listed, nearest};

use super::super::Visible;
use super::Walk;
use crate::types::BUILTIN_TYPES;

impl Walk<'_> {
    pub(super) fn ty(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeKind::Named { module: Some(module), name, .. } => {
                self.used.names.insert(module.text.clone());
                match self.file.scope.get(&module.text).copied() {
                    Some(Visible::Module(file)) => {
                        self.member(file, name);
                    }
                    Some(Visible::Missing) => {}
                    _ => self.diagnostics.push(Diagnostic::new(
                        Code::UNKNOWN_NAME,
                        module.span,
                        format!("no module is imported as `{}`", module.text),
                    )),
                }
            }
            TypeKind::Named { module: None, name, args } => {
                self.type_name(name);
                // The first that `File[…]` takes is a format; `Tensor[…]` says what its numbers are and how many.
                let formats = match name.text.as_str() {
                    "File" => 1,
                    "Tensor" => args.len(),
                    _ => 0,
                };
                args.iter().skip(formats).for_each(|arg| self.ty(arg));
            }
            TypeKind::Optional(inner) => self.ty(inner),
            TypeKind::Record(fields) => fields.iter().for_each(|field| self.ty(&field.ty)),
            TypeKind::Bounded { base, low, high, .. } => {
                self.ty(base);
                low.iter().chain(high).for_each(|end| self.expr(end));
            }
            TypeKind::Union(_) | TypeKind::Number(_) | TypeKind::Broken => {}
        }
    }

    pub(in crate::resolve) fn type_name(&mut self, name: &Name) {
        let text = name.text.as_str();
        if BUILTIN_TYPES.contains(&text) || self.types.contains(&name.text) {
            return;
        }
        if let Some(visible) = self.file.scope.get(&name.text).copied() {
            self.used.names.insert(name.text.clone());
            if let Visible::Decl(decl) = visible {
                self.warn_of_old(decl, name);
            }
            return;
        }
        let mut diagnostic = Diagnostic::new(Code::UNKNOWN_TYPE, name.span, format!("there is no type `{text}`"));
        if let Some(ours) = foreign(text) {
            diagnostic = diagnostic.help(format!("it is called `{ours}` here")).fix(
                format!("rename to `{ours}`"),
                name.span,
                ours,
            );
        } else {
            self.comparisons = self.comparisons.saturating_sub(self.file.scope.len());
            let known =
                self.file.scope.keys().map(SmolStr::as_str).filter(|known| known.starts_with(char::is_uppercase));
            let known = known.take(if self.comparisons == 0 { 0 } else { usize::MAX });
            let close = nearest(text, known.chain(BUILTIN_TYPES).chain(self.types.iter().map(SmolStr::as_str)));
            if let Some(first) = close.first() {
                diagnostic = diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                    format!("rename to `{first}`"),
                    name.span,
                    *first,
                );
            }
        }
        self.diagnostics.push(diagnostic);
    }
}

/// Our type that other languages know by this name, or that is only written in another case.
fn foreign(name: &str) -> Option<&'static str> {
    if let Some(ours) = BUILTIN_TYPES.into_iter().find(|ours| ours.eq_ignore_ascii_case(name)) {
        return Some(ours);
    }
    Some(match name.to_ascii_lowercase().as_str() {
        "str" | "text" | "varchar" | "char" => "String",
        "integer" | "int8" | "int16" | "int32" | "int64" | "uint64" | "long" | "bigint" => "Int",
        "double" | "number" | "float32" | "float64" | "real" | "decimal" => "Float",
        "boolean" => "Bool",
        "dataframe" | "frame" => "Table",
        "array" | "vec" | "sequence" | "tuple" => "List",
        "ndarray" => "Tensor",
        "dict" | "object" | "hashmap" => "Map",
        "path" => "File",
        "folder" | "directory" => "Dir",
        "datetime" | "timestamp" | "instant" => "Time",
        "timedelta" | "interval" => "Duration",
        _ => return None,
    })
}
