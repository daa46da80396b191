//! Bodies of tasks, their attributes, and environments.

use super::{after, errors, offered};
use crate::ide::testing::Editor;

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
    let texts = super::super::body::texts(action.edit.as_ref().unwrap());
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
fn a_query_moves_into_a_file_and_back() {
    let text = "task f(rows: Table[{ a: Int }]) -> Table[{ a: Int }] {\n  sql:\n    SELECT ‸a\n    FROM rows\n}\n";
    let editor = Editor::with(text);
    let found = offered(&editor);
    let action = found.iter().find(|action| action.title == "move the body into `f.sql`").unwrap();
    let texts = super::super::body::texts(action.edit.as_ref().unwrap());
    let query = &texts["file:///w/f.sql"][0].new_text;
    assert_eq!(query.trim_end(), "SELECT a\nFROM rows");
    let pipe = editor.after(&texts["file:///w/a.pipe"]).replace("sql: ", "sql: ‸");
    let files = [("a.pipe", pipe.as_str()), ("f.sql", query.as_str())];
    assert_eq!(errors(&Editor::among(&files)), Vec::<String>::new());
    assert_eq!(after(&files, "write the body of `f.sql` here"), text.replace('‸', ""));
}
