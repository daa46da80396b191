//! Every feature once over the wire, and what the server tells of earlier runs.

use std::process::Command;

use serde_json::{Value as Json, json};

use crate::editor::{Editor, GOOD, at, place, uri};

#[test]
fn every_feature_answers_over_the_wire() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    let call = place(GOOD, "twice(n)");
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let document = json!({ "textDocument": { "uri": uri } });
    let mut with = |method: &str, extra: Json| {
        let mut params = at(&uri, &call);
        params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = editor.request(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    };
    assert!(
        with("textDocument/hover", json!({}))["contents"]["value"].as_str().unwrap().contains("task twice(n: Int)")
    );
    let found = with("textDocument/completion", json!({}));
    assert!(found.as_array().unwrap().iter().any(|item| item["label"] == "twice"), "{found}");
    let item = found.as_array().unwrap().iter().find(|item| item["label"] == "twice").unwrap().clone();
    assert!(with("completionItem/resolve", item)["documentation"]["value"].as_str().unwrap().contains("task twice"));
    for method in ["definition", "declaration", "implementation"] {
        let line = if method == "implementation" { 2 } else { 0 };
        let found = with(&format!("textDocument/{method}"), json!({}));
        assert_eq!(found[0]["range"]["start"]["line"], line, "{method}");
    }
    let found = with("textDocument/references", json!({ "context": { "includeDeclaration": true } }));
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!(with("textDocument/documentHighlight", json!({})).as_array().unwrap().len(), 2);
    assert_eq!(with("textDocument/prepareRename", json!({}))["placeholder"], "twice");
    let renamed = with("textDocument/rename", json!({ "newName": "double" }));
    assert_eq!(renamed["changes"][&uri].as_array().unwrap().len(), 2);
    let item = with("textDocument/prepareCallHierarchy", json!({}))[0].clone();
    assert_eq!(with("callHierarchy/incomingCalls", json!({ "item": item }))[0]["from"]["name"], "main");
    for method in ["documentSymbol", "foldingRange", "codeLens", "documentLink", "semanticTokens/full", "formatting"] {
        let extra = json!({ "options": { "tabSize": 2, "insertSpaces": true } });
        assert!(!with(&format!("textDocument/{method}"), extra).is_null(), "{method}");
    }
    let extra = json!({ "range": whole, "positions": [call], "context": { "diagnostics": [] } });
    for method in ["inlayHint", "selectionRange", "codeAction", "semanticTokens/range"] {
        assert!(!with(&format!("textDocument/{method}"), extra.clone()).is_null(), "{method}");
    }
    let graph = with("standpipe/preview", json!({ "uri": uri }));
    let lines: Vec<&Json> =
        graph["nodes"].as_array().unwrap().iter().map(|node| &node["range"]["start"]["line"]).collect();
    assert_eq!(lines, [5, 6], "the parameter and the step: {graph}");
    assert!(graph["svg"].as_str().unwrap().starts_with("<svg "), "{graph}");
    assert_eq!(
        with("standpipe/embedded", json!({ "uri": uri, "position": place(GOOD, "echo") }))[0]["languageId"],
        "shellscript"
    );
    assert!(with("standpipe/source", json!({ "uri": "standpipe:/std/table.pipe" })).is_string());
    assert_eq!(with("workspace/symbol", json!({ "query": "twi" }))[0]["name"], "twice");
    let answer = editor.request("textDocument/diagnostic", document);
    assert_eq!(answer["result"]["items"], json!([]));
    editor.end();
}

