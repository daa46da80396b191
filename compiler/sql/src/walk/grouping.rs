//! Columns beside aggregates must be grouped by: otherwise there is no one value of them in a group. Only what is plain
//! is judged: anything unusual in the `GROUP BY` or in an expression lets it pass.

use smol_str::SmolStr;
use sqlparser::ast::{
    CaseWhen, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident, Select, SelectItem,
    Value,
};

use super::Walker;
use super::from::single;
use super::scope::Scope;
use crate::functions::lists;
use crate::{Place, ProblemKind};

/// Functions that give one value for many rows.
const AGGREGATES: &str = "\
    any_value approx_count_distinct arg_max arg_min array_agg avg bool_and bool_or corr count count_if \
    count_star covar_pop covar_samp first group_concat last list listagg max max_by mean median min min_by mode \
    quantile quantile_cont quantile_disc stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance";

/// What stands outside aggregates.
#[derive(Default)]
struct Outside<'e> {
    columns: Vec<&'e [Ident]>,
    aggregates: bool,
    /// There is something of which nothing is said.
    odd: bool,
}

impl Walker<'_> {
    /// The first column of `select` that is neither grouped by nor in an aggregate.
    pub(super) fn not_grouped(&self, select: &Select, scope: &Scope<'_>) -> Option<(Place, ProblemKind)> {
        let GroupByExpr::Expressions(groups, modifiers) = &select.group_by else { return None };
        if !modifiers.is_empty() || !select.named_window.is_empty() {
            return None;
        }
        let exprs: Vec<&Expr> = select
            .projection
            .iter()
            .filter_map(|item| match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
                SelectItem::ExprWithAliases { .. } | SelectItem::QualifiedWildcard(..) | SelectItem::Wildcard(_) => {
                    None
                }
            })
            .collect();
        if exprs.len() != select.projection.len() {
            return None;
        }
        let mut grouped: Vec<SmolStr> = Vec::new();
        let mut exempt: Vec<usize> = Vec::new();
        for group in groups {
            match group {
                Expr::Identifier(ident) => grouped.push(ident.value.to_lowercase().into()),
                Expr::CompoundIdentifier(idents) => {
                    grouped.extend(idents.last().map(|ident| ident.value.to_lowercase().into()))
                }
                Expr::Value(value) => match &value.value {
                    Value::Number(digits, _) => {
                        let place = digits.parse::<usize>().ok()?.checked_sub(1)?;
                        exempt.push(place);
                        if let Some(Expr::Identifier(ident)) = exprs.get(place) {
                            grouped.push(ident.value.to_lowercase().into());
                        } else if let Some(Expr::CompoundIdentifier(idents)) = exprs.get(place) {
                            grouped.extend(idents.last().map(|ident| ident.value.to_lowercase().into()));
                        }
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        let outsides: Vec<Outside<'_>> = exprs.iter().map(|expr| outside(expr)).collect();
        if groups.is_empty() && !outsides.iter().any(|outside| outside.aggregates) {
            return None;
        }
        for (index, (item, found)) in select.projection.iter().zip(&outsides).enumerate() {
            let by_alias = matches!(item, SelectItem::ExprWithAlias { alias, .. } if is_in(&grouped, &alias.value));
            if found.odd || by_alias || exempt.contains(&index) {
                continue;
            }
            for idents in &found.columns {
                let Some(last) = idents.last() else { continue };
                let here = match idents {
                    [only] => scope.relations.iter().any(|own| own.find(&only.value).is_some()),
                    [table, column] => {
                        scope.relation(&table.value).is_some_and(|own| own.find(&column.value).is_some())
                    }
                    _ => false,
                };
                if here && !is_in(&grouped, &last.value) {
                    let kind = ProblemKind::NotGrouped { name: SmolStr::new(&last.value) };
                    return Some((self.place(last), kind));
                }
            }
        }
        None
    }
}

fn is_in(grouped: &[SmolStr], name: &str) -> bool {
    grouped.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn outside(expr: &Expr) -> Outside<'_> {
    let mut found = Outside::default();
    let mut waiting = vec![expr];
    while let Some(expr) = waiting.pop() {
        match expr {
            Expr::Identifier(ident) => found.columns.push(std::slice::from_ref(ident)),
            Expr::CompoundIdentifier(idents) => found.columns.push(idents),
            Expr::Value(_) | Expr::TypedString(_) => {}
            Expr::Nested(inner)
            | Expr::UnaryOp { expr: inner, .. }
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::Extract { expr: inner, .. }
            | Expr::Cast { expr: inner, .. } => waiting.push(inner),
            Expr::BinaryOp { left, right, .. } => waiting.extend([&**right, left]),
            Expr::Case { operand, conditions, else_result, .. } => {
                waiting.extend(else_result.as_deref());
                for CaseWhen { condition, result } in conditions.iter().rev() {
                    waiting.extend([result, condition]);
                }
                waiting.extend(operand.as_deref());
            }
            Expr::Function(function) => call(function, &mut found, &mut waiting),
            _ => found.odd = true,
        }
    }
    found
}

fn call<'e>(function: &'e Function, found: &mut Outside<'e>, waiting: &mut Vec<&'e Expr>) {
    let name = single(&function.name).map(|name| name.value.to_ascii_lowercase()).unwrap_or_default();
    if function.over.is_some() {
        found.odd = true;
    } else if lists(AGGREGATES, &name) {
        found.aggregates = true;
    } else if lists(PLAIN, &name) {
        let FunctionArguments::List(list) = &function.args else { return };
        for arg in list.args.iter().rev() {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => waiting.push(expr),
                FunctionArg::Unnamed(_) | FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => found.odd = true,
            }
        }
    } else {
        found.odd = true;
    }
}

/// Functions of one row.
const PLAIN: &str = "\
    abs ceil coalesce concat date_trunc floor greatest least length lower nullif replace round substr trim upper \
    year month day";
