//! Texts and diagnostics: edits in their order, what others import, how columns are counted, who is asked.

use serde_json::{Value as Json, json};

use crate::editor::{Editor, GOOD, uri};

#[test]
fn diagnostics_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    // The clef takes two UTF-16 units: columns after it show how they are counted.
    editor.open(&uri, &GOOD.replace("  twice(n)", "  x = \"𝄞\" twcie(n)\n  twice(m)"));
    assert!(!editor.diagnostics(&uri, 1).is_empty());
    editor.change(&uri, 2, json!([{ "text": GOOD.replace("twice(n)\n", "twcie(n)\n") }]));
    let found = editor.diagnostics(&uri, 2);
    let errors: Vec<_> = found.iter().filter(|diagnostic| diagnostic["severity"] == 1).collect();
    assert_eq!(errors.len(), 1, "{found:?}");
    assert_eq!(
        errors[0]["range"],
        json!({ "start": { "line": 6, "character": 2 }, "end": { "line": 6, "character": 7 } })
    );
    assert!(errors[0]["code"].as_str().unwrap().starts_with("E02"));
    let range = json!({ "start": { "line": 6, "character": 2 }, "end": { "line": 6, "character": 7 } });
    editor.change(&uri, 3, json!([{ "range": range, "text": "twice" }]));
    assert_eq!(editor.diagnostics(&uri, 3), Vec::<Json>::new());
    editor.end();
}

#[test]
fn columns_are_utf16() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, "pipeline main() -> String { \"𝄞${nothing}\" }\n");
    let found = editor.diagnostics(&uri, 1);
    assert_eq!(found[0]["range"]["start"], json!({ "line": 0, "character": 33 }), "{found:?}");
    editor.end();
}

#[test]
fn the_last_edit_has_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    for version in 2..=201 {
        let text = if version % 2 == 0 { GOOD.replace("twice(n)\n", "twcie(n)\n") } else { GOOD.to_owned() };
        editor.change(&uri, version, json!([{ "text": text }]));
    }
    assert_eq!(editor.diagnostics(&uri, 201), Vec::<Json>::new());
    editor.change(&uri, 202, json!([{ "text": "pipeline main() -> Int { 1 }\n" }]));
    // Versions only rise: nothing older comes after the last one.
    assert_eq!(editor.diagnostics(&uri, 202), Vec::<Json>::new());
    editor.end();
}

#[test]
fn unsaved_text_is_what_others_import() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (uri(folder.path(), "a.pipe"), uri(folder.path(), "b.pipe"));
    std::fs::write(folder.path().join("b.pipe"), "const size: Int = 1\n").unwrap();
    let mut editor = Editor::start();
    editor.open(&a, "import \"./b.pipe\" { size }\n\npipeline main() -> Int { size }\n");
    assert_eq!(editor.diagnostics(&a, 1), Vec::<Json>::new());
    editor.open(&b, "const sizes: Int = 1\n");
    assert_ne!(editor.diagnostics(&a, 1), Vec::<Json>::new());
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": b } }));
    while !editor.diagnostics(&a, 1).is_empty() {}
    editor.end();
}

#[test]
fn ends_with_its_input() {
    let Editor { mut server, input, .. } = Editor::start();
    drop(input);
    assert!(server.wait().unwrap().success());
}

#[test]
fn columns_count_as_the_editor_likes() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    for (offered, column) in [("utf-8", 35), ("utf-16", 33), ("utf-32", 32)] {
        let general = json!({ "general": { "positionEncodings": [offered] } });
        let mut editor = Editor::start_with(json!({ "capabilities": general }));
        editor.open(&uri, "pipeline main() -> String { \"𝄞${nothing}\" }\n");
        let found = editor.diagnostics(&uri, 1);
        assert_eq!(found[0]["range"]["start"], json!({ "line": 0, "character": column }), "{offered}");
        editor.end();
    }
}

#[test]
fn an_editor_that_asks_for_diagnostics_gets_none_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let capabilities = json!({ "textDocument": { "diagnostic": {} } });
    let mut editor = Editor::start_with(json!({ "capabilities": capabilities }));
    editor.open(&uri, &GOOD.replace("twice(n)\n", "twcie(n)\n"));
    let ask = |id: Option<&str>| json!({ "textDocument": { "uri": uri }, "previousResultId": id });
    let first = editor.request("textDocument/diagnostic", ask(None))["result"].clone();
    assert_eq!(first["items"].as_array().unwrap().len(), 1);
    let again = editor.request("textDocument/diagnostic", ask(first["resultId"].as_str()));
    assert_eq!(again["result"]["kind"], "unchanged");
    let all = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    assert_eq!(all["result"]["items"][0]["uri"], uri);
    assert!(editor.messages.try_iter().all(|message| message["method"] != "textDocument/publishDiagnostics"));
    editor.end();
}

/// A mistake in a Python file that a task names is shown in that file, and goes when it is mended.
#[test]
fn what_is_wrong_in_files_that_tasks_name_is_shown_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("code.py"), "def score(x):\n    return x +* 2\n").unwrap();
    let (a, code) = (uri(folder.path(), "a.pipe"), uri(folder.path(), "code.py"));
    let text = "task score(x: Int) -> Int {\n  python: \"code.py:score\"\n}\n\npipeline main(x: Int) -> Int {\n  score(x)\n}\n";
    let mut editor = Editor::start();
    editor.open(&a, text);
    let said = |editor: &mut Editor| {
        let message = editor
            .wait(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == code);
        message["params"]["diagnostics"].as_array().unwrap().clone()
    };
    let found = said(&mut editor);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["range"]["start"], json!({ "line": 1, "character": 14 }));
    let answer = editor.request("textDocument/diagnostic", json!({ "textDocument": { "uri": a } }));
    assert_eq!(answer["result"]["relatedDocuments"][&code]["items"].as_array().unwrap().len(), 1, "{answer}");
    std::fs::write(folder.path().join("code.py"), "def score(x):\n    return x * 2\n").unwrap();
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": a } }));
    assert_eq!(said(&mut editor), Vec::<Json>::new());
    editor.end();
}

#[test]
fn what_is_formatted_is_what_was_typed_last() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, "# 😀\nconst a:Int=1\n");
    for version in 2..20 {
        // Nothing is waited for in between.
        let place = json!({ "line": version - 1, "character": 0 });
        let text = format!("const a{version}:Int=1\n");
        editor.change(&uri, version, json!([{ "range": { "start": place, "end": place }, "text": text }]));
    }
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let edits =
        editor.request("textDocument/formatting", json!({ "textDocument": { "uri": uri }, "options": options }));
    let written: String =
        edits["result"].as_array().unwrap().iter().map(|edit| edit["newText"].as_str().unwrap()).collect();
    let all: String = (2..20).map(|version| format!("const a{version}: Int = 1\n")).collect();
    assert_eq!(written, format!("{all}const a: Int = 1\n"));
    editor.end();
}
