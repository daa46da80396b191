//! From source to plan: what the graph is before and after the passes, and what only shows there.

use standpipe_compiler::{Compiled, MemoryWorld, analyse, compile, view};
use standpipe_plan::{Expr, NodeKind, Plan, Value, decode, encode};

/// Two tasks, a pipeline that others call, and an effect.
const TASKS: &str = r#"
task clean(raw: File[csv], keep: Float = 0.5) -> Table[{ id: Int }] {
  sh:
    cp "$raw" "$out"
}

task fit(rows: Table[{ id: Int }], depth: Int) -> { name: String, auc: Float } {
  memory: 1GiB * attempt
  cpu: 2
  retry: { times: 2, backoff: 1s..30s }
  sh:
    printf model > "$out_name"
    printf 0.5 > "$out_auc"
}

effect publish(name: String, to: String? = none) {
  sh:
    echo "$name"
}

pipeline best(rows: Table[{ id: Int }], most: Int) -> { name: String, auc: Float } {
  models = for depth in 2..=most { fit(rows, depth) }
  max_by(models, "auc")
}
"#;

fn compiled(pipeline: &str) -> Compiled {
    let source = format!("{TASKS}\n{pipeline}");
    let world = MemoryWorld::new().with("a/train.pipe", source).with("a/data/x.csv", "id\n1\n");
    let analysis = analyse(&world, "a/train.pipe");
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let info = analysis.pipelines().into_iter().find(|info| info.name == "main").expect("there is a `main`");
    compile(&world, &analysis, info.decl)
}

fn plan(pipeline: &str) -> Plan {
    let plan = compiled(pipeline).plan.expect("it compiles");
    assert_eq!(decode(encode(&plan).as_bytes()).as_ref(), Ok(&plan));
    plan
}

/// The source, the graph before and after the passes, and what they say.
fn stages(pipeline: &str) -> String {
    let compiled = compiled(pipeline);
    let said =
        compiled.passes.iter().flat_map(|pass| pass.what.iter().map(move |what| format!("{}: {what}\n", pass.name)));
    format!("{pipeline}\n---\n{}---\n{}---\n{}", compiled.lowered, said.collect::<String>(), compiled.optimised)
}

#[test]
fn pipelines_are_inlined_and_defaults_filled_in() {
    insta::assert_snapshot!(stages(
        r#"pipeline main(raw: File[csv] = "data/x.csv", most: Int = 4) -> String {
  rows = clean(raw) |> clean_again()
  found = best(rows, most)
  publish(found.name)
  found.name
}

pipeline clean_again(rows: Table[{ id: Int }]) -> Table[{ id: Int }] {
  again = clean("data/x.csv", keep: 1)
  if again.rows > rows.rows { again } else { rows }
}
"#
    ));
}

#[test]
fn steps_in_branches_are_regions_and_pure_choices_are_not() {
    insta::assert_snapshot!(stages(
        r#"pipeline main(raw: File[csv], deep: Bool, name: String?) -> String {
  rows = clean(raw)
  depth = if deep { 8 } else if rows.rows > 10 { 4 } else { 2 }
  model = if deep { fit(rows, depth) } else { fit(rows, 1) }
  label = name ?? fit(rows, 3).name
  short = name ?? "none"
  if model.auc > 0.5 and deep {
    publish("${label} ${short}")
    publish(label, to: "archive")
  }
  label
}
"#
    ));
}

#[test]
fn what_is_known_is_folded_shared_hoisted_and_dropped() {
    insta::assert_snapshot!(stages(
        r#"const depths: List[Int] = [2, 4]

pipeline main(raw: File[csv]) -> List[Float] {
  unused = fit(clean(raw), 1)
  models = for depth in depths {
    rows = clean(raw)
    if depth > 0 and 1 + 1 == 2 { fit(rows, depth).auc } else { 0.0 }
  }
  again = clean(raw)
  if 2 > 1 { publish("yes ${again.rows}") } else { publish("no") }
  models
}
"#
    ));
}

