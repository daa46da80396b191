//! Every place of a file where something has a name, and what is meant there. Follows the checker's tables; decides
//! nothing itself.

use standpipe_syntax::ast::{
    Attr, AttrValue, Decl, DeclKind, ExprKind, Import, Name, Param, TypeExpr, TypeKind, TypeParam,
};
use standpipe_syntax::{FileId, Span};

use super::bodies;
use super::symbol::{Occurrence, Role, Symbol};
use crate::Analysis;
use crate::check::Checked;
use crate::resolve::{DeclId, File, LocalId, LocalKind, Visible, declared};
use crate::types::{BUILTIN_TYPES, Type, find};

/// Every name in `file`, in order of place.
#[must_use]
pub fn occurrences(analysis: &Analysis, file: FileId) -> Vec<Occurrence> {
    let Some(this) = analysis.checked.resolved.files.get(file.0 as usize) else { return Vec::new() };
    let mut collect = Collect {
        checked: &analysis.checked,
        file: this,
        decl: DeclId { file, index: 0 },
        type_params: Vec::new(),
        out: Vec::new(),
    };
    for (index, local) in (0_u32..).zip(&this.locals) {
        collect.push(local.span, Symbol::Local(file, LocalId(index)), Role::Declares);
        let of = match local.kind {
            LocalKind::Unpack { value } | LocalKind::StateField { start: value } => collect.type_of(value),
            LocalKind::ItemField { items } => match collect.type_of(items) {
                Some(Type::List(item)) => Some(&**item),
                Some(_) | None => None,
            },
            LocalKind::Bind { .. } | LocalKind::Item { .. } | LocalKind::State { .. } | LocalKind::Axis { .. } => None,
        };
        if let Some(Type::Record(fields)) = of
            && let Some(span) = find(fields, &local.name).and_then(|field| field.span)
        {
            collect.push(local.span, Symbol::Field(span), Role::Unpacks);
        }
    }
    for (index, decl) in (0_u32..).zip(&this.tree.decls) {
        collect.decl.index = index;
        collect.decl(decl);
        // What names in SQL stand for is known from checking it.
        for name in analysis.embedded.sql_names.get(&collect.decl).into_iter().flatten() {
            if let Some(declared) = name.declared.filter(|_| name.span.file == file) {
                let input = decl.kind.params().iter().position(|param| param.name.span == declared);
                let symbol = match input.and_then(|index| u32::try_from(index).ok()) {
                    Some(index) => Symbol::Param(collect.decl, index),
                    None => Symbol::Field(declared),
                };
                collect.push(name.span, symbol, Role::Embedded);
            }
        }
    }
    let mut out = collect.out;
    out.sort_by_key(|found| (found.span.start, found.span.end));
    out
}

pub(super) struct Collect<'a> {
    pub(super) checked: &'a Checked,
    pub(super) file: &'a File,
    decl: DeclId,
    type_params: Vec<&'a Name>,
    out: Vec<Occurrence>,
}

impl<'a> Collect<'a> {
    pub(super) fn push(&mut self, span: Span, symbol: Symbol, role: Role) {
        self.out.push(Occurrence { span, symbol, role });
    }

