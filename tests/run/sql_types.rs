//! The columns that are known of a query before it runs are those that the engine gives: names, order, types; and without
//! the columns that it is found not to take it gives the same rows. Asked of the engine itself, over the whole corpus of
//! queries.

use std::path::Path;
use std::process::Command;

use standpipe_plan::Environment;
use standpipe_sql::{Type, analyse};

#[path = "../../compiler/sql/tests/common/mod.rs"]
mod common;

const CORPUS: [&str; 3] = [
    include_str!("../../compiler/sql/tests/corpus/tpch.sql"),
    include_str!("../../compiler/sql/tests/corpus/everyday.sql"),
    include_str!("../../compiler/sql/tests/corpus/beyond.sql"),
];

/// Answers with the columns of each query, each a name and a type.
const ASK: &str = r#"
import datetime, json, sys
import duckdb

given = json.load(sys.stdin)
engine = duckdb.connect(config={"threads": 1})
engine.execute("SET TimeZone = 'UTC'")
values = {"most": 3, "since": datetime.date(2020, 1, 1), "name": "a", "share": 0.5}
for line in given["tables"].splitlines():
    name, columns = line.split(": ")
    if not name.startswith("$"):
        columns = [column.rstrip("?").replace("STRUCT(x_DOUBLE_y_DOUBLE)", "STRUCT(x DOUBLE, y DOUBLE)") for column in columns.split(", ")]
        engine.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
answers = []
for query in given["queries"]:
    try:
        wanted = engine.extract_statements(query)[0].named_parameters
        found = engine.execute(query, {name: values[name] for name in wanted} or None)
        answers.append([[column[0], str(column[1])] for column in found.description])
    except Exception as error:
        answers.append(str(error))
json.dump(answers, sys.stdout)
"#;

/// Answers with the queries that give other rows, or none, when tables have only the columns that are taken of them.
const COMPARE: &str = r#"
import datetime, json, sys
import duckdb

given = json.load(sys.stdin)
engine = duckdb.connect(config={"threads": 1})
engine.execute("SET TimeZone = 'UTC'")
values = {"most": 3, "since": datetime.date(2020, 1, 1), "name": "a", "share": 0.5}
# Few values, so that rows of different tables meet.
made = {
    "BIGINT": "(i * 7 + {n}) % 5", "DOUBLE": "((i * 3 + {n}) % 7) * 1.5", "VARCHAR": "chr(97 + ((i + {n}) % 4)::INTEGER)",
    "DATE": "DATE '2020-01-01' + ((i + {n}) % 9)::INTEGER", "TIMESTAMPTZ": "TIMESTAMPTZ '2020-01-01' + INTERVAL 1 HOUR * (i * 5 + {n})",
    "VARCHAR[]": "[chr(97 + (i % 3)::INTEGER), 'b']", "STRUCT(x_DOUBLE_y_DOUBLE)": "{{'x': i * 0.5, 'y': {n} * 1.0}}",
}
for line in given["tables"].splitlines():
    name, columns = line.split(": ")
    if not name.startswith("$"):
        columns = [column.split(" ") for column in columns.split(", ")]
        parts = [f"{made[of.rstrip('?')].format(n=n)} AS {column}" for n, (column, of) in enumerate(columns)]
        engine.execute(f"CREATE TABLE main.{name} AS SELECT {', '.join(parts)} FROM range(12) AS rows(i)")

def rows(query, path):
    engine.execute(f"SET search_path = '{path}'")
    wanted = engine.extract_statements(query)[0].named_parameters
    engine.execute("SELECT setseed(0.5)").fetchall()
    return engine.execute(query, {name: values[name] for name in wanted} or None).fetchall()

other = []
for query, taken in given["queries"]:
    engine.execute("DROP SCHEMA IF EXISTS narrow CASCADE")
    engine.execute("CREATE SCHEMA narrow")
    for table, columns in taken:
        engine.execute(f"CREATE VIEW narrow.{table} AS SELECT {', '.join(columns)} FROM main.{table}")
    try:
        all, some = rows(query, "main"), rows(query, "narrow,main")
        if sorted(map(repr, all)) != sorted(map(repr, some)):
            other.append(f"{query}: {all[:3]} and {some[:3]}")
    except Exception as error:
        other.append(f"{query}: {error}")
json.dump(other, sys.stdout)
"#;

