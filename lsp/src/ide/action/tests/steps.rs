//! Names, fields and arms inside a pipeline; what is taken out of it and put back.

use super::{after, offered, pipeline};
use crate::ide::testing::Editor;

#[test]
fn names_are_mended() {
    assert!(pipeline("pipeline main() -> Float {\n  fti‸(load(), 1).auc\n}\n", "rename to `fit`").contains("  fit("));
    assert!(
        pipeline("pipeline main() -> Float {\n  fit(load(), dept‸: 1).auc\n}\n", "rename to `depth`")
            .contains("depth: 1")
    );
    assert!(pipeline("pipeline main() -> Float {\n  fit(load(), 1).au‸k\n}\n", "rename to `auc`").contains(".auc"));
}

#[test]
fn missing_fields_are_added() {
    let main = "pipeline main(auc: Float) -> { auc: Float, rows: Int, note: String } {\n  {‸ rows: 1 }\n}\n";
    assert!(after(&[("a.pipe", main)], "add the missing fields").contains("{ rows: 1, auc, note: \"\" }"));
}

#[test]
fn a_value_becomes_a_task() {
    let main = "pipeline main(share: Float) -> Float {\n  m = fit(load(), 1)\n  score = ‸m.auc * (1.0 - share) + (m.best ?? 0.5)‸\n  score\n}\n";
    assert_eq!(
        pipeline(main, "make it the task `compute_score`"),
        "task compute_score(m: { auc: Float, best: Float? }, share: Float) -> Float {\n  python:\n    return m[\"auc\"] * (1.0 - share) + ((0.5 if m[\"best\"] is None else m[\"best\"]))\n}\n\npipeline main(share: Float) -> Float {\n  m = fit(load(), 1)\n  score = compute_score(m, share)\n  score\n}\n"
    );
    let main = "pipeline main(n: Int) -> String {\n  ‸if n > 3 and not (n == 7) { \"many\" } else { \"few\" }‸\n}\n";
    assert!(
        after(&[("a.pipe", main)], "make it the task `compute_value`")
            .contains("return (\"many\" if n > 3 and not (n == 7) else \"few\")")
    );
    // A step cannot be called from Python, and what is not computed is no task.
    for selected in ["twice(n) + 1", "n", "1 + 2"] {
        let text = format!(
            "task twice(n: Int) -> Int {{\n  sh:\n    echo $n > $out\n}}\n\npipeline main(n: Int) -> Int {{\n  a = ‸{selected}‸\n  a + twice(n)\n}}\n"
        );
        let titles: Vec<String> = offered(&Editor::with(&text)).into_iter().map(|action| action.title).collect();
        assert!(titles.iter().all(|title| !title.contains("the task `compute")), "{selected}: {titles:?}");
    }
}

#[test]
fn types_consts_steps_and_pipelines_are_extracted() {
    let text = "task f(row: {‸ a: Int }) -> Int {\n  sh:\n    echo 1 > $out # $row\n}\n";
    assert_eq!(
        after(&[("a.pipe", text)], "make it the type `Row`"),
        "type Row = { a: Int }\n\ntask f(row: Row) -> Int {\n  sh:\n    echo 1 > $out # $row\n}\n"
    );
    let main = "pipeline main() -> Float {\n  fit(load(), depth: ‸4).auc\n}\n";
    assert_eq!(
        pipeline(main, "make it the const `most_depth`"),
        "const most_depth: Int = 4\n\npipeline main() -> Float {\n  fit(load(), depth: most_depth).auc\n}\n"
    );
    let main = "pipeline main() -> Float {\n  fit(lo‸ad(), 4).auc\n}\n";
    assert_eq!(
        pipeline(main, "give it the name `load_result`"),
        "pipeline main() -> Float {\n  load_result = load()\n  fit(load_result, 4).auc\n}\n"
    );
    let main = "pipeline main(n: Int) -> Float {\n  ‸rows = load()\n  model = fit(rows, n)\n‸  model.auc\n}\n";
    let main = main.replace("model = fit(rows, n)\n‸", "model = fit(rows, n)‸\n");
    assert_eq!(
        pipeline(&main, "make it the pipeline `part`"),
        "pipeline part(n: Int) -> { auc: Float, best: Float? } {\n  rows = load()\n  model = fit(rows, n)\n  model\n}\n\npipeline main(n: Int) -> Float {\n  model = part(n)\n  model.auc\n}\n"
    );
}

