//! A plan is the same to the byte wherever, whenever and in whatever language the machine speaks it is built.

use std::path::Path;
use std::process::Command;

use crate::project::Project;

const MAIN: &str = r#"
import "./parts" as parts
import std/table { first, from_csv }

type Order = { id: Int, amount: Float }

pipeline main(orders: File[csv, Order] = "orders.csv", since: Date = "2026-01-31") -> { few: Table[Order], sums: List[Float] } {
  rows = from_csv(orders)
  sums = for share in [0.5, 1.5] { parts.total(rows, share) + parts.offset(since) }
  { few: first(rows, rows: 2), sums }
}

schedule nightly {
  run: main()
  cron: "30 2 * * *"
  timezone: "Europe/Berlin"
}
"#;

/// In the order in which they are written: folders list them so, or not.
const FILES: [(&str, &str); 4] = [
    ("orders.csv", "id,amount\n1,2.5\n2,3.5\n"),
    (
        "parts/total.pipe",
        "import \"./row.pipe\" { Amount }\n\ntask total(rows: Table[Amount], share: Float) -> Float {\n  python:\n    return float(rows[\"amount\"].sum() * share)\n}\n",
    ),
    ("parts/row.pipe", "type Amount = { amount: Float }\n"),
    ("parts/offset.pipe", "task offset(since: Date) -> Float {\n  python:\n    return float(since.day)\n}\n"),
];

const ZONES: [&str; 4] = ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"];
const LANGUAGES: [&str; 4] = ["C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8"];

/// Builds the plan in a new folder, in another order, zone, language and current folder each turn.
fn build(turn: usize) -> Vec<u8> {
    let project = Project::new(&[]);
    for index in 0..FILES.len() {
        let (name, text) = FILES[(index * 3 + turn) % FILES.len()];
        project.write(name, text);
    }
    project.write("main.pipe", MAIN);
    let out = project.path("out.plan");
    let main = project.path("main.pipe");
    let (here, file): (&Path, &Path) = match turn % 3 {
        0 => (project.root(), Path::new("main.pipe")),
        1 => (&project.path("parts"), Path::new("../main.pipe")),
        _ => (Path::new("/"), &main),
    };
    let mut command: Command = project.command(&["build", "-q"]);
    command.arg(file).arg("-o").arg(&out).current_dir(here);
    command.env("TZ", ZONES[turn % 4]).env("LC_ALL", LANGUAGES[(turn / 4) % 4]).env("LANG", LANGUAGES[turn % 4]);
    command.env("COLUMNS", (60 + turn).to_string());
    let output = command.output().unwrap();
    assert!(output.status.success(), "build {turn}: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(out).unwrap()
}

#[test]
fn a_hundred_builds_elsewhere_give_one_plan() {
    let first = build(0);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let first = &first;
            scope.spawn(move || {
                for turn in (1 + worker..100).step_by(4) {
                    assert!(build(turn) == *first, "build {turn} gives another plan");
                }
            });
        }
    });
}
