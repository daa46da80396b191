//! A `SELECT`: its tables first, then its conditions, then what it gives.

use smol_str::SmolStr;
use sqlparser::ast::{
    Distinct, Expr, FunctionArguments, GroupByExpr, Ident, NamedWindowDefinition, NamedWindowExpr, OrderBy, Select,
    SelectItem, WindowSpec,
};

use super::Walker;
use super::from::{looked, single};
use super::scope::{Scope, key};
use crate::{Place, ResultColumn, Rows, Type};

impl Walker<'_> {
    /// The rows of a `SELECT`; `order_by` belongs to the query that it is all of.
    pub(super) fn select(&mut self, select: &Select, order_by: Option<&OrderBy>, outer: Option<&Scope<'_>>) -> Rows {
        let before = self.problems.len();
        self.seen.select(!select.from.is_empty());
        let mut scope = self.from(&select.from, outer);
        scope.aliases.extend(aliases(select).map(|alias| (key(&alias.value), Type::Unknown)));
        let looked_at = std::mem::take(&mut self.looked_at);
        for condition in [&select.prewhere, &select.selection, &select.having, &select.qualify].into_iter().flatten() {
            self.expr(condition, &scope);
        }
        let seen = std::mem::take(&mut self.looked_at);
        looked(&mut scope.relations, &seen);
        if let GroupByExpr::Expressions(exprs, _) = &select.group_by {
            exprs.iter().for_each(|expr| drop(self.expr(expr, &scope)));
        }
        for NamedWindowDefinition(name, window) in &select.named_window {
            self.own(name);
            if let NamedWindowExpr::WindowSpec(spec) = window {
                self.window(spec, &scope);
            }
        }
        if let Some(Distinct::On(exprs)) = &select.distinct {
            exprs.iter().for_each(|expr| drop(self.expr(expr, &scope)));
        }
        let rows = self.projection(select, &mut scope);
        // A name that nothing is known of may be what was meant to be grouped by.
        let found = if self.problems.len() == before { self.not_grouped(select, &scope) } else { None };
        if let Some((place, kind)) = found {
            self.report(place, kind);
        }
        if let Some(order_by) = order_by {
            let named = rows.columns.iter().filter_map(|column| Some((key(column.name.as_ref()?), column.ty.clone())));
            scope.aliases.extend(named);
            self.order_by(order_by, &scope);
        }
        self.looked_at = looked_at;
        rows
    }

    fn projection(&mut self, select: &Select, scope: &mut Scope<'_>) -> Rows {
        let mut rows = Rows::default();
        // `FROM rows` alone.
        if select.projection.is_empty() {
            let place = 0..self.text.len();
            for relation in &scope.relations {
                self.seen.whole(relation);
                rows.rest.add(&relation.rest);
                let columns = relation.columns.iter().filter(|column| !column.merged);
                rows.columns.extend(columns.map(|column| column.result(place.clone(), true)));
            }
        }
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => self.item(expr, None, item, scope, &mut rows),
                SelectItem::ExprWithAlias { expr, alias } => self.item(expr, Some(alias), item, scope, &mut rows),
                SelectItem::ExprWithAliases { expr, .. } => {
                    self.expr(expr, scope);
                    rows.rest.unknown = true;
                }
                SelectItem::Wildcard(options) => self.star(None, options, scope, &mut rows),
                SelectItem::QualifiedWildcard(kind, options) => self.star(Some(kind), options, scope, &mut rows),
            }
        }
        rows
    }

    fn item(&mut self, expr: &Expr, alias: Option<&Ident>, item: &SelectItem, scope: &mut Scope<'_>, rows: &mut Rows) {
        let typed = self.expr(expr, scope);
        if matches!(expr, Expr::JsonAccess { .. }) || may_be_several(expr, &typed.ty) {
            // `name: value` comes as that too.
            rows.rest.unknown = true;
            return;
        }
        let place = match alias {
            Some(alias) => {
                self.own(alias);
                self.place(alias)
            }
            None => self.closed(self.span(item)),
        };
        let name = alias.map(|alias| SmolStr::new(&alias.value));
        if let Some(name) = &name {
            scope.aliases.insert(key(name), typed.ty.clone());
        }
        let name = name.or(typed.name);
        let (optional, declared) = (typed.optional, typed.declared);
        rows.columns.push(ResultColumn {
            name,
            ty: typed.ty,
            optional,
            place,
            aliased: alias.is_some(),
            starred: false,
            declared,
        });
    }

    /// The place with the brackets that close those open in it: the parser leaves out the last ones.
    fn closed(&self, place: Place) -> Place {
        let inside = self.text.get(place.clone()).unwrap_or_default();
        let mut open = inside.matches(['(', '[']).count().saturating_sub(inside.matches([')', ']']).count());
        let mut end = place.end;
        for (at, character) in self.text.get(place.end..).unwrap_or_default().char_indices() {
            if open == 0 {
                break;
            }
            if matches!(character, ')' | ']') {
                open -= 1;
                end = place.end + at + 1;
            } else if !character.is_whitespace() {
                break;
            }
        }
        place.start..end
    }

    pub(super) fn window(&mut self, spec: &WindowSpec, scope: &Scope<'_>) {
        spec.partition_by.iter().for_each(|expr| drop(self.expr(expr, scope)));
        spec.order_by.iter().for_each(|order| drop(self.expr(&order.expr, scope)));
    }
}

/// The names that a `SELECT` gives to what it makes.
fn aliases(select: &Select) -> impl Iterator<Item = &Ident> {
    select.projection.iter().filter_map(|item| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias),
        SelectItem::UnnamedExpr(_)
        | SelectItem::ExprWithAliases { .. }
        | SelectItem::QualifiedWildcard(..)
        | SelectItem::Wildcard(_) => None,
    })
}

/// `unnest` of a struct gives a column for each field.
fn may_be_several(expr: &Expr, ty: &Type) -> bool {
    let Expr::Function(function) = expr else { return false };
    let Some(name) = single(&function.name) else { return false };
    if !name.value.eq_ignore_ascii_case("unnest") {
        return false;
    }
    let one = matches!(&function.args, FunctionArguments::List(list) if list.args.len() == 1);
    !one || matches!(ty, Type::Unknown)
}
