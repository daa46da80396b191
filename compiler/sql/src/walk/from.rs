//! Tables and how they are joined.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart,
    TableAlias, TableFactor, TableWithJoins, Value,
};

use super::Walker;
use super::scope::{Relation, Scope};
use crate::{ProblemKind, Rest, ResultColumn, Rows, Type, access};

/// What a join does to rows without a partner.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Inner,
    Left,
    Right,
    Full,
    /// The right side is only looked at.
    Filter,
}

impl Walker<'_> {
    /// The tables of a `FROM` and their columns.
    pub(super) fn from<'o>(&mut self, tables: &[TableWithJoins], outer: Option<&'o Scope<'o>>) -> Scope<'o> {
        let mut scope = Scope::inside(outer);
        for table in tables {
            self.joined(table, &mut scope);
        }
        scope
    }

    fn joined(&mut self, table: &TableWithJoins, scope: &mut Scope<'_>) {
        let start = scope.relations.len();
        self.factor(&table.relation, scope);
        for join in &table.joins {
            self.join(join, start, scope);
        }
    }

    fn join(&mut self, join: &Join, start: usize, scope: &mut Scope<'_>) {
        let right = scope.relations.len();
        self.factor(&join.relation, scope);
        let (kind, constraint) = kind(&join.join_operator);
        let looked_at = std::mem::take(&mut self.looked_at);
        match constraint {
            Some(JoinConstraint::On(condition)) => drop(self.expr(condition, scope)),
            Some(JoinConstraint::Using(names)) => {
                for name in names {
                    if let Some(ident) = single(name) {
                        self.using(ident, start, right, scope);
                    }
                }
            }
            Some(JoinConstraint::Natural) => {
                scope.relations[start..].iter().for_each(|relation| self.seen.whole(relation));
                natural(start, right, scope);
            }
            Some(JoinConstraint::None) | None => {}
        }
        let seen = std::mem::replace(&mut self.looked_at, looked_at);
        let (before, after) = scope.relations.split_at_mut(right);
        match kind {
            Kind::Inner => looked(&mut scope.relations, &seen),
            Kind::Left => after.iter_mut().for_each(Relation::all_optional),
            Kind::Right => before[start..].iter_mut().for_each(Relation::all_optional),
            Kind::Full => scope.relations[start..].iter_mut().for_each(Relation::all_optional),
            Kind::Filter => scope.relations.truncate(right),
        }
    }

    /// A column of both sides that they are joined by.
    fn using(&mut self, ident: &Ident, start: usize, right: usize, scope: &mut Scope<'_>) {
        for range in [start..right, right..scope.relations.len()] {
            let side = &scope.relations[range];
            let unknown = side.iter().any(|relation| relation.rest.unknown);
            if !unknown && side.iter().all(|relation| relation.find(&ident.value).is_none()) {
                let part = Scope { relations: side.to_vec(), ..Scope::default() };
                self.column(&part, std::slice::from_ref(ident));
                // What both sides have in common is not known then.
                let names = scope.relations[right..].iter().map(|relation| relation.name.clone());
                let unknown: Vec<Relation> = names.map(Relation::unknown).collect();
                scope.relations.truncate(right);
                scope.relations.extend(unknown);
                return;
            }
        }
        merge(&ident.value, start, right, scope);
        self.column(scope, std::slice::from_ref(ident));
    }

    /// One thing that is joined.
    fn factor(&mut self, factor: &TableFactor, scope: &mut Scope<'_>) {
        let relation = match factor {
            TableFactor::Table { name, alias, args: None, .. } => match single(name) {
                Some(ident) => {
                    let relation = self.table(ident);
                    self.named(relation, alias.as_ref())
                }
                None => {
                    self.seen.dark();
                    self.named(Relation::unknown(last(name)), alias.as_ref())
                }
            },
            TableFactor::Table { name, alias, args: Some(args), .. } => {
                let rows = self.table_function(name, &args.args, scope);
                self.named(Relation::new(last(name), rows), alias.as_ref())
            }
            TableFactor::Function { name, args, alias, .. } => {
                let rows = self.table_function(name, args, scope);
                self.named(Relation::new(last(name), rows), alias.as_ref())
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let rows = self.query(subquery, Some(scope));
                self.named(Relation::new(SmolStr::default(), rows), alias.as_ref())
            }
            TableFactor::UNNEST { alias, array_exprs, .. } => {
                let types: Vec<Type> = array_exprs.iter().map(|array| self.expr(array, scope).ty).collect();
                let rows = match types.as_slice() {
                    [only] => Rows { columns: vec![made("unnest", only.item())], rest: Rest::default() },
                    _ => Rows { columns: Vec::new(), rest: Rest::unknown() },
                };
                self.named(Relation::new("unnest".into(), rows), alias.as_ref())
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                return self.joined(table_with_joins, scope);
            }
            TableFactor::TableFunction { alias, .. }
            | TableFactor::JsonTable { alias, .. }
            | TableFactor::OpenJsonTable { alias, .. }
            | TableFactor::NestedJoin { alias, .. }
            | TableFactor::Pivot { alias, .. }
            | TableFactor::Unpivot { alias, .. }
            | TableFactor::MatchRecognize { alias, .. }
            | TableFactor::XmlTable { alias, .. }
            | TableFactor::SemanticView { alias, .. } => {
                self.seen.dark();
                self.named(Relation::unknown(SmolStr::default()), alias.as_ref())
            }
            TableFactor::UnpivotExpr { .. } => {
                self.seen.dark();
                Relation::unknown(SmolStr::default())
            }
        };
        scope.relations.push(relation);
    }

    /// The relation under its alias.
    fn named(&mut self, mut relation: Relation, alias: Option<&TableAlias>) -> Relation {
        let Some(alias) = alias else { return relation };
        self.own(&alias.name);
        if !alias.columns.is_empty() {
            self.seen.whole(&relation);
        }
        relation.name = SmolStr::new(&alias.name.value);
        for (column, given) in relation.columns.iter_mut().zip(&alias.columns) {
            column.name = SmolStr::new(&given.name.value);
        }
        relation
    }

    fn table_function(&mut self, name: &ObjectName, args: &[FunctionArg], scope: &Scope<'_>) -> Rows {
        let unknown = || Rows { columns: Vec::new(), rest: Rest::unknown() };
        let Some(ident) = single(name) else {
            self.seen.dark();
            return unknown();
        };
        let function = ident.value.to_ascii_lowercase();
        let reads = access::reads(&function);
        if access::reaches(&function) || (reads && !self.is_file(args.first())) {
            self.report(self.place(ident), ProblemKind::Reaches { what: function.clone() });
            return unknown();
        }
        let types: Vec<Type> = args.iter().filter_map(argument).map(|expr| self.expr(expr, scope).ty).collect();
        match (function.as_str(), types.as_slice()) {
            ("range" | "generate_series", [first, ..]) => {
                let ty = if types.iter().all(|ty| *ty == Type::Int) { Type::Int } else { Type::Unknown };
                let ty = if *first == Type::Timestamp { Type::Timestamp } else { ty };
                Rows { columns: vec![made(&function, ty)], rest: Rest::default() }
            }
            ("unnest", [only]) => Rows { columns: vec![made("unnest", only.item())], rest: Rest::default() },
            _ => {
                // Some take tables by their names in texts.
                if !reads {
                    self.seen.dark();
                }
                unknown()
            }
        }
    }

    /// Whether the argument is an input that is a file.
    fn is_file(&self, arg: Option<&FunctionArg>) -> bool {
        let Some(Expr::Value(value)) = arg.and_then(argument) else { return false };
        let Value::Placeholder(text) = &value.value else { return false };
        let name = text.trim_start_matches('$');
        self.inputs.parameters.iter().any(|parameter| parameter.file && parameter.name.eq_ignore_ascii_case(name))
    }
}

