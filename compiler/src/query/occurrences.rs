//! Every place of a file where something has a name, and what is meant there. Follows the checker's tables; decides
//! nothing itself.

use smol_str::SmolStr;
use standpipe_plan::Builtin;
use standpipe_syntax::ast::{
    Arg, Attr, AttrValue, Block, Decl, DeclKind, Else, Expr, ExprKind, Import, Name, Param, RecordField, StmtKind,
    StrPart, Sweep, TypeExpr, TypeKind, TypeParam,
};
use standpipe_syntax::{FileId, Span};

use super::bodies;
use crate::Analysis;
use crate::check::{Call, Callee, Checked, Given};
use crate::resolve::{DeclId, File, LocalId, LocalKind, Target, Visible, declared};
use crate::types::{BUILTIN_TYPES, Type, find};

/// What a name can mean.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    Decl(DeclId),
    /// The module `of` as the first file knows it.
    Module {
        within: FileId,
        of: FileId,
    },
    /// Parameter by index.
    Param(DeclId, u32),
    TypeParam(DeclId, u32),
    Local(FileId, LocalId),
    /// A field or column, by where it was declared.
    Field(Span),
    Builtin(Builtin),
    BuiltinType(SmolStr),
    /// An attribute of a task or an environment.
    Attribute(SmolStr),
    /// A limit that tasks share, `api` of `limit: api(4)`.
    Limit(SmolStr),
    Codec(SmolStr),
    /// `attempt` in a task's attributes.
    Attempt,
    /// `table.rows`
    Rows,
}

/// How a name stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Declares,
    Uses,
    /// The name of an argument or of a field in a record: `depth:`.
    Label,
    /// `b` in `{ b }`, which is `{ b: b }`: the field here, the value under [`Role::ShortValue`] at the same place.
    ShortLabel,
    ShortValue,
    /// A name of `{ a, b } = …`: the field here, the local under [`Role::Declares`] at the same place.
    Unpacks,
    /// The name after `as`.
    Alias,
    /// In a body of another language.
    Embedded,
}

/// A name in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    pub span: Span,
    pub symbol: Symbol,
    pub role: Role,
}

/// Where a symbol is declared, for those that a program declares.
#[must_use]
pub fn declared_at(checked: &Checked, symbol: &Symbol) -> Option<Span> {
    let resolved = &checked.resolved;
    let decl = |id: DeclId| resolved.files.get(id.file.0 as usize)?.tree.decls.get(id.index as usize);
    match symbol {
        Symbol::Decl(id) => declared(decl(*id)?).map(|name| name.span),
        Symbol::Module { of, .. } => Some(Span { file: *of, start: 0, end: 0 }),
        Symbol::Param(id, index) => params(decl(*id)?).get(*index as usize).map(|param| param.name.span),
        Symbol::TypeParam(id, index) => type_params(decl(*id)?).get(*index as usize).copied().map(|name| name.span),
        Symbol::Local(file, local) => {
            resolved.files.get(file.0 as usize)?.locals.get(local.0 as usize).map(|local| local.span)
        }
        Symbol::Field(span) => Some(*span),
        Symbol::Builtin(_)
        | Symbol::BuiltinType(_)
        | Symbol::Attribute(_)
        | Symbol::Limit(_)
        | Symbol::Codec(_)
        | Symbol::Attempt
        | Symbol::Rows => None,
    }
}

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
                let input = params(decl).iter().position(|param| param.name.span == declared);
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

fn params(decl: &Decl) -> &[Param] {
    match &decl.kind {
        DeclKind::Task(task) | DeclKind::Service(task) => &task.params,
        DeclKind::Pipeline(pipeline) => &pipeline.params,
        DeclKind::Import(_)
        | DeclKind::Type(_)
        | DeclKind::Artifact(_)
        | DeclKind::Const(_)
        | DeclKind::Env(_)
        | DeclKind::Schedule(_)
        | DeclKind::Test(_)
        | DeclKind::Broken(_) => &[],
    }
}

fn type_params(decl: &Decl) -> Vec<&Name> {
    match &decl.kind {
        DeclKind::Type(alias) => alias.params.iter().map(|param| &param.name).collect(),
        DeclKind::Task(task) | DeclKind::Service(task) => task.type_params.iter().map(|param| &param.name).collect(),
        DeclKind::Pipeline(pipeline) => pipeline.type_params.iter().map(|param| &param.name).collect(),
        DeclKind::Artifact(artifact) => artifact.params.iter().collect(),
        DeclKind::Import(_)
        | DeclKind::Const(_)
        | DeclKind::Env(_)
        | DeclKind::Schedule(_)
        | DeclKind::Test(_)
        | DeclKind::Broken(_) => Vec::new(),
    }
}

pub(super) struct Collect<'a> {
    checked: &'a Checked,
    file: &'a File,
    decl: DeclId,
    type_params: Vec<&'a Name>,
    out: Vec<Occurrence>,
}

