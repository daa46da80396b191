//! Columns, tables and parameters by name.

use smol_str::SmolStr;
use sqlparser::ast::Ident;

use super::scope::{Relation, Scope};
use super::{Typed, Walker};
use crate::{Column as InputColumn, Near, ProblemKind, Referent, ResultColumn, Rows, Type, known};
use standpipe_syntax::nearest::nearest;

impl Walker<'_> {
    /// `name`, `table.name`, `name.field`.
    pub(super) fn column(&mut self, scope: &Scope<'_>, idents: &[Ident]) -> Typed {
        match idents {
            [] => Type::Unknown.into(),
            [only] => self.plain_column(scope, only),
            [first, second, rest @ ..] => {
                if let Some(relation) = scope.outwards().find_map(|scope| scope.relation(&first.value)) {
                    let found = self.column_of(relation, first, second);
                    return self.fields(found, rest);
                }
                if idents.len() > 2 && scope.outwards().any(|scope| scope.relation(&second.value).is_some()) {
                    // `main.rows.id`: the engine's own schema.
                    return Type::Unknown.into();
                }
                if !names_something(scope, &first.value) {
                    self.unknown_qualifier(scope, first);
                    return Type::Unknown.into();
                }
                let found = self.plain_column(scope, first);
                self.fields(found, &idents[1..])
            }
        }
    }

    /// `name.…` where no table goes by that name.
    fn unknown_qualifier(&mut self, scope: &Scope<'_>, ident: &Ident) {
        let relations = || scope.outwards().flat_map(|scope| &scope.relations);
        let near = nearest(&ident.value, relations().map(|relation| relation.name.as_str()));
        let near = near.into_iter().map(|name| Near { name: name.into(), declared: None }).collect();
        self.report(self.place(ident), ProblemKind::UnknownTable { name: SmolStr::new(&ident.value), near });
    }

    /// Fields of a struct, one in the other.
    fn fields(&mut self, found: Typed, idents: &[Ident]) -> Typed {
        let Some(last) = idents.last() else { return found };
        let mut ty = found.ty;
        for ident in idents {
            let next = ty.field(&ident.value).cloned();
            if let (Type::Struct(fields), None) = (&ty, &next) {
                let close = nearest(&ident.value, fields.iter().map(|field| field.name.as_str()));
                let near = close.into_iter().map(|name| Near { name: name.into(), declared: None }).collect();
                let name = SmolStr::new(&ident.value);
                let kind = ProblemKind::UnknownColumn { name, table: None, declared: found.declared, near };
                self.report(self.place(ident), kind);
            }
            ty = next.unwrap_or(Type::Unknown);
        }
        Typed { ty, optional: false, name: Some(SmolStr::new(&last.value)), declared: found.declared }
    }

    fn column_of(&mut self, relation: &Relation, table: &Ident, ident: &Ident) -> Typed {
        self.refer(table, Referent::Own { name: relation.name.clone() }, &Type::Unknown, relation.declared);
        self.looked_at.insert(relation.name.clone());
        if let Some(column) = relation.find(&ident.value) {
            let referent = Referent::Column { table: relation.name.clone(), name: column.name.clone() };
            self.refer(ident, referent, &column.ty, column.declared);
            let (ty, name) = (column.ty.clone(), Some(column.name.clone()));
            return Typed { ty, optional: column.optional, name, declared: column.declared };
        }
        if relation.rest.unknown {
            return Typed { name: Some(SmolStr::new(&ident.value)), ..Type::Unknown.into() };
        }
        self.unknown_column(ident, &[relation], true);
        Type::Unknown.into()
    }

    fn plain_column(&mut self, scope: &Scope<'_>, ident: &Ident) -> Typed {
        let name = ident.value.as_str();
        for here in scope.outwards() {
            // It may stand for the table's row.
            here.relation(name).into_iter().for_each(|relation| self.seen.whole(relation));
            if here.lambdas.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                return Type::Unknown.into();
            }
            let mut found = here.relations.iter().filter_map(|relation| {
                let column = relation.find(name).filter(|column| !column.merged)?;
                Some((relation, column))
            });
            if let Some((relation, column)) = found.next() {
                let others: Vec<&Relation> = found.map(|(relation, _)| relation).collect();
                if !others.is_empty() && here.alias(name).is_none() {
                    let tables = std::iter::once(relation).chain(others).map(|one| one.name.clone()).collect();
                    let kind = ProblemKind::Ambiguous { name: name.into(), tables };
                    self.report(self.place(ident), kind);
                }
                let (ty, optional) = (column.ty.clone(), column.optional);
                let (own, declared) = (column.name.clone(), column.declared);
                let referent = Referent::Column { table: relation.name.clone(), name: own.clone() };
                self.looked_at.insert(relation.name.clone());
                self.refer(ident, referent, &ty, declared);
                self.quoted(ident);
                return Typed { ty, optional, name: Some(own), declared };
            }
            if here.relations.iter().any(|relation| relation.rest.unknown) {
                return Typed { name: Some(SmolStr::new(name)), ..Type::Unknown.into() };
            }
            if let Some(ty) = here.alias(name) {
                let ty = ty.clone();
                self.refer(ident, Referent::Own { name: name.into() }, &ty, None);
                return Typed { name: Some(SmolStr::new(name)), ..ty.into() };
            }
            if here.relation(name).is_some() {
                // A table's name stands for its row.
                return Typed { name: Some(SmolStr::new(name)), ..Type::Unknown.into() };
            }
        }
        let relations: Vec<&Relation> = scope.outwards().flat_map(|scope| &scope.relations).collect();
        self.unknown_column(ident, &relations, false);
        Type::Unknown.into()
    }

    fn unknown_column(&mut self, ident: &Ident, relations: &[&Relation], qualified: bool) {
        if self.is_full() {
            return;
        }
        let name = SmolStr::new(&ident.value);
        let place = self.place(ident);
        let parameter = self.inputs.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(&name));
        if let Some(parameter) = parameter.filter(|_| !qualified) {
            let kind = ProblemKind::ParameterAsColumn { name: parameter.name.clone(), declared: parameter.declared };
            return self.report(place, kind);
        }
        if let Some(relation) = relations.iter().find(|relation| !relation.rest.open.is_empty()) {
            let parameter = relation.rest.open[0].clone();
            return self.report(place, ProblemKind::NotPromised { name, parameter, declared: relation.declared });
        }
        let columns = || relations.iter().flat_map(|relation| &relation.columns);
        let near = nearest(&name, columns().map(|column| column.name.as_str()));
        let near = near.into_iter().map(|name| Near {
            name: name.into(),
            declared: columns().find(|column| column.name == name).and_then(|column| column.declared),
        });
        let near = near.collect();
        let (table, declared) = match relations {
            [only] if !only.name.is_empty() => (Some(only.name.clone()), only.declared),
            _ => (None, None),
        };
        self.report(place, ProblemKind::UnknownColumn { name, table, declared, near });
    }

    /// What a name is that the engine would take for a word of the language.
    fn quoted(&mut self, ident: &Ident) {
        if self.inputs.engine_known && ident.quote_style.is_none() && known::is_word(&ident.value) {
            self.report(self.place(ident), ProblemKind::Word { name: SmolStr::new(&ident.value) });
        }
    }

    /// The rows of the table called so, and where it is declared.
    pub(super) fn table(&mut self, ident: &Ident) -> Relation {
        let name = ident.value.as_str();
        if let Some(cte) = self.ctes.iter().rev().find(|cte| cte.name.eq_ignore_ascii_case(name)) {
            let relation = Relation::new(cte.name.clone(), cte.rows.clone());
            self.own(ident);
            return relation;
        }
        let inputs = self.inputs;
        if let Some(table) = inputs.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)) {
            self.refer(ident, Referent::Table { name: table.name.clone() }, &Type::Unknown, table.declared);
            let columns = table.columns.iter().map(column).collect();
            let rows = Rows { columns, rest: table.rest.clone() };
            self.quoted(ident);
            self.seen.read(&table.name);
            let input = Some(table.name.clone());
            return Relation { input, declared: table.declared, ..Relation::new(table.name.clone(), rows) };
        }
        let quoted = ident.quote_style == Some('\'');
        let place = match self.lines.place(ident.span) {
            // The parser keeps no place of a path.
            None if quoted => {
                let path = format!("'{name}'");
                self.text.find(&path).map_or(0..self.text.len(), |at| at..at + path.len())
            }
            place => place.unwrap_or(0..self.text.len()),
        };
        let parameter = inputs.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name));
        let kind = match parameter {
            Some(own) => ProblemKind::NotATable { name: own.name.clone(), declared: own.declared },
            None if quoted => ProblemKind::Reaches { what: format!("'{name}'") },
            None => {
                let declared: Vec<Near> = inputs
                    .tables
                    .iter()
                    .map(|table| Near { name: table.name.clone(), declared: table.declared })
                    .chain(self.ctes.iter().map(|cte| Near { name: cte.name.clone(), declared: None }))
                    .collect();
                let near = nearest(name, declared.iter().map(|near| near.name.as_str()));
                let near = near.iter().filter_map(|name| declared.iter().find(|near| near.name == *name).cloned());
                ProblemKind::UnknownTable { name: name.into(), near: near.collect() }
            }
        };
        self.report(place, kind);
        Relation::unknown(name.into())
    }

    /// `$name`, whose text stands at `place`.
    pub(super) fn parameter(&mut self, text: &str, place: crate::Place) -> Type {
        let Some(name) = text.strip_prefix('$').filter(|name| !name.starts_with(|c: char| c.is_ascii_digit())) else {
            self.report(place, ProblemKind::PositionalParameter);
            return Type::Unknown;
        };
        let inputs = self.inputs;
        if let Some(found) = inputs.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name)) {
            let ty = smol_str::format_smolstr!("{}", found.ty);
            let ty = if found.ty == Type::Unknown { SmolStr::default() } else { ty };
            let referent = Referent::Parameter { name: found.name.clone() };
            self.references.push(crate::Reference { place, referent, ty, declared: found.declared });
            return found.ty.clone();
        }
        let table = inputs.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name));
        self.report(
            place,
            match table {
                Some(table) => ProblemKind::TableAsParameter { name: table.name.clone(), declared: table.declared },
                None => {
                    let close = nearest(name, inputs.parameters.iter().map(|parameter| parameter.name.as_str()));
                    let near = close.into_iter().filter_map(|close| {
                        let found = inputs.parameters.iter().find(|parameter| parameter.name == close)?;
                        Some(Near { name: found.name.clone(), declared: found.declared })
                    });
                    ProblemKind::UnknownParameter { name: name.into(), near: near.collect() }
                }
            },
        );
        Type::Unknown
    }
}

/// Whether a column, or whatever else, goes by that name; or may.
fn names_something(scope: &Scope<'_>, name: &str) -> bool {
    scope.outwards().any(|scope| {
        let open = |relation: &Relation| relation.rest.unknown || relation.find(name).is_some();
        scope.lambdas.iter().any(|own| own.eq_ignore_ascii_case(name))
            || scope.alias(name).is_some()
            || scope.relations.iter().any(open)
    })
}

fn column(column: &InputColumn) -> ResultColumn {
    ResultColumn {
        name: Some(column.name.clone()),
        ty: column.ty.clone(),
        optional: column.optional,
        place: 0..0,
        aliased: false,
        starred: false,
        declared: column.declared,
    }
}
