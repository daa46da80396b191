//! Bodies in SQL: run by the engine, reused, and placed where they go wrong.

use crate::project::{Project, Run};

const PIPE: &str = r#"
type Kind = "buy" | "sell"

type Event = {
  id: Int
  kind: Kind
  amount: Float?
  day: Date
  moment: Time
  took: Duration
  tags: List[String]
  place: { city: String, zip: Int? }
}

task load() -> Table[Event] {
  env: pandas
  python:
    import datetime as dt

    row = lambda n: {
        "id": n,
        "kind": "buy" if n % 2 else "sell",
        "amount": None if n == 3 else n * 1.5,
        "day": dt.date(2024, 1, n),
        "moment": dt.datetime(2024, 1, n, 12, tzinfo=dt.timezone.utc),
        "took": dt.timedelta(minutes=n),
        "tags": ["a"] * n,
        "place": {"city": f"city {n}", "zip": None},
    }
    return [row(n) for n in range(1, 5)]
}

env pandas {
  packages: ["pyarrow==26.0.1"]
}

task sums(events: Table[Event], least: Int, since: Date, kinds: List[String]) -> Table[{ Kind: Kind, n: Int, ids: Int, total: Float, half: Float }] {
  sql:
    SELECT KIND AS kind, count(*) AS N, sum(id) AS ids, coalesce(sum(amount), 0) AS total, sum(0.5) AS half
    FROM events
    WHERE id >= $least AND day >= $since AND list_contains($kinds, kind)
    GROUP BY ALL
    ORDER BY 1
}

task same(events: Table[Event], wait: Duration) -> Table[Event] {
  sql:
    SELECT * REPLACE (took + $wait AS took, moment + INTERVAL 1 DAY AS moment), 'more' AS more
    FROM events
    WHERE place.city <> 'city 4'
    ORDER BY id
}

task counted[R: { id: Int }](rows: Table[R]) -> Table[{ n: Int }] {
  sql: "count.sql"
}

task csv(file: File[csv]) -> Table[{ a: Int, b: String }] {
  sql:
    SELECT a, b FROM read_csv($file)
}

task text(sums: Table[{ Kind: Kind, n: Int, ids: Int, total: Float, half: Float }], same: Table[Event], counted: Table[{ n: Int }], csv: Table[{ a: Int, b: String }]) -> String {
  env: pandas
  frame: "pyarrow"
  python:
    rows = [row for table in (sums, counted, csv) for row in table.to_pylist()]
    rows += [(row["id"], str(row["took"]), str(row["moment"])[:10], row["place"]["city"]) for row in same.to_pylist()]
    return "\n".join(map(str, rows))
}

pipeline main(least: Int = 1) -> { text: String } {
  events = load()
  { text: text(sums(events, least, since: "2024-01-01", kinds: ["buy", "sell"]), same(events, wait: 30s), counted(events), csv("rows.csv")) }
}
"#;

const COUNT: &str = "-- How many.\nSELECT count(*) AS n\nFROM rows\n";

const TEXT: &str = "{'Kind': 'buy', 'n': 2, 'ids': 4, 'total': 1.5, 'half': 1.0}
{'Kind': 'sell', 'n': 2, 'ids': 6, 'total': 9.0, 'half': 1.0}
{'n': 4}
{'a': 1, 'b': 'x'}
(1, '0:01:30', '2024-01-02', 'city 1')
(2, '0:02:30', '2024-01-03', 'city 2')
(3, '0:03:30', '2024-01-04', 'city 3')";

fn project() -> Project {
    Project::new(&[("sales.pipe", PIPE), ("count.sql", COUNT), ("rows.csv", "a,b\n1,x\n")])
}

fn again(project: &Project) -> Run {
    project.run(&["sales.pipe"]).succeeded()
}

/// The only event of that kind.
fn finished(run: &Run) -> serde_json::Value {
    run.events.iter().find(|event| event["event"] == "run_finished").expect("it ended").clone()
}

