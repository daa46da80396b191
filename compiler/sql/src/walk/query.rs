//! Queries, what stands in their `WITH`, and several put together.

use smol_str::SmolStr;
use sqlparser::ast::{self, LimitClause, OrderBy, OrderByKind, Query, SetExpr, SetQuantifier, TableAlias};

use super::scope::{Relation, Scope};
use super::{Cte, Walker};
use crate::{ProblemKind, Rest, ResultColumn, Rows, Type};

impl Walker<'_> {
    /// The rows of a query inside `outer`.
    pub(super) fn query(&mut self, query: &Query, outer: Option<&Scope<'_>>) -> Rows {
        let before = self.ctes.len();
        if let Some(with) = &query.with {
            for cte in &with.cte_tables {
                self.cte(cte, with.recursive, outer);
            }
        }
        let rows = match &*query.body {
            SetExpr::Select(select) => self.select(select, query.order_by.as_ref(), outer),
            body => {
                let rows = self.set(body, outer);
                if let Some(order_by) = &query.order_by {
                    let mut scope = Scope::inside(outer);
                    scope.relations.push(Relation::new(SmolStr::default(), rows.clone()));
                    self.order_by(order_by, &scope);
                }
                rows
            }
        };
        let scope = Scope::inside(outer);
        if let Some(clause) = &query.limit_clause {
            match clause {
                LimitClause::LimitOffset { limit, offset, limit_by: _ } => {
                    limit.iter().chain(offset.iter().map(|offset| &offset.value)).for_each(|expr| {
                        self.expr(expr, &scope);
                    });
                }
                LimitClause::OffsetCommaLimit { offset, limit } => {
                    self.expr(offset, &scope);
                    self.expr(limit, &scope);
                }
            }
        }
        self.ctes.truncate(before);
        rows
    }

    pub(super) fn order_by(&mut self, order_by: &OrderBy, scope: &Scope<'_>) {
        if let OrderByKind::Expressions(exprs) = &order_by.kind {
            for order in exprs {
                self.expr(&order.expr, scope);
            }
        }
    }

    fn cte(&mut self, cte: &ast::Cte, recursive: bool, outer: Option<&Scope<'_>>) {
        let name = SmolStr::new(&cte.alias.name.value);
        self.own(&cte.alias.name);
        let rows = match &*cte.query.body {
            // What stands left of `UNION` says what the table is that the right side reads.
            SetExpr::SetOperation { left, right, set_quantifier, .. } if recursive && cte.query.with.is_none() => {
                let first = renamed(self.set(left, outer), &cte.alias);
                self.ctes.push(Cte { name: name.clone(), rows: first.clone() });
                let second = self.set(right, outer);
                self.ctes.pop();
                self.together(first, second, set_quantifier, right)
            }
            _ => self.query(&cte.query, outer),
        };
        self.ctes.push(Cte { name, rows: renamed(rows, &cte.alias) });
    }

    /// Everything but a plain `SELECT` with its order.
    fn set(&mut self, body: &SetExpr, outer: Option<&Scope<'_>>) -> Rows {
        // Chains of `UNION` lean to the left, and may be long.
        let mut chain = Vec::new();
        let mut first = body;
        while let SetExpr::SetOperation { left, set_quantifier, right, .. } = first {
            chain.push((set_quantifier, &**right));
            first = left;
        }
        let mut rows = match first {
            SetExpr::Select(select) => self.select(select, None, outer),
            SetExpr::Query(query) => self.query(query, outer),
            SetExpr::Values(values) => self.values(values, outer),
            SetExpr::SetOperation { .. }
            | SetExpr::Insert(_)
            | SetExpr::Update(_)
            | SetExpr::Delete(_)
            | SetExpr::Merge(_)
            | SetExpr::Table(_) => {
                self.seen.dark();
                Rows { columns: Vec::new(), rest: Rest::unknown() }
            }
        };
        for (quantifier, right) in chain.into_iter().rev() {
            let other = self.set(right, outer);
            rows = self.together(rows, other, quantifier, right);
        }
        rows
    }

    /// The rows of two queries put together; `right` is where the second stands.
    fn together(&mut self, mut rows: Rows, other: Rows, quantifier: &SetQuantifier, right: &SetExpr) -> Rows {
        if !rows.rest.is_none() || !other.rest.is_none() {
            let same = rows.rest == other.rest && rows.columns.len() == other.columns.len();
            let names = |rows: &Rows| rows.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
            if !same || names(&rows) != names(&other) {
                rows.rest = Rest::unknown();
            }
            return rows;
        }
        match quantifier {
            SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
                for column in other.columns {
                    match rows.columns.iter_mut().find(|own| own.name == column.name) {
                        Some(own) => join(own, column),
                        None => rows.columns.push(column),
                    }
                }
            }
            SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None => {
                if rows.columns.len() != other.columns.len() {
                    let kind = ProblemKind::Widths { left: rows.columns.len(), right: other.columns.len() };
                    self.report(self.span(right), kind);
                    rows.rest = Rest::unknown();
                    return rows;
                }
                for (own, column) in rows.columns.iter_mut().zip(other.columns) {
                    join(own, column);
                }
            }
        }
        rows
    }

    fn values(&mut self, values: &ast::Values, outer: Option<&Scope<'_>>) -> Rows {
        let scope = Scope::inside(outer);
        let mut types: Vec<Type> = Vec::new();
        for row in &values.rows {
            for (index, value) in row.content.iter().enumerate() {
                let ty = self.expr(value, &scope).ty;
                match types.get_mut(index) {
                    Some(own) => *own = std::mem::replace(own, Type::Unknown).joined(ty),
                    None => types.push(ty),
                }
            }
        }
        let column = |(index, ty)| ResultColumn {
            name: Some(smol_str::format_smolstr!("col{index}")),
            ty,
            optional: false,
            place: 0..self.text.len(),
            aliased: false,
            starred: false,
            declared: None,
        };
        Rows { columns: types.into_iter().enumerate().map(column).collect(), rest: Rest::default() }
    }
}

fn join(own: &mut ResultColumn, other: ResultColumn) {
    own.ty = std::mem::replace(&mut own.ty, Type::Unknown).joined(other.ty);
    own.optional |= other.optional;
}

/// The rows with the columns' names that an alias gives: `AS name (a, b)`.
pub(super) fn renamed(mut rows: Rows, alias: &TableAlias) -> Rows {
    for (column, given) in rows.columns.iter_mut().zip(&alias.columns) {
        column.name = Some(SmolStr::new(&given.name.value));
    }
    rows
}
