//! What the server knows of files that nobody opened: names, uses, diagnostics, and that it hears of changes.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::editor::{Editor, at, place, uri};

const LIB: &str = "task load(n: Int) -> Int {\n  sh:\n    echo $n > $out\n}\n";
const PART: &str = "import \"../lib.pipe\" { load }\n\npipeline part(n: Int) -> Int {\n  load(n)\n}\n";
const ALONE: &str =
    "task load() -> Int {\n  sh:\n    echo 1 > $out\n}\n\ntest \"It loads\" {\n  expect load() == 1\n}\n";

/// A folder with three files, of which one imports another.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("parts")).unwrap();
    for (name, text) in [("lib.pipe", LIB), ("parts/part.pipe", PART), ("alone.pipe", ALONE)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn start(folder: &Path, capabilities: Json) -> Editor {
    let root = format!("file://{}", folder.display());
    Editor::start_with(json!({ "capabilities": capabilities, "rootUri": root }))
}

/// Names that a search finds, with their files and places.
fn symbols(editor: &mut Editor, query: &str) -> Vec<String> {
    let answer = editor.request("workspace/symbol", json!({ "query": query }));
    let shown = answer["result"].as_array().unwrap().iter().map(|symbol| {
        let start = &symbol["location"]["range"]["start"];
        let file = symbol["containerName"].as_str().unwrap();
        format!("{} {file} {}:{}", symbol["name"].as_str().unwrap(), start["line"], start["character"])
    });
    shown.collect()
}

/// Asks until the answer is `wanted`: what the folders hold is found out beside all else.
fn until(editor: &mut Editor, query: &str, wanted: &[&str]) {
    let mut found = Vec::new();
    for _ in 0..300 {
        found = symbols(editor, query);
        if found == wanted {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(found, wanted);
}

#[test]
fn names_of_files_that_are_not_open_are_found() {
    let folder = project();
    let mut editor = start(folder.path(), json!({}));
    until(&mut editor, "load", &["load alone.pipe 0:5", "load lib.pipe 0:5", "It loads alone.pipe 5:6"]);
    assert_eq!(symbols(&mut editor, "prt"), ["part part.pipe 2:9"]);
    // Unsaved text counts, and what is on disk again once the file is closed.
    let lib = uri(folder.path(), "lib.pipe");
    editor.open(&lib, &LIB.replace("load", "unload"));
    assert_eq!(symbols(&mut editor, "load"), ["load alone.pipe 0:5", "unload lib.pipe 0:5", "It loads alone.pipe 5:6"]);
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": lib } }));
    assert_eq!(symbols(&mut editor, "load")[1], "load lib.pipe 0:5");
    editor.end();
}

#[test]
fn uses_are_found_and_renamed_in_files_that_are_not_open() {
    let folder = project();
    let mut editor = start(folder.path(), json!({}));
    let lib = uri(folder.path(), "lib.pipe");
    editor.open(&lib, LIB);
    let mut params = at(&lib, &place(LIB, "load"));
    params["context"] = json!({ "includeDeclaration": true });
    // At once: the answer waits until it is known what there is.
    let answer = editor.request("textDocument/references", params.clone());
    let files: Vec<&str> = answer["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["uri"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(files, ["lib.pipe", "part.pipe", "part.pipe"]);
    params["newName"] = json!("read");
    let answer = editor.request("textDocument/rename", params);
    let changes = answer["result"]["changes"].as_object().unwrap();
    assert_eq!(changes.len(), 2, "{answer}");
    assert_eq!(changes[&uri(folder.path(), "parts/part.pipe")].as_array().unwrap().len(), 2);
    editor.end();
}

#[test]
fn an_editor_that_watches_files_is_asked_to_and_believed() {
    let folder = project();
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut editor = start(folder.path(), capabilities);
    let asked = editor.wait(|message| message["method"] == "client/registerCapability");
    assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    editor.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null }));
    until(&mut editor, "part", &["part part.pipe 2:9"]);
    std::fs::write(folder.path().join("parts/new.pipe"), "const apart: Int = 1\n").unwrap();
    std::fs::remove_file(folder.path().join("parts/part.pipe")).unwrap();
    let changes = json!([{ "uri": uri(folder.path(), "parts/new.pipe"), "type": 1 }]);
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    until(&mut editor, "part", &["apart new.pipe 0:6"]);
    editor.end();
}

/// Whoever asks for the diagnostics of all files again is answered when some are others.
#[test]
fn all_files_are_reported_and_reported_again_when_they_changed() {
    let folder = project();
    let mut editor = start(folder.path(), json!({ "textDocument": { "diagnostic": {} } }));
    let ask = |ids: Vec<Json>| json!({ "previousResultIds": ids });
    let first = editor.request("workspace/diagnostic", ask(Vec::new()))["result"]["items"].clone();
    let items = first.as_array().unwrap();
    assert_eq!(items.len(), 3);
    let mistakes: usize = items.iter().map(|item| item["items"].as_array().unwrap().len()).sum();
    assert_eq!(mistakes, 0, "{first}");
    let ids = items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    editor.next += 1;
    let again = editor.next;
    editor.send(&json!({ "jsonrpc": "2.0", "id": again, "method": "workspace/diagnostic", "params": ask(ids) }));
    // Meanwhile everything else is answered.
    let lib = uri(folder.path(), "lib.pipe");
    editor.open(&lib, LIB);
    assert!(editor.request("textDocument/hover", at(&lib, &place(LIB, "load")))["result"].is_object());
    editor.change(&lib, 2, json!([{ "text": LIB.replace("load", "reload") }]));
    let answer = editor.wait(|message| message["id"] == again);
    let changed: Vec<(&str, &Json)> = answer["result"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == "full")
        .map(|item| (item["uri"].as_str().unwrap(), &item["items"][0]["code"]))
        .collect();
    assert_eq!(changed, [(uri(folder.path(), "parts/part.pipe").as_str(), &json!("E0206"))], "{answer}");
    // A question that still waits keeps no server alive.
    let items = answer["result"]["items"].as_array().unwrap();
    let ids = items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    editor.next += 1;
    editor.send(&json!({ "jsonrpc": "2.0", "id": editor.next, "method": "workspace/diagnostic", "params": ask(ids) }));
    editor.end();
}

/// It asks for the diagnostics of all files, which are as they were, and dies while it waits.
#[test]
fn an_editor_that_dies_with_a_question_open_leaves_no_server() {
    let folder = project();
    let mut editor = start(folder.path(), json!({ "textDocument": { "diagnostic": {} } }));
    let ask = |ids: Vec<Json>| json!({ "previousResultIds": ids });
    let first = editor.request("workspace/diagnostic", ask(Vec::new()))["result"]["items"].clone();
    let known = |item: &Json| json!({ "uri": item["uri"], "value": item["resultId"] });
    let ids = first.as_array().unwrap().iter().map(known).collect();
    editor.next += 1;
    editor.send(&json!({ "jsonrpc": "2.0", "id": editor.next, "method": "workspace/diagnostic", "params": ask(ids) }));
    // What is asked later is answered: the question before waits.
    editor.request("workspace/symbol", json!({ "query": "load" }));
    editor.die();
}