    pub(super) fn type_of(&self, id: standpipe_syntax::ast::ExprId) -> Option<&'a Type> {
        self.checked.types.get(self.file.source.id.0 as usize)?.get(id.0 as usize)
    }

    fn decl(&mut self, decl: &'a Decl) {
        self.type_params = decl.kind.type_params();
        if let Some(name) = declared(decl) {
            self.push(name.span, Symbol::Decl(self.decl), Role::Declares);
        }
        for (index, name) in (0_u32..).zip(decl.kind.type_params()) {
            self.push(name.span, Symbol::TypeParam(self.decl, index), Role::Declares);
        }
        match &decl.kind {
            DeclKind::Import(import) => self.import(import),
            DeclKind::Type(alias) => {
                alias.params.iter().filter_map(|param| param.bound.as_ref()).for_each(|bound| self.ty(bound));
                self.ty(&alias.ty);
            }
            DeclKind::Artifact(artifact) => {
                let codec = &artifact.codec;
                self.push(codec.span, Symbol::Codec(codec.text.clone()), Role::Uses);
            }
            DeclKind::Const(constant) => {
                constant.ty.iter().for_each(|ty| self.ty(ty));
                self.expr(&constant.value, None);
            }
            DeclKind::Env(env) => self.attrs(&env.attrs),
            DeclKind::Schedule(schedule) => self.attrs(&schedule.attrs),
            DeclKind::Test(test) => self.block(&test.body, None),
            DeclKind::Task(task) | DeclKind::Service(task) => {
                self.head(&task.type_params, &task.params, task.result.as_ref());
                self.attrs(&task.attrs);
                for attr in &task.attrs {
                    if let AttrValue::Raw(raw) = &attr.value {
                        let signature = self.checked.signatures.get(&self.decl);
                        let body = bodies::Body { decl: self.decl, task, signature, raw };
                        bodies::collect(&attr.name.text, body, self);
                    }
                }
            }
            DeclKind::Pipeline(pipeline) => {
                self.head(&pipeline.type_params, &pipeline.params, pipeline.result.as_ref());
                let signature = self.checked.signatures.get(&self.decl);
                self.block(&pipeline.body, signature.map(|signature| &signature.result));
            }
            DeclKind::Broken(_) => {}
        }
    }

    fn import(&mut self, import: &'a Import) {
        let within = self.file.source.id;
        let Some(of) = self.checked.resolved.imports.get(&(within, self.decl.index)).copied() else { return };
        let role = if import.items.is_none() && import.alias.is_none() { Role::Declares } else { Role::Uses };
        self.push(import.path_span, Symbol::Module { within, of }, role);
        if let Some(alias) = &import.alias {
            self.push(alias.span, Symbol::Module { within, of }, Role::Alias);
        }
        for item in import.items.iter().flatten() {
            if let Some(Visible::Decl(id)) = self.checked.resolved.file(of).scope.get(&item.name.text) {
                self.push(item.name.span, Symbol::Decl(*id), Role::Uses);
                if let Some(alias) = &item.alias {
                    self.push(alias.span, Symbol::Decl(*id), Role::Alias);
                }
            }
        }
    }

    fn head(&mut self, types: &'a [TypeParam], params: &'a [Param], result: Option<&'a TypeExpr>) {
        types.iter().filter_map(|param| param.bound.as_ref()).for_each(|bound| self.ty(bound));
        for (index, param) in (0_u32..).zip(params) {
            self.push(param.name.span, Symbol::Param(self.decl, index), Role::Declares);
            self.ty(&param.ty);
            param.default.iter().for_each(|default| self.expr(default, None));
        }
        result.iter().for_each(|result| self.ty(result));
    }

    fn attrs(&mut self, attrs: &'a [Attr]) {
        for attr in attrs {
            self.push(attr.name.span, Symbol::Attribute(attr.name.text.clone()), Role::Label);
            let AttrValue::Expr(value) = &attr.value else { continue };
            // `limit: api(4)`: the name stands for itself.
            if let (ExprKind::Call { callee, args }, "limit") = (&value.kind, attr.name.text.as_str())
                && let ExprKind::Name(name) = &callee.kind
            {
                self.push(name.span, Symbol::Limit(name.text.clone()), Role::Uses);
                args.iter().for_each(|arg| self.expr(&arg.value, None));
            } else {
                self.expr(value, None);
            }
        }
    }

    fn ty(&mut self, ty: &'a TypeExpr) {
        match &ty.kind {
            TypeKind::Named { module, name, args } => {
                self.type_name(module.as_deref(), name);
                // What `File[…]` holds is a format, and `Tensor[…]` what its numbers are and how many.
                if !matches!(name.text.as_str(), "File" | "Tensor") {
                    args.iter().for_each(|arg| self.ty(arg));
                }
            }
            TypeKind::Optional(inner) => self.ty(inner),
            TypeKind::Record(fields) => {
                for field in fields {
                    self.push(field.name.span, Symbol::Field(field.name.span), Role::Declares);
                    self.ty(&field.ty);
                }
            }
            TypeKind::Bounded { base, low, high, inclusive: _ } => {
                self.ty(base);
                low.iter().chain(high).for_each(|end| self.expr(end, None));
            }
            TypeKind::Union(_) | TypeKind::Number(_) | TypeKind::Broken => {}
        }
    }

    pub(super) fn type_name(&mut self, module: Option<&Name>, name: &Name) {
        let scope = match module {
            None => &self.file.scope,
            Some(module) => {
                let Some(Visible::Module(of)) = self.file.scope.get(&module.text).copied() else { return };
                let within = self.file.source.id;
                self.push(module.span, Symbol::Module { within, of }, Role::Uses);
                &self.checked.resolved.file(of).scope
            }
        };
        let param = self.type_params.iter().position(|param| param.text == name.text);
        let symbol = match (module, param, scope.get(&name.text)) {
            (None, _, _) if BUILTIN_TYPES.contains(&name.text.as_str()) => Symbol::BuiltinType(name.text.clone()),
            (None, Some(index), _) => Symbol::TypeParam(self.decl, u32::try_from(index).unwrap_or(u32::MAX)),
            (_, _, Some(Visible::Decl(id))) => Symbol::Decl(*id),
            (_, _, Some(Visible::Module(_) | Visible::Missing) | None) => return,
        };
        self.push(name.span, symbol, Role::Uses);
    }
}
