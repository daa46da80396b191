//! The names in a `sweep`. A space is no ordinary expression: it may name a type, and `log(low, high)` means something
//! only there. Knows nothing of what fits where.

use standpipe_syntax::ast::{Block, Else, Expr, ExprKind, StmtKind, Sweep};

use super::names::Walk;
use super::{LocalKind, Target};

impl Walk<'_> {
    /// A space may depend on the parameters before it.
    pub(super) fn sweep(&mut self, sweep: &Sweep) {
        self.expr(&sweep.strategy);
        self.open();
        for axis in &sweep.axes {
            self.space(&axis.space);
            axis.step.iter().for_each(|step| self.expr(step));
            self.local(&axis.name, LocalKind::Axis { space: axis.space.id });
        }
        self.block(&sweep.body);
        self.close();
    }

    fn space(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) if name.text.starts_with(char::is_uppercase) => {
                self.type_name(name);
                self.names.insert(expr.id, Target::Type);
            }
            ExprKind::Call { callee, args } if self.is_log(callee) => args.iter().for_each(|arg| self.expr(&arg.value)),
            ExprKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.space_of(then);
                match otherwise {
                    Some(Else::Block(block)) => self.space_of(block),
                    Some(Else::If(inner)) => self.space(inner),
                    None => {}
                }
            }
            ExprKind::Match(matched) => {
                self.expr(&matched.subject);
                matched.arms.iter().for_each(|arm| self.space_of(&arm.body));
            }
            ExprKind::Paren(inner) => self.space(inner),
            _ => self.expr(expr),
        }
    }

    /// A branch that is a space.
    fn space_of(&mut self, block: &Block) {
        match block.stmts.as_slice() {
            [only] if matches!(only.kind, StmtKind::Expr(_)) => {
                if let StmtKind::Expr(space) = &only.kind {
                    self.space(space);
                }
            }
            _ => self.block(block),
        }
    }

    /// `log`, when nothing else is called so.
    fn is_log(&self, callee: &Expr) -> bool {
        matches!(&callee.kind, ExprKind::Name(name) if name.text == "log"
            && !self.bound.contains_key("log") && !self.file.scope.contains_key("log"))
    }
}
