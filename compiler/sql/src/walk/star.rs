//! `*` and `table.*`, with what they leave out, put in place of others or call otherwise.

use smol_str::SmolStr;
use sqlparser::ast::{
    ExcludeSelectItem, Ident, ObjectName, ObjectNamePart, RenameSelectItem, SelectItemQualifiedWildcardKind as Of,
    WildcardAdditionalOptions,
};

use super::Walker;
use super::scope::{Column, Relation, Scope};
use crate::{Place, Rest, Rows};

impl Walker<'_> {
    pub(super) fn star(
        &mut self,
        of: Option<&Of>,
        options: &WildcardAdditionalOptions,
        scope: &Scope<'_>,
        rows: &mut Rows,
    ) {
        let place = self.lines.place(options.wildcard_token.0.span).unwrap_or(0..self.text.len());
        let relations: Vec<Relation> = match of {
            None => scope.relations.clone(),
            Some(Of::ObjectName(ObjectName(parts))) => {
                let found = match parts.as_slice() {
                    [ObjectNamePart::Identifier(ident)] => self.starred(ident, scope),
                    _ => None,
                };
                found.into_iter().collect()
            }
            Some(Of::Expr(expr)) => {
                self.expr(expr, scope);
                Vec::new()
            }
        };
        if relations.is_empty() && of.is_some() {
            self.seen.dark();
            rows.rest.unknown = true;
            return;
        }
        relations.iter().for_each(|relation| self.seen.whole(relation));
        let mut rest = Rest::default();
        relations.iter().for_each(|relation| rest.add(&relation.rest));
        let excluded = self.excluded(options, &relations);
        let whole = of.is_some();
        let columns = relations.iter().flat_map(|relation| &relation.columns);
        let kept = columns.filter(|column| whole || !column.merged).filter(|column| !has(&excluded, &column.name));
        let mut columns: Vec<(Column, Place, bool)> =
            kept.map(|column| (column.clone(), place.clone(), true)).collect();
        if !excluded.is_empty() && !rest.open.is_empty() {
            rest = Rest::unknown();
        }
        let part = Scope { relations, ..Scope::default() };
        if let Some(replaced) = &options.opt_replace {
            for element in &replaced.items {
                let typed = self.expr(&element.expr, scope);
                self.column(&part, std::slice::from_ref(&element.column_name));
                let name = &element.column_name.value;
                if let Some(own) = columns.iter_mut().find(|(own, ..)| own.name.eq_ignore_ascii_case(name)) {
                    (own.0.ty, own.0.optional, own.0.declared) = (typed.ty, typed.optional, typed.declared);
                    (own.1, own.2) = (self.place(&element.column_name), false);
                }
            }
        }
        let renames = match &options.opt_rename {
            Some(RenameSelectItem::Single(one)) => std::slice::from_ref(one),
            Some(RenameSelectItem::Multiple(several)) => several,
            None => &[],
        };
        for rename in renames {
            self.column(&part, std::slice::from_ref(&rename.ident));
            if let Some(own) = columns.iter_mut().find(|(own, ..)| own.name.eq_ignore_ascii_case(&rename.ident.value)) {
                own.0.name = SmolStr::new(&rename.alias.value);
                (own.1, own.2) = (self.place(&rename.alias), false);
            }
        }
        if options.opt_ilike.is_some() || options.opt_alias.is_some() {
            rest = Rest::unknown();
            columns.clear();
        }
        rows.rest.add(&rest);
        rows.columns.extend(columns.into_iter().map(|(column, place, starred)| column.result(place, starred)));
    }

    /// The table of `table.*`; none for a struct's fields.
    fn starred(&mut self, ident: &Ident, scope: &Scope<'_>) -> Option<Relation> {
        if let Some(relation) = scope.outwards().find_map(|scope| scope.relation(&ident.value)) {
            let referent = crate::Referent::Own { name: relation.name.clone() };
            self.refer(ident, referent, &crate::Type::Unknown, relation.declared);
            return Some(relation.clone());
        }
        self.column(scope, std::slice::from_ref(ident));
        None
    }

    /// The names behind `EXCLUDE`, each looked up.
    fn excluded(&mut self, options: &WildcardAdditionalOptions, relations: &[Relation]) -> Vec<SmolStr> {
        let names = match &options.opt_exclude {
            Some(ExcludeSelectItem::Single(name)) => std::slice::from_ref(name),
            Some(ExcludeSelectItem::Multiple(names)) => names,
            None => &[],
        };
        let mut excluded = Vec::new();
        for ObjectName(parts) in names {
            let idents: Vec<Ident> = parts
                .iter()
                .filter_map(|part| match part {
                    ObjectNamePart::Identifier(ident) => Some(ident.clone()),
                    ObjectNamePart::Function(_) => None,
                })
                .collect();
            let Some(last) = idents.last() else { continue };
            // One name leaves out that column of every table.
            let found = relations.iter().find(|relation| relation.find(&last.value).is_some());
            let part = Scope { relations: found.map_or(relations, std::slice::from_ref).to_vec(), ..Scope::default() };
            self.column(&part, std::slice::from_ref(last));
            excluded.push(SmolStr::new(&last.value));
        }
        excluded
    }
}

fn has(names: &[SmolStr], name: &str) -> bool {
    names.iter().any(|own| own.eq_ignore_ascii_case(name))
}
