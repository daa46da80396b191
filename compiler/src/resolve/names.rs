//! Walks one file and finds what every name in it means. Knows nothing of types.

mod types;
mod wrong;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use standpipe_plan::Builtin;
use standpipe_syntax::Span;
use standpipe_syntax::ast::{
    Attr, AttrValue, Block, Decl, DeclKind, Else, Expr, ExprKind, Loop, Name, Param, Pattern, StmtKind, StrPart, Task,
    TypeExpr, TypeParam,
};
use standpipe_syntax::diag::{Code, Diagnostic};

use super::scope::not_in_module;
use super::{DeclId, File, Local, LocalId, LocalKind, Resolved, Target, Visible};

/// How many names are compared with unknown ones in a file: suggestions are for people, who mend a few at a time.
const COMPARISONS: usize = 200_000;

/// Which top-level names and parameters of a file are used.
#[derive(Default)]
pub(super) struct Used {
    pub(super) names: FxHashSet<SmolStr>,
    pub(super) params: FxHashSet<(DeclId, u32)>,
}

/// Fills in `names` and `locals` of file `file`.
pub(super) fn resolve_file(resolved: &mut Resolved, file: usize) -> Used {
    // Taken out, so that it can be read while its tables grow.
    let tree = std::mem::take(&mut resolved.files[file].tree);
    let mut walk = Walk {
        resolved,
        file: &resolved.files[file],
        own: &tree.decls,
        locals: Vec::new(),
        names: FxHashMap::default(),
        used: Used::default(),
        diagnostics: Vec::new(),
        bound: FxHashMap::default(),
        open: Vec::new(),
        types: Vec::new(),
        decl: DeclId { file: resolved.files[file].source.id, index: 0 },
        not_imported: FxHashSet::default(),
        comparisons: COMPARISONS,
        first: tree.decls.first().map_or(0, |decl| decl.doc.as_ref().map_or(decl.span, |doc| doc.span).start),
    };
    for (index, decl) in (0_u32..).zip(&tree.decls) {
        walk.decl.index = index;
        walk.decl(&decl.kind);
    }
    let Walk { locals, names, used, diagnostics, .. } = walk;
    resolved.diagnostics.extend(diagnostics);
    let file = &mut resolved.files[file];
    file.tree = tree;
    file.names = names;
    file.places = (0..).zip(&locals).map(|(index, local)| (local.span.start, LocalId(index))).collect();
    file.places.sort_unstable();
    file.locals = locals;
    used
}

pub(super) struct Walk<'a> {
    pub(super) resolved: &'a Resolved,
    pub(super) file: &'a File,
    /// Its declarations.
    pub(super) own: &'a [Decl],
    locals: Vec<Local>,
    pub(super) names: FxHashMap<standpipe_syntax::ast::ExprId, Target>,
    used: Used,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Parameters and locals in scope, and where they were bound.
    pub(super) bound: FxHashMap<SmolStr, (Target, Span)>,
    /// Names bound by each open block, innermost last.
    open: Vec<Vec<SmolStr>>,
    /// Type parameters in scope.
    types: Vec<SmolStr>,
    pub(super) decl: DeclId,
    /// Names of the standard library that lack an import, told once.
    not_imported: FxHashSet<SmolStr>,
    /// How many names may still be compared with unknown ones.
    comparisons: usize,
    /// Where the file's first declaration starts: the place for a new import.
    first: u32,
}

