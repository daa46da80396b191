//! A value that a pipeline computes by itself becomes a task in Python: what it is made of goes in.

use standpipe_compiler::resolve::Target;
use standpipe_compiler::types::Type;
use standpipe_plan::Builtin;
use standpipe_syntax::ast::{BinaryOp, Block, DeclKind, Else, Expr, ExprKind, StmtKind, StrPart, UnaryOp};
use standpipe_syntax::walk::Node;
use tower_lsp::ls_types::CodeActionKind;

use super::extract::fresh;
use super::names::written;
use super::{Offer, Site};
use crate::ide::shared::decl_at;

pub(super) fn offers(site: &Site<'_>) -> Vec<Offer> {
    offer(site).into_iter().collect()
}

fn offer(site: &Site<'_>) -> Option<Offer> {
    let (_, around) = decl_at(site.file, site.span.start)?;
    if site.span.is_empty() || !matches!(around.kind, DeclKind::Pipeline(_) | DeclKind::Test(_)) {
        return None;
    }
    let path = site.path();
    let expr = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if expr.span == site.trimmed() => Some(*expr),
        _ => None,
    })?;
    let mut writer = Writer { site, inputs: Vec::new() };
    let value = writer.computed(expr)?;
    if writer.inputs.is_empty() {
        return None;
    }
    let bound = path.iter().rev().find_map(|node| match node {
        Node::Stmt(stmt) => match &stmt.kind {
            StmtKind::Bind { name, value } if value.id == expr.id => Some(name.text.to_string()),
            StmtKind::Bind { .. }
            | StmtKind::Unpack { .. }
            | StmtKind::Expect(_)
            | StmtKind::Expr(_)
            | StmtKind::Broken => None,
        },
        _ => None,
    });
    let name = fresh(site, &format!("compute_{}", bound.as_deref().unwrap_or("value")));
    let result = written(site.file.type_of(expr)?);
    let params: Vec<String> = writer.inputs.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    let given: Vec<&str> = writer.inputs.iter().map(|(name, _)| name.as_str()).collect();
    let text = format!("task {name}({}) -> {result} {{\n  python:\n    return {value}\n}}\n\n", params.join(", "));
    let start = around.doc.as_ref().map_or(around.span.start, |doc| doc.span.start);
    Some(Offer::new(
        format!("make it the task `{name}`"),
        CodeActionKind::REFACTOR_EXTRACT,
        vec![site.insert(start, text), site.replace(expr.span, format!("{name}({})", given.join(", ")))],
    ))
}

/// Writes expressions as Python, and notes what they read.
struct Writer<'s, 'a> {
    site: &'s Site<'a>,
    inputs: Vec<(String, String)>,
}

impl Writer<'_, '_> {
    /// What is worth a task: something is computed.
    fn computed(&mut self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.computed(inner),
            ExprKind::Binary { .. } | ExprKind::Unary { .. } | ExprKind::If { .. } => self.write(expr),
            _ => None,
        }
    }

    /// None of what Python has no plain words for.
    fn write(&mut self, expr: &Expr) -> Option<String> {
        Some(match &expr.kind {
            ExprKind::Int(number) => number.to_string(),
            ExprKind::Float(_) => self.site.file.text(expr.span).trim_end_matches('%').to_owned(),
            ExprKind::Bool(yes) => if *yes { "True" } else { "False" }.into(),
            ExprKind::None => "None".into(),
            ExprKind::String(parts) => match parts.as_slice() {
                [] => "\"\"".into(),
                [StrPart::Text(text)] => serde_json::to_string(text.as_str()).ok()?,
                _ => return None,
            },
            ExprKind::Name(name) => {
                match self.site.file.analysis.checked.resolved.files[0].names.get(&expr.id)? {
                    Target::Param(..) | Target::Local(_) => {}
                    Target::Decl(_)
                    | Target::Builtin(_)
                    | Target::Module(_)
                    | Target::Attempt
                    | Target::Type
                    | Target::Unknown => return None,
                }
                let ty = self.plain(expr)?;
                let input = (name.text.to_string(), written(ty));
                if !self.inputs.contains(&input) {
                    self.inputs.push(input);
                }
                name.text.to_string()
            }
            ExprKind::Field { of, name } => match self.plain(of)? {
                Type::Record(_) => format!("{}[\"{}\"]", self.write(of)?, name.text),
                _ => return None,
            },
            ExprKind::Index { of, index } => format!("{}[{}]", self.write(of)?, self.write(index)?),
            ExprKind::Paren(inner) => format!("({})", self.write(inner)?),
            ExprKind::Unary { op, operand } => {
                self.plain(operand)?;
                let operand = self.write(operand)?;
                match op {
                    UnaryOp::Negate => format!("-{operand}"),
                    UnaryOp::Not => format!("not {operand}"),
                }
            }
            ExprKind::Binary { op, left, right, .. } => self.binary(expr, *op, left, right)?,
            ExprKind::If { condition, then, otherwise: Some(otherwise) } => {
                let otherwise = match otherwise {
                    Else::Block(block) => self.only(block)?,
                    Else::If(inner) => self.write(inner)?,
                };
                format!("({} if {} else {otherwise})", self.only(then)?, self.write(condition)?)
            }
            ExprKind::List(items) => {
                let items: Option<Vec<String>> = items.iter().map(|item| self.write(item)).collect();
                format!("[{}]", items?.join(", "))
            }
            ExprKind::Call { callee, args } => {
                let of = self.site.file.analysis.checked.resolved.files[0].names.get(&callee.id)?;
                match (of, args.as_slice()) {
                    (Target::Builtin(Builtin::Len), [list]) => format!("len({})", self.write(&list.value)?),
                    _ => return None,
                }
            }
            ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Record(_)
            | ExprKind::Range { .. }
            | ExprKind::Pipe { .. }
            | ExprKind::If { otherwise: None, .. }
            | ExprKind::For { .. }
            | ExprKind::Match(_)
            | ExprKind::Loop(_)
            | ExprKind::Sweep(_)
            | ExprKind::Deploy(_)
            | ExprKind::Try(_)
            | ExprKind::Broken => return None,
        })
    }

    fn binary(&mut self, expr: &Expr, op: BinaryOp, left: &Expr, right: &Expr) -> Option<String> {
        self.plain(expr)?;
        let (left, right) = (self.write(left)?, self.write(right)?);
        let sign = match op {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Coalesce => return Some(format!("({right} if {left} is None else {left})")),
        };
        Some(format!("{left} {sign} {right}"))
    }

    /// A block that is nothing but a value.
    fn only(&mut self, block: &Block) -> Option<String> {
        match block.stmts.as_slice() {
            [stmt] => match &stmt.kind {
                StmtKind::Expr(value) => self.write(value),
                StmtKind::Bind { .. } | StmtKind::Unpack { .. } | StmtKind::Expect(_) | StmtKind::Broken => None,
            },
            _ => None,
        }
    }

    /// The type of what means the same in Python as here.
    fn plain(&self, expr: &Expr) -> Option<&Type> {
        fn is_plain(ty: &Type) -> bool {
            match ty {
                Type::Int(_) | Type::Float(_) | Type::Bool | Type::String | Type::OneOf(_) | Type::None => true,
                Type::List(inner) | Type::Optional(inner) | Type::Map(inner) => is_plain(inner),
                Type::Record(fields) => fields.iter().all(|field| is_plain(&field.ty)),
                _ => false,
            }
        }
        self.site.file.type_of(expr).filter(|ty| is_plain(ty))
    }
}