/// A column that the engine makes.
fn made(name: &str, ty: Type) -> ResultColumn {
    ResultColumn {
        name: Some(name.into()),
        ty,
        optional: false,
        place: 0..0,
        aliased: false,
        starred: false,
        declared: None,
    }
}

fn argument(arg: &FunctionArg) -> Option<&Expr> {
    let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) = arg;
    match arg {
        FunctionArgExpr::Expr(expr) => Some(expr),
        FunctionArgExpr::QualifiedWildcard(_) | FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_) => {
            None
        }
    }
}

/// Tables of which a condition that all rows meet looks at some column: what is said of missing values there is known.
pub(super) fn looked(relations: &mut [Relation], seen: &FxHashSet<SmolStr>) {
    for relation in relations.iter_mut().filter(|relation| seen.contains(&relation.name)) {
        relation.columns.iter_mut().for_each(|column| column.optional = false);
    }
}

fn merge(name: &str, start: usize, right: usize, scope: &mut Scope<'_>) {
    let (before, after) = scope.relations.split_at_mut(right);
    let left_has = before[start..].iter().any(|relation| relation.find(name).is_some());
    let own = |column: &&mut super::scope::Column| column.name.eq_ignore_ascii_case(name);
    before[start..].iter_mut().flat_map(|relation| &mut relation.columns).filter(own).for_each(|column| {
        column.optional = false;
    });
    for column in after.iter_mut().flat_map(|relation| &mut relation.columns).filter(own) {
        column.optional = false;
        column.merged |= left_has;
    }
}

fn natural(start: usize, right: usize, scope: &mut Scope<'_>) {
    let names: Vec<SmolStr> = scope.relations[right..]
        .iter()
        .flat_map(|relation| &relation.columns)
        .map(|column| column.name.clone())
        .collect();
    names.iter().for_each(|name| merge(name, start, right, scope));
}

fn kind(operator: &JoinOperator) -> (Kind, Option<&JoinConstraint>) {
    match operator {
        JoinOperator::Join(on)
        | JoinOperator::Inner(on)
        | JoinOperator::CrossJoin(on)
        | JoinOperator::StraightJoin(on) => (Kind::Inner, Some(on)),
        JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => (Kind::Left, Some(on)),
        JoinOperator::Right(on) | JoinOperator::RightOuter(on) => (Kind::Right, Some(on)),
        JoinOperator::FullOuter(on) => (Kind::Full, Some(on)),
        JoinOperator::Semi(on)
        | JoinOperator::LeftSemi(on)
        | JoinOperator::RightSemi(on)
        | JoinOperator::Anti(on)
        | JoinOperator::LeftAnti(on)
        | JoinOperator::RightAnti(on) => (Kind::Filter, Some(on)),
        JoinOperator::AsOf { constraint, .. } => (Kind::Inner, Some(constraint)),
        JoinOperator::CrossApply
        | JoinOperator::OuterApply
        | JoinOperator::ArrayJoin
        | JoinOperator::LeftArrayJoin
        | JoinOperator::InnerArrayJoin => (Kind::Inner, None),
    }
}

/// The name, when it has one part.
pub(super) fn single(name: &ObjectName) -> Option<&Ident> {
    match name.0.as_slice() {
        [ObjectNamePart::Identifier(ident)] => Some(ident),
        _ => None,
    }
}

fn last(name: &ObjectName) -> SmolStr {
    match name.0.last() {
        Some(ObjectNamePart::Identifier(ident)) => SmolStr::new(&ident.value),
        Some(ObjectNamePart::Function(_)) | None => SmolStr::default(),
    }
}