impl<'a> Collect<'a> {
    pub(super) fn push(&mut self, span: Span, symbol: Symbol, role: Role) {
        self.out.push(Occurrence { span, symbol, role });
    }

    fn type_of(&self, id: standpipe_syntax::ast::ExprId) -> Option<&'a Type> {
        self.checked.types.get(self.file.source.id.0 as usize)?.get(id.0 as usize)
    }

    fn decl(&mut self, decl: &'a Decl) {
        self.type_params = type_params(decl);
        if let Some(name) = declared(decl) {
            self.push(name.span, Symbol::Decl(self.decl), Role::Declares);
        }
        for (index, name) in (0_u32..).zip(type_params(decl)) {
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
                self.type_name(module.as_ref(), name);
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

    fn type_name(&mut self, module: Option<&Name>, name: &Name) {
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

    fn block(&mut self, block: &'a Block, wanted: Option<&Type>) {
        let last = block.stmts.len().saturating_sub(1);
        for (index, stmt) in block.stmts.iter().enumerate() {
            match &stmt.kind {
                StmtKind::Bind { name: _, value } | StmtKind::Unpack { names: _, value } => self.expr(value, None),
                StmtKind::Expect(value) => self.expr(value, None),
                StmtKind::Expr(value) => self.expr(value, wanted.filter(|_| index == last)),
                StmtKind::Broken => {}
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr, wanted: Option<&Type>) {
        match &expr.kind {
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Broken => {}
            ExprKind::String(parts) => {
                for part in parts {
                    if let StrPart::Expr(part) = part {
                        self.expr(part, None);
                    }
                }
            }
            ExprKind::Name(name) if self.file.names.get(&expr.id) == Some(&Target::Type) => self.type_name(None, name),
            ExprKind::Name(name) => self.target(expr, name.span, Role::Uses),
            ExprKind::Field { of, name } => {
                self.expr(of, None);
                self.field(expr, of, name);
            }
            ExprKind::Call { callee, args } => self.call(expr, callee, args, None),
            ExprKind::Pipe { value, call } => match &call.kind {
                ExprKind::Call { callee, args } => self.call(call, callee, args, Some(value)),
                _ => {
                    self.expr(value, None);
                    self.expr(call, None);
                }
            },
            ExprKind::Record(fields) => self.record(fields, wanted),
            ExprKind::List(items) => {
                let wanted = match wanted {
                    Some(Type::List(item)) => Some(&**item),
                    _ => None,
                };
                items.iter().for_each(|item| self.expr(item, wanted));
            }
            ExprKind::Index { of: left, index: right }
            | ExprKind::Binary { left, right, op: _, op_span: _ }
            | ExprKind::Range { start: left, end: right, inclusive: _ } => {
                self.expr(left, None);
                self.expr(right, None);
            }
            ExprKind::Unary { op: _, operand } => self.expr(operand, None),
            ExprKind::If { condition, then, otherwise } => {
                self.expr(condition, None);
                self.block(then, wanted);
                match otherwise {
                    Some(Else::Block(block)) => self.block(block, wanted),
                    Some(Else::If(inner)) => self.expr(inner, wanted),
                    None => {}
                }
            }
            ExprKind::For { pattern: _, items, limit, body } => {
                self.expr(items, None);
                limit.iter().for_each(|limit| self.expr(limit, None));
                let wanted = match wanted {
                    Some(Type::List(item)) => Some(&**item),
                    _ => None,
                };
                self.block(body, wanted);
            }
            ExprKind::Match(matched) => {
                self.expr(&matched.subject, None);
                matched.arms.iter().for_each(|arm| self.block(&arm.body, wanted));
            }
            ExprKind::Loop(repeated) => {
                self.expr(&repeated.start, None);
                repeated.limit.iter().chain(&repeated.until).for_each(|expr| self.expr(expr, None));
                self.block(&repeated.body, None);
            }
            ExprKind::Sweep(sweep) => self.sweep(sweep),
            ExprKind::Deploy(inner) | ExprKind::Try(inner) => self.expr(inner, None),
            ExprKind::Paren(inner) => self.expr(inner, wanted),
        }
    }

    fn sweep(&mut self, sweep: &'a Sweep) {
        for axis in &sweep.axes {
            self.expr(&axis.space, None);
            axis.step.iter().for_each(|step| self.expr(step, None));
        }
        let result = match sweep.body.stmts.last().map(|stmt| &stmt.kind) {
            Some(StmtKind::Expr(last)) => self.type_of(last.id),
            _ => None,
        };
        for objective in &sweep.objectives {
            let mut of = result;
            for name in &objective.field {
                let Some(Type::Record(fields)) = of else { break };
                let Some(field) = find(fields, &name.text) else { break };
                if let Some(span) = field.span {
                    self.push(name.span, Symbol::Field(span), Role::Uses);
                }
                of = Some(&field.ty);
            }
        }
        self.expr(&sweep.strategy, None);
        self.block(&sweep.body, None);
    }

    /// What resolving says of `expr`, which stands at `span`.
    fn target(&mut self, expr: &Expr, span: Span, role: Role) {
        let within = self.file.source.id;
        let symbol = match self.file.names.get(&expr.id) {
            Some(Target::Decl(id)) => Symbol::Decl(*id),
            Some(Target::Param(id, index)) => Symbol::Param(*id, *index),
            Some(Target::Local(local)) => Symbol::Local(within, *local),
            Some(Target::Builtin(builtin)) => Symbol::Builtin(*builtin),
            Some(Target::Module(of)) => Symbol::Module { within, of: *of },
            Some(Target::Attempt) => Symbol::Attempt,
            Some(Target::Type | Target::Unknown) | None => return,
        };
        self.push(span, symbol, role);
    }

    fn field(&mut self, expr: &Expr, of: &Expr, name: &Name) {
        if self.file.names.contains_key(&expr.id) {
            return self.target(expr, name.span, Role::Uses);
        }
        match self.type_of(of.id) {
            Some(Type::Record(fields)) => {
                if let Some(span) = find(fields, &name.text).and_then(|field| field.span) {
                    self.push(name.span, Symbol::Field(span), Role::Uses);
                }
            }
            Some(Type::Table(_)) if name.text == "rows" => self.push(name.span, Symbol::Rows, Role::Uses),
            Some(_) | None => {}
        }
    }

    fn call(&mut self, expr: &'a Expr, callee: &'a Expr, args: &'a [Arg], piped: Option<&'a Expr>) {
        let call = self.checked.calls.get(&(self.file.source.id, expr.id));
        let wanted = |given: Given| call.and_then(|call| self.wanted(call, given));
        let piped_wanted = wanted(Given::Piped);
        let arg_wanted: Vec<_> = (0_u32..).zip(args).map(|(index, _)| wanted(Given::Arg(index))).collect();
        if let Some(piped) = piped {
            self.expr(piped, piped_wanted.map(|(_, ty)| ty));
        }
        self.expr(callee, None);
        for (arg, wanted) in args.iter().zip(arg_wanted) {
            if let (Some(name), Some((param, _))) = (&arg.name, &wanted) {
                self.push(name.span, param.clone(), Role::Label);
            }
            self.expr(&arg.value, wanted.map(|(_, ty)| ty));
        }
        self.named_field(callee, args, piped);
    }

    /// The parameter that gets what is `given`, and its type.
    fn wanted(&self, call: &Call, given: Given) -> Option<(Symbol, &'a Type)> {
        let Callee::Decl(id) = call.callee else { return None };
        let index = call.args.iter().position(|arg| *arg == given)?;
        let ty = &self.checked.signatures.get(&id)?.params.get(index)?.ty;
        Some((Symbol::Param(id, u32::try_from(index).ok()?), ty))
    }

    /// `max_by(list, "field")` names a field in a string.
    fn named_field(&mut self, callee: &Expr, args: &[Arg], piped: Option<&Expr>) {
        let Some(Target::Builtin(Builtin::MaxBy | Builtin::MinBy)) = self.file.names.get(&callee.id) else { return };
        let mut values = piped.into_iter().chain(args.iter().map(|arg| &arg.value));
        let (Some(list), Some(field)) = (values.next(), values.next()) else { return };
        let Some(Type::List(item)) = self.type_of(list.id) else { return };
        let (Type::Record(fields), ExprKind::String(parts)) = (&**item, &field.kind) else { return };
        if let [StrPart::Text(text)] = parts.as_slice()
            && let Some(span) = find(fields, text).and_then(|field| field.span)
        {
            let inside = Span { start: field.span.start + 1, end: field.span.end.saturating_sub(1), ..field.span };
            self.push(inside, Symbol::Field(span), Role::Uses);
        }
    }

    fn record(&mut self, fields: &'a [RecordField], wanted: Option<&Type>) {
        let wanted = match wanted {
            Some(Type::Record(fields)) => Some(fields),
            Some(Type::Optional(inner)) => match &**inner {
                Type::Record(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        };
        for field in fields {
            let target = wanted.and_then(|wanted| find(wanted, &field.name.text));
            let declared = target.and_then(|target| target.span);
            let symbol = Symbol::Field(declared.unwrap_or(field.name.span));
            let role = match (field.short, declared) {
                (true, _) => Role::ShortLabel,
                (false, Some(_)) => Role::Label,
                (false, None) => Role::Declares,
            };
            self.push(field.name.span, symbol, role);
            if field.short {
                self.target(&field.value, field.value.span, Role::ShortValue);
            } else {
                self.expr(&field.value, target.map(|target| &target.ty));
            }
        }
    }
}
