//! A test: its steps, and as its result what became of each `expect`.

use smol_str::SmolStr;
use standpipe_plan::{Expr, Field, Shape, Value};
use standpipe_syntax::ast::{self, ExprKind, StmtKind, Test};

use super::Lowerer;
use crate::graph::NodeKind;
use crate::types::shape;

/// The fields of what becomes of an `expect`: whether it holds, and both sides when it compares.
pub(crate) const HOLDS: &str = "holds";
pub(crate) const LEFT: &str = "left";
pub(crate) const RIGHT: &str = "right";

/// A test's part of its steps' paths: its name, less all that a path cannot hold.
pub(super) fn path(name: &str) -> SmolStr {
    let word = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let path: String = name.chars().map(word).collect();
    let mut parts = path.split('_').filter(|part| !part.is_empty());
    let path = parts.by_ref().collect::<Vec<_>>().join("_");
    if path.is_empty() { "test".into() } else { path.into() }
}

/// The sides of a comparison, parentheses around it taken away.
pub(crate) fn sides(expr: &ast::Expr) -> Option<(ast::BinaryOp, &ast::Expr, &ast::Expr)> {
    use ast::BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    match &expr.kind {
        ExprKind::Paren(inner) => sides(inner),
        ExprKind::Binary {
            op: op @ (Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual),
            left,
            right,
            ..
        } => Some((*op, left, right)),
        _ => None,
    }
}

impl Lowerer<'_> {
    pub(super) fn test(&mut self, test: &Test) {
        let (mut found, mut shapes) = (Vec::new(), Vec::new());
        for stmt in &test.body.stmts {
            match &stmt.kind {
                StmtKind::Expect(expr) => {
                    let name: SmolStr = found.len().to_string().into();
                    let (value, shape) = self.expectation(expr);
                    found.push((name.clone(), value));
                    shapes.push(Field { name, shape });
                }
                StmtKind::Bind { .. } | StmtKind::Unpack { .. } | StmtKind::Expr(_) | StmtKind::Broken => {
                    self.stmt(stmt);
                }
            }
        }
        self.graph.result = Shape::Record(shapes);
        self.add("", NodeKind::Result(Expr::Record(found)), test.body.span);
    }

    fn expectation(&mut self, expr: &ast::Expr) -> (Expr, Shape) {
        let field = |name: &str, shape| Field { name: name.into(), shape };
        let Some((op, left, right)) = sides(expr) else {
            let value = self.expr(expr);
            return (Expr::Record(vec![(HOLDS.into(), value)]), Shape::Record(vec![field(HOLDS, Shape::Bool)]));
        };
        let mut side = |side: &ast::Expr| {
            let value = self.expr(side);
            let value = self.once(value, side.span);
            let file = self.file();
            let types = self.checked.types.get(file.0 as usize);
            let ty = types.and_then(|types| types.get(side.id.0 as usize));
            (value, ty.map_or(Shape::Json, |ty| shape(ty, &self.checked.resolved)))
        };
        let (left, right) = (side(left), side(right));
        let holds = Expr::Binary(crate::check::binary(op), Box::new(left.0.clone()), Box::new(right.0.clone()));
        let value = vec![(HOLDS.into(), holds), (LEFT.into(), left.0), (RIGHT.into(), right.0)];
        let shape = vec![field(HOLDS, Shape::Bool), field(LEFT, left.1), field(RIGHT, right.1)];
        (Expr::Record(value), Shape::Record(shape))
    }
}

/// What an `expect` came to, for whoever has the result of a test's plan.
#[must_use]
pub fn outcome(result: &Value, index: usize) -> Outcome {
    let found = result.field(&index.to_string());
    let part = |name: &str| found.as_ref().and_then(|found| found.field(name));
    let sides = part(LEFT).zip(part(RIGHT));
    Outcome { holds: part(HOLDS) == Some(Value::Bool(true)), sides }
}

/// What an `expect` came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub holds: bool,
    /// Of a comparison.
    pub sides: Option<(Value, Value)>,
}
