//! What names mean, seen as lists of places a reviewer can read.

use standpipe_syntax::FileId;
use standpipe_syntax::walk::path_at;

use super::{Symbol, declared_at, occurrences, origin};
use crate::{MemoryWorld, analyse};

/// Each occurrence of `word` in `text` as `line:column` and where it is declared.
fn meant(text: &str, word: &str) -> Vec<String> {
    let world = MemoryWorld::new().with("a.pipe", text);
    let analysis = analyse(&world, "a.pipe");
    let sources = analysis.sources();
    let place = |at: u32, file: FileId| {
        let source = &sources[file.0 as usize];
        let place = source.place(at);
        let file = if file.0 == 0 { String::new() } else { format!("{} ", source.name) };
        format!("{file}{}:{}", place.line, place.column)
    };
    occurrences(&analysis, FileId(0))
        .into_iter()
        .filter(|found| sources[0].slice(found.span) == word)
        .map(|found| {
            let declared = declared_at(&analysis.checked, &found.symbol);
            let declared = declared.map_or("-".into(), |span| place(span.start, span.file));
            format!("{} {:?} of {declared}", place(found.span.start, found.span.file), found.role)
        })
        .collect()
}

const PROGRAM: &str = "import std/table { holdout }

type Row = { id: Int, score: Float }

task load(from: File) -> Table[Row] {
  python:
    import pandas as pd
    return pd.read_csv(from_)[from]
}

task fit(train: Table[Row], depth: Int) -> { depth: Int, score: Float } {
  python:
    total = train[\"score\"].sum() + train.id.max() * depth
    best = (lambda train: train)(1)
    return {\"depth\": depth, 'score': total}
}

effect tell(score: Float, row: Row) {
  sh:
    echo \"it's $score\" '$score' \"${row}\"
}

pipeline main(depth: Int = 1) -> { score: Float } {
  parts = load(\"a.csv\") |> holdout(share: 0.2, seed: 1)
  all = for n in 1..=depth {
    fit(parts.train, depth: n)
  }
  best = max_by(all, \"score\")
  { score } = best
  tell(score, row: { id: 1, score })
  { score }
}
";

#[test]
fn a_field_is_one_from_its_declaration_to_the_python_that_returns_it() {
    assert_eq!(
        meant(PROGRAM, "score"),
        [
            "3:23 Declares of 3:23",
            "11:58 Declares of 11:58",
            "13:20 Embedded of 3:23",
            "15:30 Embedded of 11:58",
            "18:13 Declares of 18:13",
            "20:17 Embedded of 18:13",
            "23:36 Declares of 23:36",
            "28:23 Uses of 11:58",
            "29:5 Declares of 29:5",
            "29:5 Unpacks of 11:58",
            "30:8 Uses of 29:5",
            "30:29 ShortLabel of 3:23",
            "30:29 ShortValue of 29:5",
            "31:5 ShortLabel of 23:36",
            "31:5 ShortValue of 29:5",
        ]
    );
}

#[test]
fn an_input_is_one_from_its_declaration_to_the_names_of_arguments() {
    assert_eq!(
        meant(PROGRAM, "depth"),
        [
            "11:29 Declares of 11:29",
            "11:46 Declares of 11:46",
            "13:53 Embedded of 11:29",
            "15:14 Embedded of 11:46",
            "15:22 Embedded of 11:29",
            "23:15 Declares of 23:15",
            "25:22 Uses of 23:15",
            "26:22 Label of 11:29",
        ]
    );
    assert_eq!(meant(PROGRAM, "train")[..2], ["11:10 Declares of 11:10", "13:13 Embedded of 11:10"]);
    assert_eq!(meant(PROGRAM, "share"), ["24:36 Label of std/table 11:3"]);
}

#[test]
fn columns_and_tables_in_sql_are_those_of_the_inputs() {
    let text = "type Row = { id: Int, plan: String }\n\ntask f(rows: Table[Row]) -> Table[{ plan: String }] {\n  sql:\n    SELECT rows.plan FROM rows WHERE id > 1\n}\n";
    assert_eq!(meant(text, "rows"), ["3:8 Declares of 3:8", "5:12 Embedded of 3:8", "5:27 Embedded of 3:8"]);
    assert_eq!(meant(text, "plan"), ["1:23 Declares of 1:23", "3:37 Declares of 3:37", "5:17 Embedded of 1:23"]);
}

#[test]
fn a_table_is_followed_to_the_step_that_made_it() {
    let world = MemoryWorld::new().with("a.pipe", PROGRAM);
    let analysis = analyse(&world, "a.pipe");
    let at = u32::try_from(PROGRAM.find("parts.train").unwrap() + 8).unwrap();
    let tree = &analysis.checked.resolved.files[0].tree;
    let found = path_at(tree, at).into_iter().rev().find_map(|node| match node {
        standpipe_syntax::walk::Node::Expr(expr) => Some(origin(&analysis.checked, FileId(0), expr)),
        _ => None,
    });
    assert_eq!(
        format!(
            "{:?}",
            found
                .unwrap()
                .iter()
                .map(|origin| format!("{origin:?}").chars().take(22).collect::<String>())
                .collect::<Vec<_>>()
        ),
        r#"["Passed { by: \"holdout\"", "Made { by: \"load\", cal"]"#
    );
    assert!(occurrences(&analysis, FileId(0)).iter().any(|found| matches!(found.symbol, Symbol::Builtin(_))));
}
