//! What changes the world, directly or through a pipeline; and pipelines that would never end calling themselves.

use rustc_hash::FxHashSet;
use standpipe_syntax::ast::{Block, DeclKind, Else, Expr, ExprKind, Loop, StmtKind, StrPart};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::Checker;
use crate::resolve::{DeclId, Resolved, Target};

/// Calls `visit` with every task, effect and pipeline that `block` calls, and where.
fn each_callee(block: &Block, file: FileId, resolved: &Resolved, visit: &mut dyn FnMut(DeclId, &Expr)) {
    for stmt in &block.stmts {
        match &stmt.kind {
            StmtKind::Bind { value, .. }
            | StmtKind::Unpack { value, .. }
            | StmtKind::Expect(value)
            | StmtKind::Expr(value) => {
                each_callee_of(value, file, resolved, visit);
            }
            StmtKind::Broken => {}
        }
    }
}

fn each_callee_of(expr: &Expr, file: FileId, resolved: &Resolved, visit: &mut dyn FnMut(DeclId, &Expr)) {
    if let ExprKind::Call { callee, .. } = &expr.kind
        && let Some(Target::Decl(id)) = resolved.file(file).names.get(&callee.id)
    {
        visit(*id, callee);
    }
    let mut each = |expr: &Expr| each_callee_of(expr, file, resolved, visit);
    match &expr.kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Name(_)
        | ExprKind::Broken => {}
        ExprKind::String(parts) => parts.iter().for_each(|part| {
            if let StrPart::Expr(part) = part {
                each(part);
            }
        }),
        ExprKind::Field { of, .. } => each(of),
        ExprKind::Index { of, index } => {
            each(of);
            each(index);
        }
        ExprKind::Call { callee, args } => {
            each(callee);
            args.iter().for_each(|arg| each(&arg.value));
        }
        ExprKind::Pipe { value, call } => {
            each(value);
            each(call);
        }
        ExprKind::Record(fields) => fields.iter().for_each(|field| each(&field.value)),
        ExprKind::List(items) => items.iter().for_each(each),
        ExprKind::Unary { operand, .. } => each(operand),
        ExprKind::Binary { left, right, .. } => {
            each(left);
            each(right);
        }
        ExprKind::Range { start, end, .. } => {
            each(start);
            each(end);
        }
        ExprKind::If { condition, then, otherwise } => {
            each(condition);
            each_callee(then, file, resolved, visit);
            match otherwise {
                Some(Else::Block(block)) => each_callee(block, file, resolved, visit),
                Some(Else::If(inner)) => each_callee_of(inner, file, resolved, visit),
                None => {}
            }
        }
        ExprKind::For { items, limit, body, .. } => {
            each(items);
            limit.iter().for_each(|limit| each(limit));
            each_callee(body, file, resolved, visit);
        }
        ExprKind::Match(matched) => {
            each(&matched.subject);
            matched.arms.iter().for_each(|arm| each_callee(&arm.body, file, resolved, visit));
        }
        ExprKind::Loop(repeated) => {
            let Loop { start, limit, until, body, .. } = repeated.as_ref();
            [start].into_iter().chain(limit).chain(until).for_each(|part| each(part));
            each_callee(body, file, resolved, visit);
        }
        ExprKind::Sweep(sweep) => {
            each(&sweep.strategy);
            for axis in &sweep.axes {
                each(&axis.space);
                axis.step.iter().for_each(&mut each);
            }
            each_callee(&sweep.body, file, resolved, visit);
        }
        ExprKind::Deploy(inner) | ExprKind::Try(inner) | ExprKind::Paren(inner) => each(inner),
    }
}