#[test]
fn a_query_runs_with_its_tables_and_values_and_is_reused() {
    let project = project();
    let first = again(&project);
    assert!(finished(&first).to_string().contains(&serde_json::to_string(TEXT).unwrap()), "{:?}", first.events);
    assert_eq!(again(&project).steps_that("succeeded"), [""; 0]);
    // What a comment says is text of the query, as in any other body.
    project.edit("count.sql", "How many.", "All of them.");
    assert_eq!(again(&project).steps_that("succeeded"), ["main.counted"]);
    project.edit("count.sql", "count(*)", "count(*) + 1");
    let run = again(&project);
    assert_eq!(run.steps_that("succeeded"), ["main.counted", "main.text"]);
    assert!(finished(&run).to_string().contains("{'n': 5}"));
    project.edit("rows.csv", "x", "y");
    assert_eq!(again(&project).steps_that("succeeded"), ["main.csv", "main.text"]);
}

const CHANCE: &str = r#"
task chance(n: Int) -> Table[{ x: Float }] {
  sql:
    SELECT random() AS x FROM range($n)
}

pipeline main() -> Table[{ x: Float }] {
  chance(3)
}
"#;

#[test]
fn what_a_query_draws_by_chance_follows_from_its_inputs() {
    let drawn = || {
        let run = Project::new(&[("chance.pipe", CHANCE)]).run(&["chance.pipe"]).succeeded();
        let text = finished(&run).to_string();
        let hash = text.split("\"hash\":\"").nth(1).and_then(|rest| rest.split('"').next());
        hash.expect("it is in the store").to_owned()
    };
    assert_eq!(drawn(), drawn());
}

const WRONG: &str = r#"
task numbers(word: String) -> Table[{ number: Int in 0..10 }] {
  sql:
    SELECT
      CAST($word AS BIGINT) AS number
}

pipeline main(word: String) -> Table[{ number: Int }] {
  numbers(word)
}
"#;

#[test]
fn what_goes_wrong_is_told_with_its_line() {
    let project = Project::new(&[("numbers.pipe", WRONG)]);
    let failure = |word: &str| {
        let run = project.run(&["numbers.pipe", "--word", word]);
        let failed = run.events.iter().find(|event| event["status"] == "failed" && event["event"] == "step_finished");
        failed.expect("it failed")["error"].clone()
    };
    let engine = failure("ten");
    assert_eq!(engine["code"], "E0640", "{engine}");
    assert_eq!(engine["line"], 5, "{engine}");
    assert!(engine["message"].as_str().unwrap().contains("Could not convert string 'ten'"), "{engine}");
    let bounds = failure("12");
    assert_eq!(bounds["code"], "E0603", "{bounds}");
    assert!(bounds["message"].as_str().unwrap().contains("has 12 in column `number`, row 0"), "{bounds}");
}

/// A query that nothing is known of before it runs is held to the same.
const REACHING: &str = r#"
task reach(file: File) -> Table {
  sql:
    QUERY
}

pipeline main() -> Table {
  reach("mine.csv")
}
"#;

#[test]
fn nothing_but_the_inputs_can_be_reached() {
    let queries = [
        // Beyond what the compiler reads.
        "SELECT * FROM query('FROM read_csv(''other.csv'')') USING SAMPLE 10",
        "PIVOT (FROM 'other.csv') ON a",
        "SELECT * FROM query('FROM glob(''*'')') USING SAMPLE 10",
    ];
    for query in queries {
        let pipe = REACHING.replace("QUERY", query).replace("file: File", "_file: File");
        let project = Project::new(&[("reach.pipe", &pipe), ("mine.csv", "a\n1\n"), ("other.csv", "a\n1\n")]);
        let run = project.run(&["reach.pipe"]);
        assert_ne!(run.code, Some(0), "{query}");
        let told = format!("{:?}", run.events);
        assert!(told.contains("disabled by configuration") || told.contains("not one query"), "{query}: {told}");
    }
    let pipe = REACHING.replace("QUERY", "FROM read_csv($file)");
    let project = Project::new(&[("reach.pipe", &pipe), ("mine.csv", "a\n1\n")]);
    project.run(&["reach.pipe"]).succeeded();
}
