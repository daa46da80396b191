//! Which columns of its tables a query takes: `name: columns`, of those of which it surely takes no others.

mod common;

use standpipe_sql::{Inputs, Rest, Taken, analyse};

fn taken_of(query: &str, inputs: &Inputs) -> String {
    let found = analyse(query, inputs);
    assert_eq!(found.problems, [], "{query}");
    let shown = found.taken.iter().map(|Taken { table, columns }| format!("{table}: {}", columns.join(" ")));
    shown.collect::<Vec<_>>().join(", ")
}

fn taken(query: &str) -> String {
    taken_of(query, &common::inputs())
}

#[test]
fn what_a_query_names_it_takes() {
    assert_eq!(taken("SELECT id FROM events"), "events: id");
    assert_eq!(taken("SELECT e.id, count(*) FROM events e WHERE KIND = 'a' GROUP BY ALL"), "events: id kind");
    assert_eq!(taken("SELECT \"id\" FROM events ORDER BY moment DESC LIMIT 1"), "events: id moment");
    assert_eq!(taken("FROM events SELECT point.x"), "events: point");
    assert_eq!(taken("SELECT count(*) FROM events"), "events: ");
    // A column's name anywhere will do.
    assert_eq!(taken("SELECT id AS amount FROM events -- kind"), "events: id kind amount");
    assert_eq!(taken("SELECT id FROM events WHERE kind = 'the amount'"), "events: id kind amount");
}

#[test]
fn a_star_over_what_was_named_takes_no_more() {
    assert_eq!(taken("WITH few AS (SELECT id FROM events) SELECT * FROM few"), "events: id");
    assert_eq!(taken("SELECT * FROM (SELECT id FROM events)"), "events: id");
    assert_eq!(taken("SELECT amount * 2 * id FROM events"), "events: id amount");
    assert_eq!(taken("SELECT p.*, e.id FROM events e JOIN people p ON e.kind = p.person"), "events: id person kind");
    assert_eq!(taken("SELECT id FROM events WHERE EXISTS (SELECT * FROM people)"), "events: id");
    assert_eq!(taken("SELECT extract(year FROM moment) FROM events WHERE id IS DISTINCT FROM 1"), "events: id moment");
}

#[test]
fn what_stands_for_all_columns_takes_them() {
    for query in [
        "SELECT * FROM events",
        "FROM events",
        "SELECT e.* FROM events e",
        "SELECT * EXCLUDE (id) FROM events",
        "SELECT events FROM events",
        "SELECT to_json(e) FROM events e",
        "SELECT e.to_json() FROM events e",
        "SELECT id FROM (SELECT * FROM events)",
        "SELECT id FROM (FROM events)",
        "SELECT id FROM events UNION ALL SELECT id FROM (SELECT * FROM events)",
        "WITH few AS (FROM events) SELECT id FROM few",
        "SELECT e.a FROM events AS e (a, b)",
        "SELECT e.id FROM events e NATURAL JOIN people p",
        "SELECT id FROM events WHERE id IN (SELECT id FROM (SELECT * FROM events))",
    ] {
        assert!(!taken(query).contains("events:"), "{query}: {}", taken(query));
    }
}

#[test]
fn what_is_not_understood_may_take_all() {
    for query in [
        "SELECT max(COLUMNS(*)) FROM events",
        "SELECT id FROM query_table('events')",
        "SELECT id FROM query('FROM events')",
        "SELECT id FROM main.events",
        "PIVOT events ON kind USING sum(amount)",
        "SELECT id FROM events USING SAMPLE 10%",
        "SELECT trim(BOTH 'a' FROM kind) FROM events",
    ] {
        assert_eq!(taken(query), "", "{query}");
    }
}

#[test]
fn of_tables_with_columns_of_which_nothing_is_said_all_are_taken() {
    let mut inputs = common::inputs();
    for table in inputs.tables.iter_mut().filter(|table| table.name == "events") {
        table.rest = Rest { unknown: false, open: vec!["R".into()] };
    }
    assert_eq!(taken_of("SELECT id FROM events", &inputs), "");
    assert_eq!(taken_of("SELECT e.id, p.age FROM events e, people p", &inputs), "people: age");
}

#[test]
fn of_a_benchmark() {
    let queries: Vec<_> = common::queries(include_str!("corpus/tpch.sql")).collect();
    let taken = queries.iter().map(|query| {
        let said = taken(query).replace(", ", "\n");
        format!("{query}\n{}\n\n", if said.is_empty() { "-> all" } else { &said })
    });
    insta::assert_snapshot!(taken.collect::<String>());
}
