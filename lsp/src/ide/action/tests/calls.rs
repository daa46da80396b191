//! Inputs of calls, and how calls are written.

use super::pipeline;

#[test]
fn missing_inputs_are_added_from_what_is_in_scope() {
    assert_eq!(
        pipeline("pipeline main(depth: Int) -> Float {\n  rows = load()\n  f‸it().auc\n}\n", "add the missing inputs"),
        "pipeline main(depth: Int) -> Float {\n  rows = load()\n  fit(rows: rows, depth: depth).auc\n}\n"
    );
    assert_eq!(
        pipeline("pipeline main() -> Float {\n  f‸it(load()).auc\n}\n", "add the missing input"),
        "pipeline main() -> Float {\n  fit(load(), depth: 0).auc\n}\n"
    );
}

#[test]
fn surplus_inputs_are_removed() {
    for call in
        ["fit(load(), 1, \"b\", ‸4)", "fit(load(), 1, deep‸er: 4, plan: \"b\")", "fit(load(), 1, \"b\", rows: lo‸ad())"]
    {
        let text = format!("pipeline main() -> Float {{\n  {call}.auc\n}}\n");
        assert!(pipeline(&text, "remove the input").contains("fit(load(), 1, "), "{call}");
    }
}

#[test]
fn inputs_are_given_by_name_and_by_place() {
    let by_place = "pipeline main() -> Float {\n  load() |> fit(1, \"b\")\n}\n".replace("\"b\")", "\"b\").auc");
    let by_name = by_place.replace("fit(1, \"b\")", "fit(depth: 1, plan: \"b\")");
    let call = "pipeline main() -> Float {\n  m = load() |> fit(1‸, \"b\")\n  m.auc\n}\n";
    let named = "pipeline main() -> Float {\n  m = load() |> fit(depth: 1, plan: \"b\")\n  m.auc\n}\n";
    assert_eq!(pipeline(call, "give the inputs by name"), named);
    assert_eq!(pipeline(&named.replace("depth: 1", "depth: ‸1"), "give the inputs by place"), call.replace('‸', ""));
    assert_ne!(by_place, by_name);
}

#[test]
fn many_where_one_is_wanted_becomes_a_for() {
    let main = "pipeline main(tables: List[Table[Row]]) -> List[{ auc: Float }] {\n  fit(tab‸les, 1)\n}\n";
    assert_eq!(
        pipeline(main, "do it for each of the list"),
        "pipeline main(tables: List[Table[Row]]) -> List[{ auc: Float }] {\n  for table in tables {\n    fit(table, 1)\n  }\n}\n"
    );
}

#[test]
fn none_gets_something_instead() {
    let main = "pipeline main() {\n  m = fit(load(), 1)\n  tell(m.be‸st)\n}\n";
    assert!(pipeline(main, "use `0.0` instead of `none`").contains("tell(m.best ?? 0.0)"));
}

#[test]
fn calls_and_pipes_are_the_same() {
    let call = "pipeline main() -> Float {\n  m = fit‸(load(), 4)\n  m.auc\n}\n";
    let pipe = "pipeline main() -> Float {\n  m = load() |> fit(4)\n  m.auc\n}\n";
    assert_eq!(pipeline(call, "write it with `|>`"), pipe);
    assert_eq!(pipeline(&pipe.replace("|> fit", "‸|> fit"), "write it without `|>`"), call.replace('‸', ""));
}
