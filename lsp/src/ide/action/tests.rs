//! Each action as an editor meets it: the text before with the cursor, the title, and the text after, which compiles.

use tower_lsp::ls_types::{CodeAction, CodeActionContext, CodeActionOrCommand, WorkspaceEdit};

use super::actions;
use crate::ide::testing::Editor;

fn offered(editor: &Editor) -> Vec<CodeAction> {
    let found = actions(&editor.snapshot, &editor.uri, editor.selected(), &CodeActionContext::default()).unwrap();
    found
        .into_iter()
        .map(|action| match action {
            CodeActionOrCommand::CodeAction(action) => action,
            CodeActionOrCommand::Command(_) => unreachable!("all actions are edits"),
        })
        .collect()
}

fn errors(editor: &Editor) -> Vec<String> {
    let file = editor.snapshot.file(&editor.uri).unwrap();
    let found = file.analysis.diagnostics.iter().filter(|found| found.is_error());
    found.map(|found| format!("{} {}", found.code, found.message)).collect()
}

/// The whole text after the action of that title, which must compile.
fn after(files: &[(&str, &str)], title: &str) -> String {
    let editor = Editor::among(files);
    let found = offered(&editor);
    let titles: Vec<&str> = found.iter().map(|action| action.title.as_str()).collect();
    let action = found.iter().find(|action| action.title == title).unwrap_or_else(|| panic!("{title:?} of {titles:?}"));
    let edit: &WorkspaceEdit = action.edit.as_ref().unwrap();
    let text = editor.file_after(files[0].0, edit);
    let mut mended: Vec<(&str, &str)> = files.to_vec();
    mended[0].1 = &text;
    assert_eq!(errors(&Editor::among(&mended)), Vec::<String>::new(), "after {title:?}:\n{text}");
    if let Some(repaired) = action.diagnostics.as_ref().and_then(|found| found.first()) {
        let mended = Editor::among(&mended);
        let left = mended.snapshot.file(&mended.uri).unwrap();
        let same = left
            .analysis
            .diagnostics
            .iter()
            .filter(|found| repaired.message.starts_with(&found.message) && mended.uri == editor.uri);
        assert_eq!(same.count(), 0, "{title:?} repairs {:?}:\n{text}", repaired.message);
    }
    text
}

const TASKS: &str = "type Row = { id: Int, score: Float? }\n\nenv ml {\n  packages: [\"pandas==2.2.3\"]\n}\n\ntask load(path: String = \"x\") -> Table[Row] {\n  env: ml\n  python:\n    import pandas as pd\n    return pd.read_csv(path)\n}\n\ntask fit(rows: Table[Row], depth: Int, plan: \"a\" | \"b\" = \"a\") -> { auc: Float, best: Float? } {\n  python:\n    return {\"auc\": 1.0 * depth, \"best\": rows, \"x\": plan}\n}\n\neffect tell(what: Float) {\n  sh:\n    echo \"$what\"\n}\n\n";

/// What becomes of the pipeline below [`TASKS`].
fn pipeline(body: &str, title: &str) -> String {
    let text = TASKS.replace(", \"x\": plan", "").replace("depth, \"best\"", "depth + len(plan), \"best\"") + body;
    let after = after(&[("a.pipe", &text)], title);
    // The declarations before it are not what is looked at, unless something new stands among them.
    after.split_once("    echo \"$what\"\n}\n\n").map_or(after.clone(), |(_, rest)| rest.to_owned())
}

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
fn an_unknown_name_is_imported() {
    let text = "pipeline main() -> Int {\n  tw‸ice(1)\n}\n";
    let lib = "task twice(n: Int) -> Int {\n  sh:\n    echo $n > $out\n}\n";
    assert_eq!(
        after(&[("a.pipe", text), ("lib.pipe", lib)], "import `twice` from `./lib.pipe`"),
        "import \"./lib.pipe\" { twice }\n\npipeline main() -> Int {\n  twice(1)\n}\n"
    );
    let text = "pipeline main(t: Table[{ a: Int }]) -> Int {\n  fir‸st(t, rows: 1).rows\n}\n";
    assert!(
        after(&[("a.pipe", text)], "import it from `std/table`").starts_with("import std/table { first }\n\npipeline")
    );
}