#[test]
fn a_step_is_put_where_it_is_read() {
    let main = "pipeline main() -> Float {\n  ro‸ws = load()\n  fit(rows, 4).auc\n}\n";
    assert_eq!(pipeline(main, "put `rows` where it is read"), "pipeline main() -> Float {\n  fit(load(), 4).auc\n}\n");
}

#[test]
fn the_same_is_written_otherwise() {
    let text = "pipeline main(a: Int) -> { a: Int } {\n  { ‸a }\n}\n";
    let long = after(&[("a.pipe", text)], "write the field out");
    assert_eq!(long, "pipeline main(a: Int) -> { a: Int } {\n  { a: a }\n}\n");
    assert_eq!(
        after(&[("a.pipe", &long.replace("{ a: a", "{ ‸a: a"))], "write the field short"),
        text.replace('‸', "")
    );
    let text =
        "pipeline main(a: Int) {\n  if a <‸ 2 {\n    b(a)\n  }\n}\n\neffect b(a: Int) {\n  sh:\n    echo $a\n}\n";
    assert!(after(&[("a.pipe", text)], "swap the sides").contains("if 2 > a {"));
    assert!(after(&[("a.pipe", text)], "add `else`").contains("  } else {\n  }\n"));
    let text = "pipeline main() -> List[Int] {\n  for n in ‸1..9 {\n    n\n  }\n}\n";
    assert!(after(&[("a.pipe", text)], "limit how many run at once").contains("for n in 1..9 limit 4 {"));
}

#[test]
fn slips_of_the_language_are_mended() {
    let text = "task f(n: Int in 0..‸.6) -> Int {\n  timeout: 20\n  memory: 512\n  sh:\n    echo $n > $out\n}\n";
    let only = |from: &str, to: &str, mended: &[(&str, &str)]| {
        let mut text = text.replace('‸', "").replace(from, to);
        for (from, to) in mended {
            text = text.replace(from, to);
        }
        text
    };
    let range = [("20", "20s"), ("512", "512MiB")];
    for (title, wanted) in [("write `..`", "0..6"), ("write `..=`", "0..=6")] {
        let new = after(&[("a.pipe", &only("0...6", "0..‸.6", &range))], title);
        assert!(new.starts_with(&format!("task f(n: Int in {wanted}) -> Int")), "{new}");
    }
    for unit in ["s", "m", "h"] {
        let text = only(": 20", ": 20‸", &[("0...6", "0..6"), ("512", "512MiB")]);
        let new = after(&[("a.pipe", &text)], &format!("write `20{unit}`"));
        assert!(new.contains(&format!("  timeout: 20{unit}\n")), "{new}");
    }
    let text = only(": 512", ": 512‸", &[("0...6", "0..6"), ("20", "20s")]);
    assert!(after(&[("a.pipe", &text)], "write `512MiB`").contains("  memory: 512MiB\n"));
    let all = after(&[("a.pipe", text.as_str())], "repair all of the file");
    assert!(all.contains("  memory: 512MiB\n"), "{all}");
    for word in ["els", "default", "_"] {
        let text =
            format!("pipeline main(n: Int) -> Int {{\n  match n {{\n    1 {{ 2 }}\n    ‸{word} {{ n }}\n  }}\n}}\n");
        assert!(after(&[("a.pipe", &text)], "write `else`").contains("    else { n }\n"));
    }
}

#[test]
fn missing_cases_are_added() {
    let text = "effect tell(what: String) {\n  sh:\n    echo $what\n}\n\npipeline main(plan: \"a\" | \"b\") {\n  ma‸tch plan {\n    \"a\" { tell(plan) }\n  }\n}\n";
    assert!(after(&[("a.pipe", text)], "add an arm that does nothing").contains("\"b\" {}"));
}
