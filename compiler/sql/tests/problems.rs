//! What is wrong with queries, and where; and that nothing a query can say takes long or breaks anything.

mod common;

use std::fmt::Write as _;

use standpipe_sql::{ProblemKind, analyse};

#[test]
fn problems() {
    let inputs = common::inputs();
    let mut out = String::new();
    for query in common::queries(include_str!("corpus/wrong.sql")) {
        let _ = writeln!(out, "{query}");
        for problem in analyse(query, &inputs).problems {
            let _ = writeln!(out, "! {:?} {:?}", &query[problem.place.clone()], problem.kind);
        }
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

/// The kinds of problems of a query.
fn kinds(query: &str) -> Vec<ProblemKind> {
    analyse(query, &common::inputs()).problems.into_iter().map(|problem| problem.kind).collect()
}

#[test]
fn what_nests_without_end_is_refused() {
    for (open, close) in [("(", ")"), ("[", "]"), ("abs(", ")"), ("(SELECT ", ")"), ("CASE WHEN ", " THEN 1 END")] {
        for depth in [10, 39, 100, 10_000] {
            let query = format!("SELECT {}1{} AS n FROM days", open.repeat(depth), close.repeat(depth));
            let found = kinds(&query);
            assert!(
                matches!(found.as_slice(), [] | [ProblemKind::TooDeep | ProblemKind::Syntax { .. }]),
                "{depth} times {open}: {found:?}"
            );
        }
    }
    assert_eq!(kinds(&format!("SELECT {}", "(".repeat(1_000_000))), [ProblemKind::TooDeep]);
    for prefix in ["NOT ", "- ", "(((((", "SELECT ", "WITH a AS ("] {
        let query = format!("SELECT {}n FROM days", prefix.repeat(30_000));
        assert_eq!(kinds(&query).len(), 1, "{prefix}");
    }
}

#[test]
fn brackets_around_tables_take_no_time() {
    for depth in [5, 20, 30] {
        let query = format!("SELECT n FROM {}days{}", "(".repeat(depth), ")".repeat(depth));
        kinds(&query);
        let query = format!("SELECT n FROM {}days{} AS x", "(SELECT * FROM ".repeat(depth), ")".repeat(depth));
        kinds(&query);
    }
}

#[test]
fn long_chains_are_read() {
    for link in [" + n", " AND n > 1", " OR n = 2", " || 'x'", "::BIGINT"] {
        let query = format!("SELECT n{} AS n FROM days", link.repeat(2_000));
        assert_eq!(kinds(&query), [], "{link}");
    }
    let query = format!("SELECT n FROM days{}", " UNION ALL SELECT n FROM days".repeat(1_000));
    assert_eq!(kinds(&query), []);
}

#[test]
fn a_megabyte_is_read() {
    let list = (0..150_000).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    assert_eq!(kinds(&format!("SELECT n FROM days WHERE n IN ({list})")), []);
    let columns = (0..50_000).map(|number| format!("n AS column_{number}")).collect::<Vec<_>>().join(", ");
    assert_eq!(kinds(&format!("SELECT {columns} FROM days")), []);
}
