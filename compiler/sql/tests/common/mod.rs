//! The tables that the queries of the tests are about.

use standpipe_sql::{Column, Field, Inputs, Parameter, Rest, Table, Type};

/// Tables and their columns: `name type`, with `?` where there may be no value.
pub(crate) const TABLES: &str = include_str!("../corpus/tables.txt");

/// What the queries are given.
pub(crate) fn inputs() -> Inputs {
    let mut tables = Vec::new();
    let mut parameters = Vec::new();
    for line in TABLES.lines().filter(|line| !line.is_empty()) {
        let (name, columns) = line.split_once(": ").unwrap();
        if let Some(name) = name.strip_prefix('$') {
            parameters.push(Parameter { name: name.into(), ty: ty(columns), file: false, declared: None });
            continue;
        }
        let columns = columns.split(", ").map(|column| {
            let (name, of) = column.split_once(' ').unwrap();
            let optional = of.ends_with('?');
            Column { name: name.into(), ty: ty(of.trim_end_matches('?')), optional, declared: None }
        });
        let columns = columns.collect();
        tables.push(Table { name: name.into(), columns, rest: Rest::default(), declared: None });
    }
    Inputs { tables, parameters, engine_known: true }
}

fn ty(name: &str) -> Type {
    match name {
        "BIGINT" => Type::Int,
        "DOUBLE" => Type::Float,
        "VARCHAR" => Type::Text,
        "DATE" => Type::Date,
        "TIMESTAMPTZ" => Type::Timestamp,
        "VARCHAR[]" => Type::List(Box::new(Type::Text)),
        "STRUCT(x_DOUBLE_y_DOUBLE)" => {
            Type::Struct(["x", "y"].map(|name| Field { name: name.into(), ty: Type::Float }).to_vec())
        }
        other => panic!("no type {other}"),
    }
}

/// The queries of a file: each ends with `;` at the end of a line; the first comment is the file's.
pub(crate) fn queries(file: &str) -> impl Iterator<Item = &str> {
    let text = file.split_once("\n\n").map_or(file, |(_, text)| text);
    text.split(";\n").map(str::trim).filter(|query| !query.is_empty())
}