/// Every effect, and every pipeline that calls one, directly or not.
pub(super) fn effectful(resolved: &Resolved) -> FxHashSet<DeclId> {
    let mut effects = FxHashSet::default();
    let mut callers: rustc_hash::FxHashMap<DeclId, Vec<DeclId>> = rustc_hash::FxHashMap::default();
    for file in &resolved.files {
        for (index, decl) in (0_u32..).zip(&file.tree.decls) {
            let id = DeclId { file: file.source.id, index };
            match &decl.kind {
                DeclKind::Service(_) => {
                    effects.insert(id);
                }
                DeclKind::Task(task) if task.effect => {
                    effects.insert(id);
                }
                DeclKind::Pipeline(pipeline) => {
                    each_callee(&pipeline.body, file.source.id, resolved, &mut |callee, _| {
                        callers.entry(callee).or_default().push(id);
                    });
                }
                _ => {}
            }
        }
    }
    let mut next: Vec<DeclId> = effects.iter().copied().collect();
    while let Some(id) = next.pop() {
        for caller in callers.get(&id).into_iter().flatten() {
            if effects.insert(*caller) {
                next.push(*caller);
            }
        }
    }
    effects
}

impl Checker<'_> {
    /// Whether `expr` changes the world when it is evaluated.
    pub(super) fn has_effect(&self, expr: &Expr, file: FileId) -> bool {
        let mut found = false;
        each_callee_of(expr, file, self.resolved, &mut |id, _| found |= self.effectful.contains(&id));
        found
    }

    /// Where `expr` calls its first task, effect or pipeline.
    pub(super) fn first_call(&self, expr: &Expr, file: FileId) -> Option<Span> {
        let mut first: Option<Span> = None;
        each_callee_of(expr, file, self.resolved, &mut |_, callee| {
            first = Some(first.map_or(callee.span, |first| first.min(callee.span)));
        });
        first
    }

    /// Where `block` changes the world, and what does.
    pub(super) fn effects_in(&self, block: &Block, file: FileId) -> Vec<(DeclId, Span)> {
        let mut found = Vec::new();
        each_callee(block, file, self.resolved, &mut |id, callee| {
            if self.effectful.contains(&id) {
                found.push((id, callee.span));
            }
        });
        found
    }

    /// Reports pipelines that call themselves, directly or through others.
    pub(super) fn recursion(&mut self) {
        let resolved = self.resolved;
        let mut state = rustc_hash::FxHashMap::default();
        for file in &resolved.files {
            for (index, decl) in (0_u32..).zip(&file.tree.decls) {
                if matches!(decl.kind, DeclKind::Pipeline(_)) {
                    self.visit(DeclId { file: file.source.id, index }, &mut state);
                }
            }
        }
    }

    /// Depth first, without recursion: chains of pipelines may be long.
    fn visit(&mut self, start: DeclId, done: &mut rustc_hash::FxHashMap<DeclId, bool>) {
        if done.contains_key(&start) {
            return;
        }
        let mut stack = vec![(start, self.callees(start), 0)];
        done.insert(start, false);
        while let Some((id, callees, next)) = stack.pop() {
            let Some((callee, span)) = callees.get(next).copied() else {
                done.insert(id, true);
                continue;
            };
            stack.push((id, callees, next + 1));
            match done.get(&callee) {
                Some(true) => {}
                Some(false) => {
                    let name =
                        crate::resolve::declared(self.resolved.decl(callee)).map_or("it", |name| name.text.as_str());
                    let message = format!("calling `{name}` here would never end: it leads back to itself");
                    self.report(
                        Diagnostic::new(Code::RECURSION, span, message)
                            .help("pipelines do not call themselves; go over a list with `for`"),
                    );
                    self.recursive = true;
                }
                None => {
                    done.insert(callee, false);
                    stack.push((callee, self.callees(callee), 0));
                }
            }
        }
    }

    fn callees(&self, id: DeclId) -> Vec<(DeclId, standpipe_syntax::Span)> {
        let mut out = Vec::new();
        if let DeclKind::Pipeline(pipeline) = &self.resolved.decl(id).kind {
            each_callee(&pipeline.body, id.file, self.resolved, &mut |callee, expr| {
                if matches!(self.resolved.decl(callee).kind, DeclKind::Pipeline(_)) {
                    out.push((callee, expr.span));
                }
            });
        }
        out
    }
}
