//! Names in blocks and expressions, followed through the checker's tables.

use standpipe_plan::Builtin;
use standpipe_syntax::Span;
use standpipe_syntax::ast::{Arg, Block, Else, Expr, ExprKind, Name, RecordField, StmtKind, StrPart, Sweep};

use super::occurrences::Collect;
use super::symbol::{Role, Symbol};
use crate::check::{Call, Callee, Given};
use crate::resolve::Target;
use crate::types::{Type, find};

impl<'a> Collect<'a> {
    pub(super) fn block(&mut self, block: &'a Block, wanted: Option<&Type>) {
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

    pub(super) fn expr(&mut self, expr: &'a Expr, wanted: Option<&Type>) {
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
