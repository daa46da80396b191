//! Each action as an editor meets it: the text before with the cursor, the title, and the text after, which compiles.

mod bodies;
mod calls;
mod declarations;
mod imports;
mod steps;

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
fn all_of_a_file_is_repaired_at_once() {
    let text = "effect f() {
  retry: 2
  sh:
    echo 1
}

pipeline main() {
  ‸f()
}
";
    assert!(!after(&[("a.pipe", text)], "repair all of the file").contains("retry"));
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