impl Walk<'_> {
    fn decl(&mut self, kind: &DeclKind) {
        self.bound.clear();
        self.types.clear();
        match kind {
            DeclKind::Import(_) | DeclKind::Artifact(_) | DeclKind::Broken(_) => {}
            DeclKind::Type(alias) => {
                self.types.extend(alias.params.iter().map(|param| param.name.text.clone()));
                alias.params.iter().filter_map(|param| param.bound.as_ref()).for_each(|bound| self.ty(bound));
                self.ty(&alias.ty);
            }
            DeclKind::Const(constant) => {
                constant.ty.iter().for_each(|ty| self.ty(ty));
                self.expr(&constant.value);
            }
            DeclKind::Env(env) => self.attrs(&env.attrs),
            DeclKind::Task(task) | DeclKind::Service(task) => self.task(task),
            DeclKind::Schedule(schedule) => self.attrs(&schedule.attrs),
            DeclKind::Test(test) => self.block(&test.body),
            DeclKind::Pipeline(pipeline) => {
                self.head(&pipeline.type_params, &pipeline.params, pipeline.result.as_ref());
                self.block(&pipeline.body);
            }
        }
    }

    fn task(&mut self, task: &Task) {
        self.head(&task.type_params, &task.params, task.result.as_ref());
        self.bound.entry("attempt".into()).or_insert((Target::Attempt, task.name.span));
        self.attrs(&task.attrs);
    }

    fn head(&mut self, type_params: &[TypeParam], params: &[Param], result: Option<&TypeExpr>) {
        self.types.extend(type_params.iter().map(|param| param.name.text.clone()));
        type_params.iter().filter_map(|param| param.bound.as_ref()).for_each(|bound| self.ty(bound));
        // Defaults are read before any parameter is bound: they cannot depend on one another.
        for param in params {
            self.ty(&param.ty);
            param.default.iter().for_each(|default| self.expr(default));
        }
        result.iter().for_each(|result| self.ty(result));
        for (index, param) in (0_u32..).zip(params) {
            self.bind(&param.name, Target::Param(self.decl, index));
        }
    }

    fn attrs(&mut self, attrs: &[Attr]) {
        for attr in attrs {
            match (&attr.value, attr.name.text.as_str()) {
                (AttrValue::Raw(_), _) => {}
                // `limit: api(4)`: the name of a limit stands for itself.
                (AttrValue::Expr(Expr { kind: ExprKind::Call { args, .. }, .. }), "limit") => {
                    args.iter().for_each(|arg| self.expr(&arg.value));
                }
                (AttrValue::Expr(value), _) => self.expr(value),
            }
        }
    }

    /// Binds `name`; every name is bound once, inner blocks included.
    fn bind(&mut self, name: &Name, target: Target) {
        let before = self.bound.get(&name.text).filter(|(target, _)| *target != Target::Unknown);
        if let Some((_, first)) = before {
            let diagnostic = Diagnostic::new(Code::BOUND_TWICE, name.span, format!("`{}` is bound already", name.text))
                .also(*first, "first bound here")
                .help("names are bound once: choose another name for this one");
            self.diagnostics.push(diagnostic);
            return;
        }
        self.bound.insert(name.text.clone(), (target, name.span));
        if let Some(block) = self.open.last_mut() {
            block.push(name.text.clone());
        }
    }

    pub(super) fn local(&mut self, name: &Name, kind: LocalKind) {
        #[expect(clippy::cast_possible_truncation, reason = "no more locals than bytes in a file")]
        let id = LocalId(self.locals.len() as u32);
        // Bound twice is one mistake; that nothing reads the second one is the same.
        let used = self.bound.contains_key(&name.text);
        self.locals.push(Local { name: name.text.clone(), span: name.span, kind, used });
        self.hides(name);
        self.bind(name, Target::Local(id));
    }

    pub(super) fn open(&mut self) {
        self.open.push(Vec::new());
    }

    pub(super) fn block(&mut self, block: &Block) {
        self.open();
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::Bind { name, value } => {
                    self.expr(value);
                    self.local(name, LocalKind::Bind { value: value.id });
                }
                StmtKind::Unpack { names, value } => {
                    self.expr(value);
                    for name in names {
                        self.local(name, LocalKind::Unpack { value: value.id });
                    }
                }
                StmtKind::Expect(value) | StmtKind::Expr(value) => self.expr(value),
                StmtKind::Broken => {}
            }
        }
        self.close();
    }

    pub(super) fn close(&mut self) {
        for name in self.open.pop().unwrap_or_default() {
            self.bound.remove(&name);
        }
    }

    /// The names of `pattern`, which are `whole` or fields of what that is.
    fn pattern(&mut self, pattern: &Pattern, whole: LocalKind, field: LocalKind) {
        match pattern {
            Pattern::Name(name) => self.local(name, whole),
            Pattern::Fields(names) => names.iter().for_each(|name| self.local(name, field)),
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
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
                        self.expr(part);
                    }
                }
            }
            ExprKind::Name(name) => {
                let target = self.name(name);
                self.names.insert(expr.id, target);
            }
            ExprKind::Field { of, name } => {
                self.expr(of);
                match self.names.get(&of.id).copied() {
                    Some(Target::Module(module)) => {
                        let target = self.member(module, name);
                        self.names.insert(expr.id, target);
                    }
                    // Whatever it is: a module that could not be read may have it.
                    Some(Target::Unknown) => drop(self.names.insert(expr.id, Target::Unknown)),
                    _ => {}
                }
            }
            ExprKind::Index { of, index } => {
                self.expr(of);
                self.expr(index);
            }
            ExprKind::Call { callee, args } => {
                self.expr(callee);
                args.iter().for_each(|arg| self.expr(&arg.value));
            }
            ExprKind::Pipe { value, call } => {
                self.expr(value);
                self.expr(call);
            }
            ExprKind::Record(fields) => fields.iter().for_each(|field| self.expr(&field.value)),
            ExprKind::List(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Range { start, end, .. } => {
                self.expr(start);
                self.expr(end);
            }
            ExprKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.block(then);
                match otherwise {
                    Some(Else::Block(block)) => self.block(block),
                    Some(Else::If(inner)) => self.expr(inner),
                    None => {}
                }
            }
            ExprKind::For { pattern, items, limit, body } => {
                self.expr(items);
                limit.iter().for_each(|limit| self.expr(limit));
                self.open();
                self.pattern(pattern, LocalKind::Item { items: items.id }, LocalKind::ItemField { items: items.id });
                self.block(body);
                self.close();
            }
            ExprKind::Match(matched) => {
                self.expr(&matched.subject);
                matched.arms.iter().for_each(|arm| self.block(&arm.body));
            }
            ExprKind::Loop(repeated) => {
                let Loop { state, start, limit, until, body } = repeated.as_ref();
                self.expr(start);
                limit.iter().for_each(|limit| self.expr(limit));
                self.open();
                self.pattern(state, LocalKind::State { start: start.id }, LocalKind::StateField { start: start.id });
                until.iter().for_each(|until| self.expr(until));
                self.block(body);
                self.close();
            }
            ExprKind::Sweep(sweep) => self.sweep(sweep),
            ExprKind::Deploy(inner) | ExprKind::Try(inner) | ExprKind::Paren(inner) => self.expr(inner),
        }
    }

    fn name(&mut self, name: &Name) -> Target {
        self.uses(&name.text);
        if let Some((target, _)) = self.bound.get(&name.text).copied() {
            return target;
        }
        if let Some(visible) = self.file.scope.get(&name.text).copied() {
            return match visible {
                Visible::Decl(decl) => {
                    self.warn_of_old(decl, name);
                    Target::Decl(decl)
                }
                Visible::Module(file) => Target::Module(file),
                Visible::Missing => Target::Unknown,
            };
        }
        if let Some(builtin) = Builtin::named(&name.text) {
            return Target::Builtin(builtin);
        }
        self.unknown(name);
        Target::Unknown
    }

    /// Notes that whatever is called `name` here is used.
    fn uses(&mut self, name: &SmolStr) {
        match self.bound.get(name).map(|(target, _)| *target) {
            Some(Target::Local(id)) => self.locals[id.0 as usize].used = true,
            Some(Target::Param(decl, index)) => drop(self.used.params.insert((decl, index))),
            Some(_) => {}
            None if self.file.scope.contains_key(name) => drop(self.used.names.insert(name.clone())),
            None => {}
        }
    }

    fn member(&mut self, module: standpipe_syntax::FileId, name: &Name) -> Target {
        let file = self.resolved.file(module);
        match file.scope.get(&name.text) {
            Some(Visible::Decl(decl)) if file.has(*decl) => {
                let decl = *decl;
                self.warn_of_old(decl, name);
                Target::Decl(decl)
            }
            Some(Visible::Missing) => Target::Unknown,
            _ => {
                let own = file.scope.iter().filter(|(_, seen)| matches!(seen, Visible::Decl(decl) if file.has(*decl)));
                self.diagnostics.push(not_in_module(name, &file.path, own.map(|(name, _)| name)));
                Target::Unknown
            }
        }
    }
}