#[test]
fn an_unknown_type_is_imported() {
    let text = "pipeline main(rows: Table[R‸ow]) -> Int {\n  rows.rows\n}\n";
    let lib = "type Row = {\n  id: Int\n}\n";
    assert_eq!(
        after(&[("a.pipe", text), ("lib.pipe", lib)], "import `Row` from `./lib.pipe`"),
        "import \"./lib.pipe\" { Row }\n\npipeline main(rows: Table[Row]) -> Int {\n  rows.rows\n}\n"
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
fn names_are_mended() {
    assert!(pipeline("pipeline main() -> Float {\n  fti‸(load(), 1).auc\n}\n", "rename to `fit`").contains("  fit("));
    assert!(
        pipeline("pipeline main() -> Float {\n  fit(load(), dept‸: 1).auc\n}\n", "rename to `depth`")
            .contains("depth: 1")
    );
    assert!(pipeline("pipeline main() -> Float {\n  fit(load(), 1).au‸k\n}\n", "rename to `auc`").contains(".auc"));
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
fn missing_fields_are_added() {
    let main = "pipeline main(auc: Float) -> { auc: Float, rows: Int, note: String } {\n  {‸ rows: 1 }\n}\n";
    assert!(after(&[("a.pipe", main)], "add the missing fields").contains("{ rows: 1, auc, note: \"\" }"));
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
fn bodies_are_added_and_removed() {
    let text = "task f‸(n: Int) -> Int {\n  cpu: 1\n}\n";
    assert_eq!(
        after(&[("a.pipe", text)], "add a body in Python"),
        "task f(n: Int) -> Int {\n  cpu: 1\n  python:\n    raise NotImplementedError(n)\n}\n"
    );
    let text = "task f() -> Int {\n  sh:\n    echo 1 > $out\n  pyth‸on:\n    return 1\n}\n";
    assert_eq!(
        after(&[("a.pipe", text)], "remove the second body"),
        "task f() -> Int {\n  sh:\n    echo 1 > $out\n}\n"
    );
}

#[test]
fn a_body_moves_into_a_file_and_back() {
    let text = "task f(n: Int) -> Int {\n  python:\n    m = ‸n + 1\n\n    return m\n}\n";
    let editor = Editor::with(text);
    let found = offered(&editor);
    let action = found.iter().find(|action| action.title == "move the body into `f.py`").unwrap();
    let texts = super::body::texts(action.edit.as_ref().unwrap());
    let python = &texts["file:///w/f.py"][0].new_text;
    assert_eq!(python, "def f(n):\n    m = n + 1\n\n    return m\n");
    let pipe = editor.after(&texts["file:///w/a.pipe"]);
    assert_eq!(pipe, "task f(n: Int) -> Int {\n  python: \"f.py:f\"\n}\n");
    let files = [("a.pipe", pipe.replace("python: ", "python: ‸")), ("f.py", python.clone())];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(errors(&Editor::among(&files)), Vec::<String>::new());
    assert_eq!(after(&files, "write the body of `f.py` here"), text.replace('‸', ""));
}

#[test]
fn attributes_are_removed_and_set() {
    let text = "task f() -> Int {\n  speed‸: 4\n  sh:\n    echo 1 > $out\n}\n";
    assert!(after(&[("a.pipe", text)], "remove `speed`").starts_with("task f() -> Int {\n  sh:"));
    let text = "task f() -> Int {\n  cpu: 1\n  cp‸u: 2\n  sh:\n    echo 1 > $out\n}\n";
    assert!(after(&[("a.pipe", text)], "remove `cpu`").starts_with("task f() -> Int {\n  cpu: 1\n  sh:"));
    for (name, line) in
        [("memory", "memory: 2GiB"), ("timeout", "timeout: 10m"), ("retry", "retry: { times: 2, backoff: 1s..30s }")]
    {
        let text = "task ‸f() -> Int {\n  sh:\n    echo 1 > $out\n}\n";
        let new = after(&[("a.pipe", text)], &format!("set `{name}`"));
        assert!(new.starts_with(&format!("task f() -> Int {{\n  {line}\n  sh:")), "{new}");
    }
    let text = "effect f() {\n  ret‸ry: 2\n  sh:\n    echo 1\n}\n";
    assert!(!after(&[("a.pipe", text)], "remove `retry`").contains("retry"));
}

#[test]
fn packages_get_versions() {
    let text = "env ml {\n  packages: [\"pan‸das\", \"numpy==2.1.0\"]\n}\n";
    let lock = "# made\n[[env]]\npackages = [\n  \"numpy==2.1.0\",\n  \"pandas==2.2.3\",\n]\n";
    assert!(after(&[("a.pipe", text), ("standpipe.lock", lock)], "take version 2.2.3").contains("\"pandas==2.2.3\""));
    let text = "env ml {\n  packages: [\"numpy==2.1.0\"]\n}\n\ntask f() -> Int {\n  env: ml\n  python:\n    import sklea‸rn\n\n    return len(dir(sklearn))\n}\n";
    assert!(
        after(&[("a.pipe", text)], "add `scikit-learn` to the environment")
            .contains("[\"numpy==2.1.0\", \"scikit-learn\"]")
    );
}

#[test]
fn each_environment_takes_its_own_versions_from_the_lock() {
    let text = "env a {\n  packages: [\"pandas\", \"numpy==2.0.0\", \"scikit_le‸arn\"]\n}\n";
    let lock = "version = 1\n\n[[env]]\nname = \"b\"\npackages = [\"pandas==1.5.0\"]\n\n[[env]]\nname = \"a\"\npackages = [\"pandas==2.2.3\", \"scikit-learn==1.5.2\"]\n";
    assert_eq!(
        after(&[("a.pipe", text), ("standpipe.lock", lock)], "take the versions of all packages from the lock"),
        "env a {\n  packages: [\"pandas==2.2.3\", \"numpy==2.0.0\", \"scikit_learn==1.5.2\"]\n}\n"
    );
    let one = text.replace("pandas", "pan‸das").replace("le‸arn", "learn");
    assert!(after(&[("a.pipe", &one), ("standpipe.lock", lock)], "take version 2.2.3").contains("\"scikit_learn\"]"));
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
fn a_query_moves_into_a_file_and_back() {
    let text = "task f(rows: Table[{ a: Int }]) -> Table[{ a: Int }] {\n  sql:\n    SELECT ‸a\n    FROM rows\n}\n";
    let editor = Editor::with(text);
    let found = offered(&editor);
    let action = found.iter().find(|action| action.title == "move the body into `f.sql`").unwrap();
    let texts = super::body::texts(action.edit.as_ref().unwrap());
    let query = &texts["file:///w/f.sql"][0].new_text;
    assert_eq!(query.trim_end(), "SELECT a\nFROM rows");
    let pipe = editor.after(&texts["file:///w/a.pipe"]).replace("sql: ", "sql: ‸");
    let files = [("a.pipe", pipe.as_str()), ("f.sql", query.as_str())];
    assert_eq!(errors(&Editor::among(&files)), Vec::<String>::new());
    assert_eq!(after(&files, "write the body of `f.sql` here"), text.replace('‸', ""));
}

#[test]
fn imports_are_sorted_and_emptied() {
    let lib = ("lib.pipe", "const a: Int = 1\n\nconst b: Int = 2\n");
    let text = "import \"./lib.pipe\" { b, a }\nimport std/table { stack, fir‸st }\n\npipeline main(t: Table[{ x: Int }]) -> Int {\n  first(t, rows: a + b).rows\n}\n";
    assert_eq!(
        after(&[("a.pipe", text), lib], "sort the imports").lines().take(2).collect::<Vec<_>>(),
        ["import std/table { first }", "import \"./lib.pipe\" { a, b }"]
    );
    let at_stack = text.replace('‸', "").replace("stack", "sta‸ck");
    assert!(after(&[("a.pipe", &at_stack), lib], "remove the name").contains("import std/table { first }"));
    let sole = "import std/table { sta‸ck }\n\npipeline main() -> Int {\n  1\n}\n";
    assert_eq!(after(&[("a.pipe", sole)], "remove the import").trim_start(), "pipeline main() -> Int {\n  1\n}\n");
}

#[test]
fn all_of_a_file_is_repaired_at_once() {
    let text = "effect f() {\n  retry: 2\n  sh:\n    echo 1\n}\n\npipeline main() {\n  n = 1\n  ‸f()\n  f() |> lne\n  fff()\n}\n";
    let text = text.replace("  f() |> lne\n  fff()\n", "").replace("  n = 1\n", "");
    assert!(
        !after(
            &[(
                "a.pipe",
                &text
                    .replace("‸f()", "‸ff()")
                    .replace("effect f(", "effect f_(")
                    .replace("ff()", "f()")
                    .replace("f_(", "f(")
            )],
            "repair all of the file"
        )
        .contains("retry")
    );
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
fn calls_and_pipes_are_the_same() {
    let call = "pipeline main() -> Float {\n  m = fit‸(load(), 4)\n  m.auc\n}\n";
    let pipe = "pipeline main() -> Float {\n  m = load() |> fit(4)\n  m.auc\n}\n";
    assert_eq!(pipeline(call, "write it with `|>`"), pipe);
    assert_eq!(pipeline(&pipe.replace("|> fit", "‸|> fit"), "write it without `|>`"), call.replace('‸', ""));
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
fn a_task_becomes_an_effect_and_gets_documentation() {
    let text = "task push‸_all() -> Int {\n  sh:\n    echo 1 > $out\n}\n";
    let effect = after(&[("a.pipe", text)], "make it an effect: it changes the world");
    assert!(effect.starts_with("effect push_all() -> Int {"));
    let back = after(&[("a.pipe", &effect.replace("push", "pu‸sh"))], "make it a task: it only computes");
    assert_eq!(back, text.replace('‸', ""));
    assert!(after(&[("a.pipe", text)], "say what it is for").starts_with("## push all.\ntask push_all"));
}

#[test]
fn missing_cases_are_added() {
    let text = "effect tell(what: String) {\n  sh:\n    echo $what\n}\n\npipeline main(plan: \"a\" | \"b\") {\n  ma‸tch plan {\n    \"a\" { tell(plan) }\n  }\n}\n";
    assert!(after(&[("a.pipe", text)], "add an arm that does nothing").contains("\"b\" {}"));
}

#[test]
fn a_test_is_added() {
    let text = "task dou‸ble(n: Int) -> { twice: Int } {\n  sh:\n    echo $((n * 2)) > $out_twice\n}\n";
    assert!(
        after(&[("a.pipe", text)], "add a test")
            .ends_with("}\n\ntest \"double\" {\n  result = double(n: 0)\n  expect result.twice == 0\n}\n")
    );
}

#[test]
fn kinds_can_be_asked_for() {
    let editor = Editor::with("pipeline main() -> Int {\n  le‸m([1])\n}\n");
    let only = Some(vec![tower_lsp::ls_types::CodeActionKind::REFACTOR]);
    let context = CodeActionContext { only, ..CodeActionContext::default() };
    let found = actions(&editor.snapshot, &editor.uri, editor.selected(), &context).unwrap();
    assert!(found.iter().all(|action| match action {
        CodeActionOrCommand::CodeAction(action) => action.kind.as_ref().unwrap().as_str().starts_with("refactor"),
        CodeActionOrCommand::Command(_) => false,
    }));
}