#[test]
fn names_of_steps_are_unique_along_a_path() {
    let plan = plan(
        r#"pipeline main(raw: File[csv]) -> Int {
  rows = clean(raw)
  a = best(rows, 3)
  b = best(rows, 4)
  c = for x in 0..2 { for y in 0..3 { fit(rows, x + y) } }
  if a.auc > b.auc { publish(a.name) } else { publish(b.name) }
  len(c)
}
"#,
    );
    let paths: Vec<_> = view::tree(&plan).into_iter().map(|line| format!("{} {}", line.kind, line.path)).collect();
    insta::assert_snapshot!(paths.join("\n"));
}

#[test]
fn a_million_items_are_one_node() {
    let source = "pipeline main(raw: File[csv]) -> Int {\n  rows = clean(raw)\n  all = for n in 0..1000000 limit 8 { fit(rows, n) }\n  len(all)\n}\n";
    let plan = plan(source);
    assert!(encode(&plan).len() < 4_000, "{}", encode(&plan).len());
    assert!(
        plan.root
            .nodes
            .iter()
            .any(|node| matches!(&node.kind, NodeKind::For { limit: Some(Expr::Const(Value::Int(8))), .. }))
    );
}

#[test]
fn settings_are_expressions_over_inputs_and_constants() {
    let plan = plan("pipeline main(raw: File[csv]) -> Float {\n  fit(clean(raw), 3).auc\n}\n");
    let fit = plan.tasks.iter().find(|task| task.name == "fit").expect("it is called");
    assert_eq!(fit.settings.cpu, Some(Expr::Const(Value::Float(2.0))));
    let show = |expr: &Option<Expr>| expr.as_ref().map(|expr| expr.show(&|_| String::new()));
    assert_eq!(show(&fit.settings.memory).as_deref(), Some("1GiB * attempt"));
    assert_eq!((fit.settings.retry.times, fit.settings.retry.backoff_max), (2, 30_000_000_000));
    assert_eq!(plan.tasks.len(), 2, "`publish` is not called, so it is not in the plan");
}

#[test]
fn long_chains_and_deep_nests_stay_within_what_a_plan_may_nest() {
    let sum = ["x"; 150].join(" + ");
    let depth = 60;
    let nest = format!("{}x{}", "{ a: ".repeat(depth), " }".repeat(depth));
    let unnest = ".a".repeat(depth);
    let lists = format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
    let branches = (0..35).fold("x".to_owned(), |inner, n| format!("if x > {n} {{ {inner} }} else {{ {n} }}"));
    let chain: String = (0..90).map(|n| format!("if x == {n} {{ {n} }} else ")).collect();
    let plan = plan(&format!(
        "pipeline main(x: Int) -> Int {{\n  y = {sum}\n  z = {nest}\n  w = {lists}\n  v = {branches}\n  u = {chain}{{ 0 }}\n  y + z{unnest} + len(w) + v + u\n}}\n"
    ));
    assert_eq!(plan.params.len(), 1);
}

#[test]
fn ten_thousand_statements_are_no_trouble() {
    let mut source = String::from(
        "task one(x: Int) -> Int {\n  sh:\n    printf '%s' \"$x\" > \"$out\"\n}\n\npipeline main() -> Int {\n  x0 = one(0)\n",
    );
    for n in 1..10_000 {
        source.push_str(&format!("  x{n} = one(x{} + 1)\n", n - 1));
    }
    source.push_str("  x9999\n}\n");
    let world = MemoryWorld::new().with("p.pipe", source);
    let analysis = analyse(&world, "p.pipe");
    let compiled = compile(&world, &analysis, analysis.pipelines()[0].decl);
    assert_eq!(compiled.plan.map(|plan| plan.root.nodes.len()), Some(10_000));
}