fn engine() -> std::path::PathBuf {
    let env = Environment {
        name: "duckdb".into(),
        python: None,
        packages: vec!["duckdb==2.0.1".into(), "pyarrow==26.0.1".into()],
    };
    let root = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut quietly = |_: &str| {};
    let made = standpipe_runtime::environment::ensure(&env, &[], root.path(), None, &mut quietly);
    runtime.block_on(made).expect("it is made").python
}

fn ask(python: &Path, question: &str, queries: &serde_json::Value) -> Vec<serde_json::Value> {
    let given = serde_json::json!({ "tables": common::TABLES, "queries": queries });
    let input = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(input.path(), given.to_string()).unwrap();
    let stdin = std::fs::File::open(input.path()).unwrap();
    let output = Command::new(python).args(["-c", question]).stdin(stdin).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether the engine's type is the one that was inferred.
fn is(found: &Type, engine: &str) -> bool {
    match found {
        Type::Unknown | Type::Null => true,
        Type::Bool => engine == "BOOLEAN",
        Type::Int => {
            engine.trim_start_matches(['U', 'B', 'H', 'T', 'S']).ends_with("INT") || engine.ends_with("INTEGER")
        }
        Type::Decimal(None) => engine.starts_with("DECIMAL"),
        Type::Decimal(Some(scale)) => engine.starts_with("DECIMAL") && engine.ends_with(&format!(",{scale})")),
        Type::Float => engine == "DOUBLE" || engine == "FLOAT",
        Type::Text => engine == "VARCHAR",
        Type::Date => engine == "DATE",
        Type::Timestamp => engine.starts_with("TIMESTAMP"),
        Type::Interval => engine == "INTERVAL",
        Type::List(item) => engine.strip_suffix("[]").is_some_and(|engine| is(item, engine)),
        Type::Struct(_) => engine.starts_with("STRUCT("),
        Type::Other(name) => engine.starts_with(name),
    }
}

/// Whether nobody could have declared a column of that name.
fn is_made_up(name: &str) -> bool {
    !name.chars().all(|part| part.is_ascii_lowercase() || part.is_ascii_digit() || part == '_')
}

#[test]
fn the_engine_gives_the_columns_that_are_inferred() {
    let inputs = common::inputs();
    let queries: Vec<&str> = CORPUS.iter().flat_map(|file| common::queries(file)).collect();
    let answers = ask(&engine(), ASK, &serde_json::json!(queries));
    let (mut wrong, mut known) = (String::new(), 0);
    for (query, answer) in queries.iter().zip(answers) {
        let Some(columns) = answer.as_array() else {
            wrong += &format!("{query}\n  the engine refuses it: {answer}\n");
            continue;
        };
        let Some(rows) = analyse(query, &inputs).rows else { continue };
        if rows.rest.is_none() && rows.columns.len() != columns.len() {
            wrong +=
                &format!("{query}\n  {} columns were inferred, and there are {}\n", rows.columns.len(), columns.len());
            continue;
        }
        if !rows.rest.is_none() {
            continue;
        }
        for (found, column) in rows.columns.iter().zip(columns) {
            let (name, engine) = (column[0].as_str().unwrap(), column[1].as_str().unwrap());
            let named = match &found.name {
                Some(own) => own.eq_ignore_ascii_case(name),
                None => is_made_up(name),
            };
            if !named || !is(&found.ty, engine) {
                wrong += &format!("{query}\n  inferred {:?} {}, given {name} {engine}\n", found.name, found.ty);
            }
            known += usize::from(found.ty != Type::Unknown);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known > 300, "only {known} types are known");
}

#[test]
fn columns_that_a_query_does_not_take_are_no_part_of_what_it_gives() {
    let inputs = common::inputs();
    let queries = CORPUS.iter().flat_map(|file| common::queries(file)).filter_map(|query| {
        let taken = analyse(query, &inputs).taken;
        let taken: Vec<_> = taken.into_iter().filter(|taken| !taken.columns.is_empty()).collect();
        let columns = |taken: &standpipe_sql::Taken| {
            (taken.table.to_string(), taken.columns.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        (!taken.is_empty()).then(|| (query, taken.iter().map(columns).collect::<Vec<_>>()))
    });
    let queries: Vec<_> = queries.collect();
    assert!(queries.len() >= 80, "only {} queries leave a column", queries.len());
    let other = ask(&engine(), COMPARE, &serde_json::json!(queries));
    assert!(other.is_empty(), "{other:#?}");
}
