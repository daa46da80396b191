//! What is declared, declared otherwise, or no longer.

use super::{after, pipeline};

#[test]
fn an_unknown_call_becomes_a_task() {
    let text = "pipeline main(n: Int) -> Int {\n  sco‸re(n, by: 2.0)\n}\n";
    assert_eq!(
        after(&[("a.pipe", text)], "declare the task `score`"),
        "task score(n: Int, by: Float) -> Int {\n  python:\n    raise NotImplementedError(n, by)\n}\n\npipeline main(n: Int) -> Int {\n  score(n, by: 2.0)\n}\n"
    );
}

#[test]
fn an_unknown_name_becomes_an_input() {
    assert_eq!(
        pipeline("pipeline main() -> Float {\n  fit(load(), dee‸p).auc\n}\n", "make `deep` an input of the pipeline"),
        "pipeline main(deep: Int) -> Float {\n  fit(load(), deep).auc\n}\n"
    );
}

#[test]
fn an_unknown_type_is_declared() {
    let text = "pipeline main(a: Custo‸mer) -> Int {\n  b = a\n  1\n}\n";
    assert!(
        after(&[("a.pipe", text)], "declare the type `Customer`")
            .starts_with("type Customer = {\n  id: Int\n}\n\npipeline")
    );
}

#[test]
fn unused_things_go() {
    let main = "pipeline main() -> Float {\n  ro‸ws = load()\n  fit(load(), 1).auc\n}\n";
    assert_eq!(pipeline(main, "remove the step"), "pipeline main() -> Float {\n  fit(load(), 1).auc\n}\n");
    assert!(pipeline(main, "call it `_rows`").contains("  _rows = load()"));
    let main = "pipeline main(n‸: Int, m: Int) -> Int {\n  m\n}\n";
    assert_eq!(after(&[("a.pipe", main)], "remove the input"), "pipeline main(m: Int) -> Int {\n  m\n}\n");
    assert_eq!(after(&[("a.pipe", main)], "call it `_n`"), "pipeline main(_n: Int, m: Int) -> Int {\n  m\n}\n");
    let main = "## Nobody.\ntask un‸used() -> Int {\n  sh:\n    echo 1 > $out\n}\n\npipeline main() -> Int {\n  1\n}\n";
    assert_eq!(after(&[("a.pipe", main)], "remove the task"), "pipeline main() -> Int {\n  1\n}\n");
    let main = "pipeline main() -> Float {\n  { auc, be‸st } = fit(load(), 1)\n  auc\n}\n";
    assert!(pipeline(main, "take it out of the braces").contains("  { auc } ="));
}

#[test]
fn a_result_that_nobody_uses_is_declared_or_removed() {
    let main = "pipeline main() {\n  lo‸ad()\n}\n";
    assert_eq!(pipeline(main, "declare it as the pipeline's result"), "pipeline main() -> Table[Row] {\n  load()\n}\n");
    let main = "pipeline main() {\n  lo‸ad()\n  tell(1.0)\n}\n";
    assert_eq!(pipeline(main, "remove it"), "pipeline main() {\n  tell(1.0)\n}\n");
}

#[test]
fn a_returned_field_is_declared() {
    let text = "task f() -> { a: Int } {\n  python:\n    return {\"a\": 1, \"b‸\": 2}\n}\n";
    assert!(after(&[("a.pipe", text)], "declare `b` in the result").starts_with("task f() -> { a: Int, b: Json } {"));
}

#[test]
fn an_unknown_field_is_declared() {
    let text = "task f(it: Json) -> { a: Int } {\n  python:\n    return it\n}\n\npipeline main(it: Json) -> Json {\n  f(it).somethi‸ng\n}\n";
    assert!(
        after(&[("a.pipe", text)], "declare the field `something`")
            .starts_with("task f(it: Json) -> { a: Int, something: Json } {")
    );
}

#[test]
fn a_pipeline_without_its_result_promises_none() {
    let main = "pipeline main() -> Int {\n  tell(1.0)\n  a = 1\n‸}\n";
    assert!(pipeline(main, "promise no result").starts_with("pipeline main() {\n"));
}

#[test]
fn a_task_becomes_an_effect_and_gets_documentation() {
    let text = "task push‸_all() -> Int {\n  sh:\n    echo 1 > $out\n}\n";
    let effect = after(&[("a.pipe", text)], "make it an effect: it changes the world");
    assert!(effect.starts_with("effect push_all() -> Int {"));
    let back = after(&[("a.pipe", &effect.replace("push", "pu‸sh"))], "make it a task: it only computes");
    assert_eq!(back, text.replace('‸', ""));
    assert!(after(&[("a.pipe", text)], "say what it is for").starts_with("## push all.\ntask push_all"));
}

#[test]
fn a_test_is_added() {
    let text = "task dou‸ble(n: Int) -> { twice: Int } {\n  sh:\n    echo $((n * 2)) > $out_twice\n}\n";
    assert!(
        after(&[("a.pipe", text)], "add a test")
            .ends_with("}\n\ntest \"double\" {\n  result = double(n: 0)\n  expect result.twice == 0\n}\n")
    );
}
