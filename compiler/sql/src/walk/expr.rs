//! Expressions and their types. What is not named here has an unknown type, and is not looked into.

use smol_str::SmolStr;
use sqlparser::ast::{
    AccessExpr, BinaryOperator as Op, CaseWhen, CeilFloorKind, Expr, ExtractSyntax, Function, FunctionArg,
    FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause, FunctionArguments, OneOrManyWithParens, Subscript,
    UnaryOperator, Value, ValueWithSpan, WindowType,
};

use super::from::single;
use super::scope::Scope;
use super::{Typed, Walker};
use crate::functions::{self, cast, operator};
use crate::{Field, ProblemKind, Type, access, known};
use standpipe_syntax::nearest::nearest;

impl Walker<'_> {
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope<'_>) -> Typed {
        match expr {
            Expr::Identifier(ident) => self.column(scope, std::slice::from_ref(ident)),
            Expr::CompoundIdentifier(idents) => self.column(scope, idents),
            Expr::Nested(inner) => self.expr(inner, scope),
            Expr::Subquery(query) => {
                let rows = self.query(query, Some(scope));
                let first = rows.columns.into_iter().next().filter(|_| rows.rest.is_none());
                let (ty, name) = first.map_or((Type::Unknown, None), |first| (first.ty, first.name));
                Typed { name, ..ty.into() }
            }
            Expr::Function(function) => {
                let ty = self.function(function, scope);
                let bare = matches!(function.args, FunctionArguments::None);
                let name = single(&function.name).filter(|_| bare).map(|name| SmolStr::new(&name.value));
                Typed { name, ..ty.into() }
            }
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain, scope),
            Expr::Collate { expr, .. } => self.expr(expr, scope),
            _ => self.made(expr, scope).into(),
        }
    }

    fn ty(&mut self, expr: &Expr, scope: &Scope<'_>) -> Type {
        self.expr(expr, scope).ty
    }

    /// The type of what is no column.
    fn made(&mut self, expr: &Expr, scope: &Scope<'_>) -> Type {
        match expr {
            Expr::Value(value) => self.value(value),
            Expr::BinaryOp { .. } => self.binary(expr, scope),
            Expr::UnaryOp { op, expr } => {
                let ty = self.ty(expr, scope);
                match op {
                    UnaryOperator::Not | UnaryOperator::BangNot => Type::Bool,
                    UnaryOperator::Minus | UnaryOperator::Plus if ty.is_number() || ty == Type::Interval => ty,
                    _ => Type::Unknown,
                }
            }
            Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner) => self.all([&**inner], scope, Type::Bool),
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.seen.from();
                self.all([&**left, right], scope, Type::Bool)
            }
            Expr::InList { expr, list, .. } => self.all(std::iter::once(&**expr).chain(list), scope, Type::Bool),
            Expr::InSubquery { expr, subquery, .. } => {
                self.query(subquery, Some(scope));
                self.all([&**expr], scope, Type::Bool)
            }
            Expr::InUnnest { expr, array_expr, .. } => self.all([&**expr, array_expr], scope, Type::Bool),
            Expr::Exists { subquery, .. } => {
                self.query(subquery, Some(scope));
                Type::Bool
            }
            Expr::Between { expr, low, high, .. } => self.all([&**expr, low, high], scope, Type::Bool),
            Expr::Like { expr, pattern, .. }
            | Expr::ILike { expr, pattern, .. }
            | Expr::SimilarTo { expr, pattern, .. }
            | Expr::RLike { expr, pattern, .. } => self.all([&**expr, pattern], scope, Type::Bool),
            Expr::AnyOp { left, right, .. } | Expr::AllOp { left, right, .. } => {
                self.all([&**left, right], scope, Type::Bool)
            }
            Expr::Cast { expr, data_type, .. } => {
                self.expr(expr, scope);
                cast(data_type)
            }
            Expr::TypedString(typed) => cast(&typed.data_type),
            Expr::AtTimeZone { timestamp, time_zone } => self.all([&**timestamp, time_zone], scope, Type::Timestamp),
            Expr::Extract { field, expr, syntax } => {
                if *syntax == ExtractSyntax::From {
                    self.seen.from();
                }
                self.expr(expr, scope);
                functions::part(&field.to_string())
            }
            Expr::Ceil { expr, field } | Expr::Floor { expr, field } => {
                let ty = self.ty(expr, scope);
                let digits = matches!(field, CeilFloorKind::Scale(_));
                if digits { Type::Unknown } else { functions::result("floor", &[ty], None) }
            }
            Expr::Position { expr, r#in } => self.all([&**expr, r#in], scope, Type::Int),
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let parts = substring_from.iter().chain(substring_for).map(|part| &**part);
                self.all(std::iter::once(&**expr).chain(parts), scope, Type::Text)
            }
            Expr::Trim { expr, trim_what, trim_characters, .. } => {
                let more = trim_what.iter().map(|what| &**what).chain(trim_characters.iter().flatten());
                self.all(std::iter::once(&**expr).chain(more), scope, Type::Text)
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                if let Some(operand) = operand {
                    self.expr(operand, scope);
                }
                let mut ty = Type::Null;
                for CaseWhen { condition, result } in conditions {
                    self.expr(condition, scope);
                    ty = ty.joined(self.ty(result, scope));
                }
                match else_result {
                    Some(result) => ty.joined(self.ty(result, scope)),
                    None => ty,
                }
            }
            Expr::Array(array) => {
                let joined = array.elem.iter().fold(Type::Null, |ty, item| ty.joined(self.ty(item, scope)));
                Type::List(Box::new(if joined == Type::Null { Type::Unknown } else { joined }))
            }
            Expr::Dictionary(fields) => {
                let field = |field: &sqlparser::ast::DictionaryField| Field {
                    name: SmolStr::new(&field.key.value),
                    ty: self.ty(&field.value, scope),
                };
                Type::Struct(fields.iter().map(field).collect())
            }
            Expr::Map(map) => {
                let parts = map.entries.iter().flat_map(|entry| [&*entry.key, &*entry.value]);
                self.all(parts, scope, Type::Other("MAP"))
            }
            Expr::Interval(interval) => self.all([&*interval.value], scope, Type::Interval),
            Expr::Tuple(items) => self.all(items, scope, Type::Unknown),
            Expr::Struct { values, .. } => self.all(values, scope, Type::Unknown),
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                self.all(sets.iter().flatten(), scope, Type::Unknown)
            }
            Expr::Lambda(lambda) => {
                let names: Vec<SmolStr> = match &lambda.params {
                    OneOrManyWithParens::One(one) => vec![SmolStr::new(&one.name.value)],
                    OneOrManyWithParens::Many(many) => many.iter().map(|one| SmolStr::new(&one.name.value)).collect(),
                };
                let inner = Scope { lambdas: names, ..Scope::inside(Some(scope)) };
                self.expr(&lambda.body, &inner);
                Type::Unknown
            }
            _ => {
                self.seen.dark();
                Type::Unknown
            }
        }
    }

    /// Looks at parts whose types do not matter.
    fn all<'e>(&mut self, parts: impl IntoIterator<Item = &'e Expr>, scope: &Scope<'_>, ty: Type) -> Type {
        parts.into_iter().for_each(|part| drop(self.expr(part, scope)));
        ty
    }

    /// Chains of operators lean to the left, and may be long.
    fn binary(&mut self, expr: &Expr, scope: &Scope<'_>) -> Type {
        let mut chain: Vec<(&Op, &Expr)> = Vec::new();
        let mut first = expr;
        while let Expr::BinaryOp { left, op, right } = first {
            chain.push((op, right));
            first = left;
        }
        let ty = self.ty(first, scope);
        chain.into_iter().rev().fold(ty, |left, (op, right)| operator(op, left, self.ty(right, scope)))
    }

    fn value(&mut self, value: &ValueWithSpan) -> Type {
        match &value.value {
            Value::Number(digits, _) => {
                let digits = digits.to_ascii_lowercase();
                match digits.split_once('.') {
                    _ if digits.contains('e') && !digits.starts_with("0x") => Type::Float,
                    Some((_, after)) => Type::Decimal(i64::try_from(after.len()).ok()),
                    // Beyond 128 bits it is a Float.
                    None if digits.len() > 38 => Type::Unknown,
                    None => Type::Int,
                }
            }
            Value::SingleQuotedString(_) | Value::DollarQuotedString(_) | Value::EscapedStringLiteral(_) => Type::Text,
            Value::Boolean(_) => Type::Bool,
            Value::Null => Type::Null,
            Value::Placeholder(text) => {
                let place = self.lines.place(value.span).unwrap_or(0..self.text.len());
                self.parameter(text, place)
            }
            _ => Type::Unknown,
        }
    }

    /// `items[1]`, `point['x']`, `point.x`.
    fn access(&mut self, root: &Expr, chain: &[AccessExpr], scope: &Scope<'_>) -> Typed {
        let mut idents = match root {
            Expr::Identifier(ident) => vec![ident.clone()],
            Expr::CompoundIdentifier(idents) => idents.clone(),
            _ => Vec::new(),
        };
        let mut chain = chain;
        let mut ty = if idents.is_empty() {
            self.ty(root, scope)
        } else {
            // `table.column['field']` comes as `table` and then `.column`.
            while let [AccessExpr::Dot(Expr::Identifier(ident)), rest @ ..] = chain {
                idents.push(ident.clone());
                chain = rest;
            }
            let typed = self.column(scope, &idents);
            if chain.is_empty() {
                return typed;
            }
            typed.ty
        };
        for part in chain {
            ty = match part {
                AccessExpr::Dot(Expr::Identifier(ident)) => ty.field(&ident.value).cloned().unwrap_or(Type::Unknown),
                AccessExpr::Dot(_) => Type::Unknown,
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    self.expr(index, scope);
                    match (&ty, index) {
                        (Type::Text, _) => Type::Text,
                        (
                            Type::Struct(_),
                            Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(name), .. }),
                        ) => ty.field(name).cloned().unwrap_or(Type::Unknown),
                        _ => ty.item(),
                    }
                }
                AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
                    [lower_bound, upper_bound, stride]
                        .into_iter()
                        .flatten()
                        .for_each(|part| drop(self.expr(part, scope)));
                    if matches!(ty, Type::List(_) | Type::Text) { ty } else { Type::Unknown }
                }
            };
        }
        ty.into()
    }

    fn function(&mut self, function: &Function, scope: &Scope<'_>) -> Type {
        let name = single(&function.name);
        let lower = name.map(|name| name.value.to_ascii_lowercase()).unwrap_or_default();
        if let Some(ident) = name {
            let place = self.place(ident);
            if access::reads(&lower) || access::reaches(&lower) {
                self.report(place, ProblemKind::Reaches { what: lower });
                return Type::Unknown;
            }
            let is_unknown = self.inputs.engine_known && ident.quote_style.is_none() && !known::has(&lower);
            if is_unknown && !self.is_full() {
                let near = nearest(&lower, known::names()).into_iter().map(SmolStr::new).collect();
                self.report(place, ProblemKind::UnknownFunction { name: lower.as_str().into(), near });
            }
        }
        let mut types = Vec::new();
        let mut literal = None;
        match &function.args {
            FunctionArguments::List(list) => {
                for arg in &list.args {
                    if literal.is_none() {
                        literal = Some(text(arg).unwrap_or_default());
                    }
                    // Alone, `count(*)` counts rows.
                    let starred = !matches!(argument(arg), FunctionArgExpr::Expr(_));
                    if starred && (lower != "count" || !matches!(argument(arg), FunctionArgExpr::Wildcard)) {
                        self.seen.dark();
                    }
                    types.push(self.arg(arg, scope));
                }
                for clause in &list.clauses {
                    match clause {
                        FunctionArgumentClause::OrderBy(orders) => {
                            orders.iter().for_each(|order| drop(self.expr(&order.expr, scope)));
                        }
                        FunctionArgumentClause::Where(expr) | FunctionArgumentClause::Limit(expr) => {
                            self.expr(expr, scope);
                        }
                        _ => self.seen.dark(),
                    }
                }
            }
            FunctionArguments::Subquery(query) => {
                self.query(query, Some(scope));
                types.push(Type::Unknown);
            }
            FunctionArguments::None => {}
        }
        // In `events.to_json()` the table stands before the point.
        if name.is_none() || !matches!(function.parameters, FunctionArguments::None) {
            self.seen.dark();
        }
        function.within_group.iter().for_each(|order| drop(self.expr(&order.expr, scope)));
        if let Some(filter) = &function.filter {
            self.expr(filter, scope);
        }
        if let Some(WindowType::WindowSpec(spec)) = &function.over {
            self.window(spec, scope);
        }
        // `text.upper()`: what stands before the point is an argument too.
        if name.is_none() || !function.within_group.is_empty() {
            return Type::Unknown;
        }
        functions::result(&lower, &types, literal.as_deref())
    }

    fn arg(&mut self, arg: &FunctionArg, scope: &Scope<'_>) -> Type {
        let ty = match argument(arg) {
            FunctionArgExpr::Expr(expr) => self.ty(expr, scope),
            FunctionArgExpr::QualifiedWildcard(_)
            | FunctionArgExpr::Wildcard
            | FunctionArgExpr::WildcardWithOptions(_) => Type::Unknown,
        };
        match arg {
            // The parser takes a comparison for a named argument.
            FunctionArg::Named { name, operator: FunctionArgOperator::Equals, .. } => {
                self.column(scope, std::slice::from_ref(name));
                Type::Bool
            }
            FunctionArg::ExprNamed { name, operator: FunctionArgOperator::Equals, .. } => {
                self.expr(name, scope);
                Type::Bool
            }
            FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } | FunctionArg::Unnamed(_) => ty,
        }
    }
}

fn argument(arg: &FunctionArg) -> &FunctionArgExpr {
    let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) = arg;
    arg
}

/// The text of an argument that is one.
fn text(arg: &FunctionArg) -> Option<String> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(text),
            ..
        }))) => Some(text.clone()),
        _ => None,
    }
}
