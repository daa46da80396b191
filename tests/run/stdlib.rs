//! The standard library, each task run: what it gives for what it is given.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use insta::assert_json_snapshot;

use crate::project::{Project, Run};

/// Runs `main` of `program`, beside a few rows.
fn run(program: &str, args: &[&str]) -> Run {
    let people =
        "id,name,age,joined\n1,Ann,34,2020-01-02\n2,Bo,,2021-03-04\n3,\"Cy, D.\",52,2019-05-06\n4,Di,28,2022-07-08\n";
    let project = Project::new(&[("main.pipe", program), ("people.csv", people)]);
    project.run(&[&["main.pipe"], args].concat()).succeeded()
}

const PEOPLE: &str = r#"
type Person = { id: Int, name: String, age: Int?, joined: Date }

env show {
  packages: ["pyarrow==26.0.1"]
}

task rows(t: Table) -> Json {
  env: show
  frame: "pyarrow"
  python:
    return [{name: value if isinstance(value, (int, float, list, dict)) else value and str(value) for name, value in row.items()} for row in t.to_pylist()]
}
"#;

#[test]
fn tables_are_read_and_written() {
    let program = format!(
        r#"import std/table {{ from_csv, from_json, from_parquet, to_csv, to_json, to_parquet }}
{PEOPLE}
pipeline main(people: File[csv, Person] = "people.csv") -> {{ same: Json, json: Json, csv: File[csv] }} {{
  t = from_csv(people)
  parquet = t |> to_parquet() |> from_parquet()
  json = parquet |> to_json() |> from_json()
  {{ same: rows(parquet), json: rows(json), csv: to_csv(parquet) }}
}}
"#
    );
    let outputs = run(&program, &[]).outputs().clone();
    assert_json_snapshot!(outputs["same"]);
    assert_eq!(outputs["same"], outputs["json"]);
}

#[test]
fn tables_are_split_joined_and_looked_at() {
    let program = format!(
        r#"import std/table {{ concat, describe, first, folds, from_csv, holdout, join, matching, sample, sort, stack }}
{PEOPLE}
task cities() -> Table[{{ id: Int, name: String }}] {{
  env: show
  python:
    return {{"id": [3, 1, 1, 9], "name": ["Paris", "Rome", "Oslo", "Bern"]}}
}}

pipeline main(people: File[csv, Person] = "people.csv") -> {{
  inner: Json
  left: Json
  with_city: Json
  without: Json
  parts: List[Int]
  rows: Int
  sampled: Int
  oldest: Json
  summary: Json
}} {{
  t = from_csv(people)
  halves = holdout(t, share: 50%, seed: 1)
  both = concat(halves.train, halves.test)
  pieces = folds(t, count: 2)
  tests = for piece in pieces {{
    piece.test
  }}
  {{
    inner: rows(join(t, cities(), on: ["id"])),
    left: rows(join(t, cities(), on: ["id"], how: "left")),
    with_city: rows(matching(t, cities(), on: ["id"])),
    without: rows(matching(t, cities(), on: ["id"], absent: true)),
    parts: [halves.train.rows, halves.test.rows, both.rows],
    rows: stack(tests).rows,
    sampled: sample(t, rows: 3).rows,
    oldest: sort(t, by: ["age"], descending: true) |> first(rows: 2) |> rows(),
    summary: rows(describe(t)),
  }}
}}
"#
    );
    assert_json_snapshot!(run(&program, &[]).outputs());
}

