//! Gives the expressions of a declaration the numbers that follow those of what stands before it in its file. Knows
//! nothing of what they mean.

use crate::ast::{
    Attr, AttrValue, Block, Decl, DeclKind, Else, Expr, ExprKind, Param, StmtKind, StrPart, TypeExpr, TypeKind,
    TypeParam,
};

/// Makes every number in `decl` greater by `by`.
pub(crate) fn renumber(decl: &mut Decl, by: u32) {
    match &mut decl.kind {
        DeclKind::Import(_) | DeclKind::Artifact(_) | DeclKind::Broken(_) => {}
        DeclKind::Type(alias) => {
            type_params(&mut alias.params, by);
            type_expr(&mut alias.ty, by);
        }
        DeclKind::Const(constant) => {
            constant.ty.iter_mut().for_each(|ty| type_expr(ty, by));
            expr(&mut constant.value, by);
        }
        DeclKind::Env(env) => attrs(&mut env.attrs, by),
        DeclKind::Schedule(schedule) => attrs(&mut schedule.attrs, by),
        DeclKind::Test(test) => block(&mut test.body, by),
        DeclKind::Task(task) | DeclKind::Service(task) => {
            head(&mut task.type_params, &mut task.params, &mut task.result, by);
            attrs(&mut task.attrs, by);
        }
        DeclKind::Pipeline(pipeline) => {
            head(&mut pipeline.type_params, &mut pipeline.params, &mut pipeline.result, by);
            block(&mut pipeline.body, by);
        }
    }
}

fn head(types: &mut [TypeParam], params: &mut [Param], result: &mut Option<TypeExpr>, by: u32) {
    type_params(types, by);
    for param in params {
        type_expr(&mut param.ty, by);
        param.default.iter_mut().for_each(|default| expr(default, by));
    }
    result.iter_mut().for_each(|result| type_expr(result, by));
}

fn type_params(params: &mut [TypeParam], by: u32) {
    params.iter_mut().filter_map(|param| param.bound.as_mut()).for_each(|bound| type_expr(bound, by));
}

fn attrs(attrs: &mut [Attr], by: u32) {
    for attr in attrs {
        match &mut attr.value {
            AttrValue::Expr(value) => expr(value, by),
            AttrValue::Raw(_) => {}
        }
    }
}

fn type_expr(ty: &mut TypeExpr, by: u32) {
    match &mut ty.kind {
        TypeKind::Named { module: _, name: _, args } => args.iter_mut().for_each(|arg| type_expr(arg, by)),
        TypeKind::Optional(inner) => type_expr(inner, by),
        TypeKind::Record(fields) => fields.iter_mut().for_each(|field| type_expr(&mut field.ty, by)),
        TypeKind::Bounded { base, low, high, inclusive: _ } => {
            type_expr(base, by);
            low.iter_mut().chain(high).for_each(|end| expr(end, by));
        }
        TypeKind::Union(_) | TypeKind::Number(_) | TypeKind::Broken => {}
    }
}

fn block(block: &mut Block, by: u32) {
    for stmt in &mut block.stmts {
        match &mut stmt.kind {
            StmtKind::Bind { name: _, value }
            | StmtKind::Unpack { names: _, value }
            | StmtKind::Expect(value)
            | StmtKind::Expr(value) => expr(value, by),
            StmtKind::Broken => {}
        }
    }
}

fn expr(of: &mut Expr, by: u32) {
    of.id.0 += by;
    match &mut of.kind {
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
                match part {
                    StrPart::Expr(part) => expr(part, by),
                    StrPart::Text(_) => {}
                }
            }
        }
        ExprKind::Index { of: left, index: right }
        | ExprKind::Pipe { value: left, call: right }
        | ExprKind::Binary { left, right, op: _, op_span: _ }
        | ExprKind::Range { start: left, end: right, inclusive: _ } => {
            expr(left, by);
            expr(right, by);
        }
        ExprKind::Call { callee, args } => {
            expr(callee, by);
            args.iter_mut().for_each(|arg| expr(&mut arg.value, by));
        }
        ExprKind::Record(fields) => fields.iter_mut().for_each(|field| expr(&mut field.value, by)),
        ExprKind::List(items) => items.iter_mut().for_each(|item| expr(item, by)),
        ExprKind::Field { of: inner, name: _ }
        | ExprKind::Unary { op: _, operand: inner }
        | ExprKind::Deploy(inner)
        | ExprKind::Try(inner)
        | ExprKind::Paren(inner) => expr(inner, by),
        ExprKind::If { condition, then, otherwise } => {
            expr(condition, by);
            block(then, by);
            match otherwise {
                Some(Else::Block(otherwise)) => block(otherwise, by),
                Some(Else::If(inner)) => expr(inner, by),
                None => {}
            }
        }
        ExprKind::For { pattern: _, items, limit, body } => {
            expr(items, by);
            limit.iter_mut().for_each(|limit| expr(limit, by));
            block(body, by);
        }
        ExprKind::Match(matched) => {
            expr(&mut matched.subject, by);
            matched.arms.iter_mut().for_each(|arm| block(&mut arm.body, by));
        }
        ExprKind::Loop(repeated) => {
            expr(&mut repeated.start, by);
            repeated.limit.iter_mut().chain(&mut repeated.until).for_each(|clause| expr(clause, by));
            block(&mut repeated.body, by);
        }
        ExprKind::Sweep(sweep) => {
            for axis in &mut sweep.axes {
                expr(&mut axis.space, by);
                axis.step.iter_mut().for_each(|step| expr(step, by));
            }
            expr(&mut sweep.strategy, by);
            block(&mut sweep.body, by);
        }
    }
}
