//! Queries that the engine takes give no problem, and the types of what they give. Whether the engine gives the same is
//! another test's to say: it reads the same files.

mod common;

use std::fmt::Write as _;

use standpipe_sql::analyse;

/// Each query with the columns that it gives, or `?` where there may be others.
fn report(queries: &str) -> String {
    let inputs = common::inputs();
    let mut out = String::new();
    for query in common::queries(queries) {
        let found = analyse(query, &inputs);
        let _ = writeln!(out, "{query}");
        for problem in &found.problems {
            let _ = writeln!(out, "! {:?} {:?}", &query[problem.place.clone()], problem.kind);
        }
        match &found.rows {
            Some(rows) => {
                let columns = rows.columns.iter().map(|column| {
                    let name = column.name.as_deref().unwrap_or("_");
                    format!("{name}: {}{}", column.ty, if column.optional { "?" } else { "" })
                });
                let rest = (!rows.rest.is_none()).then(|| "?".to_owned());
                let _ = writeln!(out, "-> {}\n", columns.chain(rest).collect::<Vec<_>>().join(", "));
            }
            None => out.push_str("-> not read\n\n"),
        }
    }
    out
}

#[test]
fn tpch() {
    insta::assert_snapshot!(report(include_str!("corpus/tpch.sql")));
}

#[test]
fn everyday() {
    insta::assert_snapshot!(report(include_str!("corpus/everyday.sql")));
}

#[test]
fn beyond() {
    insta::assert_snapshot!(report(include_str!("corpus/beyond.sql")));
}

#[test]
fn no_query_gives_a_problem() {
    let inputs = common::inputs();
    let files =
        [include_str!("corpus/tpch.sql"), include_str!("corpus/everyday.sql"), include_str!("corpus/beyond.sql")];
    let queries: Vec<&str> = files.iter().flat_map(|file| common::queries(file)).collect();
    let wrong: Vec<_> = queries.iter().filter(|query| !analyse(query, &inputs).problems.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(queries.len() >= 150, "only {}", queries.len());
}
