//! The same program gives the same plan, to the byte: however folders are listed, whatever order its declarations stand
//! in, and however it is laid out and its locals are called, as far as cache keys are made of it.

use standpipe_compiler::{FileKind, MemoryWorld, ReadError, World, analyse, compile};
use standpipe_plan::{Expr, NodeId, NodeKind, Plan, Region, encode};

const MAIN: &str = r#"
import "./parts/tasks.pipe" { clean, fit, publish }
import "./parts/shared.pipe" as shared
import std/table { holdout }

pipeline main(raw: File[csv] = "data/x.csv", most: Int = 4) -> Float {
  rows = clean(raw, shared.keep)
  parts = holdout(rows, share: 20%)
  models = for depth in 1..=most {
    match depth {
      1 { fit(parts.train, 1) }
      else { try fit(parts.train, depth) ?? fit(parts.train, 1) }
    }
  }
  best = loop model = max_by(models, "auc") limit 3 until model.auc > 0.9 {
    fit(parts.test, model.depth + 1)
  }
  publish(best.auc)
  best.auc
}
"#;

const TASKS: &str = r#"
type Row = { id: Int }

task clean(raw: File[csv], keep: Float) -> Table[Row] {
  sh:
    head -n "$keep" "$raw" > "$out"
}

task fit(rows: Table[Row], depth: Int) -> { auc: Float, depth: Int } {
  sh:
    wc -l "$rows" > "$out_auc"
    printf "$depth" > "$out_depth"
}

effect publish(auc: Float) {
  sh:
    echo "$auc"
}
"#;

fn world(main: &str, tasks: &str) -> MemoryWorld {
    MemoryWorld::new()
        .with("a/main.pipe", main)
        .with("a/parts/tasks.pipe", tasks)
        .with("a/parts/shared.pipe", "const keep = 0.5\n")
        .with("a/data/x.csv", "id\n1\n")
}

/// Lists folders in another order each time.
struct Shuffled {
    files: MemoryWorld,
    turn: usize,
}

impl World for Shuffled {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.read(path)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.files.kind(path)
    }

    fn list(&self, path: &str) -> Vec<String> {
        let mut names = self.files.list(path);
        if !names.is_empty() {
            let length = names.len();
            names.rotate_left(self.turn % length);
            if self.turn.is_multiple_of(2) {
                names.reverse();
            }
        }
        names
    }
}

fn plan(world: &dyn World) -> Plan {
    let analysis = analyse(world, "a/main.pipe");
    assert!(!analysis.has_errors(), "{:#?}", analysis.diagnostics);
    let info = analysis.pipelines().into_iter().find(|info| info.name == "main").expect("there is a `main`");
    compile(world, &analysis, info.decl).plan.expect("it compiles")
}

#[test]
fn a_hundred_builds_give_one_plan() {
    let first = encode(&plan(&world(MAIN, TASKS)));
    for turn in 0..100 {
        // On another thread each time, so that no state of one is of use to the next.
        let again = std::thread::spawn(move || encode(&plan(&Shuffled { files: world(MAIN, TASKS), turn })));
        assert_eq!(again.join().expect("it compiles"), first, "build {turn}");
    }
}

/// What the keys of steps are made of: bodies, environments, signatures and inputs, in the order of the plan.
fn keys(plan: &Plan) -> Vec<String> {
    fn region(plan: &Plan, region_: &Region, keys: &mut Vec<String>) {
        for node in &region_.nodes {
            if let NodeKind::Step(step) = &node.kind {
                let task = &plan.tasks[step.task.0 as usize];
                let body = match &task.body {
                    standpipe_plan::Body::Python { text, .. }
                    | standpipe_plan::Body::Shell { text, .. }
                    | standpipe_plan::Body::Sql { text, .. } => text.clone(),
                    standpipe_plan::Body::PythonFunction { module, function, .. } => format!("{module}:{function}"),
                };
                let environment = task.environment.map(|id| &plan.environments[id.0 as usize]);
                let inputs: Vec<String> = step
                    .inputs
                    .iter()
                    .map(|input| format!("{}: {} = {}", input.name, input.shape, shown(&input.value)))
                    .collect();
                keys.push(format!("{body:?} {environment:?} {} {inputs:?}", step.output));
            }
            node.kind.regions().for_each(|inner| region(plan, inner, keys));
        }
    }
    fn shown(expr: &Expr) -> String {
        expr.show(&|id: NodeId| format!("%{}", id.0))
    }
    let mut all = Vec::new();
    region(plan, &plan.root, &mut all);
    all
}

#[test]
fn names_places_and_layout_are_no_part_of_keys() {
    let first = keys(&plan(&world(MAIN, TASKS)));
    assert_eq!(first.len(), 7, "{first:#?}");
    let renamed = MAIN.replace("parts", "split").replace("./split/", "./parts/").replace("models", "all");
    let renamed = renamed.replace("model.", "m.").replace("model =", "m =").replace("depth in", "n in");
    let renamed = renamed.replace("match depth", "match n").replace("train, depth)", "train, n)");
    let laid_out = MAIN
        .replace("  rows = clean", "\n\n  # Only what counts.\n  rows =\n    clean")
        .replace(", share", ",\n    share");
    let mut moved: Vec<&str> = TASKS.split("\n\n").collect();
    moved.reverse();
    for (what, main, tasks) in [
        ("renamed", renamed.as_str(), TASKS.to_owned()),
        ("laid out", laid_out.as_str(), TASKS.to_owned()),
        ("moved", MAIN, format!("{}\n", moved.join("\n\n"))),
    ] {
        assert!(main != MAIN || tasks != TASKS, "{what}: nothing is changed");
        assert_eq!(keys(&plan(&world(main, &tasks))), first, "{what}");
    }
}