#[test]
fn predictions_are_judged() {
    let program = r#"import std/metrics

env made {
  packages: ["pyarrow==26.0.1"]
}

task said() -> Table[{ actual: Bool, predicted: Bool, score: Float in 0.0..=1.0 }] {
  env: made
  python:
    return {"actual": [True, True, True, False, False], "predicted": [True, True, False, True, False], "score": [0.9, 0.8, 0.4, 0.4, 0.1]}
}

task measured() -> Table[{ actual: Float, predicted: Float }] {
  env: made
  python:
    return {"actual": [1.0, 2.0, 3.0, 6.0], "predicted": [1.0, 2.0, 4.0, 4.0]}
}

task named() -> Table[{ actual: "cat" | "dog", predicted: "cat" | "dog" }] {
  env: made
  python:
    return {"actual": ["cat", "dog", "dog", "cat"], "predicted": ["cat", "cat", "dog", "cat"]}
}

task counts(t: Table[{ actual: "cat" | "dog", predicted: "cat" | "dog", count: Int }]) -> List[String] {
  env: made
  frame: "pyarrow"
  python:
    return [f"{row['actual']} {row['predicted']} {row['count']}" for row in t.to_pylist()]
}

pipeline main() -> {
  accuracy: Float
  words: Float
  f1: { f1: Float, precision: Float, recall: Float }
  auc: Float
  log_loss: Float
  rmse: Float
  mae: Float
  r2: Float
  confusion: List[String]
} {
  {
    accuracy: metrics.accuracy(said()),
    words: metrics.accuracy(named()),
    f1: metrics.f1(said()),
    auc: metrics.auc(said()),
    log_loss: metrics.log_loss(said()),
    rmse: metrics.rmse(measured()),
    mae: metrics.mae(measured()),
    r2: metrics.r2(measured()),
    confusion: metrics.confusion(named()) |> counts(),
  }
}
"#;
    assert_json_snapshot!(run(program, &[]).outputs());
}

#[test]
fn texts_and_times() {
    let program = r#"import std/text
import std/time

pipeline main(file: File[csv] = "people.csv") -> {
  lines: Int
  words: List[String]
  parts: List[String]
  joined: String
  changed: String
  trimmed: String
  years: List[String]
  written: String
  days: List[Date]
  weekday: Int
  start: Time
  day: Date
  later: Time
  between: Duration
  shown: String
  parsed: Time
  next: Date
  asked: Bool
} {
  content = text.read(file)
  start = time.start_of("2024-03-31", zone: "Europe/Berlin")
  later = time.later(start, by: 23h)
  now = time.now()
  {
    lines: len(text.lines(content)),
    words: text.split("a  b c"),
    parts: text.split("a,b", by: ","),
    joined: text.join(["a", "b"], by: "-"),
    changed: text.upper(text.replace("abc", what: "b", to: "é")),
    trimmed: text.lower(text.trim("  Hi  ")),
    years: text.find(content, "(\\d{4})-"),
    written: text.read(text.write("é\n")),
    days: time.days("2024-02-28", "2024-03-01"),
    weekday: time.weekday("2024-03-31"),
    start: start,
    day: time.day_of(later, zone: "Europe/Berlin"),
    later: later,
    between: time.between(start, later),
    shown: time.format(start, zone: "Europe/Berlin"),
    parsed: time.parse("31.03.2024 12:00", pattern: "%d.%m.%Y %H:%M", zone: "Europe/Berlin"),
    next: time.add_days(time.today(), days: 1),
    asked: now > later,
  }
}
"#;
    let mut outputs = run(program, &[]).outputs().clone();
    // Tomorrow is another day every day.
    assert!(outputs["next"].as_str().is_some_and(|day| day > "2024-03-31"), "{outputs}");
    outputs["next"] = "some day".into();
    assert_json_snapshot!(outputs);
}

/// A server on this machine that answers by `answer`, given what was asked: its first line, its headers and its body.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(usize, &str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let text = read(&stream);
                let mut seen = seen.lock().unwrap();
                let answer = answer(seen.len(), &text);
                seen.push(text);
                drop(seen);
                // Whoever asked may be gone.
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A request with its body.
fn read(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    while reader.read_line(&mut text).unwrap_or(0) > 0 && !text.ends_with("\r\n\r\n") {}
    let length = text.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    text + &String::from_utf8(body).unwrap()
}