/// A definition leads to what can be opened: a file that a text names where it is there, and the library for whoever asks
/// for its text.
#[test]
fn definitions_lead_to_files_and_into_the_library() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "id\n1\n").unwrap();
    let text = "import std/table { first }\n\ntask load(from: File) -> Table[{ id: Int }] {\n  sh:\n    cp \"$from\" \"$out\"\n}\n\npipeline main(rows: File = \"in.csv\", more: File = \"gone.csv\") -> Int {\n  first(load(rows), rows: 1).rows + load(more).rows\n}\n";
    let uri = uri(folder.path(), "a.pipe");
    for library in [true, false] {
        let options = json!({ "virtualDocuments": library });
        let mut editor = Editor::start_with(json!({ "capabilities": {}, "initializationOptions": options }));
        editor.open(&uri, text);
        let mut definition = |needle: &str| {
            let answer = editor.request("textDocument/definition", at(&uri, &place(text, needle)));
            assert!(answer["error"].is_null(), "{answer}");
            answer["result"][0].clone()
        };
        let file = definition("in.csv");
        assert!(file["uri"].as_str().unwrap().ends_with("/in.csv") && file["range"]["start"]["line"] == 0, "{file}");
        assert!(definition("gone.csv").is_null());
        for needle in ["table {", "first }", "first(load"] {
            let found = definition(needle);
            assert_eq!(found["uri"].as_str(), library.then_some("standpipe:/std/table.pipe"), "{needle}: {found}");
        }
        let links = editor.request("textDocument/documentLink", json!({ "textDocument": { "uri": uri } }));
        let links = links["result"].as_array().unwrap().clone();
        let ends: Vec<&str> =
            links.iter().map(|link| link["target"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
        assert_eq!(ends, if library { ["table.pipe", "in.csv"].as_slice() } else { &["in.csv"] });
        editor.end();
    }
}

/// What a run left on record is shown, and looking at it leaves it as it is.
#[test]
fn the_last_run_is_told_where_there_was_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.pipe"), GOOD).unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let state = folder.path().join(".standpipe");
    let listed = || {
        let mut files: Vec<_> =
            state.read_dir().map(|files| files.flatten().map(|file| file.path()).collect()).unwrap_or_default();
        files.sort();
        files.iter().map(|path| (path.clone(), std::fs::read(path).ok())).collect::<Vec<_>>()
    };
    let hover = |editor: &mut Editor| {
        let answer = editor.request("textDocument/hover", at(&uri, &place(GOOD, "twice(n)")));
        answer["result"]["contents"]["value"].as_str().unwrap().to_owned()
    };
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    assert!(!hover(&mut editor).contains("last runs"));
    assert!(!state.exists());
    let mut run = Command::new(env!("CARGO_BIN_EXE_standpipe"));
    let output = run.args(["run", "a.pipe", "main", "--quiet"]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let before = listed();
    let shown = hover(&mut editor);
    assert!(shown.contains("last runs of `main.twice`:") && shown.contains("it had not run before"), "{shown}");
    let lenses = editor.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
    let titles: Vec<&str> =
        lenses["result"].as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect();
    assert!(titles.iter().any(|title| title.starts_with("last run: succeeded in ")), "{titles:?}");
    editor.end();
    assert!(before.len() >= 2, "{before:?}");
    assert_eq!(listed(), before);
}

/// Whoever shows how the last run went is told when there was another.
#[test]
fn the_editor_is_told_that_something_ran() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.pipe"), GOOD).unwrap();
    let capabilities = json!({ "workspace": { "codeLens": { "refreshSupport": true } } });
    let mut editor = Editor::start_with(json!({ "capabilities": capabilities }));
    editor.open(&uri(folder.path(), "a.pipe"), GOOD);
    // Until what is on record was looked at once, nothing is another.
    for round in 1.. {
        let mut run = Command::new(env!("CARGO_BIN_EXE_standpipe"));
        let given = ["run", "a.pipe", "main", "--n", &round.to_string(), "--quiet"];
        assert!(run.args(given).current_dir(folder.path()).output().unwrap().status.success());
        std::thread::sleep(std::time::Duration::from_secs(1));
        let asked = editor.messages.try_iter().find(|message| message["method"] == "workspace/codeLens/refresh");
        if let Some(asked) = asked {
            editor.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null }));
            break;
        }
        assert!(round < 30, "nothing was told of {round} runs");
    }
    editor.end();
}

/// A step that no machine of the project has enough for is warned of, as on the command line, and follows the settings.
#[test]
fn machines_of_the_project_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("standpipe.toml");
    std::fs::write(&settings, "[profile.large]\ncpus = 4096\n").unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, &GOOD.replace("{\n  sh:", "{\n  cpu: 4096\n  sh:"));
    assert_eq!(editor.diagnostics(&uri, 1), Vec::<Json>::new());
    std::fs::write(&settings, "[profile.large]\ncpus = 4095\n").unwrap();
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    let found = editor.diagnostics(&uri, 1);
    assert_eq!(found[0]["code"], "W0325", "{found:?}");
    editor.end();
}
