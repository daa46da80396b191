//! The tree seen as nodes with children: for those who look for a place in it, or at everything. Knows nothing of what
//! the nodes mean.

use crate::Span;
use crate::ast::{
    Arg, Attr, AttrValue, Block, Decl, DeclKind, Else, Expr, ExprKind, FieldType, ImportItem, Param, RecordField, Stmt,
    StmtKind, StrPart, Tree, TypeExpr, TypeKind, TypeParam,
};

/// Any part of a tree.
#[derive(Clone, Copy, Debug)]
pub enum Node<'t> {
    Decl(&'t Decl),
    ImportItem(&'t ImportItem),
    TypeParam(&'t TypeParam),
    Param(&'t Param),
    Attr(&'t Attr),
    Type(&'t TypeExpr),
    FieldType(&'t FieldType),
    Block(&'t Block),
    Stmt(&'t Stmt),
    Expr(&'t Expr),
    Arg(&'t Arg),
    RecordField(&'t RecordField),
}

impl<'t> Node<'t> {
    /// From its first token to its last, without documentation.
    #[must_use]
    pub fn span(self) -> Span {
        match self {
            Self::Decl(decl) => decl.span,
            Self::ImportItem(item) => item.alias.as_ref().map_or(item.name.span, |alias| item.name.span.to(alias.span)),
            Self::TypeParam(param) => {
                param.bound.as_ref().map_or(param.name.span, |bound| param.name.span.to(bound.span))
            }
            Self::Param(param) => {
                let end = param.default.as_ref().map_or(param.ty.span, |default| default.span);
                param.name.span.to(param.ty.span).to(end)
            }
            Self::Attr(attr) => attr.span,
            Self::Type(ty) => ty.span,
            Self::FieldType(field) => field.name.span.to(field.ty.span),
            Self::Block(block) => block.span,
            Self::Stmt(stmt) => stmt.span,
            Self::Expr(expr) => expr.span,
            Self::Arg(arg) => arg.name.as_ref().map_or(arg.value.span, |name| name.span.to(arg.value.span)),
            Self::RecordField(field) => field.name.span.to(field.value.span),
        }
    }

    /// What it is made of, in source order.
    #[must_use]
    pub fn children(self) -> Vec<Node<'t>> {
        let mut out = Vec::new();
        match self {
            Self::Decl(decl) => decl_children(decl, &mut out),
            Self::ImportItem(_) => {}
            Self::TypeParam(param) => out.extend(param.bound.as_ref().map(Node::Type)),
            Self::Param(param) => {
                out.push(Node::Type(&param.ty));
                out.extend(param.default.as_deref().map(Node::Expr));
            }
            Self::Attr(attr) => match &attr.value {
                AttrValue::Expr(value) => out.push(Node::Expr(value)),
                AttrValue::Raw(_) => {}
            },
            Self::Type(ty) => type_children(ty, &mut out),
            Self::FieldType(field) => out.push(Node::Type(&field.ty)),
            Self::Block(block) => out.extend(block.stmts.iter().map(Node::Stmt)),
            Self::Stmt(stmt) => match &stmt.kind {
                StmtKind::Bind { name: _, value }
                | StmtKind::Unpack { names: _, value }
                | StmtKind::Expect(value)
                | StmtKind::Expr(value) => {
                    out.push(Node::Expr(value));
                }
                StmtKind::Broken => {}
            },
            Self::Expr(expr) => expr_children(expr, &mut out),
            Self::Arg(arg) => out.push(Node::Expr(&arg.value)),
            Self::RecordField(field) => out.push(Node::Expr(&field.value)),
        }
        out
    }

    /// Shows `visit` this node and all below it, each before what it is made of.
    pub fn walk(self, visit: &mut dyn FnMut(Node<'t>)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}

fn decl_children<'t>(decl: &'t Decl, out: &mut Vec<Node<'t>>) {
    match &decl.kind {
        DeclKind::Import(import) => out.extend(import.items.iter().flatten().map(Node::ImportItem)),
        DeclKind::Type(alias) => {
            out.extend(alias.params.iter().map(Node::TypeParam));
            out.push(Node::Type(&alias.ty));
        }
        DeclKind::Artifact(_) | DeclKind::Broken(_) => {}
        DeclKind::Const(constant) => {
            out.extend(constant.ty.as_ref().map(Node::Type));
            out.push(Node::Expr(&constant.value));
        }
        DeclKind::Env(env) => out.extend(env.attrs.iter().map(Node::Attr)),
        DeclKind::Schedule(schedule) => out.extend(schedule.attrs.iter().map(Node::Attr)),
        DeclKind::Test(test) => out.push(Node::Block(&test.body)),
        DeclKind::Task(task) | DeclKind::Service(task) => {
            head(&task.type_params, &task.params, task.result.as_ref(), out);
            out.extend(task.attrs.iter().map(Node::Attr));
        }
        DeclKind::Pipeline(pipeline) => {
            head(&pipeline.type_params, &pipeline.params, pipeline.result.as_ref(), out);
            out.push(Node::Block(&pipeline.body));
        }
    }
}

fn head<'t>(types: &'t [TypeParam], params: &'t [Param], result: Option<&'t TypeExpr>, out: &mut Vec<Node<'t>>) {
    out.extend(types.iter().map(Node::TypeParam));
    out.extend(params.iter().map(Node::Param));
    out.extend(result.map(Node::Type));
}

fn type_children<'t>(ty: &'t TypeExpr, out: &mut Vec<Node<'t>>) {
    match &ty.kind {
        TypeKind::Named { module: _, name: _, args } => out.extend(args.iter().map(Node::Type)),
        TypeKind::Optional(inner) => out.push(Node::Type(inner)),
        TypeKind::Record(fields) => out.extend(fields.iter().map(Node::FieldType)),
        TypeKind::Bounded { base, low, high, inclusive: _ } => {
            out.push(Node::Type(base));
            out.extend(low.iter().chain(high).map(|end| Node::Expr(end)));
        }
        TypeKind::Union(_) | TypeKind::Number(_) | TypeKind::Broken => {}
    }
}

fn expr_children<'t>(expr: &'t Expr, out: &mut Vec<Node<'t>>) {
    match &expr.kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Name(_)
        | ExprKind::Broken => {}
        ExprKind::String(parts) => {
            for part in parts {
                if let StrPart::Expr(part) = part {
                    out.push(Node::Expr(part));
                }
            }
        }
        ExprKind::Field { of, name: _ } => out.push(Node::Expr(of)),
        ExprKind::Index { of, index } => out.extend([Node::Expr(of), Node::Expr(index)]),
        ExprKind::Call { callee, args } => {
            out.push(Node::Expr(callee));
            out.extend(args.iter().map(Node::Arg));
        }
        ExprKind::Pipe { value, call } => out.extend([Node::Expr(value), Node::Expr(call)]),
        ExprKind::Record(fields) => out.extend(fields.iter().map(Node::RecordField)),
        ExprKind::List(items) => out.extend(items.iter().map(Node::Expr)),
        ExprKind::Unary { op: _, operand } => out.push(Node::Expr(operand)),
        ExprKind::Binary { left, right, op: _, op_span: _ } => out.extend([Node::Expr(left), Node::Expr(right)]),
        ExprKind::Range { start, end, inclusive: _ } => out.extend([Node::Expr(start), Node::Expr(end)]),
        ExprKind::If { condition, then, otherwise } => {
            out.extend([Node::Expr(condition), Node::Block(then)]);
            match otherwise {
                Some(Else::Block(block)) => out.push(Node::Block(block)),
                Some(Else::If(inner)) => out.push(Node::Expr(inner)),
                None => {}
            }
        }
        ExprKind::For { pattern: _, items, limit, body } => {
            out.push(Node::Expr(items));
            out.extend(limit.iter().map(|limit| Node::Expr(limit)));
            out.push(Node::Block(body));
        }
        ExprKind::Match(matched) => {
            out.push(Node::Expr(&matched.subject));
            out.extend(matched.arms.iter().map(|arm| Node::Block(&arm.body)));
        }
        ExprKind::Loop(repeated) => {
            out.push(Node::Expr(&repeated.start));
            out.extend(repeated.limit.iter().chain(&repeated.until).map(|expr| Node::Expr(expr)));
            out.push(Node::Block(&repeated.body));
        }
        ExprKind::Sweep(sweep) => {
            for axis in &sweep.axes {
                out.push(Node::Expr(&axis.space));
                out.extend(axis.step.as_ref().map(Node::Expr));
            }
            out.extend([Node::Expr(&sweep.strategy), Node::Block(&sweep.body)]);
        }
        ExprKind::Deploy(inner) | ExprKind::Try(inner) | ExprKind::Paren(inner) => out.push(Node::Expr(inner)),
    }
}

/// The nodes around byte `at`, outermost first; of two that touch there, the later one.
#[must_use]
pub fn path_at(tree: &Tree, at: u32) -> Vec<Node<'_>> {
    let index = tree.decls.partition_point(|decl| decl.span.start <= at);
    let Some(decl) = index.checked_sub(1).and_then(|index| tree.decls.get(index)) else { return Vec::new() };
    let mut path = Vec::new();
    let mut next = Some(Node::Decl(decl)).filter(|node| node.span().end >= at);
    while let Some(node) = next {
        path.push(node);
        next = node.children().into_iter().rfind(|child| {
            let span = child.span();
            span.start <= at && at <= span.end
        });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, Source, parse};

    #[test]
    fn the_path_leads_to_the_innermost_node() {
        let text = "pipeline main(n: Int = 1) -> Int {\n  if n > 1 {\n    twice(n, by: [n + 2])\n  }\n}\n";
        let source = Source::new(FileId(0), "a.pipe", text);
        let parsed = parse(&source);
        let at = u32::try_from(text.find("2]").unwrap()).unwrap();
        let shown: Vec<&str> = path_at(&parsed.tree, at).into_iter().map(|node| source.slice(node.span())).collect();
        assert_eq!(
            shown[3..],
            [
                "if n > 1 {\n    twice(n, by: [n + 2])\n  }",
                "{\n    twice(n, by: [n + 2])\n  }",
                "twice(n, by: [n + 2])",
                "twice(n, by: [n + 2])",
                "by: [n + 2]",
                "[n + 2]",
                "n + 2",
                "2"
            ]
        );
        assert!(path_at(&parsed.tree, 10_000).is_empty());
    }
}