fn ok(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

const FETCH: &str = r#"import std/http { as_csv, fetch, get }
import std/text { read }

task header(file: File[csv]) -> String {
  sh:
    head -n 1 "$file" > "$out"
}

pipeline main(url: String, sha256: String?) -> { header: String, all: String, now: String } {
  file = fetch(url, sha256)
  { header: header(as_csv(file)), all: read(file), now: get("${url}?now") }
}
"#;

#[test]
fn a_file_is_fetched_again_from_where_it_stopped() {
    // The first answer fails, the second breaks off, the third goes on.
    let file = |nth: usize, asked: &str| match nth {
        0 => "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".into(),
        1 => "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"one\"\r\nContent-Length: 8\r\n\r\nid,n".into(),
        _ if asked.to_lowercase().contains("range: bytes=4-") && asked.contains("\"one\"") => {
            "HTTP/1.1 206 Partial\r\nConnection: close\r\nETag: \"one\"\r\nContent-Length: 4\r\n\r\n\n1,2".into()
        }
        _ => ok("", "not this"),
    };
    let files = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_, asked| match asked {
        _ if asked.contains("?now") => ok("", "at once"),
        _ => file(files.fetch_add(1, std::sync::atomic::Ordering::SeqCst), asked),
    });
    let project = Project::new(&[("main.pipe", FETCH)]);
    let url = format!("{}/data.csv", server.address);
    // Of "id,n\n1,2".
    let sha256 = "50eaf855c6375807f709232c0e60a6911476e4878c1a2cf67767e9c521dff9f8";
    let run = project.run(&["main.pipe", "--url", &url, "--sha256", sha256]).succeeded();
    assert_json_snapshot!(run.outputs());
    let before = server.asked().len();
    let again = project.run(&["main.pipe", "--url", &url, "--sha256", sha256]).succeeded();
    assert_eq!(again.steps()["main.fetch"], "cached");
    assert_eq!(server.asked().len(), before + 1, "only `get` asks again");
}

#[test]
fn a_file_that_is_another_is_refused() {
    let server = Server::start(|_, _| ok("", "another"));
    let project = Project::new(&[("main.pipe", &FETCH.replace("times: 3, ", ""))]);
    let url = format!("{}/data.csv", server.address);
    let run = project.run(&["main.pipe", "--url", &url, "--sha256", &"0".repeat(64)]);
    let message = run.failure()["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.contains("has the SHA-256") && message.contains(&"0".repeat(64)), "{message}");
}

#[test]
fn people_and_programs_are_told() {
    let server = Server::start(|_, _| ok("", "heard"));
    let program = r#"import std/notify

pipeline main(url: String) -> { answer: String, printed: String } {
  notify.webhook(secret("HOOK"), "auc fell to ${0.5}")
  answer = notify.post("${url}/post", value: { text: "x", parts: [1, 2] })
  printed = notify.command("tr", arguments: ["a-z", "A-Z"], input: "hello")
  { answer, printed }
}
"#;
    let project = Project::new(&[("main.pipe", program)]);
    let mut command = project.command(&["run", "--format", "json", "main.pipe", "--url", &server.address]);
    let run = Run::of(&command.env("HOOK", format!("{}/hook", server.address)).output().unwrap()).succeeded();
    assert_json_snapshot!(run.outputs(), @r#"
    {
      "answer": "heard",
      "printed": "HELLO"
    }
    "#);
    let asked = server.asked();
    let last: Vec<&str> = asked.iter().filter_map(|text| text.rsplit("\r\n").next()).collect();
    assert_eq!(last, [r#"{"text": "auc fell to 0.5"}"#, r#"{"text": "x", "parts": [1, 2]}"#]);
    assert!(asked[0].starts_with("POST /hook ") && asked[1].starts_with("POST /post "), "{asked:?}");
}
