//! The Python module that type checkers are given for a `.pipe` file.

use standpipe_compiler::{MemoryWorld, analyse, stubs};
use standpipe_syntax::FileId;

const PIPE: &str = r#"
type Plan = "free" | "pro"

type Customer = { id: Int, plan: Plan, age: Int?, class: String }

artifact Model: joblib

task fit(
  rows: Table[Customer],
  one: Customer,
  plans: List[Plan],
  raw: File[csv],
  at: Time?,
  weights: Map[Float],
) -> { model: Model, auc: Float, note: String? } {
  frame: "polars"
  python:
    report(auc=1)
    text = """
    two lines
    """
    return {"model": one.id, "auc": 0.5, "note": text}
}

task count(rows: Table[Customer], model: Model) -> Int {
  python:
    return len(rows)
}

task known(customers: List[Customer], days: List[Date]) -> List[Float] {
  python: "tools/score.py:Scorer.score"
}

effect tell(text: String) {
  sh:
    echo "$text"
}
"#;

#[test]
fn a_module_of_typed_functions() {
    let python = "class Scorer:\n    def score(customers, days):\n        return []\n";
    let world = MemoryWorld::new().with("a.pipe", PIPE).with("tools/score.py", python);
    let text = stubs(&analyse(&world, "a.pipe"), FileId(0)).expect("it has Python");
    insta::assert_snapshot!(text);
}

#[test]
fn a_file_without_python_has_none() {
    let world = MemoryWorld::new().with("a.pipe", "pipeline main() -> Int {\n  1\n}\n");
    assert_eq!(stubs(&analyse(&world, "a.pipe"), FileId(0)), None);
}
